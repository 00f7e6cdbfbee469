// Cells as tab-separated values, the form in which spreadsheets exchange them.

import { exact } from "../core/format.js";

/** Exact values; those with tabs, quotes or line breaks are quoted. */
export function toTsv(rows) {
  return rows.map((row) => row.map((value) => quoted(exact(value))).join("\t")).join("\n");
}

/** Rows of texts; null for text of one cell. */
export function fromTsv(text) {
  const rows = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^\t\r\n]*))(\t|\r\n|\n|\r|$)/y;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (!match) return null;
    rows.at(-1).push(match[1] === undefined ? match[2] : match[1].replaceAll('""', '"'));
    if (match[3] !== "\t") rows.push([]);
  }
  const filled = rows.filter((row) => row.length);
  return filled.length > 1 || filled[0]?.length > 1 ? filled : null;
}

const quoted = (text) => (/[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
