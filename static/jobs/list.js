// The jobs: text to submit, how many there are in each state, and the latest of them, kept current.

import { signInHref } from "../access/menu.js";
import { Refusal, ask } from "../api.js";
import { element, refill } from "../element.js";
import { stringify } from "../exact.js";
import { announce, writeStatus } from "../frame.js";
import { listTable, nothing, steps } from "../list.js";
import { problem } from "../problem.js";
import { ago } from "../values.js";
import { PAGE_SIZE, pageHref } from "../view.js";
import { STATES, badge, canCancel, canRetry, cancel, progressOf, resultText, retry } from "./state.js";
import { mayAsk, submission } from "./submit.js";

export const title = "Jobs";
export const about = "Work that outlives the request: done by workers, never lost, and kept for a while once finished.";

const EVERY = 2_000; // milliseconds between looks at the list
const BEGINNING = 60; // characters of a result in the list

export async function show({ query, signal }) {
  const status = STATES.includes(query.get("status")) ? query.get("status") : "";
  const view = { page: "jobs", status, after: query.get("after") ?? "" };
  const may = await mayAsk(signal);
  const counts = element("div", {});
  const trouble = element("div", {});
  const list = element("div", {});
  const paging = element("div", {});
  let shown = "";

  async function look() {
    const [found, counted] = await Promise.all([listed(view, signal), count(signal)]);
    // Looked at anew each minute, when "just now" is not true any more.
    const now = stringify([found, counted, Math.floor(Date.now() / 60_000)]);
    if (now === shown) return;
    shown = now;
    refill(counts, choose(view, counted));
    refill(list, found.jobs.length ? listTable("Jobs", columns(may ? act : null), found.jobs) : none(view));
    refill(paging, steps(view.after ? { ...view, after: "" } : null, found.next && { ...view, after: found.next }, ["Newest", "Older"]));
    writeStatus(line(view, found));
  }

  async function act(button, work, job, done) {
    button.disabled = true;
    try {
      await work(job);
      await look();
      announce(done);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      trouble.replaceChildren(problem(error));
    } finally {
      button.disabled = false;
    }
  }

  const form = submission(may);
  try {
    await look();
  } catch (error) {
    // Whoever may not see the jobs there are may still ask for one and follow it.
    if (error.status !== 401 || !form) throw error;
    return { body: [form, element("p", { class: "notice" }, element("a", { href: signInHref() }, "Sign in to see the jobs there are"))] };
  }
  keepLooking(look, trouble, signal);
  return { body: [form, counts, trouble, list], paging: [paging] };
}

/** Looks again and again while the page is looked at, and says what is wrong when it cannot. */
async function keepLooking(look, trouble, signal) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, EVERY));
    if (signal.aborted) return;
    if (document.hidden) continue;
    try {
      await look();
      trouble.replaceChildren();
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Refusal)) throw error;
      trouble.replaceChildren(problem(error));
    }
  }
}

async function listed({ status, after }, signal) {
  const query = new URLSearchParams({ limit: PAGE_SIZE, ...(status && { status }), ...(after && { after }) });
  const { data: jobs, headers } = await ask(`api/jobs/?${query}`, { signal });
  const next = /<[^>]*[?&]after=([^&>]+)[^>]*>;\s*rel="next"/.exec(headers.get("Link") ?? "");
  return { jobs, total: Number(headers.get("X-Total-Count") ?? jobs.length), next: next && decodeURIComponent(next[1]) };
}

/** How many jobs there are in each state. */
async function count(signal) {
  const { data } = await ask("api/jobs/counts/", { signal });
  return Object.fromEntries(STATES.map((state) => [state, data[state] ?? 0]));
}

function line({ after }, { jobs, total }) {
  const number = new Intl.NumberFormat().format(total);
  return after ? `${jobs.length} of ${number}` : jobs.length < total ? `The latest ${jobs.length} of ${number}` : "";
}

function choose(view, counts) {
  const number = new Intl.NumberFormat();
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const link = (state, label, count) => element("a", {
    id: `jobs-${state || "all"}`,
    href: pageHref({ page: "jobs", status: state }),
    "aria-current": state === view.status ? "page" : null,
  }, label, " ", element("span", { class: "count" }, number.format(count)));
  return element("nav", { class: "choose", "aria-label": "Jobs by state" },
    link("", "All", all), ...STATES.map((state) => link(state, state, counts[state])));
}

/** Without `act` there is nothing to press. */
function columns(act) {
  const button = (label, job, work, done) => element("button", {
    type: "button", class: "small", id: `${label}-${job.job_id}`, "aria-label": `${label} job ${short(job)}`, onclick: (event) => act(event.target, work, job, done),
  }, label);
  return [
    { name: "Job", cell: (job) => element("a", { href: pageHref({ page: "job", id: job.job_id }), title: job.job_id, id: `job-${job.job_id}` }, short(job)) },
    { name: "Kind", cell: (job) => job.kind },
    { name: "State", cell: badge },
    { name: "Outcome", cell: outcome },
    { name: "Asked for", cell: (job) => ago(job.created_at) },
    act && { name: "Actions", kind: "actions", cell: (job) => {
      if (canCancel(job)) return button("Cancel", job, cancel, "The job is told to stop.");
      return canRetry(job) ? button("Retry", job, retry, "The job is queued again.") : "";
    } },
  ].filter(Boolean);
}

/** The end of the name tells jobs apart; its beginning is the time. */
const short = (job) => `…${job.job_id.slice(-8)}`;

function outcome(job) {
  if (job.status === "done") return clipped(resultText(job.result));
  if (job.status === "processing") return progressOf(job)?.words ?? "";
  return job.error ? element("span", { class: "over" }, clipped(job.error)) : "";
}

function clipped(text) {
  const letters = [...text.slice(0, 2 * BEGINNING)];
  return element("span", { dir: "auto" }, letters.length > BEGINNING ? `${letters.slice(0, BEGINNING - 1).join("")}…` : text);
}

function none({ status, after }) {
  if (after) return nothing("Nothing older.");
  return status ? nothing(`No job is ${status}.`) : nothing("No jobs yet. Submit a text above to see one run.");
}
