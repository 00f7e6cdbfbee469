// The line below a grid: how many rows, a jump to one, and the view's rows as files.

import { html, useRef } from "../vendor/preact.js";
import { t } from "../core/i18n.js";

export function StatusBar({ total, isFiltered, isStale, handle, table, query }) {
  const ref = useRef(null);
  const jump = (event) => {
    event.preventDefault();
    const place = Number(ref.current.value);
    if (Number.isInteger(place) && place > 0) handle.current?.goTo(Math.min(place, total) - 1);
  };
  const download = (format) => {
    const asked = new URLSearchParams(query);
    asked.set("format", format);
    return `${table.path}?${asked}`;
  };
  return html`<footer class="status-bar">
    <span id="row-count" role="status">${total === null || isStale ? "" : t(isFiltered ? "rows.found" : "rows.count", { n: total })}</span>
    ${handle && total > 30 && html`<form class="jump" onSubmit=${jump}><label>${t("rows.goTo")} <input ref=${ref} id="row-jump" inputmode="numeric" size="8" autocomplete="off" /></label></form>`}
    ${total > 0 && html`<span class="downloads"><a href=${download("csv")} download=${`${table.name}.csv`}>CSV</a> <a href=${download("json")} target="_blank">JSON</a></span>`}
  </footer>`;
}
