// Sends a request of the reference and gives the answer as it came.

import { ApiError, ask } from "../core/api.js";
import { stringify } from "../core/exact.js";
import { indented } from "../core/field-kinds.js";

const SHOWN = 100_000; // letters

/** { status, isOk, text, took }. */
export async function send(method, path, body) {
  const from = performance.now();
  const told = (status, isOk, data) => ({ status, isOk, text: data === undefined || data === null ? "" : indented(stringify(data)).slice(0, SHOWN), took: performance.now() - from });
  try {
    const { data, status } = await ask(path, { method, body });
    return told(String(status), true, data);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return told(error.status ? String(error.status) : error.message, false, error.data);
  }
}
