// A failure said to a person: what went wrong, what to do, and the buttons to do it with.

import { element } from "./element.js";

export function problem(error, { retry, reset, signIn } = {}) {
  const actions = element("p", { class: "choices" });
  if (retry) actions.append(element("button", { type: "button", onclick: retry }, "Try again"));
  if (reset) actions.append(element("a", { href: reset }, "Show everything"));
  if (signIn) actions.append(element("a", { class: "button", href: signIn }, "Sign in"));
  return element("div", { class: "problem", role: "alert" },
    element("p", {}, element("strong", {}, summary(error))),
    ...details(error).map((line) => element("p", {}, line)),
    actions.childElementCount ? actions : null);
}

/** The lines under the summary; also used by the form, which has its own place for them. */
export function details(error) {
  const lines = Object.entries(error.fields ?? {}).map(([name, messages]) => `${name}: ${[messages].flat().join(" ")}`);
  return [...lines, advice(error)].filter(Boolean);
}

export function summary(error) {
  return error.message;
}

function advice(error) {
  if (error.unreachable) return "Check that Socle is running and that you are online. This page tries again by itself.";
  if (error.status === 503) return "The server is up but cannot do this now; it may be starting, stopping or out of disk. Try again in a moment.";
  if (error.status >= 500) return `Try again. If it stays, look in Socle's log${error.requestId ? ` for request ${error.requestId}` : ""}.`;
  if (error.status === 401) return "Sign in, then try again.";
  if (error.status === 403) return "An administrator can give you another role.";
  if (error.status === 404) return "It may be gone, or not for you to see.";
  if (error.status === 429) return error.retryAfter ? `Wait ${wait(error.retryAfter)}, then try again.` : "Wait a moment, then try again.";
  return "";
}

function wait(seconds) {
  if (seconds < 90) return `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
