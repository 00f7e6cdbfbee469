// A form: labelled fields, one request, and the answer said field by field. Adding rows, signing in, tokens and accounts
// are forms of this kind.

import { Refusal } from "./api.js";
import { element } from "./element.js";
import { Unsendable, formField } from "./fields.js";
import { details, summary } from "./problem.js";

/**
 * `fields` are { name: description } as OPTIONS describes them. `send(values)` makes the request; what it throws as a
 * Refusal is said in the form. `save` and `saving` are the button's words at rest and while waiting; `cancel`, when
 * given, is what the second button does. Gives { node, focus() }.
 */
export function makeForm({ id, fields: descriptions, notes = [], save, saving, send, cancel }) {
  const fields = Object.entries(descriptions).map(([name, field], index) => formField(name, field, `${id}-${index}`));
  const problem = element("div", { id: `${id}-problem`, class: "problem", role: "alert", tabindex: "-1", hidden: true });
  const button = element("button", { id: `${id}-save`, type: "submit", class: "primary" }, save);
  const node = element("form", { id: `${id}-form`, class: "entry", method: "post", novalidate: true, onsubmit: submit, onkeydown: submitFromAnywhere },
    problem,
    element("div", { class: "fields" }, ...fields.map((field) => field.node), ...notes),
    element("div", { class: "actions" },
      cancel ? element("button", { id: `${id}-cancel`, type: "button", onclick: cancel }, "Cancel") : null, button));
  let sending = false;
  let waitingUntil = 0;

  async function submit(event) {
    event.preventDefault();
    if (sending || Date.now() < waitingUntil) return;
    say([]);
    for (const field of fields) field.fail([]);
    const values = typedValues();
    if (values === null) return focusFirstError();
    wait(true);
    try {
      await send(values);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refuse(error);
    } finally {
      wait(false);
    }
  }

  /** What was typed, or null when a field holds what cannot be sent. */
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
    if (error.status === 429 && error.retryAfter) hold(error.retryAfter);
    focusFirstError();
  }

  function say(lines) {
    problem.replaceChildren(...lines.map((line) => element("p", {}, line)));
    problem.hidden = lines.length === 0;
  }

  /** Too many attempts: the button counts down the seconds that the server asked for, and then works again. */
  function hold(seconds) {
    waitingUntil = Date.now() + seconds * 1000;
    const tick = () => {
      const left = Math.ceil((waitingUntil - Date.now()) / 1000);
      button.setAttribute("aria-disabled", String(left > 0));
      button.textContent = left > 0 ? `Wait ${left} s` : save;
      if (left > 0 && node.isConnected) setTimeout(tick, 250);
      else if (left <= 0) say(["You can try again now."]);
    };
    tick();
  }

  function focusFirstError() {
    const field = fields.find(({ control }) => control.getAttribute("aria-invalid"));
    (field?.control ?? problem).focus();
  }

  function wait(waiting) {
    sending = waiting;
    if (Date.now() >= waitingUntil) button.textContent = waiting ? saving : save;
    node.setAttribute("aria-busy", String(waiting));
  }

  function submitFromAnywhere(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) node.requestSubmit();
  }

  return {
    node,
    focus: () => (fields.find(({ control }) => control.getAttribute("aria-invalid")) ?? fields[0])?.control.focus(),
  };
}
