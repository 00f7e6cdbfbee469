// The rows of a table: what the address asks for, shown as a grid, with what can be done with it and the open row beside.

import { html, useEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { announce } from "../core/announce.js";
import { ApiError, ask } from "../core/api.js";
import { rich, t } from "../core/i18n.js";
import { address, go, href } from "../core/router.js";
import { access, recoveries } from "../core/service.js";
import { person } from "../core/session.js";
import { describe, keyOf, noteCount, rowPath, tableNamed, tables } from "../core/tables.js";
import { useData } from "../core/use-data.js";
import { Panel } from "../row/panel.js";
import { openAddForm } from "../row/add.js";
import { Empty } from "../ui/empty.js";
import { Icon } from "../ui/icon.js";
import { Page, useTitle } from "../ui/page.js";
import { Problem, signInHref } from "../ui/problem.js";
import { Skeleton } from "../ui/skeleton.js";
import { rowBlocks } from "./blocks.js";
import { Cards } from "./cards.js";
import { rememberColumns, shownColumns } from "./columns.js";
import { NothingFound, NoRows } from "./empty-grid.js";
import { FilterChips } from "./filter-bar.js";
import { Grid } from "./grid.js";
import { offerPaste } from "./paste.js";
import { SelectionBar } from "./selection-bar.js";
import { StatusBar } from "./status-bar.js";
import { Toolbar } from "./toolbar.js";
import { nextOrdering, rowsQuery, viewHref, viewStateOf } from "./view-state.js";

export function View({ query }) {
  const name = query.get("table");
  const table = tableNamed(name);
  const reader = `${person.value?.username} ${access.value}`;
  const { data, error, reload } = useData(`${name} ${reader} ${table !== null}`, async () => (table ? describe(name) : null));
  if (tables.value && !table) return html`<${Page} title=${t("table.none")}><${Empty}><p>${rich("table.noneMore", { name: html`<q dir="auto">${name}</q>` })}</p><p><a href="./">${t("page.toOverview")}</a></p><//><//>`;
  if (error) return html`<${Page} title=${name}><${Problem} error=${error} retry=${reload} /><//>`;
  if (!data) return html`<div class="table-page"><header class="table-head"><h1 id="title">${name}</h1></header><${Skeleton} lines=${12} /></div>`;
  return html`<${TableView} key=${`${name} ${reader}`} table=${data} query=${query} />`;
}

/** Whether this window has room for no more than cards. */
function useNarrow() {
  const media = useMemo(() => matchMedia("(max-width: 46rem)"), []);
  const [isNarrow, setNarrow] = useState(media.matches);
  useEffect(() => {
    const changed = () => setNarrow(media.matches);
    media.addEventListener("change", changed);
    return () => media.removeEventListener("change", changed);
  }, []);
  return isNarrow;
}

/** The blocks of a view. Those of the last view stand until the first of the new one are there. */
function useBlocks(table, asked) {
  const wanted = useMemo(() => rowBlocks(table, new URLSearchParams(asked)), [table, asked]);
  const shown = useRef(wanted);
  wanted.version.value;
  useEffect(() => {
    wanted.ensure(0, 0);
    return () => wanted.stop();
  }, [wanted]);
  useEffect(() => {
    if (wanted.error.peek()) wanted.refresh(0, 0);
  }, [recoveries.value]);
  if (wanted.total() !== null || wanted.error.value) shown.current = wanted;
  return { blocks: shown.current, isStale: shown.current !== wanted };
}

function TableView({ table, query }) {
  useTitle(table.name);
  const view = viewStateOf(query, table);
  const columns = useMemo(() => shownColumns(table, view.columns), [table, view.columns?.join(",")]);
  const { blocks, isStale } = useBlocks(table, rowsQuery(view).toString());
  const [selected, setSelected] = useState(new Map());
  const handle = useRef(null);
  const isNarrow = useNarrow();
  const total = blocks.total();
  const error = blocks.error.value;
  blocks.version.value;

  const show = (changes, options) => go(viewHref({ ...view, row: "", ...changes }), options);
  // A link is exactly the view: columns chosen earlier are named in it.
  useEffect(() => {
    const chosen = columns.map(({ name }) => name).join(",");
    if (!view.columns && chosen !== table.columns.map(({ name }) => name).join(",")) show({ columns: columns.map(({ name }) => name), row: view.row }, { replace: true });
  }, [columns]);

  const refresh = async () => {
    const [first, last] = handle.current?.range() ?? [0, 50];
    await blocks.refresh(first, last);
  };
  const reloadAll = async () => {
    setSelected(new Map());
    await refresh();
  };
  const edit = (place, row, column, value) => refusalBy(column.name, async () => {
    const { data } = await ask(rowPath(table, keyOf(table, row)), { method: "PATCH", body: { [column.name]: value } });
    blocks.replace(place, row, data);
    announce(t("grid.saved"));
  });
  const create = async (values) => {
    try {
      await ask(table.path, { method: "POST", body: values });
      noteCount(table.name, (blocks.total() ?? 0) + 1);
      await refresh();
      announce(t("row.added"));
      return null;
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      const fields = Object.entries(problem.fields ?? { [table.columns.find((column) => !column.read_only)?.name]: problem.message });
      return Object.fromEntries(fields.map(([name, messages]) => [name, [messages].flat().map(String)]));
    }
  };
  const add = (row) => openAddForm({ table, row, added: async (created) => {
    await refresh();
    const key = keyOf(table, created);
    announce(t("row.added"), key === null ? undefined : { href: viewHref({ ...viewStateOf(address.peek(), table), row: key }), label: t("row.openIt") });
  } });
  const changeColumns = (names) => {
    rememberColumns(table, names);
    show({ columns: names, row: view.row }, { replace: true });
  };
  const openPlace = view.row ? blocks.placeOf((row) => keyOf(table, row) === view.row) : -1;
  const neighbour = (step) => {
    const row = openPlace < 0 ? undefined : blocks.row(openPlace + step);
    const key = row && keyOf(table, row);
    return key ? viewHref({ ...view, row: key }) : null;
  };
  const isFiltered = Boolean(view.search) || view.filters.length > 0;

  return html`<div class=${view.row ? "table-page with-panel" : "table-page"}>
    <header class="table-head"><h1 id="title" tabindex="-1">${table.name}</h1><${WhyNot} table=${table} />
      ${table.description && html`<p class="muted">${table.description}</p>`}</header>
    <${Toolbar} table=${table} columns=${columns} view=${view} show=${show} changeColumns=${changeColumns} add=${() => add()} />
    <${FilterChips} filters=${view.filters} columns=${table.columns} change=${(filters) => show({ filters })} />
    ${selected.size > 0 && html`<${SelectionBar} table=${table} selected=${selected} clear=${() => setSelected(new Map())} changed=${reloadAll} duplicate=${add} />`}
    <div class="table-body">
      <div class="table-main">
        ${error ? html`<${Problem} error=${error} retry=${() => blocks.refresh(0, 0)} reset=${href({ table: table.name })} />`
        : total === null ? html`<${Skeleton} lines=${14} />`
        : total === 0 && isFiltered ? html`<${NothingFound} view=${view} reset=${href({ table: table.name })} />`
        : total === 0 ? html`<${NoRows} table=${table} add=${() => add()} />`
        : isNarrow ? html`<${Cards} table=${table} columns=${columns} blocks=${blocks} />`
        : html`<${Grid} key=${table.name} table=${table} columns=${columns} blocks=${blocks} ordering=${view.ordering} openRow=${view.row} selected=${selected} onSelect=${setSelected} edit=${edit} create=${create} isStale=${isStale} handle=${handle}
            sort=${(name, also) => show({ ordering: nextOrdering(view.ordering, name, also), row: view.row })}
            paste=${(cells, from) => offerPaste({ table, columns: from, cells, added: reloadAll })} />`}
        ${(total !== null || !isNarrow) && html`<${StatusBar} total=${total} isStale=${isStale} isFiltered=${isFiltered} handle=${isNarrow ? null : handle} table=${table} query=${rowsQuery(view)} />`}
      </div>
      ${view.row && html`<${Panel} key=${view.row} table=${table} rowKey=${view.row} close=${viewHref({ ...view, row: "" })} previous=${neighbour(-1)} next=${neighbour(1)}
        changed=${refresh} removed=${async () => { await reloadAll(); show({ row: "" }); }} duplicate=${add} />`}
    </div>
  </div>`;
}

/** The messages with which the server refuses a change of one field, or null when it takes it. */
async function refusalBy(name, change) {
  try {
    await change();
    return null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const messages = error.fields ? Object.entries(error.fields).flatMap(([field, said]) => [said].flat().map((one) => (field === name || field === "non_field_errors" ? one : `${field}: ${one}`))) : [error.message];
    return messages.map(String);
  }
}

/** Why no rows can be changed here: nobody can, or this person may not. */
function WhyNot({ table }) {
  if (table.isWritable) return null;
  const role = person.value?.role;
  const said = !table.takesRows || access.value === "open" || role === "admin" ? t("table.readOnly")
    : role ? t("table.roleMayNot", { role: t(`role.${role}`) }) : html`<a href=${signInHref()}>${t("table.signInToChange")}</a>`;
  return html`<span id="table-note" class="pill quiet"><${Icon} name="lock" />${said}</span>`;
}
