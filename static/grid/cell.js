// What stands in a cell: one line, as people read it; the exact value is its title.

import { html } from "../vendor/preact.js";
import { display, exact } from "../core/format.js";
import { t } from "../core/i18n.js";
import { href } from "../core/router.js";
import { Icon } from "../ui/icon.js";
import { labelOf, labelsVersion } from "./labels.js";

const SHOWN = 200; // letters of a long text

/** `isExact` shows it as the API has it: the cell in which the keyboard is. */
export function CellValue({ value, column, isKey, isExact = false }) {
  if (value === undefined) return html`<span class="loading"></span>`;
  if (value === null) return html`<span class="null" aria-label=${t("value.null")}>–</span>`;
  if (typeof value === "boolean") return html`<span class=${`tick ${value}`} aria-label=${t(value ? "value.true" : "value.false")}>${value ? html`<${Icon} name="check" />` : "✗"}</span>`;
  if (column.references) return html`<${Reference} value=${value} table=${column.references} />`;
  const text = isExact ? exact(value) : display(value, column.type, { isKey });
  return html`<span dir="auto" title=${text === exact(value) && text.length < 20 ? undefined : exact(value)}>${text.length > SHOWN ? `${[...text.slice(0, SHOWN)].join("")}…` : text}</span>`;
}

/** The other row's name, which opens it, with its key. */
function Reference({ value, table }) {
  labelsVersion.value; // A component is drawn again for what it reads.
  const label = labelOf(table, value);
  return html`<a tabindex="-1" class="reference" href=${href({ table, row: encodeURIComponent(String(value)) })} title=${`${table} ${value}`}><span dir="auto">${label || String(value)}</span>${label && html`<small>${String(value)}</small>`}</a>`;
}
