// The fields of a row, whole: long text with its lines, JSON with indentation, the exact value beside a written one.

import { html } from "../vendor/preact.js";
import { display, exact } from "../core/format.js";
import { stringify } from "../core/exact.js";
import { indented } from "../core/field-kinds.js";
import { CellValue } from "../grid/cell.js";

export function Fields({ table, row }) {
  const described = table.columns.filter(({ name }) => name in row);
  const others = Object.keys(row).filter((name) => !described.some((column) => column.name === name)).map((name) => ({ name }));
  return html`<dl class="facts row-fields">${[...described, ...others].map((column) => html`<dt title=${column.label === column.name ? undefined : column.label}>${column.name}</dt><dd><${Whole} value=${row[column.name]} column=${column} isKey=${table.key.includes(column.name)} /></dd>`)}</dl>`;
}

function Whole({ value, column, isKey }) {
  if (value === null || typeof value === "boolean" || column.references) return html`<${CellValue} value=${value} column=${column} isKey=${isKey} />`;
  if (typeof value === "object") return html`<pre class="code">${indented(stringify(value))}</pre>`;
  const written = display(value, column.type, { isKey });
  const plain = exact(value);
  const isTime = column.type === "date" || column.type === "datetime";
  if (isTime && written !== plain) return html`<span>${written}</span> <small class="muted code">${plain}</small>`;
  return html`<span class=${column.type === "string" ? "prose" : ""} dir="auto" title=${plain === written ? undefined : plain}>${written}</span>`;
}
