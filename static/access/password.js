// Changing one's own password.

import { Refusal, ask } from "../api.js";
import { element } from "../element.js";
import { makeForm } from "../form.js";
import { announce } from "../frame.js";
import { go } from "../navigate.js";
import { learn } from "./session.js";

export const title = "Change password";

export async function show({ signal }) {
  const me = await learn(signal);
  if (!me) throw new Refusal(401, "Sign in to change your password.");
  const form = makeForm({
    id: "password",
    fields: {
      old_password: { type: "password", label: "Present password", required: true, autocomplete: "current-password" },
      new_password: { type: "password", label: "New password", required: true, autocomplete: "new-password" },
    },
    notes: [element("p", { class: "hint" }, "Your sessions on other devices end; your tokens stay.")],
    save: "Change",
    saving: "Changing…",
    async send(values) {
      await ask("api/auth/password/", { method: "POST", body: values });
      go("./");
      announce("Your password is changed.");
    },
  });
  // A password manager keeps the new password under this name.
  form.node.prepend(element("input", { type: "text", name: "username", autocomplete: "username", value: me.username, hidden: true }));
  return { body: [element("div", { class: "card narrow" }, form.node)], focus: form.focus };
}
