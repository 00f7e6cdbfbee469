// The rows of a table: the view of every address without `page`.

import { isClosed, isOpen, me, reader } from "./access/session.js";
import { signInHref } from "./access/menu.js";
import { openForm } from "./add.js";
import { ask, describe } from "./api.js";
import { byId, element } from "./element.js";
import { noRows, noSuchTable, noTables, nothingFound, pastTheEnd } from "./empty.js";
import { keepScrollReachable, showHead, showPlace, showStatus, showTables, showTitle } from "./frame.js";
import { paging, rowPath, rowsTable } from "./table.js";
import { rowsQuery, viewOf } from "./view.js";

let tables = null; // Map of name → path under this page, once known
let seenBy = null; // the reader that the tables were listed for
let described = null; // the table last described
let added = null; // the row just added, while its table is in view: { name, row }

/** Wires the button that adds rows; `refresh` shows the view again. */
export function prepare(refresh) {
  byId("add-open").addEventListener("click", () => openForm(described, (table, row) => {
    added = { name: table.name, row };
    refresh();
  }));
}

/** The address asks for another view: a row that was just added is one among others there. */
export function forgetAdded() {
  added = null;
}

export async function show(signal) {
  await listTables(signal, currentView().table);
  const view = currentView();
  showTables([...tables.keys()]);
  showPlace({ table: view.table });
  const path = tables.get(view.table);
  if (!path) return showInstead(view.table ? noSuchTable(view.table) : noTables());
  if (described?.name !== view.table) described = null;
  showHead(view, described, whyNot(described));

  const [{ data: rows, headers }, table] = await Promise.all([
    ask(path + rowsQuery(view), { signal }),
    described ?? describeTable(view.table, path, signal),
  ]);
  described = table;
  showHead(view, table, whyNot(table));
  showRows(table, view, rows, headers.has("X-Total-Count") ? Number(headers.get("X-Total-Count")) : null);
}

/** The list of tables beside another page. It does without when there is none: the page itself says what is wrong. */
export async function listAtTheSide(signal) {
  try {
    await listTables(signal);
    showTables([...tables.keys()]);
  } catch {
    // Said elsewhere.
  }
}

/** Who is signed in has changed: says anew why rows cannot be added to the table in view. */
export function explain() {
  const view = currentView();
  if (!view.page && described?.name === view.table) showHead(view, described, whyNot(described));
}

/** Lists the tables if they are not known, when `name` may have been made since, or when somebody else looks. */
async function listTables(signal, name) {
  const asker = reader();
  if (asker !== seenBy) described = null;
  else if (tables && (!name || tables.has(name))) return;
  const { data } = await ask("api/", { signal });
  // The path is taken from the answer, the host is not: behind a proxy it may be one that this browser cannot reach.
  tables = new Map(Object.entries(data).map(([table, url]) => [table, `api/${url.split("/api/").pop()}`]));
  seenBy = asker;
}

async function describeTable(name, path, signal) {
  const { description, actions, key, takesRows } = await describe(path, signal);
  return { name, path, description: description ?? "", fields: actions?.POST ?? {}, writable: Boolean(actions?.POST), takesRows, key: key ?? ["id"] };
}

/** Why no rows can be added to a table: nobody can, or this person may not. Nothing for one that takes them. */
function whyNot(table) {
  if (!table || table.writable) return null;
  if (!table.takesRows || isOpen() || me()?.role === "admin") return "read-only";
  if (me()) return `your role, ${me().role}, may not change this table`;
  return isClosed() ? element("a", { href: signInHref() }, "sign in to add rows") : null;
}

/** The view that the address asks for; without a table, the first there is. */
function currentView() {
  const view = viewOf(location.search);
  return { ...view, table: view.table || (tables?.keys().next().value ?? "") };
}

function showRows(table, view, rows, total) {
  const highlighted = added?.name === table.name ? added.row : null;
  const focused = document.activeElement?.id;
  byId("view").replaceChildren(rowsOrReason(table, view, rows, total, highlighted));
  byId("paging").hidden = rows.length === 0;
  byId("paging").replaceChildren(...paging(table, view, rows.length, total));
  keepScrollReachable();
  showStatus(view, rows.length, total, highlighted ? rowPath(table, highlighted) : undefined);
  if (highlighted) reveal(document.querySelector("tr.added"));
  else if (focused && document.activeElement === document.body) (byId(focused) ?? byId("content")).focus({ preventScroll: true });
}

function rowsOrReason(table, view, rows, total, highlighted) {
  if (rows.length || highlighted) return rowsTable(table, view, rows, highlighted);
  if (view.offset > 0 && total !== 0) return pastTheEnd(view);
  return view.search ? nothingFound(view) : noRows(table);
}

function reveal(row) {
  row?.scrollIntoView({ block: "nearest" });
  (row?.querySelector("a") ?? byId("add-open")).focus({ preventScroll: true });
}

function showInstead(node) {
  byId("paging").hidden = true;
  showTitle("");
  byId("view").replaceChildren(node);
}
