// Who is signed in, with what one may do about it; language and theme.

import { html } from "../vendor/preact.js";
import { announce } from "../core/announce.js";
import { language, languages, t } from "../core/i18n.js";
import { address, go, href } from "../core/router.js";
import { access } from "../core/service.js";
import { person, signOut } from "../core/session.js";
import { remember, remembered } from "../core/storage.js";
import { Icon } from "../ui/icon.js";
import { signInHref } from "../ui/problem.js";

const THEMES = ["auto", "light", "dark"];

export function Account() {
  const someone = person.value;
  const page = address.value.get("page");
  if (!someone) {
    return access.value === "closed" && page !== "sign-in"
      ? html`<a id="sign-in-link" class="rail-entry" href=${signInHref()}><${Icon} name="user" />${t("signIn.do")}</a>` : null;
  }
  const link = (name, label) => html`<a href=${href({ page: name })} aria-current=${name === page ? "page" : undefined} onClick=${close}>${label}</a>`;
  return html`<button id="account-button" type="button" class="rail-entry" popovertarget="account-menu"><${Icon} name="user" /><span>${someone.username}</span></button>
    <nav id="account-menu" class="menu" popover="auto" aria-label=${t("account.label")}>
      <p class="muted">${t("account.as", { name: someone.username, role: t(`role.${someone.role}`) })}</p>
      ${link("tokens", t("tokens.title"))}
      ${link("password", t("password.title"))}
      ${someone.role === "admin" && [link("accounts", t("accounts.title")), link("audit", t("audit.title"))]}
      <button type="button" id="sign-out" onClick=${() => leave({})}>${t("account.out")}</button>
      <button type="button" id="sign-out-everywhere" onClick=${() => leave({ everywhere: true })}>${t("account.outEverywhere")}</button>
    </nav>`;
}

/** Language and theme: a button each that goes to the next one. */
export function Preferences() {
  const next = languages().find((code) => code !== language());
  const theme = remembered("theme", "auto");
  return html`<div class="preferences">
    <button type="button" id="language" lang=${next} onClick=${() => speak(next)}><${Icon} name="globe" />${t(`language.${next}`)}</button>
    <label class="theme"><span class="unseen">${t("theme.label")}</span>
      <select id="theme" onChange=${(event) => paint(event.target.value)}>${THEMES.map((name) => html`<option value=${name} selected=${name === theme}>${t(`theme.${name}`)}</option>`)}</select></label>
  </div>`;
}

function speak(code) {
  remember("language", code);
  location.reload();
}

function paint(theme) {
  remember("theme", theme);
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

async function leave(choice) {
  close();
  try {
    await signOut(choice);
    go("./");
    announce(t(choice.everywhere ? "account.isOutEverywhere" : "account.isOut"));
  } catch (error) {
    announce(error.message);
  }
}

function close() {
  document.getElementById("account-menu")?.hidePopover();
}
