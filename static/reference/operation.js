// One operation of the API: parameters, body, answers, the request in four languages, and a form that sends it with
// one's own session.

import { html, useState } from "../vendor/preact.js";
import { parse, stringify } from "../core/exact.js";
import { indented } from "../core/field-kinds.js";
import { t } from "../core/i18n.js";
import { Copyable } from "../ui/copy.js";
import { exampleOf, jsonSchema, typeWords } from "./document.js";
import { send } from "./send.js";
import { snippets } from "./snippets.js";

const LIMIT = 10; // rows asked for at first
const USUAL = 12; // parameters shown before all of them are asked for

export function Operation({ document, operation, isOpen }) {
  const [wasOpened, setOpened] = useState(isOpen);
  return html`<details class="operation" open=${isOpen} onToggle=${(event) => event.target.open && setOpened(true)} id=${`operation-${operation.id}`}>
    <summary><span class="method" data-method=${operation.method}>${operation.method}</span> <code>${operation.path}</code> <span class="muted">${operation.summary}</span></summary>
    ${wasOpened && html`<${Body} document=${document} operation=${operation} />`}
  </details>`;
}

function Body({ document, operation }) {
  const body = operation.body && jsonSchema(document, operation.body.content);
  const [given, setGiven] = useState(() => (operation.parameters.some(({ name }) => name === "limit") ? { limit: String(LIMIT) } : {}));
  const [text, setText] = useState(() => (body ? indented(stringify(body.example ?? exampleOf(document, body.schema))) : ""));
  const [answer, setAnswer] = useState(null);
  const [isSending, setSending] = useState(false);
  const path = filledPath(operation, given);
  let parsed;
  let wrong = "";
  try {
    parsed = body && text.trim() ? parse(text) : undefined;
  } catch (error) {
    wrong = t("field.notJson", { reason: error.message });
  }
  const submit = async (event) => {
    event.preventDefault();
    setSending(true);
    setAnswer(await send(operation.method, path, parsed));
    setSending(false);
  };
  return html`<div class="operation-body">
    ${operation.description && html`<p>${operation.description}</p>`}
    <form class="try" onSubmit=${submit}>
      <p class="buttons"><button type="submit" class="primary" disabled=${isSending || Boolean(wrong)}>${t("reference.send")}</button><code class="muted">${operation.method} ${path}</code></p>
      <div role="status">${answer && html`<${Answer} answer=${answer} />`}</div>
      ${operation.parameters.length > 0 && html`<${Parameters} document=${document} operation=${operation} given=${given} change=${(name, value) => setGiven({ ...given, [name]: value })} />`}
      ${body && html`<label class="stack">${t("reference.body")} <textarea class="code" rows=${Math.min(16, text.split("\n").length + 1)} spellcheck="false" value=${text} onInput=${(event) => setText(event.target.value)} aria-invalid=${wrong ? "true" : undefined}></textarea></label>${wrong && html`<p class="error">${wrong}</p>`}`}
    </form>
    <${Snippets} request=${{ method: operation.method, url: new URL(path, window.document.baseURI).href, body: parsed }} />
    <h3>${t("reference.answers")}</h3>
    <dl class="facts answers">${operation.responses.map(({ status, description, content }) => html`<dt><code>${status}</code></dt><dd>${description}${content && html` <small class="muted">${Object.keys(content).join(", ")}</small>`}</dd>`)}</dl>
  </div>`;
}

function Parameters({ document, operation, given, change }) {
  const [isAll, setAll] = useState(false);
  const shown = isAll ? operation.parameters : operation.parameters.slice(0, USUAL);
  return html`<div class="list"><table class="simple parameters"><caption class="unseen">${t("reference.parameters")}</caption>
    <thead><tr><th scope="col">${t("reference.parameter")}</th><th scope="col">${t("reference.value")}</th><th scope="col">${t("reference.meaning")}</th></tr></thead>
    <tbody>${shown.filter(({ in: where }) => where === "path" || where === "query").map((parameter) => html`<tr key=${parameter.name}><td><code>${parameter.name}</code>${parameter.required && html` <span class="required">${t("field.required")}</span>`}<small class="muted">${typeWords(document, parameter.schema)}</small></td>
      <td><input aria-label=${parameter.name} value=${given[parameter.name] ?? ""} autocomplete="off" spellcheck="false" onInput=${(event) => change(parameter.name, event.target.value)} /></td><td>${parameter.description ?? ""}</td></tr>`)}</tbody></table></div>
    ${!isAll && operation.parameters.length > USUAL && html`<p><button type="button" onClick=${() => setAll(true)}>${t("reference.allParameters", { n: operation.parameters.length })}</button></p>`}`;
}

function Snippets({ request }) {
  const all = snippets(request);
  const [name, setName] = useState("curl");
  return html`<div class="choose" role="group" aria-label=${t("reference.languages")}>${all.map((one) => html`<button type="button" aria-pressed=${one.name === name} onClick=${() => setName(one.name)}>${one.name}</button>`)}</div>
    <${Copyable} text=${all.find((one) => one.name === name).text} />`;
}

function Answer({ answer }) {
  return html`<div class="answer"><p><strong class=${answer.isOk ? "good-text" : "bad-text"}>${answer.status}</strong> <span class="muted">${t("reference.took", { ms: Math.round(answer.took) })}</span></p>
    ${answer.text && html`<${Copyable} text=${answer.text} />`}</div>`;
}

/** The address of a request: path parameters in their places, the rest as the query; relative to the page. */
function filledPath({ path, parameters }, given) {
  const filled = path.replace(/\{(\w+)\}/g, (whole, name) => (given[name] ? encodeURIComponent(given[name]) : whole));
  const query = new URLSearchParams(parameters.filter(({ name, in: where }) => where === "query" && given[name]).map(({ name }) => [name, given[name]]));
  return `${filled.replace(/^\//, "")}${query.size ? `?${query}` : ""}`;
}
