// Asking the server: one function for every request, one error for every way it can go wrong.

import { parse, stringify } from "./exact.js";

const PATIENCE = 20_000; // milliseconds
const SAFE = ["GET", "HEAD", "OPTIONS"];

let csrfToken = null;
let whenUnknown = () => {};

/** Why a request failed. `status` is 0 when no answer came; `fields` has a 400's messages by field, `data` the answer. */
export class Refusal extends Error {
  constructor(status, message, { fields = null, data = null, requestId = null, retryAfter = null } = {}) {
    super(message);
    this.status = status;
    this.fields = fields;
    this.data = data;
    this.requestId = requestId;
    this.retryAfter = retryAfter; // seconds, or null
  }

  get unreachable() {
    return this.status === 0;
  }
}

/**
 * The session's token, for browsers that do not say where a request comes from (Fetch metadata, Origin): those are
 * believed without it. Null when nobody is signed in.
 */
export function carry(token) {
  csrfToken = token;
}

/** `listener` is called whenever the server answers 401: it does not, or no longer, know who asks. */
export function onUnknown(listener) {
  whenUnknown = listener;
}

/** Sends a request; gives { data, headers } or throws a Refusal (an AbortError when `signal` was used). */
export async function ask(path, { method = "GET", body, signal, patience = PATIENCE } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (csrfToken !== null && !SAFE.includes(method)) headers["X-CSRF-Token"] = csrfToken;
  const limit = AbortSignal.timeout(patience);
  let response;
  let text;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : stringify(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      cache: "no-store",
    });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal(0, limit.aborted ? `No answer within ${patience / 1000} seconds.` : "The server cannot be reached.");
  }
  const data = parsed(text);
  if (response.status === 401) whenUnknown();
  if (!response.ok) throw refusal(response, data);
  if (data === undefined && text !== "") throw new Refusal(response.status, "The answer was not JSON; something stands between this page and Socle.");
  return { data, headers: response.headers };
}

/** What the API says about a table: its columns, whether the caller may add rows, and whether anyone may. */
export async function describe(path, signal) {
  const { data, headers } = await ask(path, { method: "OPTIONS", signal });
  return { ...data, takesRows: (headers.get("Allow") ?? "").includes("POST") };
}

function parsed(text) {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function refusal(response, data) {
  const about = { data, requestId: response.headers.get("X-Request-Id"), retryAfter: seconds(response.headers.get("Retry-After")) };
  if (data && typeof data.detail === "string") return new Refusal(response.status, data.detail, about);
  if (response.status === 400 && data && typeof data === "object" && !Array.isArray(data)) {
    return new Refusal(400, "The request was refused.", { ...about, fields: data });
  }
  return new Refusal(response.status, `The server answered ${response.status} ${response.statusText}`.trim() + ".", about);
}

function seconds(header) {
  return header !== null && /^\d+$/.test(header.trim()) ? Number(header) : null;
}
