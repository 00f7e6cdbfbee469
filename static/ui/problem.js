// A failure said to a person: what went wrong, what to do, and the buttons to do it with.

import { html, useEffect } from "../vendor/preact.js";
import { t } from "../core/i18n.js";
import { address, go, href } from "../core/router.js";
import { person } from "../core/session.js";

/** `retry` is called by a button; `reset` is an address that asks for less. */
export function Problem({ error, retry, reset }) {
  const needsSignIn = error.status === 401;
  useEffect(() => {
    if (needsSignIn) go(signInHref("needed"), { replace: true });
  }, [needsSignIn]);
  // That the server is away is said once, by the banner.
  const advice = adviceOn(error);
  return html`<div class="problem" role="alert">
    <p><strong>${error.message}</strong></p>
    ${problemLines(error).map((line) => html`<p>${line}</p>`)}
    ${advice && html`<p>${advice}</p>`}
    <p class="buttons">
      ${retry && error.status !== 400 && html`<button type="button" onClick=${retry}>${t("do.retry")}</button>`}
      ${reset && error.status === 400 && html`<a class="button" href=${reset}>${t("do.reset")}</a>`}
      ${error.status === 403 && !person.value && html`<a class="button" href=${signInHref()}>${t("signIn.do")}</a>`}
    </p>
  </div>`;
}

/** Where one signs in to come back to what is shown now. */
export function signInHref(reason) {
  const here = address.value;
  const next = here.get("page") === "sign-in" ? here.get("next") : location.search;
  return href({ page: "sign-in", reason, next });
}

/** "name: This field is required." for each field of a refusal. */
export function problemLines(error) {
  return Object.entries(error.fields ?? {}).map(([name, messages]) => (name === "non_field_errors" ? "" : `${name}: `) + [messages].flat().map(String).join(" "));
}

export function adviceOn(error) {
  if (error.unreachable) return t("advice.unreachable");
  if (error.status === 503) return t("advice.503");
  if (error.status >= 500) return error.requestId ? t("advice.500id", { id: error.requestId }) : t("advice.500");
  if (error.status === 403) return t("advice.403");
  if (error.status === 404) return t("advice.404");
  if (error.status === 429) return error.retryAfter ? t("advice.429after", { n: error.retryAfter }) : t("advice.429");
  return "";
}
