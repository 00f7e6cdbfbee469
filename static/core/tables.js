// The tables there are, and what the API says of each: columns, key, whether the reader may change rows.

import { signal } from "../vendor/preact.js";
import { ask, countOf } from "./api.js";

/** [{ name, path }], or null while they are not known. */
export const tables = signal(null);
/** Row counts by table, as far as they are known. */
export const counts = signal({});

const descriptions = new Map();

export async function loadTables() {
  const { data } = await ask("api/");
  // The path is taken from the answer, the host is not: behind a proxy it may be one that this browser cannot reach.
  tables.value = Object.entries(data).map(([name, url]) => ({ name, path: `api/${url.split("/api/").pop()}` }));
}

/** Another reader sees other tables and columns. */
export function forgetTables() {
  descriptions.clear();
  counts.value = {};
}

export const tableNamed = (name) => tables.value?.find((table) => table.name === name) ?? null;

/** A table's description; asked for once. */
export function describe(name) {
  if (!descriptions.has(name)) {
    const asked = described(name);
    descriptions.set(name, asked);
    asked.catch(() => descriptions.delete(name));
  }
  return descriptions.get(name);
}

async function described(name) {
  const table = tableNamed(name);
  const { data, headers } = await ask(table.path, { method: "OPTIONS" });
  const fields = data.actions?.POST ?? null;
  const takesRows = (headers.get("Allow") ?? "").includes("POST");
  const described = Object.entries(data.columns ?? fields ?? {}).map(([column, field]) => ({ name: column, ...field }));
  const key = data.key ?? [];
  return {
    name,
    path: table.path,
    description: data.description ?? "",
    key,
    // The key comes first, as it does in the grid.
    columns: [...described.filter((column) => key.includes(column.name)), ...described.filter((column) => !key.includes(column.name))],
    fields: fields ?? {},
    isWritable: fields !== null,
    takesRows,
  };
}

export function noteCount(name, count) {
  if (count !== null && counts.peek()[name] !== count) counts.value = { ...counts.peek(), [name]: count };
}

/** Counts the rows of tables that have not been counted, a few at a time. */
export async function countTables(names) {
  const waiting = names.filter((name) => counts.peek()[name] === undefined);
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const table = tableNamed(name);
      if (table) noteCount(name, await countOf(table.path, {}).catch(() => null));
    }
  };
  await Promise.all([worker(), worker(), worker()]);
}

/** A row's key as the address of the row has it, or null for a table without one. Parts are joined with commas. */
export function keyOf(table, row) {
  if (!table.key.length || table.key.some((column) => row[column] === undefined || row[column] === null)) return null;
  return table.key.map((column) => encodeURIComponent(String(row[column]))).join(",");
}

export const rowPath = (table, key) => `${table.path}${key}/`;

/** The column whose value names a row to people: by its usual names, else the first text; null when there is none. */
export function labelColumn(table) {
  const texts = table.columns.filter((column) => column.type === "string" && !table.key.includes(column.name));
  const usual = texts.find((column) => /^(display_name|full_name|name|title|label|nom|titre|libell[eé]|intitul[eé])$/i.test(column.name));
  return (usual ?? texts[0])?.name ?? null;
}
