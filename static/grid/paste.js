// Rows from a spreadsheet: shown before they are sent, and sent as one request that adds all of them or none.

import { html } from "../vendor/preact.js";
import { announce } from "../core/announce.js";
import { ApiError, ask } from "../core/api.js";
import { fieldKind } from "../core/field-kinds.js";
import { t } from "../core/i18n.js";
import { openForm } from "../ui/dialog.js";

const SHOWN = 8;
const ERRORS = 20;

/** Offers to add the rows; `columns` are those that the cells fill when the first row does not name any. */
export function offerPaste({ table, columns, cells, added }) {
  const named = cells[0].every((cell) => table.columns.some(({ name }) => name === cell.trim()));
  const targets = named ? cells[0].map((cell) => table.columns.find(({ name }) => name === cell.trim())) : columns.slice(0, cells[0].length);
  const rows = (named ? cells.slice(1) : cells).map((row) => rowOf(row, targets));
  openForm(t("paste.title", { n: rows.length }), {
    fields: {},
    notes: html`<div class="list preview"><table><thead><tr>${targets.map((column) => html`<th>${column.name}</th>`)}</tr></thead>
      <tbody>${rows.slice(0, SHOWN).map((row) => html`<tr>${targets.map((column) => html`<td>${row[column.name] === undefined ? html`<span class="null">–</span>` : String(row[column.name])}</td>`)}</tr>`)}</tbody></table></div>
      ${rows.length > SHOWN && html`<p class="muted">${t("paste.more", { n: rows.length - SHOWN })}</p>`}<p class="hint">${t("paste.hint")}</p>`,
    save: t("paste.do", { n: rows.length }),
    async send() {
      try {
        await ask(table.path, { method: "POST", body: rows });
      } catch (error) {
        throw Array.isArray(error.data) ? refusedRows(error) : error;
      }
      await added();
      announce(t("paste.done", { n: rows.length }));
    },
  }, "wide");
}

function rowOf(cells, targets) {
  const row = {};
  targets.forEach((column, index) => {
    const text = (cells[index] ?? "").trim();
    if (text === "" || column.read_only) return;
    const kind = fieldKind(column);
    row[column.name] = kind.options ? text : kind.attributes.type === "datetime-local" ? text : kind.value(text);
  });
  return row;
}

/** The API says of each row what is wrong with it. */
function refusedRows(error) {
  const lines = error.data.flatMap((fields, index) => Object.entries(fields ?? {}).map(([name, messages]) => [t("paste.row", { n: index + 1, name }), messages]));
  return new ApiError(400, error.message, { fields: Object.fromEntries(lines.slice(0, ERRORS)) });
}
