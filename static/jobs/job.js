// One job, followed live to its end.

import { html, useEffect, useState } from "../vendor/preact.js";
import { announce } from "../core/announce.js";
import { ApiError, ask } from "../core/api.js";
import { stringify } from "../core/exact.js";
import { indented } from "../core/field-kinds.js";
import { dateTime, duration } from "../core/format.js";
import { t } from "../core/i18n.js";
import { href } from "../core/router.js";
import { useData } from "../core/use-data.js";
import { Copyable } from "../ui/copy.js";
import { Empty } from "../ui/empty.js";
import { Moment } from "../ui/list.js";
import { Page } from "../ui/page.js";
import { Problem } from "../ui/problem.js";
import { Skeleton } from "../ui/skeleton.js";
import { follow } from "./follow.js";
import { mayAsk } from "./may-ask.js";
import { payloadOf } from "./new-job.js";
import { Badge, canCancel, canRetry, cancel, isFinished, jobPath, progressOf, resultText, retry, runTime } from "./state.js";

export function View({ query }) {
  const id = query.get("id") ?? "";
  const { data, error, isLoading, reload } = useData(id, (signal) => found(id, signal));
  return html`<${Page} title=${t("job.title")} actions=${html`<a class="button" href=${href({ page: "jobs" })}>${t("job.toAll")}</a>`}>
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${isLoading && html`<${Skeleton} />`}
    ${data === null && html`<${Empty}><p>${t("job.gone")}</p><//>`}
    ${data && html`<${Job} key=${id} first=${data} reload=${reload} />`}
  <//>`;
}

async function found(id, signal) {
  try {
    const [{ data: job }, may] = await Promise.all([ask(`${jobPath(id)}/`, { signal }), mayAsk(signal)]);
    return { job, may };
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

function Job({ first, reload }) {
  const [job, setJob] = useState(first.job);
  const [trouble, setTrouble] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const id = first.job.job_id;
  useEffect(() => {
    setJob(first.job);
    if (isFinished(first.job)) return undefined;
    const controller = new AbortController();
    follow(id, { signal: controller.signal, heard: setJob, troubled: setTrouble });
    return () => controller.abort();
  }, [first]);
  const act = async (work, done) => {
    setBusy(true);
    try {
      await work(job);
      announce(done);
      await reload();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setTrouble(error);
    } finally {
      setBusy(false);
    }
  };
  const payload = payloadOf(id);
  return html`<div class="card job">
      <${State} job=${job} />
      ${trouble && html`<${Problem} error=${trouble} />`}
      ${payload !== undefined && html`<section><h2>${t("job.payload")}</h2>${typeof payload === "string" ? html`<p class="prose" dir="auto">${payload}</p>` : html`<pre class="code" tabindex="0">${indented(stringify(payload))}</pre>`}</section>`}
      ${job.status === "done" && html`<section id="result"><h2>${t("job.result")}</h2><${Copyable} text=${formatted(job.result)} /></section>`}
      ${job.error && job.status !== "done" && html`<section id="error"><h2>${t(job.status === "failed" ? "job.whyFailed" : "job.whyLastFailed")}</h2><pre class="code trace" tabindex="0" dir="auto">${job.error}</pre></section>`}
      ${first.may && (canCancel(job) || canRetry(job)) && html`<p class="buttons">
        ${canCancel(job) && html`<button type="button" id="job-cancel" disabled=${isBusy} onClick=${() => act(cancel, t("job.cancelled"))}>${t("job.cancel")}</button>`}
        ${canRetry(job) && html`<button type="button" id="job-retry" disabled=${isBusy} onClick=${() => act(retry, t("job.retried"))}>${t("job.retry")}</button>`}</p>`}
    </div>
    <${Facts} job=${job} />`;
}

function formatted(result) {
  const text = resultText(result);
  return result !== null && typeof result === "object" && text === stringify(result) ? indented(text) : text;
}

function State({ job }) {
  const progress = job.status === "processing" ? progressOf(job) : null;
  return html`<p class="state" role="status"><${Badge} job=${job} />
    ${job.status === "processing" && html`<progress max="1" value=${progress?.share ?? undefined} aria-label=${t("job.progressLabel")} />`}
    <span class="muted">${progress?.words ?? hint(job)}</span></p>`;
}

function hint(job) {
  if (job.status === "queued" && new Date(job.run_at) > new Date()) return t("job.waitsUntil", { time: dateTime(job.run_at) });
  if (job.status === "queued") return t("job.waits");
  if (job.status === "processing") return t(job.cancel_requested ? "job.stopping" : "job.taken");
  return "";
}

function Facts({ job }) {
  const moment = (at) => (at ? html`<${Moment} at=${at} />` : html`<span class="muted">${t("job.notYet")}</span>`);
  const facts = [
    ["job.title", html`<a href=${`${jobPath(job.job_id)}/`} target="_blank" title="JSON">${job.job_id}</a>`],
    ["job.kind", html`<a class="plain" href=${href({ page: "jobs", kind: job.kind })}>${job.kind}</a>`],
    ["job.attempts", job.max_attempts ? t("job.attemptsOf", { n: job.attempts, most: job.max_attempts }) : job.attempts],
    job.priority ? ["job.priority", job.priority] : null,
    job.unique_key ? ["job.uniqueKey", job.unique_key] : null,
    ["job.created", moment(job.created_at)],
    ["job.started", moment(job.started_at)],
    ["job.finished", moment(job.finished_at)],
    runTime(job) === null ? null : ["job.duration", duration(runTime(job))],
  ];
  return html`<dl class="facts">${facts.filter(Boolean).map(([name, value]) => html`<dt>${t(name)}</dt><dd>${value}</dd>`)}</dl>`;
}
