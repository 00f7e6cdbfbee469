// What stands where rows would be when there are none: why, and how to get some.

import { html } from "../vendor/preact.js";
import { stringify } from "../core/exact.js";
import { rich, t } from "../core/i18n.js";
import { Copyable } from "../ui/copy.js";
import { Empty } from "../ui/empty.js";
import { sampleRow } from "../core/sample.js";

export const NothingFound = ({ view, reset }) => html`<${Empty}>
  <p>${view.search ? rich("empty.search", { words: html`<q dir="auto">${view.search}</q>` }) : t("empty.filters")}</p>
  ${view.search && html`<p class="muted">${t("empty.searchHow")}</p>`}
  <p><a href=${reset}>${t("do.reset")}</a></p><//>`;

export function NoRows({ table, add }) {
  if (!table.isWritable) return html`<${Empty}><p>${t("empty.rows")}</p><//>`;
  const body = stringify(sampleRow(table.fields)).replaceAll("'", "'\\''");
  const url = new URL(table.path, document.baseURI).href;
  return html`<${Empty}><p>${t("empty.rows")}</p>
    <p><button type="button" class="primary" onClick=${add}>${t("empty.add")}</button></p>
    <p>${t("empty.terminal")}</p>
    <${Copyable} text=${`curl -X POST ${url} \\\n  -H "Content-Type: application/json" \\\n  -d '${body}'`} /><//>`;
}
