// What happened to accounts, for administrators: the latest first.

import { ask } from "../api.js";
import { element } from "../element.js";
import { listTable, nothing, steps } from "../list.js";
import { valueNode } from "../values.js";

export const title = "Audit";
export const about = "Sign-ins, failures, and every change of accounts and tokens.";

const PAGE = 50;

const WORDS = {
  sign_in: "Signed in",
  sign_in_failed: "Failed to sign in",
  sign_in_held: "Too many failed sign-ins",
  sign_out: "Signed out",
  sign_out_everywhere: "Signed out everywhere",
  user_added: "Account made",
  user_changed: "Account changed",
  password_changed: "Password changed",
  user_removed: "Account removed",
  token_created: "Token made",
  token_revoked: "Token revoked",
};
const FAILURES = ["sign_in_failed", "sign_in_held"];

export async function show({ query, signal }) {
  const before = /^\d+$/.test(query.get("before") ?? "") ? query.get("before") : "";
  // One more than is shown tells whether there are older ones.
  const { data: found } = await ask(`api/auth/audit/?limit=${PAGE + 1}${before && `&before=${before}`}`, { signal });
  const shown = found.slice(0, PAGE);
  const older = found.length > PAGE ? { page: "audit", before: shown.at(-1).id } : null;
  return {
    body: [shown.length ? listTable("What happened", COLUMNS, shown) : nothing(before ? "Nothing older." : "Nothing has happened yet.")],
    paging: before || older ? [steps(before ? { page: "audit" } : null, older, ["Newest", "Older"])] : null,
  };
}

const COLUMNS = [
  { name: "When", cell: ({ at }) => valueNode(at, "datetime") },
  { name: "What", cell: ({ event }) => element("span", { class: FAILURES.includes(event) ? "over" : null }, WORDS[event] ?? event) },
  { name: "About", cell: ({ subject }) => subject ?? "" },
  { name: "More", cell: ({ detail }) => detail ?? "" },
  { name: "By", cell: ({ actor }) => actor ?? element("span", { class: "muted" }, "a stranger") },
  { name: "From", cell: ({ address }) => address ?? "" },
];
