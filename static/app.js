// The page: starts the shell and shows the view that the address names. What a view needs beyond the shell is loaded
// when it is first looked at.

import { html, render, useEffect, useState } from "./vendor/preact.js";
import { observe } from "./core/api.js";
import { setMessages, t } from "./core/i18n.js";
import { address, go, startRouter } from "./core/router.js";
import { access, introduce, noteReachable, recoveries, watchHealth } from "./core/service.js";
import { followOtherTabs, forget, learn, person } from "./core/session.js";
import { forgetTables, loadTables, tables } from "./core/tables.js";
import { useData } from "./core/use-data.js";
import { Overview } from "./overview/page.js";
import { countJobs } from "./shell/jobs-failed.js";
import { Shell } from "./shell/shell.js";
import { Empty } from "./ui/empty.js";
import { Page } from "./ui/page.js";
import { Problem, signInHref } from "./ui/problem.js";
import { Skeleton } from "./ui/skeleton.js";

const MESSAGES = {
  en: () => import("./messages/en.js"),
  fr: () => import("./messages/fr.js"),
};

/** The views beside the overview, by their name in the address; each exports View({ query }). */
const VIEWS = {
  table: () => import("./grid/page.js"),
  jobs: () => import("./jobs/page.js"),
  job: () => import("./jobs/job.js"),
  schedules: () => import("./jobs/schedules.js"),
  api: () => import("./reference/page.js"),
  health: () => import("./shell/health.js"),
  "sign-in": () => import("./access/sign-in.js"),
  password: () => import("./access/password.js"),
  tokens: () => import("./access/tokens.js"),
  accounts: () => import("./access/accounts.js"),
  audit: () => import("./access/audit.js"),
};

const loaded = new Map();

function App() {
  const who = `${person.value?.username} ${person.value?.role} ${access.value}`;
  const { data: ready, error, reload } = useData(who, async () => {
    forgetTables();
    // The overview counts them itself.
    const isOverview = address.peek().toString() === "";
    await Promise.all([loadTables(), isOverview ? null : countJobs().catch(() => null)]);
    return true;
  });
  return html`<${Shell}>${error ? html`<div class="page"><${Problem} error=${error} retry=${reload} /></div>` : ready || tables.value ? html`<${View} />` : html`<div class="page"><${Skeleton} /></div>`}<//>`;
}

function View() {
  const query = address.value;
  const name = query.get("page") || (query.has("table") ? "table" : "");
  const [, setLoaded] = useState(0);
  const [failure, setFailure] = useState(null);
  const known = Object.hasOwn(VIEWS, name);
  useEffect(() => {
    setFailure(null);
    if (!known || loaded.has(name)) return;
    VIEWS[name]().then((module) => {
      loaded.set(name, module.View);
      setLoaded(loaded.size);
    }, setFailure);
  }, [name, recoveries.value]);
  if (!name) return html`<${Overview} />`;
  if (!known) return html`<${Page} title=${t("page.none")}><${Empty}><p>${t("page.noneMore")}</p><p><a href="./">${t("page.toOverview")}</a></p><//><//>`;
  if (failure) return html`<div class="page"><div class="problem" role="alert"><p>${t("page.lost")}</p><p><button type="button" onClick=${() => location.reload()}>${t("do.reload")}</button></p></div></div>`;
  const Shown = loaded.get(name);
  return Shown ? html`<${Shown} key=${name} query=${query} />` : html`<div class="page"><${Skeleton} /></div>`;
}

async function start() {
  const language = document.documentElement.lang;
  const [{ messages }] = await Promise.all([MESSAGES[language](), introduce().catch(() => {}), learn().catch(() => {})]);
  setMessages(language, messages);
  observe({
    unknown() {
      if (person.peek() === null) return;
      forget();
      go(signInHref("ended"));
    },
    answered: noteReachable,
  });
  startRouter();
  followOtherTabs();
  watchHealth();
  const root = document.getElementById("app");
  root.replaceChildren();
  render(html`<${App} />`, root);
  document.documentElement.dataset.started = "";
}

start();
