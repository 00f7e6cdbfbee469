// What a grid shows, read from the address and written to it: search, filters by their API names, order, columns and the
// open row. A link is exactly the view.

import { href } from "../core/router.js";

const RESERVED = ["table", "page", "search", "ordering", "columns", "row"];

/** { table, search, ordering: ["-year"], filters: [{ column, lookup, value }], columns: [names] | null, row }. */
export function viewStateOf(query, table) {
  const names = table.columns.map(({ name }) => name);
  const filters = [];
  for (const [parameter, value] of query) {
    if (RESERVED.includes(parameter)) continue;
    const filter = filterOf(parameter, names);
    filters.push({ ...filter, value });
  }
  const columns = (query.get("columns") ?? "").split(",").filter((name) => names.includes(name));
  return {
    table: query.get("table") ?? "",
    search: query.get("search") ?? "",
    ordering: (query.get("ordering") ?? "").split(",").filter(Boolean),
    filters,
    columns: columns.length ? columns : null,
    row: query.get("row") ?? "",
  };
}

/** The address of a view. */
export function viewHref({ table, search, ordering, filters, columns, row }) {
  const query = new URLSearchParams({ table });
  for (const [name, value] of filterParameters(filters)) query.append(name, value);
  const rest = { search, ordering: ordering.join(","), columns: columns?.join(",") ?? "", row };
  for (const [name, value] of Object.entries(rest)) if (value) query.set(name, value);
  return href(query);
}

/** What the API is asked for a view's rows, without the paging. */
export function rowsQuery({ search, ordering, filters }) {
  const query = new URLSearchParams(filterParameters(filters));
  if (search) query.set("search", search);
  if (ordering.length) query.set("ordering", ordering.join(","));
  return query;
}

/** Sorting by a column goes up, down, off; `also` keeps the other columns that are sorted by. */
export function nextOrdering(ordering, column, also) {
  const present = ordering.find((entry) => entry.replace(/^-/, "") === column);
  const next = present === undefined ? [column] : present === column ? [`-${column}`] : [];
  const others = also ? ordering.filter((entry) => entry !== present) : [];
  return [...others, ...next];
}

function filterOf(parameter, names) {
  if (names.includes(parameter)) return { column: parameter, lookup: "exact" };
  const at = parameter.lastIndexOf("__");
  return at > 0 ? { column: parameter.slice(0, at), lookup: parameter.slice(at + 2) } : { column: parameter, lookup: "exact" };
}

function filterParameters(filters) {
  return filters.map(({ column, lookup, value }) => [lookup === "exact" && !RESERVED.includes(column) ? column : `${column}__${lookup}`, value]);
}
