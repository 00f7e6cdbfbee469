// The page: shows the view that its address asks for. What is shown follows from the address (view.js) and the answers.

import * as accounts from "./access/accounts.js";
import * as audit from "./access/audit.js";
import { showBanner } from "./access/first.js";
import { showMenu, signInHref } from "./access/menu.js";
import * as password from "./access/password.js";
import { followSession, knowAccess, me } from "./access/session.js";
import * as signIn from "./access/sign-in.js";
import * as tokens from "./access/tokens.js";
import { Refusal, ask } from "./api.js";
import { closeDialogs } from "./dialog.js";
import { byId, refill } from "./element.js";
import { noSuchPage } from "./empty.js";
import { forgetStatus, keepScrollReachable, showPlace, showService, showTitle, showWait, writeStatus } from "./frame.js";
import { watchHealth } from "./health.js";
import * as job from "./jobs/job.js";
import * as jobs from "./jobs/list.js";
import * as schedules from "./jobs/schedules.js";
import { followAddress, go } from "./navigate.js";
import { problem } from "./problem.js";
import * as rows from "./rows.js";
import { pageHref, viewOf } from "./view.js";

const SLOW = 200; // milliseconds before a wait is shown

/**
 * The pages beside the tables, by their name in the address. Each has a `title` and `show({ query, signal, again })`,
 * which gives { body, about, paging, focus }: nodes, a sentence, nodes, and where the keyboard goes. What a page does
 * after that, it does until `signal` is aborted.
 */
const PAGES = { accounts, audit, job, jobs, password, schedules, "sign-in": signIn, tokens };

let loading = new AbortController();
let failed = false;
let last = null; // the page last shown, "" for the tables

followAddress(() => {
  rows.forgetAdded();
  show();
});
followSession(
  () => {
    showBanner();
    showMenu(showProblem);
    rows.explain();
  },
  () => go(signInHref("ended")),
);
rows.prepare(show);
window.addEventListener("resize", keepScrollReachable);
introduce();
show();
const lookAtHealth = watchHealth({
  heard: (health) => knowAccess(health.access).catch(() => {}),
  recovered() {
    introduce();
    if (failed) show();
  },
});

async function introduce() {
  try {
    const { data } = await ask("./");
    showService(data ?? {});
    await knowAccess(data?.access);
  } catch {
    // The health line says what is wrong; the page does without a title.
  }
}

async function show({ again = false } = {}) {
  loading.abort();
  loading = new AbortController();
  const { signal } = loading;
  const slow = setTimeout(() => showWait(true), SLOW);
  failed = false;
  closeDialogs();
  forgetStatus();
  showMenu(showProblem);
  try {
    const { page } = viewOf(location.search);
    if (!page) last = "";
    await (page ? showPage(page, signal) : rows.show(signal));
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Refusal)) throw error;
    // The answer to a dead session takes its cookie away: as a stranger one may see more than with it.
    if (error.status === 401) return again ? go(signInHref("needed"), { instead: true }) : show({ again: true });
    failed = true;
    showProblem(error);
    if (error.unreachable) lookAtHealth();
  } finally {
    clearTimeout(slow);
    if (!signal.aborted) showWait(false);
  }
}

async function showPage(name, signal) {
  const page = Object.hasOwn(PAGES, name) ? PAGES[name] : null;
  const query = new URLSearchParams(location.search);
  const isNew = last !== name;
  last = name;
  showPlace({ page: name });
  rows.listAtTheSide(signal);
  showTitle(page?.title ?? "", page?.about);
  if (isNew) {
    byId("view").replaceChildren();
    writeStatus("");
  }
  byId("paging").hidden = true;
  const { body, paging, focus } = page ? await page.show({ query, signal, again: () => show() }) : { body: [noSuchPage()] };
  if (signal.aborted) return;
  const kept = refill(byId("view"), ...body);
  byId("paging").hidden = !paging;
  byId("paging").replaceChildren(...(paging ?? []));
  keepScrollReachable();
  if (isNew && focus) focus();
  else if (isNew || !kept) byId("title").focus({ preventScroll: true });
}

function showProblem(error) {
  const { page, table } = viewOf(location.search);
  const ours = error.status === 400;
  byId("paging").hidden = true;
  forgetStatus();
  byId("view").replaceChildren(problem(error, {
    retry: ours ? null : () => show(),
    reset: ours ? pageHref(page ? { page } : { table }) : null,
    signIn: error.status === 403 && !me() ? signInHref() : null,
  }));
}
