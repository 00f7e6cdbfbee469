// What stands around what is shown: the lists at the side, the heading, the line that says what is shown, the wait.

import { byId, element } from "./element.js";
import { pageHref } from "./view.js";

const WAITING = "Loading…";

let service = "Socle";
let shown = ""; // the title of what is shown
let news = []; // what the status line says first

export function showService({ service: title, version, environment }) {
  service = title ?? service;
  byId("service").textContent = service;
  byId("version").textContent = version ?? "";
  byId("version").title = environment ?? "";
  nameThePage(shown);
}

/** The tables at the side. */
export function showTables(names) {
  const present = [...byId("tables").querySelectorAll("a")].map((link) => link.textContent);
  if (present.join("\n") !== names.join("\n")) {
    byId("tables").replaceChildren(...names.map((name) => element("li", {}, element("a", { href: pageHref({ table: name }) }, name))));
  }
  byId("tables-nav").hidden = names.length === 0;
}

/** Marks the entry at the side, if there is one, that leads to a view. */
export function showPlace(parameters) {
  const current = pageHref(parameters);
  for (const link of document.querySelectorAll("#side a")) {
    if (link.getAttribute("href") !== current) link.removeAttribute("aria-current");
    else if (!link.hasAttribute("aria-current")) {
      link.setAttribute("aria-current", "page");
      bringIntoSight(link);
    }
  }
}

function bringIntoSight(link) {
  // Wide, both lists scroll together; narrow, each is a strip of its own.
  for (const scrolled of [byId("side"), link.closest("nav")]) {
    const [at, within] = [link.getBoundingClientRect(), scrolled.getBoundingClientRect()];
    scrolled.scrollBy(at.left - within.left - (scrolled.clientWidth - at.width) / 2, at.top - within.top - (scrolled.clientHeight - at.height) / 2);
  }
}

/** The heading of a page that is not a table's rows; `about` is a sentence below it. */
export function showTitle(title, about = "") {
  nameThePage(title);
  byId("head").hidden = !title;
  byId("title").textContent = title;
  byId("about").hidden = !about;
  byId("about").textContent = about;
  for (const id of ["table-note", "add-open", "search-form"]) byId(id).hidden = true;
}

/** The heading of a table; without `described` (what OPTIONS says) only its name. `note` says why rows cannot be added. */
export function showHead(view, described, note) {
  nameThePage(view.table);
  byId("head").hidden = false;
  byId("title").textContent = view.table;
  byId("table-note").hidden = !note;
  byId("table-note").replaceChildren(note ?? "");
  byId("add-open").hidden = !described?.writable;
  byId("search-form").hidden = !described;
  byId("about").hidden = !described?.description;
  byId("about").textContent = described?.description ?? "";
  if (byId("search").value.trim() !== view.search) byId("search").value = view.search;
}

/** "1–25 of 1,234 found for “x”, sorted by name"; `added` is the address of a row to announce first. */
export function showStatus(view, rows, total, added) {
  const number = new Intl.NumberFormat();
  const line = [];
  if (rows) line.push(`${number.format(view.offset + 1)}–${number.format(view.offset + rows)}`);
  if (rows && total !== null) line.push(` of ${number.format(total)}`);
  if (rows && view.search) line.push(` found for “${view.search}”`);
  if (rows && view.ordering) line.push(`, sorted by ${view.ordering.replace(/^-(.*)/, "$1, descending")}`);
  if (added !== undefined) {
    news = [element("strong", { class: "done" }, "Added"), " ", added ? element("a", { href: added }, "the new row") : "the new row", ". "];
  }
  writeStatus(line.join(""));
}

/** What has just been done, in a sentence that stays until the next view. */
export function announce(sentence) {
  news = [element("strong", { class: "done" }, sentence), " "];
  writeStatus("");
}

/** Another view: what was said about the last one is no longer of interest. */
export function forgetStatus() {
  news = [];
}

export function showWait(waiting) {
  const line = byId("status").lastChild?.textContent;
  byId("content").setAttribute("aria-busy", String(waiting));
  if (waiting) writeStatus(WAITING);
  else if (line === WAITING) writeStatus("");
}

export function writeStatus(line) {
  byId("status").replaceChildren(...news, line);
}

/** A table wider than the window can be scrolled from the keyboard; one that fits is not a stop on the way. */
export function keepScrollReachable() {
  for (const region of document.querySelectorAll(".scroll")) {
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
    else region.removeAttribute("tabindex");
  }
}

function nameThePage(title) {
  shown = title;
  document.title = title ? `${title} – ${service}` : service;
}
