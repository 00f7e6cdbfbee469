// The form that adds a row, made from what OPTIONS says of the table.

import { html } from "../vendor/preact.js";
import { ask } from "../core/api.js";
import { t } from "../core/i18n.js";
import { openForm } from "../ui/dialog.js";

/** `row` are values to begin with; `added(row)` is called with what the server has taken. */
export function openAddForm({ table, row, added }) {
  const writable = Object.entries(table.fields).filter(([, field]) => !field.read_only);
  const kept = Object.entries(table.fields).filter(([, field]) => field.read_only).map(([name]) => name);
  // A copy has a key of its own.
  const fields = writable.map(([name, field]) => [name, row && !table.key.includes(name) && row[name] !== null ? { ...field, initial: row[name] } : field]);
  openForm(t("row.addTitle", { table: table.name }), {
    id: "add",
    fields: Object.fromEntries(fields),
    notes: kept.length > 0 && html`<p class="hint">${t("row.kept", { names: kept.join(", ") })}</p>`,
    save: t("row.add"),
    also: t("row.addAnother"),
    draft: row ? undefined : `add ${table.name}`,
    async send(values, also) {
      const { data } = await ask(table.path, { method: "POST", body: values });
      await added(data);
      return also;
    },
  });
}
