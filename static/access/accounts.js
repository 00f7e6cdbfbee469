// The accounts, for administrators: added, given a role or a password, removed.

import { Refusal, ask } from "../api.js";
import { confirmed, openDialog } from "../dialog.js";
import { element } from "../element.js";
import { announce } from "../frame.js";
import { listTable, nothing } from "../list.js";
import { ago } from "../values.js";
import { roleField } from "./roles.js";
import { learn } from "./session.js";

export const title = "Accounts";
export const about = "People who may sign in. An account's role is also the most that its tokens may do.";

export async function show({ signal, again }) {
  const me = await learn(signal);
  if (!me) throw new Refusal(401, "Sign in to see the accounts.");
  const { data: users } = await ask("api/auth/users/", { signal });
  return {
    body: [
      element("div", { class: "bar" },
        element("button", { id: "account-new", type: "button", class: "primary", onclick: () => add(again) }, "Add an account")),
      users.length ? listTable("Accounts", columns(me, again), users) : nothing("No accounts: the last one was removed."),
    ],
  };
}

function columns(me, again) {
  return [
    { name: "Name", cell: (user) => (user.username === me.username ? element("span", {}, user.username, element("span", { class: "muted" }, " (you)")) : user.username) },
    { name: "Email", cell: (user) => user.email || element("span", { class: "muted" }, "–") },
    { name: "Role", cell: (user) => user.role },
    { name: "Made", cell: (user) => ago(user.created_at) },
    { name: "Actions", kind: "actions", cell: (user) => element("span", { class: "buttons" },
      action("Change", user, () => change(user, again)),
      action("Set password", user, () => setPassword(user, again)),
      action("Remove", user, () => remove(user, again))) },
  ];
}

const action = (label, user, onclick) =>
  element("button", { id: `${label.toLowerCase()}-${user.id}`.replaceAll(" ", "-"), type: "button", class: "small", "aria-label": `${label}: ${user.username}`, onclick }, label);

const path = (user) => `api/auth/users/${user.id}/`;

function add(again) {
  openDialog("Add an account", {
    fields: {
      username: { type: "field", label: "Name", required: true },
      email: { type: "field", label: "Email" },
      role: roleField("admin", "editor"),
      password: { type: "password", label: "Password", required: true, autocomplete: "new-password", help_text: "They can change it after signing in." },
    },
    save: "Add",
    saving: "Adding…",
    async send(values) {
      await ask("api/auth/users/", { method: "POST", body: values });
      await again();
      announce(`The account ${values.username} is made.`);
    },
  });
}

function change(user, again) {
  openDialog(`Change ${user.username}`, {
    fields: {
      role: roleField("admin", user.role),
      email: { type: "field", label: "Email", initial: user.email ?? "" },
    },
    save: "Change",
    saving: "Changing…",
    async send({ role, email }) {
      await ask(path(user), { method: "PATCH", body: { role, email: email ?? null } });
      await again();
      announce(`${user.username} is changed.`);
    },
  });
}

function setPassword(user, again) {
  openDialog(`Set the password of ${user.username}`, {
    fields: { password: { type: "password", label: "New password", required: true, autocomplete: "new-password" } },
    notes: [element("p", { class: "hint" }, "Their sessions end; their tokens stay.")],
    save: "Set",
    saving: "Setting…",
    async send({ password }) {
      await ask(path(user), { method: "PATCH", body: { password: password ?? "" } });
      await again();
      announce(`The password of ${user.username} is set.`);
    },
  });
}

function remove(user, again) {
  confirmed(`Remove ${user.username}?`, "Their sessions end and their tokens stop working at once. It cannot be undone.", {
    save: "Remove",
    saving: "Removing…",
    async act() {
      await ask(path(user), { method: "DELETE" });
      await again();
      announce(`The account ${user.username} is removed.`);
    },
  });
}
