// A row as the API gives it, and the request that asks for it.

import { html } from "../vendor/preact.js";
import { stringify } from "../core/exact.js";
import { indented } from "../core/field-kinds.js";
import { t } from "../core/i18n.js";
import { Copyable } from "../ui/copy.js";

export function RowJson({ path, row }) {
  const url = new URL(path, document.baseURI).href;
  return html`<div class="stack"><${Copyable} text=${indented(stringify(row))} /><h3>curl</h3><${Copyable} text=${`curl ${url}`} />
    <p><a href=${path} target="_blank">${t("row.openJson")}</a></p></div>`;
}
