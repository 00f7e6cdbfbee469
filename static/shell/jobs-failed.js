// How many jobs have failed, for the rail: known to callers that may list jobs.

import { signal } from "../vendor/preact.js";
import { ask } from "../core/api.js";
import { access } from "../core/service.js";
import { person } from "../core/session.js";

export const jobCounts = signal(null);
export const failedJobs = signal(0);

/** Counts the jobs by state; null for those who may not see them. */
export async function countJobs(abort) {
  if (access.peek() !== "open" && !person.peek()) return null;
  try {
    const { data } = await ask("api/jobs/counts/", { signal: abort });
    noteJobCounts(data);
    return data;
  } catch (error) {
    if ([401, 403, 404].includes(error.status)) return null;
    throw error;
  }
}

export function noteJobCounts(data) {
  jobCounts.value = data;
  failedJobs.value = data.failed ?? 0;
}
