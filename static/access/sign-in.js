// Signing in, and back to where one was.

import { html } from "../vendor/preact.js";
import { announce } from "../core/announce.js";
import { t } from "../core/i18n.js";
import { go } from "../core/router.js";
import { access } from "../core/service.js";
import { person, signIn } from "../core/session.js";
import { FirstAdmin } from "../shell/first-admin.js";
import { Empty } from "../ui/empty.js";
import { Form } from "../ui/form.js";
import { Page } from "../ui/page.js";

const REASONS = { ended: "signIn.ended", needed: "signIn.needed" };

export function View({ query }) {
  if (access.value === "open") return html`<${Page} title=${t("signIn.do")}><${Empty}><p>${t("signIn.open")}</p><${FirstAdmin} /><//><//>`;
  const reason = REASONS[query.get("reason")];
  const send = async (values) => {
    await signIn(values);
    access.value = "closed";
    go(wayBack(query.get("next")), { replace: true });
    announce(t("account.isIn", { name: person.peek().username }));
  };
  return html`<${Page} title=${t("signIn.do")}>
    ${reason && html`<p class="notice" role="status">${t(reason)}</p>`}
    ${person.value && html`<p class="notice">${t("signIn.already", { name: person.value.username })}</p>`}
    <div class="card narrow"><${Form} id="sign-in" fields=${{
      username: { type: "field", label: t("signIn.name"), required: true, autocomplete: "username" },
      password: { type: "password", label: t("signIn.password"), required: true, autocomplete: "current-password" },
    }} save=${t("signIn.do")} send=${send} /></div><//>`;
}

/** Only a view of this page is a way back: an address elsewhere in `next` is somebody's trap. */
const wayBack = (next) => (next?.startsWith("?") ? next : "./");
