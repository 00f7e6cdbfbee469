// Asking the server: one function for every request, one error for every way it can go wrong.

import { parse, stringify } from "./exact.js";

const PATIENCE = 20_000; // milliseconds

/** Why a request failed. `status` is 0 when no answer came; `fields` has a 400's messages by field, `data` the answer. */
export class Refusal extends Error {
  constructor(status, message, { fields = null, data = null, requestId = null } = {}) {
    super(message);
    this.status = status;
    this.fields = fields;
    this.data = data;
    this.requestId = requestId;
  }

  get unreachable() {
    return this.status === 0;
  }
}

/** Sends a request; gives { data, headers } or throws a Refusal (an AbortError when `signal` was used). */
export async function ask(path, { method = "GET", body, signal, patience = PATIENCE } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
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
  if (!response.ok) throw refusal(response, data);
  if (data === undefined && text !== "") throw new Refusal(response.status, "The answer was not JSON; something stands between this page and Socle.");
  return { data, headers: response.headers };
}

/** What the API says about a table: its columns and whether rows may be added. */
export async function describe(path, signal) {
  const { data } = await ask(path, { method: "OPTIONS", signal });
  return data ?? {};
}

function parsed(text) {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function refusal(response, data) {
  const requestId = response.headers.get("X-Request-Id");
  if (data && typeof data.detail === "string") return new Refusal(response.status, data.detail, { data, requestId });
  if (response.status === 400 && data && typeof data === "object" && !Array.isArray(data)) {
    return new Refusal(400, "The request was refused.", { fields: data, data, requestId });
  }
  return new Refusal(response.status, `The server answered ${response.status} ${response.statusText}`.trim() + ".", { data, requestId });
}
