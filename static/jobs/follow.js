// A job followed as it happens: by its events, or by asking now and then where those do not come through.

import { ask } from "../core/api.js";
import { parse } from "../core/exact.js";
import { isFinished, jobPath } from "./state.js";

const EVERY = 1_000; // milliseconds between questions, growing
const EVERY_AT_MOST = 10_000;

/**
 * Calls `heard(job)` with each state of a job until it is finished or `signal` is aborted, and `troubled(error)` with
 * what is wrong (null when it is right again).
 */
export function follow(id, { signal, heard, troubled }) {
  const source = new EventSource(`${jobPath(id)}/events`);
  const stop = () => source.close();
  signal.addEventListener("abort", stop);
  source.addEventListener("message", ({ data }) => {
    const job = parse(data);
    troubled(null);
    heard(job);
    if (isFinished(job)) stop();
  });
  source.addEventListener("error", () => {
    if (signal.aborted) return;
    // A browser comes back by itself after a cut, but not after an answer that is no stream.
    if (source.readyState === EventSource.CLOSED) poll(id, { signal, heard, troubled });
  });
}

async function poll(id, { signal, heard, troubled }) {
  for (let wait = EVERY; !signal.aborted; wait = Math.min(wait * 1.5, EVERY_AT_MOST)) {
    try {
      const { data: job } = await ask(`${jobPath(id)}/`, { signal });
      troubled(null);
      heard(job);
      if (isFinished(job)) return;
    } catch (error) {
      if (signal.aborted) return;
      troubled(error);
      if (error.status === 404) return;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
