// The jobs: how many there are in each state, and the latest of them, kept current.

import { html } from "../vendor/preact.js";
import { announce } from "../core/announce.js";
import { ApiError, ask, totalOf } from "../core/api.js";
import { duration, number } from "../core/format.js";
import { t } from "../core/i18n.js";
import { href } from "../core/router.js";
import { person } from "../core/session.js";
import { useData } from "../core/use-data.js";
import { noteJobCounts } from "../shell/jobs-failed.js";
import { Empty } from "../ui/empty.js";
import { Ago, List, Steps } from "../ui/list.js";
import { Page } from "../ui/page.js";
import { Problem, signInHref } from "../ui/problem.js";
import { Skeleton } from "../ui/skeleton.js";
import { mayAsk } from "./may-ask.js";
import { NewJob, TextForm } from "./new-job.js";
import { Badge, STATES, canCancel, canRetry, cancel, progressOf, resultText, retry, runTime } from "./state.js";

const EVERY = 2_000; // milliseconds between looks at the list
const PAGE = 25;
const BEGINNING = 60; // characters of a result in the list

export function View({ query }) {
  const status = STATES.includes(query.get("status")) ? query.get("status") : "";
  const view = { page: "jobs", status, kind: query.get("kind") ?? "", after: query.get("after") ?? "" };
  const key = `${href(view)} ${person.value?.username}`;
  const { data: may } = useData(`may ${person.value?.username}`, mayAsk);
  const { data, error, isLoading, reload } = useData(key, (signal) => listed(view, signal), { every: EVERY });
  // Whoever may not see the jobs there are may still ask for one and follow it.
  const isStranger = error?.status === 401 && may;
  return html`<${Page} title=${t("jobs.title")} about=${t("jobs.about")} actions=${may && html`<${TextForm} /><${NewJob} />`}>
    ${may === false && person.value && html`<p class="notice">${t("jobs.mayNot", { role: t(`role.${person.value.role}`) })}</p>`}
    ${isStranger ? html`<p class="notice"><a href=${signInHref()}>${t("jobs.signIn")}</a></p>` : error && html`<${Problem} error=${error} retry=${reload} />`}
    ${isLoading && html`<${Skeleton} />`}
    ${data && html`<${States} view=${view} counts=${data.counts} />
      ${view.kind && html`<ul class="chips"><li class="chip"><span>${t("jobs.ofKind", { kind: view.kind })}</span><a href=${href({ ...view, kind: "", after: "" })} aria-label=${t("jobs.allKinds")}>×</a></li></ul>`}
      ${data.jobs.length ? html`<${List} label=${t("jobs.title")} columns=${columns(view, may && reload)} entries=${data.jobs} keyOf=${(job) => job.job_id} />` : html`<${None} view=${view} />`}
      ${(view.after || data.next) && html`<footer class="paging"><span class="muted">${t("jobs.latest", { n: data.jobs.length, total: data.total })}</span>
        <${Steps} before=${view.after && href({ ...view, after: "" })} after=${data.next && href({ ...view, after: data.next })} earlier=${t("steps.newest")} later=${t("steps.older")} /></footer>`}`}
  <//>`;
}

async function listed({ status, kind, after }, signal) {
  const query = new URLSearchParams(Object.entries({ limit: PAGE, status, kind, after }).filter(([, value]) => value));
  const [{ data: jobs, headers }, { data: counts }] = await Promise.all([ask(`api/jobs/?${query}`, { signal }), ask("api/jobs/counts/", { signal })]);
  noteJobCounts(counts);
  const next = /<[^>]*[?&]after=([^&>]+)[^>]*>;\s*rel="next"/.exec(headers.get("Link") ?? "");
  return { jobs, counts, total: totalOf(headers) ?? jobs.length, next: next && decodeURIComponent(next[1]) };
}

function States({ view, counts }) {
  const all = STATES.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  const link = (state, label, count) => html`<a id=${`jobs-${state || "all"}`} href=${href({ ...view, status: state, after: "" })} aria-current=${state === view.status ? "page" : undefined}>${label} <span class="count">${number(count)}</span></a>`;
  return html`<nav class="choose" aria-label=${t("jobs.byState")}>${link("", t("jobs.all"), all)}${STATES.map((state) => link(state, t(`state.${state}`), counts[state] ?? 0))}</nav>`;
}

/** Without `changed` there is nothing to press. */
function columns(view, changed) {
  const act = async (work, job, done) => {
    try {
      await work(job);
      await changed();
      announce(done);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      announce(error.message);
    }
  };
  const button = (id, label, job, work, done) => html`<button type="button" class="small" id=${`${id}-${job.job_id}`} aria-label=${`${label} ${short(job)}`} onClick=${() => act(work, job, done)}>${label}</button>`;
  return [
    { name: t("job.title"), cell: (job) => html`<a href=${href({ page: "job", id: job.job_id })} title=${job.job_id} id=${`job-${job.job_id}`}>${short(job)}</a>` },
    { name: t("job.kind"), cell: (job) => html`<a class="plain" href=${href({ ...view, kind: job.kind, after: "" })}>${job.kind}</a>` },
    { name: t("job.state"), cell: (job) => html`<${Badge} job=${job} />` },
    { name: t("job.outcome"), cell: (job) => html`<${Outcome} job=${job} />` },
    { name: t("job.created"), cell: (job) => html`<${Ago} at=${job.created_at} />` },
    { name: t("job.duration"), kind: "number", cell: (job) => (runTime(job) === null ? "" : duration(runTime(job))) },
    changed && { name: t("list.actions"), kind: "actions", cell: (job) => (canCancel(job) ? button("cancel", t("do.cancel"), job, cancel, t("job.cancelled")) : canRetry(job) ? button("retry", t("job.retry"), job, retry, t("job.retried")) : "") },
  ].filter(Boolean);
}

/** The end of the name tells jobs apart; its beginning is the time. */
const short = (job) => `…${job.job_id.slice(-8)}`;

function Outcome({ job }) {
  if (job.status === "done") return html`<span dir="auto">${clipped(resultText(job.result))}</span>`;
  if (job.status === "processing") {
    const progress = progressOf(job);
    return progress && html`<span class="progress">${progress.share !== null && html`<progress max="1" value=${progress.share} aria-label=${t("job.progressLabel")} />`} ${progress.words}</span>`;
  }
  return job.error ? html`<span class="bad-text" dir="auto">${clipped(job.error)}</span>` : null;
}

function clipped(text) {
  const letters = [...text.slice(0, 2 * BEGINNING)];
  return letters.length > BEGINNING ? `${letters.slice(0, BEGINNING - 1).join("")}…` : text;
}

function None({ view }) {
  if (view.after) return html`<${Empty}><p>${t("steps.nothingOlder")}</p><//>`;
  return html`<${Empty}><p>${view.status || view.kind ? t("jobs.noneSuch") : t("jobs.none")}</p><//>`;
}
