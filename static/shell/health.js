// The server's health: every check that /health names.

import { html } from "../vendor/preact.js";
import { ask } from "../core/api.js";
import { t } from "../core/i18n.js";
import { service } from "../core/service.js";
import { useData } from "../core/use-data.js";
import { Page } from "../ui/page.js";
import { Problem } from "../ui/problem.js";
import { Skeleton } from "../ui/skeleton.js";

const EVERY = 5_000; // milliseconds

export function View() {
  const { data, error, isLoading } = useData("health", look, { every: EVERY });
  return html`<${Page} title=${t("health.title")} about=${t("health.about")}>
    ${error && html`<${Problem} error=${error} />`}
    ${isLoading && html`<${Skeleton} lines=${3} />`}
    ${data && html`<dl class="facts card">
      <dt>${t("health.state")}</dt><dd>${data.status}</dd>
      ${Object.entries(data.checks ?? {}).map(([check, result]) => html`<dt>${check}</dt><dd class=${result === "ok" ? "" : "bad-text"}>${typeof result === "string" ? result : JSON.stringify(result)}</dd>`)}
      <dt>${t("health.version")}</dt><dd>${service.value.version}</dd>
      ${service.value.environment && html`<dt>${t("health.environment")}</dt><dd>${service.value.environment}</dd>`}
    </dl>
    <p><a href="health" target="_blank">${t("health.json")}</a></p>`}
  <//>`;
}

/** A server that is not well answers 503 with the same body. */
async function look(signal) {
  try {
    return (await ask("health", { signal })).data;
  } catch (error) {
    if (error.data?.checks) return error.data;
    throw error;
  }
}
