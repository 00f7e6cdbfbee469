// API client: one function for every request, one error for every way it can go wrong.

import { parse, stringify } from "./exact.js";
import { t } from "./i18n.js";

const PATIENCE = 20_000; // milliseconds
const SAFE = ["GET", "HEAD", "OPTIONS"];

const state = { csrfToken: null, whenUnknown: () => {}, whenAnswered: () => {} };

/** Why a request failed. `status` is 0 when no answer came; `fields` has a 400's messages by field, `data` the answer. */
export class ApiError extends Error {
  constructor(status, message, { fields = null, data = null, requestId = null, retryAfter = null } = {}) {
    super(message);
    Object.assign(this, { status, fields, data, requestId, retryAfter });
  }

  get unreachable() {
    return this.status === 0;
  }
}

/** The session's token, for browsers that send no Fetch metadata; null when nobody is signed in. */
export function setCsrfToken(token) {
  state.csrfToken = token;
}

/** `unknown()` is called at each 401; `answered(reachable)` after each request. */
export function observe({ unknown, answered }) {
  state.whenUnknown = unknown;
  state.whenAnswered = answered;
}

/** Sends a request; gives { data, headers, status } or throws an ApiError (an AbortError when `signal` was used). */
export async function ask(path, { method = "GET", body, signal, patience = PATIENCE } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (state.csrfToken !== null && !SAFE.includes(method)) headers["X-CSRF-Token"] = state.csrfToken;
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
    state.whenAnswered(false);
    throw new ApiError(0, limit.aborted ? t("error.timeout", { n: patience / 1000 }) : t("error.unreachable"));
  }
  state.whenAnswered(true);
  const data = parsed(text);
  if (response.status === 401) state.whenUnknown();
  if (!response.ok) throw errorOf(response, data);
  if (data === undefined && text !== "") throw new ApiError(response.status, t("error.notJson"));
  return { data, headers: response.headers, status: response.status };
}

/** How many rows a list has, from its headers alone. */
export async function countOf(path, query, signal) {
  const { headers } = await ask(`${path}?${new URLSearchParams({ ...query, limit: 1 })}`, { method: "HEAD", signal });
  return totalOf(headers);
}

export function totalOf(headers) {
  return headers.has("X-Total-Count") ? Number(headers.get("X-Total-Count")) : null;
}

function parsed(text) {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function errorOf(response, data) {
  const about = { data, requestId: response.headers.get("X-Request-Id"), retryAfter: seconds(response.headers.get("Retry-After")) };
  if (data && typeof data.detail === "string") return new ApiError(response.status, data.detail, about);
  if (response.status === 400 && data && typeof data === "object") {
    return new ApiError(400, t("error.refused"), { ...about, fields: Array.isArray(data) ? null : data });
  }
  return new ApiError(response.status, t("error.status", { status: `${response.status} ${response.statusText}`.trim() }), about);
}

function seconds(header) {
  return header !== null && /^\d+$/.test(header.trim()) ? Number(header) : null;
}
