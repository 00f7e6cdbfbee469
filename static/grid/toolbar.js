// What can be done with a view: search, filter, sort, choose columns, add.

import { html, useEffect, useRef } from "../vendor/preact.js";
import { t } from "../core/i18n.js";
import { Icon } from "../ui/icon.js";
import { ColumnMenu } from "./column-menu.js";
import { FilterForm } from "./filter-bar.js";
import { Menu } from "./menu.js";
import { SortMenu } from "./sort-menu.js";

const TYPING = 250; // milliseconds of rest before what was typed is searched

export function Toolbar({ table, columns, view, show, changeColumns, add }) {
  const hidden = table.columns.length - columns.length;
  return html`<div class="toolbar" role="group" aria-label=${t("toolbar.label")}>
    <${Search} words=${view.search} search=${(words, replace) => show({ search: words }, { replace })} />
    <${Menu} id="filter" icon="filter" label=${t("toolbar.filter")} note=${view.filters.length || ""}>${(close) => html`<${FilterForm} columns=${table.columns} filters=${view.filters} change=${(filters) => show({ filters })} done=${close} />`}<//>
    <${Menu} id="sort" icon="sort" label=${t("toolbar.sort")} note=${view.ordering.length || ""}>${() => html`<${SortMenu} columns=${table.columns} ordering=${view.ordering} change=${(ordering) => show({ ordering, row: view.row })} />`}<//>
    <${Menu} id="columns" icon="columns" label=${t("toolbar.columns")} note=${hidden ? `−${hidden}` : ""}>${() => html`<${ColumnMenu} table=${table} columns=${columns} change=${changeColumns} />`}<//>
    ${table.isWritable && html`<button type="button" id="add-open" class="primary" onClick=${add}><${Icon} name="plus" />${t("toolbar.add")}</button>`}
  </div>`;
}

/** One step of the history for one search, however many letters it took. */
function Search({ words, search }) {
  const ref = useRef(null);
  const timer = useRef(0);
  const sent = useRef(words);
  useEffect(() => {
    // The address was changed by something else than typing here.
    if (words !== sent.current && ref.current.value.trim() !== words) ref.current.value = words;
    sent.current = words;
  }, [words]);
  const now = () => {
    clearTimeout(timer.current);
    const wanted = ref.current.value.trim();
    if (wanted === sent.current) return;
    const goesOn = sent.current !== "" && wanted !== "";
    sent.current = wanted;
    search(wanted, goesOn);
  };
  const onInput = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(now, TYPING);
  };
  return html`<form role="search" class="search-box" onSubmit=${(event) => { event.preventDefault(); now(); }}>
    <${Icon} name="search" />
    <input id="search" ref=${ref} type="search" aria-label=${t("search.label")} placeholder=${t("search.placeholder")} autocomplete="off" spellcheck="false" maxlength="500" value=${words} onInput=${onInput} />
  </form>`;
}
