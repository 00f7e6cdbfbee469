// What stands where rows would be when there are none: why, and how to get some.

import { copyable } from "./copy.js";
import { byId, element } from "./element.js";
import { stringify } from "./exact.js";
import { pageHref } from "./view.js";

export function nothingFound(view) {
  return element("div", { class: "empty" },
    element("p", {}, "Nothing matches ", element("q", { dir: "auto" }, view.search), "."),
    element("p", { class: "muted" }, "Every word must be found in some text column; upper and lower case and accents are the same."),
    element("p", {}, element("a", { href: pageHref({ ...view, search: "", offset: 0 }) }, "Show all rows")));
}

export function pastTheEnd(view) {
  return element("div", { class: "empty" },
    element("p", {}, "There are no rows this far on."),
    element("p", {}, element("a", { href: pageHref({ ...view, offset: 0 }) }, "Back to the first page")));
}

export function noRows(table) {
  if (!table.writable) {
    return element("div", { class: "empty" }, element("p", {}, table.takesRows ? "No rows yet." : "No rows yet, and none can be added here: it is read-only."));
  }
  return element("div", { class: "empty" },
    element("p", {}, "No rows yet. ",
      element("button", { type: "button", class: "link", onclick: () => byId("add-open").click() }, "Add the first one"),
      ", or send it from a terminal:"),
    copyable(curl(table)));
}

export function noTables() {
  return element("div", { class: "empty" },
    element("p", {}, "There are no tables yet."),
    element("p", {}, "Put a file of SQL in the folder that ", element("code", {}, "CONFIG_DIR"), " names, such as ",
      element("code", {}, "V1__books.sql"), ":"),
    copyable("CREATE TABLE books (\n  id INTEGER PRIMARY KEY,\n  title VARCHAR(255) NOT NULL,\n  year INTEGER\n);"),
    element("p", {}, "then run ", element("code", {}, "socle migrate"), " and load this page again."));
}

export function noSuchPage() {
  return element("div", { class: "empty" },
    element("p", {}, "There is no such page. ", element("a", { href: "./" }, "Back to the tables"), "."));
}

export function noSuchTable(name) {
  return element("div", { class: "empty" },
    element("p", {}, "There is no table ", element("q", { dir: "auto" }, name), "."),
    element("p", {}, "Choose one from the list of tables, or see them all ", element("a", { href: "api/" }, "as JSON"), "."));
}

function curl(table) {
  const url = new URL(table.path, document.baseURI).href;
  const body = stringify(sample(table.fields)).replaceAll("'", "'\\''");
  return `curl -X POST ${url} \\\n  -H "Content-Type: application/json" \\\n  -d '${body}'`;
}

/** A body the table would take: its required fields, or its first writable one when none is. */
function sample(fields) {
  const writable = Object.entries(fields).filter(([, field]) => !field.read_only);
  const required = writable.filter(([, field]) => field.required);
  return Object.fromEntries((required.length ? required : writable.slice(0, 1)).map(([name, field]) => [name, example(field, name)]));
}

function example(field, name) {
  switch (field.type) {
    case "integer": return field.min_value ?? 1;
    case "float": return 1.5;
    case "decimal": return "9.90";
    case "boolean": return true;
    case "date": return new Date().toISOString().slice(0, 10);
    case "datetime": return `${new Date().toISOString().slice(0, 19)}Z`;
    case "choice": return field.choices?.[0]?.value ?? "";
    case "json": case "nested object": return {};
    default: return `My ${field.label?.toLowerCase() ?? name}`.slice(0, field.max_length || 255);
  }
}
