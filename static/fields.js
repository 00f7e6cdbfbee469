// One labelled control for each field of a form, which is described as OPTIONS describes a column; the pages' own forms
// also have passwords, an `initial` choice and `autocomplete` (HTML, autofill). The server is the only judge of values:
// what cannot be sent as the field's type is sent as it was typed, and the server's own words come back to stand under
// the control.

import { element } from "./element.js";
import { parse } from "./exact.js";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const WHOLE = /^[+-]?\d+$/;

/** What cannot be sent at all; the message stands under the field as the server's would. */
export class Unsendable extends Error {}

/** { name, node, control, value(), fail(messages) }; value() is undefined for what was left empty. */
export function formField(name, field, id) {
  const { control, read, hint, beside } = kindOf(field);
  const notes = [hint, field.help_text, lengthHint(field), field.references && `The key of a row of ${field.references}.`].filter(Boolean).join(" ");
  const error = element("p", { class: "error", id: `${id}-error`, hidden: true });
  control.id = id;
  if (field.initial !== undefined && control.type !== "select-one") control.value = field.initial;
  control.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
  const isCheck = control.type === "checkbox";
  const needed = field.required && !isCheck; // a checkbox always says something
  if (needed) control.setAttribute("aria-required", "true");
  const label = element("label", { for: id }, field.label || name, needed ? element("span", { class: "required" }, "required") : null);
  return {
    name,
    control,
    node: element("div", { class: isCheck ? "field check" : "field" },
      ...(isCheck ? [control, label] : [label, beside ? element("div", { class: "beside" }, control, beside) : control]),
      element("p", { class: "hint", id: `${id}-hint`, hidden: !notes }, notes), error),
    value: () => read(control),
    fail(messages) {
      error.textContent = messages.join(" ");
      error.hidden = messages.length === 0;
      if (messages.length) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    },
  };
}

function kindOf(field) {
  switch (field.type) {
    case "integer":
      return { control: line({ inputmode: "numeric" }), read: typed(integer), hint: rangeHint(field) };
    case "float":
      return { control: line({ inputmode: "decimal" }), read: typed(float), hint: rangeHint(field) };
    case "decimal":
      return { control: line({ inputmode: "decimal" }), read: typed(asTyped), hint: rangeHint(field) };
    case "boolean":
      return field.required ? checkbox() : choice([{ value: true, label: "true" }, { value: false, label: "false" }]);
    case "date":
      return { control: line({ type: "date" }), read: typed(asTyped) };
    case "datetime":
      return { control: line({ type: "datetime-local" }), read: typed(utc), hint: `In your time zone, ${timeZone()}.` };
    case "choice":
      return choice((field.choices ?? []).map(({ value, display_name: label }) => ({ value, label: label ?? value })), field.initial);
    case "json":
    case "nested object":
      return { control: area({ class: "json", spellcheck: "false" }), read: typed(json), hint: 'JSON, such as {"a": 1}.' };
    case "password":
      return secret(field);
    case "string":
      return { control: field.max_length <= 255 ? line({ dir: "auto" }) : area({ dir: "auto" }), read: untrimmed };
    default:
      return { control: line({ dir: "auto", spellcheck: "false", autocapitalize: "none", autocomplete: field.autocomplete ?? "off" }), read: typed(asTyped) };
  }
}

/** A password, which can be looked at: seeing it once finds more mistakes than typing it blind twice. */
function secret(field) {
  const control = line({ type: "password", autocomplete: field.autocomplete, autocapitalize: "none", spellcheck: "false" });
  const beside = element("button", { type: "button", onclick: () => show(control.type === "password") });
  const show = (shown) => {
    control.type = shown ? "text" : "password";
    beside.textContent = shown ? "Hide" : "Show";
    beside.setAttribute("aria-label", `${beside.textContent} the ${field.label.toLowerCase()}`);
  };
  show(false);
  return { control, beside, read: untrimmed };
}

const line = (attributes) => element("input", { type: "text", autocomplete: "off", ...attributes });
const area = (attributes) => element("textarea", { rows: "1", ...attributes });
const timeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

const typed = (convert) => (control) => {
  // A date picker that holds half a date has no value to send and no words for it but these.
  if (control.validity.badInput) throw new Unsendable("Fill in every part of the date, or clear it.");
  const value = control.value.trim();
  return value === "" ? undefined : convert(value);
};

function checkbox() {
  return { control: element("input", { type: "checkbox" }), read: (control) => control.checked };
}

/** With a value to begin with there is always one chosen; without, the choice may be left out. */
function choice(options, initial) {
  const offered = initial === undefined ? [{ value: undefined, label: "–" }, ...options] : options;
  const control = element("select", {},
    ...offered.map(({ value, label }, index) => element("option", { value: index, selected: value === initial }, String(label))));
  return { control, read: () => offered[control.selectedIndex]?.value };
}

const asTyped = (text) => text;
const untrimmed = (control) => control.value || undefined;
const integer = (text) => (WHOLE.test(text) ? BigInt(text.replace(/^\+/, "")) : text);

function float(text) {
  const number = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : text;
}

function utc(text) {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date.toISOString().replace(".000Z", "Z");
}

function json(text) {
  try {
    return parse(text);
  } catch (error) {
    throw new Unsendable(`This is not JSON: ${error.message}`);
  }
}

function lengthHint(field) {
  return field.max_length ? `At most ${field.max_length} characters.` : "";
}

function rangeHint({ min_value: least, max_value: most }) {
  if (least !== undefined && most !== undefined) return `From ${least} to ${most}.`;
  if (least !== undefined) return `At least ${least}.`;
  return most !== undefined ? `At most ${most}.` : "";
}
