// What can be done with the rows that are selected: deleted, duplicated, given a value.

import { html } from "../vendor/preact.js";
import { announce } from "../core/announce.js";
import { ask } from "../core/api.js";
import { t } from "../core/i18n.js";
import { rowPath } from "../core/tables.js";
import { confirm, openForm } from "../ui/dialog.js";
import { Icon } from "../ui/icon.js";

export function SelectionBar({ table, selected, clear, changed, duplicate }) {
  const n = selected.size;
  /** Rows are changed one after the other; what is refused ends it, and what was done is shown. */
  const each = async (work) => {
    try {
      for (const [key] of selected) await work(rowPath(table, key));
    } finally {
      await changed();
    }
  };
  const remove = () => confirm(t("row.deleteAsk", { n }), t("row.deleteWarn"), { save: t("do.delete"), act: async () => {
    await each((path) => ask(path, { method: "DELETE" }));
    announce(t("row.deleted", { n }));
  } });
  const set = () => openForm(t("set.title", { n }), {
    fields: Object.fromEntries(Object.entries(table.fields).filter(([name, field]) => !field.read_only && !table.key.includes(name)).map(([name, field]) => [name, { ...field, required: false }])),
    notes: html`<p class="hint">${t("set.hint")}</p>`,
    save: t("set.do"),
    async send(values) {
      if (!Object.keys(values).length) return;
      await each((path) => ask(path, { method: "PATCH", body: values }));
      announce(t("set.done", { n }));
    },
  });
  return html`<div class="selection" role="group" aria-label=${t("selection.label")}><strong role="status">${t("selection.count", { n })}</strong>
    <button type="button" id="selection-set" onClick=${set}>${t("set.open")}</button>
    ${n === 1 && html`<button type="button" id="selection-duplicate" onClick=${() => duplicate([...selected.values()][0])}><${Icon} name="copy" />${t("row.duplicate")}</button>`}
    <button type="button" id="selection-delete" onClick=${remove}><${Icon} name="trash" />${t("do.delete")}</button>
    <button type="button" class="quiet" onClick=${clear}>${t("selection.clear")}</button></div>`;
}
