// One job, followed live to its end.

import { Refusal, ask } from "../api.js";
import { copyable } from "../copy.js";
import { element } from "../element.js";
import { announce } from "../frame.js";
import { nothing } from "../list.js";
import { problem } from "../problem.js";
import { valueNode } from "../values.js";
import { pageHref } from "../view.js";
import { follow } from "./follow.js";
import { badge, canCancel, canRetry, cancel, isFinished, jobPath, progressOf, resultText, retry, sent } from "./state.js";
import { mayAsk } from "./submit.js";

export const title = "Job";

export async function show({ query, signal, again }) {
  const id = query.get("id") ?? "";
  const [job, may] = await Promise.all([found(id, signal), mayAsk(signal)]);
  if (!job) return { body: [nothing("There is no such job, or no longer: finished jobs go after a while.", element("a", { href: pageHref({ page: "jobs" }) }, "All jobs"))] };
  const state = element("p", { class: "state", role: "status" });
  const trouble = element("div", {});
  const outcome = element("div", { class: "outcome" });
  const facts = element("dl", { class: "facts" });
  const buttons = element("div", { class: "bar" });
  let shown = "";

  const heard = (now) => {
    showProgress(state, now);
    facts.replaceChildren(...factsOf(now));
    // What can be pressed and read stays in its place while nothing about it changes.
    const worth = `${now.status} ${now.cancel_requested} ${now.attempts}`;
    if (worth === shown) return;
    shown = worth;
    outcome.replaceChildren(...outcomeOf(now));
    buttons.replaceChildren(...actions(now, may, again, trouble));
  };
  heard(job);
  const troubled = (error) => trouble.replaceChildren(...(error ? [problem(error, {})] : []));
  if (!isFinished(job)) follow(id, { signal, heard, troubled });

  return {
    body: [
      element("div", { class: "card" }, state, trouble, outcome, buttons),
      facts,
    ],
  };
}

async function found(id, signal) {
  try {
    return (await ask(`${jobPath(id)}/`, { signal })).data;
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

function showProgress(state, job) {
  const progress = job.status === "processing" ? progressOf(job) : null;
  const bar = element("progress", { max: "1", "aria-label": "Progress" });
  if (progress && progress.share !== null) bar.value = progress.share;
  state.replaceChildren(badge(job), ...(job.status === "processing" ? [bar] : []),
    element("span", { class: "muted" }, progress?.words ?? hint(job)));
}

function hint(job) {
  if (job.status === "queued" && new Date(job.run_at) > new Date()) return `It waits until ${new Date(job.run_at).toLocaleString()}.`;
  if (job.status === "queued") return "It waits for a worker.";
  if (job.status === "processing") return job.cancel_requested ? "Its worker was asked to stop." : "A worker has it.";
  return "";
}

function outcomeOf(job) {
  const text = sent.get(job.job_id);
  return [
    text === undefined ? null : part("Text", element("p", { class: "text", dir: "auto" }, text)),
    job.status === "done" ? part("Result", element("div", { id: "result" }, copyable(resultText(job.result)))) : null,
    job.error && job.status !== "done" ? part(job.status === "failed" ? "Why it failed" : "Why the last attempt failed", element("p", { class: "error" }, job.error)) : null,
  ].filter(Boolean);
}

const part = (name, node) => element("section", {}, element("h2", {}, name), node);

function actions(job, may, again, trouble) {
  const act = (label, id, work, done) => element("button", {
    type: "button",
    id,
    async onclick(event) {
      event.target.disabled = true;
      try {
        await work(job);
        await again();
        announce(done);
      } catch (error) {
        event.target.disabled = false;
        if (!(error instanceof Refusal)) throw error;
        trouble.replaceChildren(problem(error, {}));
      }
    },
  }, label);
  return [
    may && canCancel(job) ? act("Cancel", "job-cancel", cancel, "The job is told to stop.") : null,
    may && canRetry(job) ? act("Try again", "job-retry", retry, "The job is queued again.") : null,
    element("a", { class: "button", href: pageHref({ page: "jobs" }) }, "All jobs"),
  ].filter(Boolean);
}

function factsOf(job) {
  const facts = [
    ["Job", element("a", { href: `${jobPath(job.job_id)}/`, title: "This job as JSON" }, job.job_id)],
    ["Kind", job.kind],
    ["Attempts", job.max_attempts ? `${job.attempts} of at most ${job.max_attempts}` : String(job.attempts)],
    job.priority ? ["Priority", String(job.priority)] : null,
    job.unique_key ? ["Unique key", job.unique_key] : null,
    ["Asked for", moment(job.created_at)],
    ["Begun", moment(job.started_at)],
    ["Finished", moment(job.finished_at)],
  ];
  return facts.filter(Boolean).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
}

const moment = (value) => (value ? valueNode(value, "datetime") : element("span", { class: "muted" }, "not yet"));
