// The page: shows the view that its address asks for. What is shown follows from the address (view.js) and the answers.

import { Refusal, ask, describe } from "./api.js";
import { byId } from "./element.js";
import { noRows, noSuchTable, noTables, nothingFound, pastTheEnd } from "./empty.js";
import { openForm, prepareForm } from "./form.js";
import { clearStatus, hideHead, keepScrollReachable, showHead, showService, showStatus, showTables, showWait } from "./frame.js";
import { watchHealth } from "./health.js";
import { followAddress } from "./navigate.js";
import { problem } from "./problem.js";
import { paging, rowPath, rowsTable } from "./table.js";
import { pageHref, rowsQuery, viewOf } from "./view.js";

const SLOW = 200; // milliseconds before a wait is shown

let tables = null; // Map of name → path under this page, once known
let described = null; // the table last described
let added = null; // the row just added, while its table is in view: { name, row }
let loading = new AbortController();
let failed = false;

followAddress(() => {
  added = null;
  show();
});
prepareForm((table, row) => {
  added = { name: table.name, row };
  show();
});
byId("add-open").addEventListener("click", () => openForm(described));
window.addEventListener("resize", keepScrollReachable);
introduce();
show();
const lookAtHealth = watchHealth(() => {
  introduce();
  if (failed) show();
});

async function introduce() {
  try {
    showService((await ask("./")).data ?? {});
  } catch {
    // The health line says what is wrong; the page does without a title.
  }
}

async function show() {
  loading.abort();
  loading = new AbortController();
  const { signal } = loading;
  const slow = setTimeout(() => showWait(true), SLOW);
  failed = false;
  try {
    await showView(signal);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Refusal)) throw error;
    failed = true;
    showProblem(error);
    if (error.unreachable) lookAtHealth();
  } finally {
    clearTimeout(slow);
    if (!signal.aborted) showWait(false);
  }
}

async function showView(signal) {
  // A table that is not known may have been made since.
  if (!tables?.has(currentView().table)) tables = await listTables(signal);
  const view = currentView();
  showTables([...tables.keys()], view.table);
  const path = tables.get(view.table);
  if (!path) return showInstead(view.table ? noSuchTable(view.table) : noTables());
  if (described?.name !== view.table) described = null;
  showHead(view, described);

  const [{ data: rows, headers }, table] = await Promise.all([
    ask(path + rowsQuery(view), { signal }),
    described ?? describeTable(view.table, path, signal),
  ]);
  described = table;
  showHead(view, table);
  showRows(table, view, rows, headers.has("X-Total-Count") ? Number(headers.get("X-Total-Count")) : null);
}

async function listTables(signal) {
  const { data } = await ask("api/", { signal });
  // The path is taken from the answer, the host is not: behind a proxy it may be one that this browser cannot reach.
  return new Map(Object.entries(data).map(([name, url]) => [name, `api/${url.split("/api/").pop()}`]));
}

async function describeTable(name, path, signal) {
  const { description, actions, key } = await describe(path, signal);
  return { name, path, description: description ?? "", fields: actions?.POST ?? {}, writable: Boolean(actions?.POST), key: key ?? ["id"] };
}

/** The view that the address asks for; without a table, the first there is. */
function currentView() {
  const view = viewOf(location.search);
  return { ...view, table: view.table || (tables?.keys().next().value ?? "") };
}

function showRows(table, view, rows, total) {
  const highlighted = added?.name === table.name ? added.row : null;
  const focused = document.activeElement?.id;
  byId("rows").replaceChildren(rowsOrReason(table, view, rows, total, highlighted));
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
  hideHead();
  clearStatus();
  byId("rows").replaceChildren(node);
}

function showProblem(error) {
  const view = currentView();
  const ours = error.status === 400;
  byId("paging").hidden = true;
  clearStatus();
  byId("rows").replaceChildren(problem(error, { retry: ours ? null : show, reset: ours ? pageHref({ table: view.table }) : null }));
}
