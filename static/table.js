// The rows of a view as a table, and the links below it to the pages before and after.

import { element } from "./element.js";
import { isNumeric, valueNode } from "./values.js";
import { PAGE_SIZE, exportQuery, nextOrdering, pageHref } from "./view.js";

/** `table` is { path, fields, key }; `added` the row to highlight, put first when the view does not hold it. */
export function rowsTable(table, view, rows, added) {
  const shown = added && !rows.some((row) => sameRow(table, row, added)) ? [added, ...rows] : rows;
  const columns = columnsOf(table, shown);
  const head = element("tr", {}, ...columns.map((column) => heading(column, view)));
  const body = shown.map((row) => {
    const isNew = added !== null && sameRow(table, row, added);
    return element("tr", { class: isNew ? "added" : null },
      ...columns.map((column) => cell(column, row, table)));
  });
  return element("div", { class: "scroll", role: "region", "aria-label": `Rows of ${view.table}` },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)));
}

/** Where a row is, or null for a table without a key. Composite keys are joined with commas. */
export function rowPath(table, row) {
  if (!table.key.length || table.key.some((column) => row[column] === undefined || row[column] === null)) return null;
  return `${table.path}${table.key.map((column) => encodeURIComponent(String(row[column]))).join(",")}/`;
}

export function paging(table, view, shown, total) {
  const before = Math.max(0, view.offset - PAGE_SIZE);
  const after = view.offset + PAGE_SIZE;
  const more = total === null ? shown === PAGE_SIZE : after < total;
  const step = (label, offset, there, id) => there
    ? element("a", { class: "button", id, href: pageHref({ ...view, offset }) }, label)
    : element("span", { class: "button off", id, "aria-disabled": "true" }, label);
  return [
    element("nav", { "aria-label": "Pages" },
      step("Previous", before, view.offset > 0, "page-previous"), step("Next", after, more, "page-next")),
    element("span", { class: "exports muted" }, view.search ? "All found as" : "All rows as",
      element("a", { href: table.path + exportQuery(view, "json") }, "JSON"),
      element("a", { href: table.path + exportQuery(view, "csv"), download: `${view.table}.csv` }, "CSV")),
  ];
}

function columnsOf(table, rows) {
  const names = new Set([...Object.keys(table.fields), ...rows.flatMap((row) => Object.keys(row))]);
  return [...names].map((name) => {
    const type = table.fields[name]?.type;
    return { name, type, numeric: isNumeric(type, rows.map((row) => row[name])) };
  });
}

function heading({ name, numeric }, view) {
  const direction = view.ordering === name ? "ascending" : view.ordering === `-${name}` ? "descending" : null;
  const href = pageHref({ ...view, offset: 0, ordering: nextOrdering(view.ordering, name) });
  return element("th", { scope: "col", class: numeric ? "number" : null, "aria-sort": direction },
    element("a", { id: `sort-${name}`, href, title: `Sort by ${name}` }, name));
}

function cell({ name, type, numeric }, row, table) {
  const path = name === table.key[0] ? rowPath(table, row) : null;
  const value = valueNode(row[name], type);
  return element("td", { class: numeric ? "number" : null },
    element("div", { class: "value" },
      path ? element("a", { href: path, title: "This row as JSON" }, value) : value));
}

function sameRow(table, one, other) {
  const path = rowPath(table, one);
  return path === null ? one === other : path === rowPath(table, other);
}
