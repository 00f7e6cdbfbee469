// The dialog that adds a row: made from what OPTIONS says of the table.

import { ask } from "./api.js";
import { byId, element } from "./element.js";
import { stringify } from "./exact.js";
import { makeForm } from "./form.js";

let built = ""; // what the form in the dialog was built from
let form = null;

/**
 * Opens the form for a table; `added(table, row)` is called with the row the server has taken. What was typed and not
 * sent is still there the next time, also after signing in anew.
 */
export function openForm(table, added) {
  const wanted = stringify([table.name, table.fields]);
  if (built !== wanted) build(table, wanted, added);
  byId("add").showModal();
  form.focus();
}

function build(table, wanted, added) {
  built = wanted;
  const entries = Object.entries(table.fields);
  const kept = entries.filter(([, field]) => field.read_only).map(([name]) => name);
  form = makeForm({
    id: "add",
    fields: Object.fromEntries(entries.filter(([, field]) => !field.read_only)),
    notes: kept.length ? [element("p", { class: "hint" }, `Filled in by the server: ${kept.join(", ")}.`)] : [],
    save: "Add",
    saving: "Adding…",
    cancel: () => byId("add").close(),
    async send(row) {
      const { data } = await ask(table.path, { method: "POST", body: row });
      byId("add").close();
      built = ""; // the next row starts from an empty form
      added(table, data);
    },
  });
  byId("add").replaceChildren(element("h2", { id: "add-title" }, `Add a row to ${table.name}`), form.node);
}
