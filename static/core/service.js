// The service: its name and version, whether it is open to everyone, and how it is. Asked now and then while the page is
// looked at.

import { signal } from "../vendor/preact.js";
import { ask } from "./api.js";

const EVERY = 15_000; // milliseconds; sooner while something is wrong
const EVERY_WHEN_WRONG = 3_000;

/** { title, version, environment }; the title is empty until it is known. */
export const service = signal({ title: "", version: "", environment: "" });
/** "open" until the first account or token is made, then "closed"; "" while it is not known. */
export const access = signal("");
/** { state: "ok" | "wrong" | "unreachable", checks }. */
export const health = signal({ state: "ok", checks: null });
/** Grows each time the server answers again after it could not be reached. */
export const recoveries = signal(0);

const watch = { timer: 0, asking: false };

export async function introduce() {
  const { data } = await ask("./");
  service.value = { title: data?.service ?? "Socle", version: data?.version ?? "", environment: data?.environment ?? "" };
  if (data?.access) access.value = data.access;
}

/** Takes in whether a request was answered at all. */
export function noteReachable(isReachable) {
  if (!isReachable && health.peek().state !== "unreachable") {
    health.value = { state: "unreachable", checks: null };
    schedule(EVERY_WHEN_WRONG);
  } else if (isReachable && health.peek().state === "unreachable") {
    health.value = { state: "ok", checks: null };
    recoveries.value += 1;
  }
}

export function watchHealth() {
  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
  schedule(EVERY);
}

function schedule(wait) {
  clearTimeout(watch.timer);
  watch.timer = setTimeout(look, wait);
}

async function look() {
  if (watch.asking || document.hidden) return;
  watch.asking = true;
  try {
    const { data } = await ask("health", { patience: 5_000 });
    if (health.peek().state !== "ok") health.value = { state: "ok", checks: data?.checks ?? null };
    if (data?.access && data.access !== access.peek()) access.value = data.access;
  } catch (error) {
    if (!error.unreachable) health.value = { state: "wrong", checks: error.data?.checks ?? null };
  } finally {
    watch.asking = false;
    schedule(health.peek().state === "ok" ? EVERY : EVERY_WHEN_WRONG);
  }
}
