// What a job's state looks like, and what one may do in it; said the same in the list and on a job's own page.

import { html } from "../vendor/preact.js";
import { ask } from "../core/api.js";
import { stringify } from "../core/exact.js";
import { t } from "../core/i18n.js";

export const STATES = ["queued", "processing", "done", "failed", "cancelled"];

const FINISHED = ["done", "failed", "cancelled"];

export const isFinished = (job) => FINISHED.includes(job.status);
export const canCancel = (job) => !isFinished(job) && !job.cancel_requested;
export const canRetry = (job) => job.status === "failed" || job.status === "cancelled";

export const jobPath = (id) => `api/jobs/${encodeURIComponent(id)}`;

export function Badge({ job }) {
  const isStopping = job.status === "processing" && job.cancel_requested;
  return html`<span class="badge" data-state=${job.status}>${t(isStopping ? "state.cancelling" : `state.${job.status}`)}</span>`;
}

export const cancel = (job) => ask(`${jobPath(job.job_id)}/`, { method: "DELETE" });
export const retry = (job) => ask(`${jobPath(job.job_id)}/retry`, { method: "POST" });

/** How far a job says it is: a share from 0 to 1 (null when it cannot be told) and words; null when it says nothing. */
export function progressOf({ progress }) {
  if (progress === null || progress === undefined) return null;
  if (typeof progress === "number") return { share: progress, words: `${Math.round(progress * 100)} %` };
  if (typeof progress !== "object") return null;
  const { done, total, message } = progress;
  const share = Number(total) > 0 ? Math.min(1, Number(done) / Number(total)) : null;
  const count = done === undefined || done === null ? "" : total ? t("job.progress", { done: Number(done), total: Number(total) }) : String(done);
  return { share, words: [count, message].filter(Boolean).join(", ") };
}

/** A result as something to read: text as it is, anything else as JSON. */
export function resultText(result) {
  if (typeof result === "string") return result;
  const members = result !== null && typeof result === "object" ? Object.values(result) : [];
  return members.length === 1 && typeof members[0] === "string" ? members[0] : stringify(result);
}

/** How long the last attempt has run, in milliseconds; null before it has begun. */
export function runTime({ started_at: from, finished_at: to }) {
  return from ? (to ? new Date(to) : new Date()) - new Date(from) : null;
}
