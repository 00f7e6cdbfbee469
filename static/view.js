// What is shown, as the page's query string says it: ?table=books&search=…&ordering=-year&offset=25, or another page
// with what it needs: ?page=jobs&status=failed. The address is the only place this is kept, so every view can be linked,
// bookmarked and gone back to.

export const PAGE_SIZE = 25;

export function viewOf(search) {
  const query = new URLSearchParams(search);
  return {
    page: query.get("page") ?? "",
    table: query.get("table") ?? "",
    search: query.get("search") ?? "",
    ordering: query.get("ordering") ?? "",
    offset: offsetOf(query),
  };
}

export function offsetOf(query) {
  const offset = Number(query.get("offset") ?? 0);
  return Number.isSafeInteger(offset) && offset > 0 ? offset : 0;
}

/** The page's own address for a view; what is empty, null or zero is left out. */
export function pageHref(parameters) {
  return `?${query(parameters)}`;
}

/** What the API is asked for a view's rows. */
export function rowsQuery(view) {
  return `?limit=${PAGE_SIZE}&${query({ offset: view.offset, search: view.search, ordering: view.ordering })}`.replace(/&$/, "");
}

/** The query of a view's rows without the paging, for a download of all of them. */
export function exportQuery(view, format) {
  return `?${query({ search: view.search, ordering: view.ordering, format })}`;
}

/** Clicking a column sorts by it, then the other way round, then not at all. */
export function nextOrdering(ordering, column) {
  if (ordering === column) return `-${column}`;
  if (ordering === `-${column}`) return "";
  return column;
}

function query(parameters) {
  return new URLSearchParams(Object.entries(parameters).filter(([, value]) => value)).toString();
}
