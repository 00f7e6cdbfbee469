// The API reference: what openapi.json says, by table, with requests ready to copy and to send.

import { html, useState } from "../vendor/preact.js";
import { ask } from "../core/api.js";
import { t } from "../core/i18n.js";
import { href } from "../core/router.js";
import { person } from "../core/session.js";
import { useData } from "../core/use-data.js";
import { Page } from "../ui/page.js";
import { Problem } from "../ui/problem.js";
import { Skeleton } from "../ui/skeleton.js";
import { operationsByTag } from "./document.js";
import { Operation } from "./operation.js";

export function View({ query }) {
  const { data, error, isLoading, reload } = useData(`openapi ${person.value?.username}`, async (signal) => (await ask("api/openapi.json", { signal })).data);
  return html`<${Page} title=${t("reference.title")} about=${t("reference.about")} className="reference" actions=${html`<a class="button" href="api/openapi.json" target="_blank">openapi.json</a>`}>
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${isLoading && html`<${Skeleton} lines=${10} />`}
    ${data && html`<${Reference} document=${data} tag=${query.get("tag")} operation=${query.get("operation")} />`}<//>`;
}

function Reference({ document, tag, operation }) {
  const groups = operationsByTag(document);
  const [words, setWords] = useState("");
  const chosen = groups.find(({ name }) => name === tag) ?? groups[0];
  const shown = groups.filter(({ name }) => name.toLowerCase().includes(words.toLowerCase()));
  return html`<div class="reference-body"><nav aria-label=${t("reference.tags")}><input type="search" aria-label=${t("rail.filter")} placeholder=${t("rail.filter")} value=${words} onInput=${(event) => setWords(event.target.value)} />
      <ul>${shown.map(({ name }) => html`<li key=${name}><a class="rail-entry" href=${href({ page: "api", tag: name })} aria-current=${name === chosen.name ? "page" : undefined}>${name}</a></li>`)}</ul></nav>
    <section aria-labelledby="tag-title"><h2 id="tag-title">${chosen.name}</h2>${chosen.operations.map((one) => html`<${Operation} key=${one.id} document=${document} operation=${one} isOpen=${one.id === operation} tag=${chosen.name} />`)}</section></div>`;
}
