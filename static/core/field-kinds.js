// How each type of column is typed in: which control, what it says for a value, and what is sent for what it says. Forms
// and the grid's cells share this. The server is the only judge of values: what cannot be sent as the field's type is
// sent as it was typed, and the server's own words come back to stand beside the control.

import { parse, stringify } from "./exact.js";
import { localZone } from "./format.js";
import { t } from "./i18n.js";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const WHOLE = /^[+-]?\d+$/;

/** What cannot be sent at all; the message stands under the field as the server's would. */
export class Unsendable extends Error {}

/**
 * { tag, attributes, options, text(value), value(text), hint }: `text` is what the control shows for a value, `value`
 * what is sent for a text that is not empty. `options` are { value, label } of a select.
 */
export function fieldKind(field) {
  switch (field.type) {
    case "integer": return { ...line({ inputmode: "numeric" }), value: integer, hint: rangeHint(field) };
    case "float": return { ...line({ inputmode: "decimal" }), value: float, hint: rangeHint(field) };
    case "decimal": return { ...line({ inputmode: "decimal" }), hint: rangeHint(field) };
    case "boolean": return select([{ value: true, label: t("value.true") }, { value: false, label: t("value.false") }]);
    case "date": return line({ type: "date" });
    case "datetime": return { ...line({ type: "datetime-local", step: "1" }), text: localTime, value: utc, hint: t("field.zone", { zone: localZone() }) };
    case "choice": return select((field.choices ?? []).map(({ value, display_name: label }) => ({ value, label: label ?? value })));
    case "json":
    case "nested object": return { ...area({ class: "code", spellcheck: "false" }), text: pretty, value: json, hint: t("field.json") };
    case "password": return line({ type: "password", autocapitalize: "none", spellcheck: "false", autocomplete: field.autocomplete });
    case "string": return field.max_length <= 255 ? line({ dir: "auto" }) : area({ dir: "auto" });
    default: return line({ dir: "auto", spellcheck: "false", autocapitalize: "none", autocomplete: field.autocomplete ?? "off" });
  }
}

/** What a control holds, to be sent; undefined for nothing. Throws Unsendable. */
export function controlValue(control, kind) {
  // A date picker that holds half a date has no value to send and no words for it but these.
  if (control.validity?.badInput) throw new Unsendable(t("field.partialDate"));
  if (kind.options) return kind.options[control.selectedIndex - 1]?.value;
  const isText = kind.value === asTyped;
  const text = isText ? control.value : control.value.trim();
  return text === "" ? undefined : kind.value(text);
}

/** What stands for an emptied field of a row that exists. */
export const emptied = (field) => (field.allow_null ? null : "");

const asTyped = (text) => text;
const plain = (value) => (value === null || value === undefined ? "" : typeof value === "object" ? stringify(value) : String(value));

const line = (attributes) => ({ tag: "input", attributes: { type: "text", autocomplete: "off", ...attributes }, text: plain, value: asTyped });
const area = (attributes) => ({ tag: "textarea", attributes: { rows: "1", ...attributes }, text: plain, value: asTyped });
const select = (options) => ({ tag: "select", attributes: {}, options, text: plain, value: asTyped });

const integer = (text) => (WHOLE.test(text) ? BigInt(text.replace(/^\+/, "")) : text);

function float(text) {
  const number = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : text;
}

function localTime(value) {
  const date = new Date(value);
  if (!value || Number.isNaN(date.getTime())) return plain(value);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

function utc(text) {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date.toISOString().replace(".000Z", "Z");
}

function pretty(value) {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? indented(stringify(value)) : stringify(value);
}

/** JSON text with line breaks and indentation, its numbers as they are. */
export function indented(text) {
  let depth = 0;
  const pad = () => `\n${"  ".repeat(depth)}`;
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|[[{]\s*[\]}]|[[\]{},:]/g, (token) => {
    switch (token) {
      case "{": case "[": depth += 1; return token + pad();
      case "}": case "]": depth -= 1; return pad() + token;
      case ",": return token + pad();
      case ":": return ": ";
      default: return token;
    }
  });
}

function json(text) {
  try {
    return parse(text);
  } catch (error) {
    throw new Unsendable(t("field.notJson", { reason: error.message }));
  }
}

function rangeHint({ min_value: least, max_value: most }) {
  if (least !== undefined && most !== undefined) return t("field.range", { least: String(least), most: String(most) });
  if (least !== undefined) return t("field.least", { least: String(least) });
  return most !== undefined ? t("field.most", { most: String(most) }) : "";
}
