// Changing one's own password.

import { html } from "../vendor/preact.js";
import { announce } from "../core/announce.js";
import { ask } from "../core/api.js";
import { t } from "../core/i18n.js";
import { go } from "../core/router.js";
import { person } from "../core/session.js";
import { Form } from "../ui/form.js";
import { Page } from "../ui/page.js";
import { SignedIn } from "./signed-in.js";

export function View() {
  const send = async (values) => {
    await ask("api/auth/password/", { method: "POST", body: values });
    go("./");
    announce(t("password.changed"));
  };
  return html`<${Page} title=${t("password.title")}><${SignedIn}><div class="card narrow"><${Form} id="password" username=${person.value?.username} fields=${{
    old_password: { type: "password", label: t("password.old"), required: true, autocomplete: "current-password" },
    new_password: { type: "password", label: t("password.new"), required: true, autocomplete: "new-password" },
  }} notes=${html`<p class="hint">${t("password.hint")}</p>`} save=${t("password.title")} send=${send} /></div><//><//>`;
}
