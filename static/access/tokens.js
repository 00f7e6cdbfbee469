// One's own tokens, and for administrators everyone's: made, shown once, revoked.

import { Refusal, ask } from "../api.js";
import { copyable } from "../copy.js";
import { confirmed, openDialog } from "../dialog.js";
import { byId, element } from "../element.js";
import { announce } from "../frame.js";
import { listTable, nothing } from "../list.js";
import { ago } from "../values.js";
import { pageHref } from "../view.js";
import { roleField } from "./roles.js";
import { learn } from "./session.js";

export const title = "Tokens";
export const about = "A token lets a program in, with a role of its own: it goes into the header Authorization: Bearer. Only its hash is kept, so it is shown once.";

const LIFETIMES = [["7d", "7 days"], ["30d", "30 days"], ["90d", "90 days"], ["365d", "a year"], ["", "never"]];

export async function show({ query, signal, again }) {
  const me = await learn(signal);
  if (!me) throw new Refusal(401, "Sign in to see your tokens.");
  const everyones = me.role === "admin" && query.get("all") === "true";
  const { data: tokens } = await ask(`api/auth/tokens/${everyones ? "?all=true" : ""}`, { signal });
  const made = element("div", { id: "new-token" });
  return {
    body: [
      element("div", { class: "bar" },
        element("button", { id: "token-new", type: "button", class: "primary", onclick: () => make(me, again) }, "New token"),
        me.role === "admin" ? whose(everyones) : null),
      made,
      tokens.length ? listTable("Tokens", columns(everyones, again), tokens) : nothing("No tokens yet."),
    ],
  };
}

function whose(everyones) {
  const link = (all, label) => element("a", { href: pageHref({ page: "tokens", all: all ? "true" : "" }), "aria-current": all === everyones ? "page" : null }, label);
  return element("nav", { class: "choose", "aria-label": "Whose tokens" }, link(false, "Mine"), link(true, "Everyone's"));
}

function columns(everyones, again) {
  return [
    { name: "Name", cell: (token) => token.name },
    ...(everyones ? [{ name: "Owner", cell: (token) => token.username ?? element("span", { class: "muted" }, "command line") }] : []),
    { name: "Role", cell: (token) => token.role },
    { name: "Made", cell: (token) => ago(token.created_at) },
    { name: "Last used", cell: (token) => (token.last_used_at ? ago(token.last_used_at) : element("span", { class: "muted" }, "never")) },
    { name: "Expires", cell: expiry },
    { name: "Actions", kind: "actions", cell: (token) => (isOver(token) ? "" : element("button", {
      id: `revoke-${token.id}`, type: "button", class: "small", "aria-label": `Revoke ${token.name}`, onclick: () => revoke(token, again),
    }, "Revoke")) },
  ];
}

const isExpired = (token) => Boolean(token.expires_at) && new Date(token.expires_at) <= new Date();
const isOver = (token) => Boolean(token.revoked_at) || isExpired(token);

function expiry(token) {
  if (token.revoked_at) return element("span", { class: "over" }, "revoked ", ago(token.revoked_at));
  if (!token.expires_at) return "never";
  return isExpired(token) ? element("span", { class: "over" }, "expired ", ago(token.expires_at)) : ago(token.expires_at);
}

function make(me, again) {
  openDialog("New token", {
    fields: {
      name: { type: "field", label: "Name", required: true, help_text: "What it is for, so that you know which one to revoke." },
      role: roleField(me.role, me.role),
      expires: { type: "choice", label: "Expires", required: true, initial: "90d", choices: LIFETIMES.map(([value, label]) => ({ value, display_name: value ? `in ${label}` : label })) },
    },
    save: "Make",
    saving: "Making…",
    async send({ name, role, expires }) {
      const { data } = await ask("api/auth/tokens/", { method: "POST", body: { name, role, expires: expires || undefined } });
      await again();
      showOnce(data);
    },
  });
}

/** The only time that a token is in sight. */
function showOnce({ name, token }) {
  const shown = element("div", { class: "notice good", tabindex: "-1" },
    element("p", {}, element("strong", {}, `The token “${name}” is made. Copy it now: it is not shown again.`)),
    copyable(token));
  byId("new-token")?.replaceChildren(shown);
  shown.focus();
}

function revoke(token, again) {
  confirmed(`Revoke “${token.name}”?`, "Programs that use this token are refused from this moment on. It cannot be brought back.", {
    save: "Revoke",
    saving: "Revoking…",
    async act() {
      await ask(`api/auth/tokens/${token.id}/`, { method: "DELETE" });
      await again();
      announce(`The token “${token.name}” is revoked.`);
    },
  });
}
