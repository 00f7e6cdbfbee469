// Which columns a grid shows, in which order and how wide. The order is in the address; widths are kept by the browser.

import { display, isNumeric } from "../core/format.js";
import { remember, remembered } from "../core/storage.js";

const NARROWEST = 64;
const WIDEST = 320;
const LETTER = 7.6; // pixels of a letter of the grid's type, on average
const BOLD = 8.8; // pixels of a letter of a heading
const ROOM = 28; // pixels beside the text
const ARROW = 20; // pixels for the arrow of a sorted column
const LABEL = 20; // letters for what a referenced row is called
const DIGITS = 9; // letters of a number that is no key

const settings = (table) => remembered(`grid:${table}`, {});

/** The columns in view: those that the address names, else those last chosen, else all. The key always comes first. */
export function shownColumns(table, named) {
  const wanted = named ?? settings(table.name).columns;
  if (!wanted) return table.columns;
  const chosen = wanted.map((name) => table.columns.find((column) => column.name === name)).filter(Boolean);
  const keys = table.columns.filter(({ name }) => table.key.includes(name));
  return [...keys, ...chosen.filter((column) => !keys.includes(column))];
}

export function rememberColumns(table, names) {
  remember(`grid:${table.name}`, { ...settings(table.name), columns: names });
}

export const rememberedWidths = (table) => settings(table.name).widths ?? {};

export function rememberWidths(table, widths) {
  remember(`grid:${table.name}`, { ...settings(table.name), widths });
}

/** Widths that fit most of what the first rows hold. */
export function fittedWidths(table, columns, rows, total) {
  return Object.fromEntries(columns.map((column) => {
    const lengths = rows.map((row) => display(row[column.name], column.type).length).sort((one, other) => one - other);
    const usual = lengths[Math.floor(lengths.length * 0.9)] ?? 0;
    const held = column.references ? usual + LABEL : Math.max(usual, isNumeric(column.type) ? digits(table, column, total) : 0);
    const wanted = Math.max(column.name.length * BOLD + ARROW, held * LETTER) + ROOM;
    return [column.name, Math.round(Math.min(WIDEST, Math.max(NARROWEST, wanted)))];
  }));
}

/** Letters that later numbers may need; keys are usually counted up. */
const digits = (table, { name }, total) => (table.key.includes(name) ? String(total).length : DIGITS);

export const narrowest = () => NARROWEST;
