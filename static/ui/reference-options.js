// Rows of a referenced table as suggestions for a key that is typed.

import { ask } from "../core/api.js";
import { describe, labelColumn, tableNamed } from "../core/tables.js";

const MOST = 20;

/** [{ key, label }] of rows that match some words. */
export async function referenceOptions(name, words) {
  if (!tableNamed(name)) return [];
  const table = await describe(name);
  if (table.key.length !== 1) return [];
  const [key] = table.key;
  const label = labelColumn(table);
  const query = new URLSearchParams({ limit: MOST, fields: [key, label].filter(Boolean).join(","), ...(words && { search: words }) });
  const { data } = await ask(`${table.path}?${query}`);
  return data.map((row) => ({ key: String(row[key]), label: label ? String(row[label] ?? "") : "" }));
}
