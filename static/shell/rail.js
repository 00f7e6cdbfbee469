// The rail: where one is and where one can go.

import { html, useEffect, useState } from "../vendor/preact.js";
import { number } from "../core/format.js";
import { t } from "../core/i18n.js";
import { address, href } from "../core/router.js";
import { access, health, service } from "../core/service.js";
import { counts, countTables, tables } from "../core/tables.js";
import { Icon } from "../ui/icon.js";
import { Account, Preferences } from "./account.js";
import { showFirstAdmin } from "./first-admin.js";
import { openGoTo } from "./go-to.js";
import { failedJobs } from "./jobs-failed.js";

const FILTERED_FROM = 8; // tables
const COUNTED = 12; // tables whose rows are counted without being asked for

export function Rail() {
  const query = address.value;
  const page = query.get("page") ?? "";
  const table = page ? "" : query.get("table") ?? "";
  const failed = failedJobs.value;
  const entry = (name, icon, label, extra) => html`<li><a class="rail-entry" href=${href({ page: name })} aria-current=${page === name && !table ? "page" : undefined}><${Icon} name=${icon} /><span>${label}</span>${extra}</a></li>`;
  return html`<div class="rail">
    <a class="brand" href="./"><img src=${document.querySelector('link[rel="icon"]').href} alt="" width="24" height="24" /><span id="service">${service.value.title}</span></a>
    ${access.value === "open" && html`<button type="button" id="open-pill" class="pill" onClick=${showFirstAdmin}><${Icon} name="unlocked" />${t("open.pill")}</button>`}
    <button type="button" id="go-to-open" class="rail-entry search" onClick=${openGoTo}><${Icon} name="search" /><span>${t("goTo.open")}</span><kbd>Ctrl K</kbd></button>
    <ul>${entry("", "home", t("overview.title"))}</ul>
    <${Tables} current=${table} />
    ${tables.value && html`<nav aria-labelledby="work-title"><h2 id="work-title">${t("rail.work")}</h2><ul id="work">
      ${entry("jobs", "jobs", t("jobs.title"), failed > 0 && html`<span class="count bad" title=${t("jobs.failedCount", { n: failed })}>${number(failed)}</span>`)}
      ${entry("schedules", "clock", t("schedules.title"))}
      ${entry("api", "code", t("reference.title"))}
    </ul></nav>`}
    <footer class="rail-foot">
      <${Account} />
      <a id="health" class="rail-entry" href=${href({ page: "health" })} data-state=${health.value.state}><i class="dot"></i><span role="status">${t(`health.${health.value.state}`)}</span></a>
      <${Preferences} />
    </footer>
  </div>`;
}

function Tables({ current }) {
  const [words, setWords] = useState("");
  const all = tables.value ?? [];
  useEffect(() => {
    // After what is looked at has been asked for.
    if (all.length && all.length <= COUNTED) setTimeout(() => countTables(all.map(({ name }) => name)), 300);
  }, [all]);
  const shown = all.filter(({ name }) => name.toLowerCase().includes(words.toLowerCase()));
  if (tables.value === null) return null;
  return html`<nav aria-labelledby="tables-title"><h2 id="tables-title">${t("rail.tables")}</h2>
    ${all.length > FILTERED_FROM && html`<input type="search" class="rail-filter" aria-label=${t("rail.filter")} placeholder=${t("rail.filter")} value=${words} onInput=${(event) => setWords(event.target.value)} />`}
    <ul id="tables">${shown.map(({ name }) => html`<li key=${name}><a class="rail-entry" href=${href({ table: name })} aria-current=${name === current ? "page" : undefined}><${Icon} name="table" /><span>${name}</span><span class="count">${counts.value[name] === undefined ? "" : number(counts.value[name])}</span></a></li>`)}</ul>
  </nav>`;
}
