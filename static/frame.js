// What stands around the rows: the list of tables, the heading, the line that says what is shown, the wait.

import { byId, element } from "./element.js";
import { pageHref } from "./view.js";

let service = "Socle";
let table = "";

export function showService({ service: title, version, environment }) {
  service = title ?? service;
  byId("service").textContent = service;
  byId("version").textContent = version ?? "";
  byId("version").title = environment ?? "";
  nameThePage();
}

export function showTables(names, current) {
  table = current;
  nameThePage();
  const shown = [...byId("tables").querySelectorAll("a")].map((link) => link.textContent);
  if (shown.join("\n") !== names.join("\n")) {
    byId("tables").replaceChildren(...names.map((name) => element("li", {}, element("a", { href: pageHref({ table: name }) }, name))));
  }
  byId("tables-nav").hidden = names.length === 0;
  for (const link of byId("tables").querySelectorAll("a")) {
    if (link.textContent !== current) link.removeAttribute("aria-current");
    else if (!link.hasAttribute("aria-current")) {
      link.setAttribute("aria-current", "page");
      const nav = byId("tables-nav");
      nav.scrollTo(link.offsetLeft - (nav.clientWidth - link.offsetWidth) / 2, link.offsetTop - nav.clientHeight / 2);
    }
  }
}

/** The heading of a table; without `about` (what OPTIONS says) only its name. */
export function showHead(view, about) {
  byId("table-head").hidden = false;
  byId("table-name").textContent = view.table;
  byId("table-note").hidden = !about || about.writable;
  byId("add-open").hidden = !about?.writable;
  byId("search-form").hidden = !about;
  byId("table-about").hidden = !about?.description;
  byId("table-about").textContent = about?.description ?? "";
  if (byId("search").value.trim() !== view.search) byId("search").value = view.search;
}

export function hideHead() {
  byId("table-head").hidden = true;
  byId("table-about").hidden = true;
}

/** "1–25 of 1,234 found for “x”, sorted by name"; `added` is the address of a row to announce first. */
export function showStatus(view, shown, total, added) {
  const number = new Intl.NumberFormat();
  const line = [];
  if (shown) line.push(`${number.format(view.offset + 1)}–${number.format(view.offset + shown)}`);
  if (shown && total !== null) line.push(` of ${number.format(total)}`);
  if (shown && view.search) line.push(` found for “${view.search}”`);
  if (shown && view.ordering) line.push(`, sorted by ${view.ordering.replace(/^-(.*)/, "$1, descending")}`);
  const news = added === undefined ? [] : [element("strong", { class: "done" }, "Added"), " ",
    added ? element("a", { href: added }, "the new row") : "the new row", ". "];
  byId("status").replaceChildren(...news, line.join(""));
}

export function clearStatus() {
  byId("status").replaceChildren();
}

export function showWait(waiting) {
  byId("content").setAttribute("aria-busy", String(waiting));
  if (waiting) byId("status").textContent = "Loading…";
}

/** A table wider than the window can be scrolled from the keyboard; one that fits is not a stop on the way. */
export function keepScrollReachable() {
  const region = document.querySelector(".scroll");
  if (!region) return;
  if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
  else region.removeAttribute("tabindex");
}

function nameThePage() {
  document.title = table ? `${table} – ${service}` : service;
}
