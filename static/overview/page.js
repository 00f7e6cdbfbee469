// The overview: the tables with their counts, the jobs by state, and how to close a server that is open.

import { html, useEffect } from "../vendor/preact.js";
import { href } from "../core/router.js";
import { number } from "../core/format.js";
import { rich, t } from "../core/i18n.js";
import { access } from "../core/service.js";
import { person } from "../core/session.js";
import { counts, countTables, tables } from "../core/tables.js";
import { useData } from "../core/use-data.js";
import { countJobs } from "../shell/jobs-failed.js";
import { showFirstAdmin } from "../shell/first-admin.js";
import { Copyable } from "../ui/copy.js";
import { Empty } from "../ui/empty.js";
import { Icon } from "../ui/icon.js";
import { Page } from "../ui/page.js";

const COUNTED = 60; // tables
const STATES = ["queued", "processing", "done", "failed", "cancelled"];

export function Overview() {
  const all = tables.value ?? [];
  const names = all.map(({ name }) => name);
  useEffect(() => {
    countTables(names.slice(0, COUNTED));
  }, [names.join("\n")]);
  return html`<${Page} title=${t("overview.title")} className="overview">
    ${access.value === "open" && html`<section id="open-card" class="card"><h2>${t("open.title")}</h2><p>${t("open.explained")}</p>
      <p><button type="button" id="open-more" onClick=${showFirstAdmin}>${t("open.create")}</button></p></section>`}
    <section aria-labelledby="overview-tables"><h2 id="overview-tables">${t("rail.tables")}</h2>
      ${all.length ? html`<ul class="tiles">${all.map(({ name }) => html`<li key=${name}><a class="tile" href=${href({ table: name })}><${Icon} name="table" /><span class="tile-name">${name}</span><span class="tile-count">${counts.value[name] === undefined ? " " : t("rows.count", { n: counts.value[name] })}</span></a></li>`)}</ul>` : html`<${NoTables} />`}
    </section>
    <${Jobs} />
  <//>`;
}

function Jobs() {
  const { data } = useData(`${access.value} ${person.value?.username}`, countJobs);
  if (data === null) return null;
  return html`<section aria-labelledby="overview-jobs"><h2 id="overview-jobs">${t("jobs.title")}</h2>
    <ul class="tiles small">${STATES.map((state) => html`<li key=${state}><a class="tile" href=${href({ page: "jobs", status: state })}><span class="badge" data-state=${state}>${t(`state.${state}`)}</span><span class="tile-count">${data ? number(data[state] ?? 0) : " "}</span></a></li>`)}</ul>
  </section>`;
}

const NoTables = () => html`<${Empty}><p>${t("tables.none")}</p>
  <p>${rich("tables.how", { folder: html`<code>CONFIG_DIR</code>`, file: html`<code>V1__books.sql</code>`, command: html`<code>socle migrate</code>` })}</p>
  <${Copyable} text=${"CREATE TABLE books (\n  id INTEGER PRIMARY KEY,\n  title VARCHAR(255) NOT NULL,\n  year INTEGER\n);"} /><//>`;
