// The rows of other tables that refer to a row, by table, with a link to all of them.

import { html } from "../vendor/preact.js";
import { ask, totalOf } from "../core/api.js";
import { display } from "../core/format.js";
import { t } from "../core/i18n.js";
import { href } from "../core/router.js";
import { describe, keyOf, labelColumn, tables } from "../core/tables.js";
import { useData } from "../core/use-data.js";
import { Problem } from "../ui/problem.js";
import { Skeleton } from "../ui/skeleton.js";

const SHOWN = 5;

export function Related({ table, row }) {
  const key = table.key.length === 1 ? row[table.key[0]] : null;
  const { data, error, reload } = useData(`${table.name} ${key}`, (signal) => relatedTo(table.name, key, signal));
  if (error) return html`<${Problem} error=${error} retry=${reload} />`;
  if (!data) return html`<${Skeleton} lines=${4} />`;
  if (!data.length) return html`<p class="muted">${t("related.none")}</p>`;
  return data.map(({ other, column, rows, total }) => html`<section class="related"><h3><a href=${href({ table: other.name, [column]: String(key) })}>${other.name}</a> <span class="muted">${column} · ${t("rows.count", { n: total })}</span></h3>
    <ul>${rows.map((found) => html`<li><a href=${href({ table: other.name, row: keyOf(other, found) })} dir="auto">${nameOf(other, found)}</a></li>`)}</ul></section>`);
}

function nameOf(table, row) {
  const label = labelColumn(table);
  const keys = table.key.map((column) => display(row[column], undefined)).join(", ");
  return label && row[label] ? `${row[label]} (${keys})` : keys;
}

async function relatedTo(name, key, signal) {
  if (key === null || key === undefined) return [];
  const all = await Promise.all(tables.peek().map((table) => describe(table.name)));
  const references = all.flatMap((other) => other.columns.filter((column) => column.references === name).map((column) => ({ other, column: column.name })));
  return Promise.all(references.map(async ({ other, column }) => {
    const query = new URLSearchParams({ [column]: String(key), limit: SHOWN });
    const { data, headers } = await ask(`${other.path}?${query}`, { signal });
    return { other, column, rows: data, total: totalOf(headers) ?? data.length };
  }));
}
