// The shell: the rail beside what is shown, a drawer of it on phones, and what may stand over both.

import { html, useEffect, useRef } from "../vendor/preact.js";
import { announcement } from "../core/announce.js";
import { t } from "../core/i18n.js";
import { address } from "../core/router.js";
import { health, service } from "../core/service.js";
import { DialogHost } from "../ui/dialog.js";
import { Icon } from "../ui/icon.js";
import { GoTo, openGoTo } from "./go-to.js";
import { Rail } from "./rail.js";

export function Shell({ children }) {
  return html`<a class="skip" href="#content">${t("shell.skip")}</a>
    <div class="shell">
      <${Top} />
      <aside id="rail" popover=${isNarrow() ? "auto" : undefined} aria-label=${t("shell.rail")}><${Rail} /></aside>
      <main id="content" tabindex="-1"><${Unreachable} />${children}</main>
    </div>
    <${Toast} /><${DialogHost} /><${GoTo} />`;
}

const isNarrow = () => matchMedia("(max-width: 46rem)").matches;

/** The bar of a phone. */
function Top() {
  const drawer = useRef(null);
  const view = address.value;
  useEffect(() => {
    const rail = document.getElementById("rail");
    if (rail?.matches(":popover-open")) rail.hidePopover();
  }, [view]);
  return html`<header class="top" ref=${drawer}>
    <button type="button" id="rail-open" class="quiet square" popovertarget="rail" aria-label=${t("shell.menu")}><${Icon} name="menu" /></button>
    <a class="brand" href="./">${service.value.title}</a>
    <button type="button" class="quiet square" aria-label=${t("goTo.open")} onClick=${openGoTo}><${Icon} name="search" /></button>
  </header>`;
}

function Unreachable() {
  const { state, checks } = health.value;
  if (state === "ok") return null;
  const wrong = Object.entries(checks ?? {}).filter(([, result]) => result !== "ok").map(([check, result]) => `${check}: ${typeof result === "string" ? result : JSON.stringify(result)}`);
  return html`<p id="health-problem" class="banner" role="alert">${state === "unreachable" ? t("health.away") : `${t("health.unwell")} ${wrong.join("; ")}`}</p>`;
}

function Toast() {
  const said = announcement.value;
  return html`<div id="status" class=${said ? "toast shown" : "toast"} role="status">${said && html`<${Icon} name="check" /><span>${said.text}</span>${said.link && html`<a href=${said.link.href}>${said.link.label}</a>`}`}</div>`;
}
