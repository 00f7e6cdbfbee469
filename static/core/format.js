// Values as text to look at: numbers and times as the reader's language writes them. The exact value is kept beside.

import { stringify } from "./exact.js";
import { language, t } from "./i18n.js";

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const WHOLE = /^-?\d+$/;
const FLOAT_PLACES = 6; // binary fractions have many that say nothing
const UNITS = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3_600], ["minute", 60]];

const made = new Map();

/** Intl's formatters are slow to make and are kept. */
function formatter(Kind, options) {
  const key = `${Kind.name} ${language()} ${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new Kind(language(), options));
  return made.get(key);
}

export const number = (value) => formatter(Intl.NumberFormat, {}).format(value);

export const dateTime = (exact) => formatter(Intl.DateTimeFormat, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(exact));

export const zonedTime = (exact, timeZone) => formatter(Intl.DateTimeFormat, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone }).format(new Date(exact));

export const localZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export const isNumeric = (type) => ["integer", "float", "decimal"].includes(type);

/** The value as people read it, in one line; `type` is the column's, as OPTIONS names it. Keys are not grouped. */
export function display(value, type, { isKey = false } = {}) {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return t(value ? "value.true" : "value.false");
  if (isNumeric(type)) return isKey ? String(value) : grouped(value);
  if (type === "datetime" && INSTANT.test(value)) return dateTime(value);
  if (type === "date" && DAY.test(value)) return day(value);
  return exact(value);
}

/** The value as the API has it, as text. */
export function exact(value) {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : stringify(value);
}

/** "3 minutes ago", "in 2 days". */
export function ago(moment) {
  const seconds = (new Date(moment) - Date.now()) / 1000;
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? [];
  if (!unit) return seconds > 0 ? t("time.soon") : t("time.now");
  return formatter(Intl.RelativeTimeFormat, { numeric: "auto" }).format(Math.round(seconds / length), unit);
}

/** "850 ms", "12 s", "3 min 20 s". */
export function duration(milliseconds) {
  if (milliseconds < 1000) return `${number(Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${number(Math.round(seconds * 10) / 10)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${number(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

function day(value) {
  const date = new Date(`${value}T00:00:00Z`);
  // JavaScript takes 30 February for 2 March: what is no day stays as it is written.
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== value) return value;
  return formatter(Intl.DateTimeFormat, { dateStyle: "medium", timeZone: "UTC" }).format(date);
}

/** A number, grouped: all digits of whole and decimal ones, which Intl takes as text. */
function grouped(value) {
  if (typeof value === "bigint" || (typeof value === "string" && WHOLE.test(value))) return formatter(Intl.NumberFormat, {}).format(BigInt(value));
  const text = String(value);
  if (!/^-?\d+(\.\d+)?$/.test(text)) return text;
  const places = text.split(".")[1]?.length ?? 0;
  if (typeof value === "number") return formatter(Intl.NumberFormat, { maximumFractionDigits: FLOAT_PLACES }).format(value);
  return places > 100 ? text : formatter(Intl.NumberFormat, { minimumFractionDigits: places, maximumFractionDigits: places }).format(text);
}
