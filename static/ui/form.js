// A form: labelled fields, one request, and the answer said field by field.

import { html, useEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { ApiError } from "../core/api.js";
import { Unsendable, controlValue, emptied, fieldKind } from "../core/field-kinds.js";
import { t } from "../core/i18n.js";
import { Field } from "./field.js";
import { adviceOn, problemLines } from "./problem.js";

/** What was typed into forms that have a `draft` name and was not sent, as long as the page is open. */
const drafts = new Map();

/**
 * `fields` are { name: description } as OPTIONS describes them. `send(values, button)` makes the request; an ApiError it
 * throws is said in the form. With `row`, the values that are there now, only what was changed is sent. `also` is the
 * label of a second button that sends too. `draft` names what is to be kept when the form goes away unsent.
 */
export function Form({ id, fields, row, notes, save, also, cancel, send, draft, autofocus = true, grave = false, username }) {
  const controls = useRef(new Map());
  const node = useRef(null);
  const problem = useRef(null);
  const [errors, setErrors] = useState({});
  const [general, setGeneral] = useState([]);
  const [isSending, setSending] = useState(false);
  const [heldUntil, setHeldUntil] = useState(0);
  const entries = Object.entries(fields);
  const texts = useMemo(() => Object.fromEntries(entries.map(([name, field]) => [name, startText(name, field, row, drafts.get(draft))])), []);
  const left = useCountdown(heldUntil);

  useEffect(() => {
    if (autofocus) node.current.querySelector("input:not([hidden]), select, textarea")?.focus();
  }, []);
  useEffect(() => {
    if (general.length || Object.keys(errors).length) (node.current.querySelector("[aria-invalid]") ?? problem.current)?.focus();
  }, [errors, general]);

  const keep = () => {
    if (draft) drafts.set(draft, Object.fromEntries([...controls.current].map(([name, { control }]) => [name, control.value])));
  };

  const submit = async (event) => {
    event.preventDefault();
    if (isSending || left > 0) return;
    const { values, wrong } = typed(controls.current, texts, row);
    setErrors(wrong);
    setGeneral([]);
    if (Object.keys(wrong).length) return;
    setSending(true);
    try {
      const stays = await send(values, event.submitter?.value === "also");
      drafts.delete(draft);
      if (stays) empty(controls.current, node.current);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refuse(error);
    } finally {
      setSending(false);
    }
  };

  const refuse = (error) => {
    const known = Object.entries(error.fields ?? {}).filter(([name]) => name in fields);
    const rest = { fields: Object.fromEntries(Object.entries(error.fields ?? {}).filter(([name]) => !(name in fields))) };
    setErrors(Object.fromEntries(known.map(([name, messages]) => [name, [messages].flat().map(String)])));
    setGeneral(error.fields ? problemLines(rest) : [error.message, error.unreachable ? t("advice.nothingLost") : adviceOn(error)].filter(Boolean));
    if (error.status === 429 && error.retryAfter) setHeldUntil(Date.now() + error.retryAfter * 1000);
  };

  const fromAnywhere = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) node.current.requestSubmit();
  };

  return html`<form id=${`${id}-form`} class="form" method="post" novalidate ref=${node} onSubmit=${submit} onKeyDown=${fromAnywhere} aria-busy=${isSending}>
    ${username && html`<input type="text" name="username" autocomplete="username" value=${username} hidden />`}
    ${general.length > 0 && html`<div id=${`${id}-problem`} class="problem" role="alert" tabindex="-1" ref=${problem}>${general.map((line) => html`<p>${line}</p>`)}</div>`}
    <div class="fields">
      ${entries.map(([name, field], index) => html`<${Field} key=${name} id=${`${id}-${index}`} name=${name} field=${field} text=${texts[name]} errors=${errors[name]} onInput=${keep}
        register=${(name, control) => controls.current.set(name, control)} />`)}
      ${notes}
    </div>
    <div class="actions">
      ${cancel && html`<button id=${`${id}-cancel`} type="button" onClick=${cancel}>${t("do.cancel")}</button>`}
      ${also && html`<button id=${`${id}-also`} type="submit" value="also">${also}</button>`}
      <button id=${`${id}-save`} type="submit" class=${grave ? "primary grave" : "primary"} aria-disabled=${left > 0}>${left > 0 ? t("do.wait", { n: left }) : isSending ? t("do.sending") : save}</button>
    </div>
  </form>`;
}

function startText(name, field, row, draft) {
  if (draft) return draft[name] ?? "";
  const value = row ? row[name] : field.initial;
  return fieldKind(field).text(value);
}

/** What the controls hold: { values, wrong }; with `row`, of those only that were changed. */
function typed(controls, texts, row) {
  const values = {};
  const wrong = {};
  for (const [name, { control, kind, field }] of controls) {
    try {
      if (row && control.value === texts[name]) continue;
      const value = controlValue(control, kind);
      if (value !== undefined) values[name] = value;
      else if (row) values[name] = emptied(field);
    } catch (error) {
      if (!(error instanceof Unsendable)) throw error;
      wrong[name] = [error.message];
    }
  }
  return { values, wrong };
}

function empty(controls, form) {
  form.reset();
  for (const { control, kind } of controls.values()) {
    if (kind.options) control.selectedIndex = 0;
    else control.value = "";
  }
  form.querySelector("input:not([hidden]), select, textarea")?.focus();
}

/** Seconds until a moment, counted down. */
function useCountdown(until) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (until <= Date.now()) return undefined;
    const timer = setInterval(() => {
      setNow(Date.now());
      if (Date.now() >= until) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [until]);
  return Math.max(0, Math.ceil((until - now) / 1000));
}
