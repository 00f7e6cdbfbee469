// The heading of a column: sorts, and is dragged at its edge to make the column wider.

import { html } from "../vendor/preact.js";
import { isNumeric } from "../core/format.js";
import { Icon } from "../ui/icon.js";

export function Heading({ column, className, ordering, sort, props, width, resize }) {
  const entry = ordering.find((known) => known.replace(/^-/, "") === column.name);
  const direction = !entry ? undefined : entry.startsWith("-") ? "descending" : "ascending";
  const drag = (event) => {
    event.preventDefault();
    const from = event.clientX;
    const move = (moved) => resize(column.name, width + moved.clientX - from);
    const stop = () => {
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", stop);
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", stop);
  };
  return html`<th scope="col" ...${props} class=${`${isNumeric(column.type) && !column.references ? "number" : ""}${className}`} aria-sort=${direction} title=${column.label === column.name ? undefined : column.label}>
    <button type="button" tabindex="-1" id=${`sort-${column.name}`} class="heading" onClick=${(event) => sort(column.name, event.shiftKey)}><span>${column.name}</span>${direction && html`<${Icon} name=${direction === "ascending" ? "up" : "down"} />`}</button>
    <span class="resize" onPointerDown=${drag}></span>
  </th>`;
}
