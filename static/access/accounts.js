// The accounts, for administrators: added, given a role or a password, removed.

import { html } from "../vendor/preact.js";
import { announce } from "../core/announce.js";
import { ask } from "../core/api.js";
import { t } from "../core/i18n.js";
import { person } from "../core/session.js";
import { useData } from "../core/use-data.js";
import { confirm, openForm } from "../ui/dialog.js";
import { Icon } from "../ui/icon.js";
import { Ago, List } from "../ui/list.js";
import { Page } from "../ui/page.js";
import { Problem } from "../ui/problem.js";
import { Skeleton } from "../ui/skeleton.js";
import { roleField } from "./roles.js";
import { SignedIn } from "./signed-in.js";

export function View() {
  return html`<${SignedIn}><${Accounts} /><//>`;
}

function Accounts() {
  const { data, error, isLoading, reload } = useData(`accounts ${person.value?.username}`, async (signal) => (await ask("api/auth/users/", { signal })).data);
  return html`<${Page} title=${t("accounts.title")} about=${t("accounts.about")} actions=${data && html`<button id="account-new" type="button" class="primary" onClick=${() => add(reload)}><${Icon} name="plus" />${t("account.new")}</button>`}>
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${isLoading && html`<${Skeleton} />`}
    ${data && html`<${List} label=${t("accounts.title")} columns=${columns(reload)} entries=${data} keyOf=${({ id }) => id} />`}<//>`;
}

function columns(reload) {
  const me = person.value;
  const action = (id, label, user, act) => html`<button id=${`${id}-${user.id}`} type="button" class="small" aria-label=${`${label}: ${user.username}`} onClick=${() => act(user, reload)}>${label}</button>`;
  return [
    { name: t("signIn.name"), cell: (user) => (user.username === me?.username ? html`${user.username} <span class="muted">${t("account.you")}</span>` : user.username) },
    { name: t("account.email"), cell: (user) => user.email || html`<span class="muted">–</span>` },
    { name: t("role.label"), cell: (user) => t(`role.${user.role}`) },
    { name: t("list.created"), cell: (user) => html`<${Ago} at=${user.created_at} />` },
    { name: t("list.actions"), kind: "actions", cell: (user) => html`<span class="buttons">${action("change", t("account.change"), user, change)}${action("set-password", t("account.setPassword"), user, setPassword)}${action("remove", t("do.delete"), user, remove)}</span>` },
  ];
}

const path = (user) => `api/auth/users/${user.id}/`;

function add(reload) {
  openForm(t("account.new"), {
    fields: {
      username: { type: "field", label: t("signIn.name"), required: true },
      email: { type: "field", label: t("account.email") },
      role: roleField("admin", "editor"),
      password: { type: "password", label: t("signIn.password"), required: true, autocomplete: "new-password", help_text: t("account.passwordHelp") },
    },
    save: t("do.create"),
    async send(values) {
      await ask("api/auth/users/", { method: "POST", body: values });
      await reload();
      announce(t("account.created", { name: values.username }));
    },
  });
}

function change(user, reload) {
  openForm(t("account.changeTitle", { name: user.username }), {
    fields: { role: roleField("admin", user.role), email: { type: "field", label: t("account.email"), initial: user.email ?? "" } },
    save: t("do.save"),
    async send({ role, email }) {
      await ask(path(user), { method: "PATCH", body: { role, email: email ?? null } });
      await reload();
      announce(t("account.changed", { name: user.username }));
    },
  });
}

function setPassword(user, reload) {
  openForm(t("account.passwordTitle", { name: user.username }), {
    fields: { password: { type: "password", label: t("password.new"), required: true, autocomplete: "new-password" } },
    notes: html`<p class="hint">${t("account.passwordWarn")}</p>`,
    save: t("do.save"),
    async send({ password }) {
      await ask(path(user), { method: "PATCH", body: { password: password ?? "" } });
      await reload();
      announce(t("account.passwordSet", { name: user.username }));
    },
  });
}

function remove(user, reload) {
  confirm(t("account.removeAsk", { name: user.username }), t("account.removeWarn"), { save: t("do.delete"), act: async () => {
    await ask(path(user), { method: "DELETE" });
    await reload();
    announce(t("account.removed", { name: user.username }));
  } });
}
