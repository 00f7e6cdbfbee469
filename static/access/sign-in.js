// Signing in, and back to where one was.

import { element } from "../element.js";
import { makeForm } from "../form.js";
import { announce } from "../frame.js";
import { go } from "../navigate.js";
import { firstAdministrator } from "./first.js";
import { me, signIn, whetherOpen } from "./session.js";

export const title = "Sign in";

const REASONS = {
  ended: "Your session has ended. Sign in again to go on where you were.",
  needed: "What you asked for needs a sign-in.",
};

export async function show({ query, signal }) {
  if (await whetherOpen(signal)) {
    return { body: [element("div", { class: "empty" },
      element("p", {}, "There are no accounts yet: this server is open to everyone. Make the first administrator to close it:"),
      ...firstAdministrator())] };
  }
  const next = wayBack(query.get("next"));
  const form = makeForm({
    id: "sign-in",
    fields: {
      username: { type: "field", label: "Name", required: true, autocomplete: "username" },
      password: { type: "password", label: "Password", required: true, autocomplete: "current-password" },
    },
    save: "Sign in",
    saving: "Signing in…",
    async send(values) {
      await signIn(values);
      go(next, { instead: true });
      announce(`You are signed in as ${me().username}.`);
    },
  });
  const reason = REASONS[query.get("reason")];
  return {
    body: [
      reason ? element("p", { class: "notice", role: "status" }, reason) : null,
      me() ? element("p", { class: "notice" }, `You are signed in as ${me().username} already.`) : null,
      element("div", { class: "card narrow" }, form.node),
    ],
    focus: form.focus,
  };
}

/** Only a view of this page is a way back: an address elsewhere in `next` is somebody's trap. */
function wayBack(next) {
  return next?.startsWith("?") ? next : "./";
}
