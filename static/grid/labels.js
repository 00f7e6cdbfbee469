// What referenced rows are called, for the keys in sight: asked for by table, many keys at once, and kept.

import { signal } from "../vendor/preact.js";
import { ask } from "../core/api.js";
import { describe, labelColumn, tableNamed } from "../core/tables.js";

const MOST = 200; // keys in one request
const REST = 60; // milliseconds in which keys are gathered

/** Grows when labels were learnt. */
export const labelsVersion = signal(0);

const known = new Map(); // table → Map of key → label
const wanted = new Map(); // table → Set of keys
const gathering = { timer: 0 };

/** The label of a row of `table`, or "" while it is not known. */
export function labelOf(table, key) {
  if (key === null || key === undefined || !tableNamed(table)) return "";
  const id = String(key);
  const labels = known.get(table) ?? known.set(table, new Map()).get(table);
  if (labels.has(id)) return labels.get(id);
  (wanted.get(table) ?? wanted.set(table, new Set()).get(table)).add(id);
  clearTimeout(gathering.timer);
  gathering.timer = setTimeout(askForWanted, REST);
  return "";
}

async function askForWanted() {
  const asked = [...wanted];
  wanted.clear();
  await Promise.all(asked.map(([table, keys]) => askFor(table, [...keys]).catch(() => {})));
  labelsVersion.value += 1;
}

async function askFor(name, keys) {
  const labels = known.get(name);
  for (const key of keys) labels.set(key, "");
  const table = await describe(name);
  const label = labelColumn(table);
  if (table.key.length !== 1 || label === null) return;
  const [key] = table.key;
  for (let at = 0; at < keys.length; at += MOST) {
    const query = new URLSearchParams({ [`${key}__in`]: keys.slice(at, at + MOST).join(","), fields: `${key},${label}`, limit: MOST });
    const { data } = await ask(`${table.path}?${query}`);
    for (const row of data) labels.set(String(row[key]), String(row[label] ?? ""));
  }
}
