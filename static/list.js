// A list of things that are not rows of a table of yours: jobs, tokens, accounts. Wide it is a table, narrow a card for
// each entry, since what one does to an entry must be in sight.

import { element } from "./element.js";
import { pageHref } from "./view.js";

/** `columns` are { name, cell(entry), kind }: the words of the heading, the node for an entry, "number" or "actions". */
export function listTable(label, columns, entries) {
  // The roles are said because a table laid out as cards is no table to some browsers.
  const head = element("tr", { role: "row" }, ...columns.map(({ name, kind }) =>
    element("th", { role: "columnheader", scope: "col", class: kind }, kind === "actions" ? element("span", { class: "unseen" }, name) : name)));
  const rows = entries.map((entry) => element("tr", { role: "row" }, ...columns.map(({ name, cell, kind }) =>
    element("td", { role: "cell", class: kind, "data-name": name }, element("div", { class: "value" }, cell(entry))))));
  return element("div", { class: "scroll cards", role: "region", "aria-label": label },
    element("table", { role: "table" },
      element("thead", { role: "rowgroup" }, head), element("tbody", { role: "rowgroup" }, ...rows)));
}

export function nothing(...sentences) {
  return element("div", { class: "empty" }, ...sentences.map((sentence) => element("p", {}, sentence)));
}

/** The links to what comes before and after; each is the parameters of a view, or null where there is none. */
export function steps(before, after, [earlier, later] = ["Previous", "Next"]) {
  const step = (label, view, id) => view
    ? element("a", { class: "button", id, href: pageHref(view) }, label)
    : element("span", { class: "button off", id, "aria-disabled": "true" }, label);
  return element("nav", { "aria-label": "Pages" }, step(earlier, before, "page-previous"), step(later, after, "page-next"));
}
