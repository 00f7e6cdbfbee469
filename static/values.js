// One value of a row as something to look at. What is shown may be shortened or put in the reader's locale; the exact
// value is always one hover, click or link away.

import { element } from "./element.js";
import { stringify } from "./exact.js";

const LONG = 120; // characters shown before the rest is folded away
const LINES = 3;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

const instant = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" });

/** The node for a value; `type` is the column's, as OPTIONS names it, or undefined when that is not known. */
export function valueNode(value, type) {
  if (value === null || value === undefined) return element("span", { class: "null" }, "null");
  if (typeof value === "boolean") return element("span", { class: `boolean ${value}` }, String(value));
  if (typeof value === "number" || typeof value === "bigint") return document.createTextNode(String(value));
  if (typeof value === "object") return foldable(stringify(value), "json");
  if ((type ?? "datetime") === "datetime" && INSTANT.test(value)) return time(value, instant);
  if ((type ?? "date") === "date" && DAY.test(value)) return time(value, day);
  if (type === "json" || type === "nested object") return foldable(stringify(value), "json");
  return foldable(value, "text");
}

const distance = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const UNITS = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3_600], ["minute", 60]];

/** "3 minutes ago", "in 2 days": for lists in which the exact moment, one hover away, matters less than its distance. */
export function ago(exact) {
  const seconds = (new Date(exact) - Date.now()) / 1000;
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? [];
  const words = unit ? distance.format(Math.round(seconds / length), unit) : seconds > 0 ? "in a moment" : "just now";
  return element("time", { datetime: exact, title: instant.format(new Date(exact)) }, words);
}

/** Whether a column's values line up on the right. */
export function isNumeric(type, values) {
  if (type && type !== "field") return ["integer", "float", "decimal"].includes(type);
  const present = values.filter((value) => value !== null);
  return present.length > 0 && present.every((value) => typeof value === "number" || typeof value === "bigint");
}

function time(exact, format) {
  const date = new Date(exact);
  const shown = Number.isNaN(date.getTime()) ? exact : format.format(date);
  return element("time", { datetime: exact, title: exact }, shown);
}

function foldable(text, kind) {
  if (text.length <= LONG && text.split("\n").length <= LINES) return element("span", { class: kind, dir: "auto" }, text);
  const beginning = [...text.slice(0, LONG)].slice(0, LONG - 20).join("").split("\n").slice(0, LINES).join("\n");
  const whole = element("div", { class: "whole", dir: "auto" });
  const fold = element("details", { class: kind },
    element("summary", { dir: "auto" },
      element("span", { class: "beginning" }, `${beginning}…`),
      element("span", { class: "less" }, "Show less")),
    whole);
  // A page of rows may hold megabytes; only what is opened is laid out.
  fold.addEventListener("toggle", () => { whole.textContent = fold.open ? text : ""; });
  return fold;
}
