// One row beside the grid: its fields, the rows that refer to it, its JSON.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { announce } from "../core/announce.js";
import { ask } from "../core/api.js";
import { t } from "../core/i18n.js";
import { go } from "../core/router.js";
import { labelColumn, rowPath } from "../core/tables.js";
import { useData } from "../core/use-data.js";
import { confirm } from "../ui/dialog.js";
import { Form } from "../ui/form.js";
import { Icon } from "../ui/icon.js";
import { Problem } from "../ui/problem.js";
import { Skeleton } from "../ui/skeleton.js";
import { Fields } from "./fields.js";
import { RowJson } from "./json.js";
import { Related } from "./related.js";

const TABS = ["fields", "related", "json"];

export function Panel({ table, rowKey, close, previous, next, changed, removed, duplicate }) {
  const path = rowPath(table, rowKey);
  const { data: row, error, isLoading, reload } = useData(path, async (signal) => (await ask(path, { signal })).data);
  const [tab, setTab] = useState("fields");
  const [isEditing, setEditing] = useState(false);
  const node = useRef(null);
  useEffect(() => node.current.focus({ preventScroll: true }), []);

  const label = labelColumn(table);
  const name = decodeURIComponent(rowKey);
  const onKeyDown = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !isEditing) go(close);
  };
  const remove = () => confirm(t("row.deleteAsk", { n: 1 }), t("row.deleteWarn"), { save: t("do.delete"), act: async () => {
    await ask(path, { method: "DELETE" });
    await removed();
    announce(t("row.deleted", { n: 1 }));
  } });
  const editable = Object.fromEntries(Object.entries(table.fields).filter(([field, { read_only: isFixed }]) => !isFixed && !table.key.includes(field)));
  const save = async (values) => {
    if (Object.keys(values).length) {
      await ask(path, { method: "PATCH", body: values });
      reload();
      await changed();
      announce(t("grid.saved"));
    }
    setEditing(false);
  };
  const step = (to, icon, words, id) => html`<a id=${id} class="button quiet square" href=${to ?? undefined} aria-disabled=${to ? undefined : "true"} role=${to ? undefined : "link"} aria-label=${words} title=${words}><${Icon} name=${icon} /></a>`;
  const onTabKey = (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const other = TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length];
    setTab(other);
    event.currentTarget.querySelector(`#tab-${other}`).focus();
  };

  return html`<aside class="panel" id="row-panel" aria-labelledby="row-title" tabindex="-1" ref=${node} onKeyDown=${onKeyDown}>
    <header class="panel-head"><h2 id="row-title" dir="auto">${(label && row?.[label]) || name} <small class="muted">${table.name} ${name}</small></h2>
      <span class="panel-steps">${step(previous, "up", t("row.previous"), "row-previous")}${step(next, "down", t("row.next"), "row-next")}<a id="row-close" class="button quiet square" href=${close} aria-label=${t("do.close")} title=${t("do.close")}><${Icon} name="close" /></a></span></header>
    <div class="tabs" role="tablist" aria-label=${t("row.parts")} onKeyDown=${onTabKey}>${TABS.map((one) => html`<button type="button" role="tab" id=${`tab-${one}`} aria-selected=${tab === one} aria-controls="row-part" tabindex=${tab === one ? "0" : "-1"} onClick=${() => setTab(one)}>${t(`row.tab.${one}`)}</button>`)}</div>
    <div id="row-part" role="tabpanel" tabindex="0" aria-labelledby=${`tab-${tab}`} class="panel-body">
      ${error && html`<${Problem} error=${error} retry=${reload} />`}
      ${isLoading && html`<${Skeleton} lines=${8} />`}
      ${row && tab === "fields" && (isEditing
        ? html`<${Form} id="row" fields=${editable} row=${row} save=${t("do.save")} cancel=${() => setEditing(false)} send=${save} />`
        : html`<${Fields} table=${table} row=${row} />`)}
      ${row && tab === "related" && html`<${Related} table=${table} row=${row} />`}
      ${row && tab === "json" && html`<${RowJson} path=${path} row=${row} />`}
    </div>
    ${row && table.isWritable && !isEditing && html`<footer class="panel-foot">
      <button type="button" id="row-edit" class="primary" onClick=${() => { setTab("fields"); setEditing(true); }}>${t("row.edit")}</button>
      <button type="button" id="row-duplicate" onClick=${() => duplicate(row)}>${t("row.duplicate")}</button>
      <button type="button" id="row-delete" onClick=${remove}><${Icon} name="trash" />${t("do.delete")}</button></footer>`}
  </aside>`;
}
