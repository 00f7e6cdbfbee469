// The form that adds a row: made from what OPTIONS says of the table, sent as JSON, answered field by field.

import { ask } from "./api.js";
import { byId, element } from "./element.js";
import { Unsendable, formField } from "./fields.js";
import { details, summary } from "./problem.js";

let table = null;
let fields = [];
let added = () => {};
let sending = false;

/** Wires the dialog once; `whenAdded(table, row)` is called with each row the server has taken. */
export function prepareForm(whenAdded) {
  added = whenAdded;
  byId("add-cancel").addEventListener("click", () => byId("add").close());
  byId("add-form").addEventListener("submit", send);
  byId("add-form").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("add-form").requestSubmit();
  });
}

/** Opens the form for a table. What was typed and not sent is still there the next time. */
export function openForm(forTable) {
  if (table !== forTable) build(forTable);
  byId("add").showModal();
  (fields.find(({ control }) => control.getAttribute("aria-invalid")) ?? fields[0])?.control.focus();
}

function build(forTable) {
  table = forTable;
  const entries = Object.entries(table.fields);
  const kept = entries.filter(([, field]) => field.read_only).map(([name]) => name);
  fields = entries.filter(([, field]) => !field.read_only).map(([name, field], index) => formField(name, field, index));
  byId("add-title").textContent = `Add a row to ${table.name}`;
  byId("add-fields").replaceChildren(...fields.map(({ node }) => node),
    kept.length ? element("p", { class: "hint" }, `Filled in by the server: ${kept.join(", ")}.`) : "");
  say([]);
}

async function send(event) {
  event.preventDefault();
  if (sending) return;
  say([]);
  for (const field of fields) field.fail([]);
  const body = typedValues();
  if (body === null) return focusFirstError();
  wait(true);
  try {
    const sent = table;
    const { data } = await ask(table.path, { method: "POST", body });
    byId("add").close();
    table = null; // the next row starts from an empty form
    added(sent, data);
  } catch (error) {
    refuse(error);
  } finally {
    wait(false);
  }
}

/** The row as typed, or null when a field holds what cannot be sent. */
function typedValues() {
  const values = [];
  let sendable = true;
  for (const field of fields) {
    try {
      const value = field.value();
      if (value !== undefined) values.push([field.name, value]);
    } catch (error) {
      if (!(error instanceof Unsendable)) throw error;
      field.fail([error.message]);
      sendable = false;
    }
  }
  return sendable ? Object.fromEntries(values) : null;
}

function refuse(error) {
  const rest = { ...error.fields };
  for (const field of fields) {
    if (!Object.hasOwn(rest, field.name)) continue;
    field.fail([rest[field.name]].flat().map(String));
    delete rest[field.name];
  }
  const general = Object.entries(rest).map(([name, messages]) =>
    (name === "non_field_errors" ? "" : `${name}: `) + [messages].flat().join(" "));
  if (!error.fields) general.push(summary(error), ...(error.unreachable ? ["Nothing was lost: try again when it is back."] : details(error)));
  say(general);
  focusFirstError();
}

function say(lines) {
  byId("add-problem").replaceChildren(...lines.map((line) => element("p", {}, line)));
  byId("add-problem").hidden = lines.length === 0;
}

function focusFirstError() {
  const field = fields.find(({ control }) => control.getAttribute("aria-invalid"));
  (field?.control ?? byId("add-problem")).focus();
}

function wait(waiting) {
  sending = waiting;
  byId("add-save").textContent = waiting ? "Adding…" : "Add";
  byId("add-form").setAttribute("aria-busy", String(waiting));
}
