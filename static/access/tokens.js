// One's own tokens, and for administrators everyone's: created, shown once, revoked.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { announce } from "../core/announce.js";
import { ask } from "../core/api.js";
import { t } from "../core/i18n.js";
import { href } from "../core/router.js";
import { person } from "../core/session.js";
import { useData } from "../core/use-data.js";
import { Copyable } from "../ui/copy.js";
import { confirm, openForm } from "../ui/dialog.js";
import { Empty } from "../ui/empty.js";
import { Icon } from "../ui/icon.js";
import { Ago, List } from "../ui/list.js";
import { Page } from "../ui/page.js";
import { Problem } from "../ui/problem.js";
import { Skeleton } from "../ui/skeleton.js";
import { roleField } from "./roles.js";
import { SignedIn } from "./signed-in.js";

const LIFETIMES = ["7d", "30d", "90d", "365d", ""];

export function View({ query }) {
  const [created, setCreated] = useState(null);
  const me = person.value;
  const everyones = me?.role === "admin" && query.get("all") === "true";
  return html`<${Page} title=${t("tokens.title")} about=${t("tokens.about")} actions=${me && html`<${New} me=${me} setCreated=${setCreated} />`}><${SignedIn}>
    ${me?.role === "admin" && html`<${Whose} everyones=${everyones} />`}
    ${created && html`<${Once} key=${created.id} token=${created} />`}
    ${me && html`<${Tokens} everyones=${everyones} created=${created?.id} />`}<//><//>`;
}

function New({ me, setCreated }) {
  const open = () => openForm(t("token.new"), {
    fields: {
      name: { type: "field", label: t("token.name"), required: true, help_text: t("token.nameHelp") },
      role: roleField(me.role, me.role),
      expires: { type: "choice", label: t("token.expires"), required: true, initial: "90d", choices: LIFETIMES.map((value) => ({ value, display_name: t(`token.expires.${value || "never"}`) })) },
    },
    save: t("do.create"),
    async send({ name, role, expires }) {
      const { data } = await ask("api/auth/tokens/", { method: "POST", body: { name, role, expires: expires || undefined } });
      setCreated(data);
    },
  });
  return html`<button id="token-new" type="button" class="primary" onClick=${open}><${Icon} name="plus" />${t("token.new")}</button>`;
}

function Tokens({ everyones, created }) {
  const { data, error, isLoading, reload } = useData(`${everyones} ${created}`, async (signal) => (await ask(`api/auth/tokens/${everyones ? "?all=true" : ""}`, { signal })).data);
  if (error) return html`<${Problem} error=${error} retry=${reload} />`;
  if (isLoading) return html`<${Skeleton} />`;
  return data.length ? html`<${List} label=${t("tokens.title")} columns=${columns(everyones, reload)} entries=${data} keyOf=${({ id }) => id} />` : html`<${Empty}><p>${t("tokens.none")}</p><//>`;
}

function Whose({ everyones }) {
  const link = (all, label) => html`<a href=${href({ page: "tokens", all: all ? "true" : "" })} aria-current=${all === everyones ? "page" : undefined}>${label}</a>`;
  return html`<nav class="choose" aria-label=${t("tokens.whose")}>${link(false, t("tokens.mine"))}${link(true, t("tokens.everyones"))}</nav>`;
}

function columns(everyones, reload) {
  return [
    { name: t("token.name"), cell: (token) => token.name },
    everyones && { name: t("token.owner"), cell: (token) => token.username ?? html`<span class="muted">${t("token.commandLine")}</span>` },
    { name: t("role.label"), cell: (token) => t(`role.${token.role}`) },
    { name: t("list.created"), cell: (token) => html`<${Ago} at=${token.created_at} />` },
    { name: t("token.lastUsed"), cell: (token) => (token.last_used_at ? html`<${Ago} at=${token.last_used_at} />` : html`<span class="muted">${t("list.never")}</span>`) },
    { name: t("token.expires"), cell: (token) => html`<${Expiry} token=${token} />` },
    { name: t("list.actions"), kind: "actions", cell: (token) => (isOver(token) ? "" : html`<button id=${`revoke-${token.id}`} type="button" class="small" aria-label=${`${t("token.revoke")}: ${token.name}`} onClick=${() => revoke(token, reload)}>${t("token.revoke")}</button>`) },
  ].filter(Boolean);
}

const isExpired = (token) => Boolean(token.expires_at) && new Date(token.expires_at) <= new Date();
const isOver = (token) => Boolean(token.revoked_at) || isExpired(token);

function Expiry({ token }) {
  if (token.revoked_at) return html`<span class="bad-text">${t("token.revoked")} <${Ago} at=${token.revoked_at} /></span>`;
  if (!token.expires_at) return t("list.never");
  return isExpired(token) ? html`<span class="bad-text">${t("token.expired")} <${Ago} at=${token.expires_at} /></span>` : html`<${Ago} at=${token.expires_at} />`;
}

/** The only time that a token is in sight. */
function Once({ token }) {
  const ref = useRef(null);
  useEffect(() => ref.current.focus(), []);
  return html`<div id="new-token" class="notice good" tabindex="-1" ref=${ref}><p><strong>${t("token.created", { name: token.name })}</strong></p><${Copyable} text=${token.token} /></div>`;
}

function revoke(token, reload) {
  confirm(t("token.revokeAsk", { name: token.name }), t("token.revokeWarn"), { save: t("token.revoke"), act: async () => {
    await ask(`api/auth/tokens/${token.id}/`, { method: "DELETE" });
    await reload();
    announce(t("token.isRevoked", { name: token.name }));
  } });
}
