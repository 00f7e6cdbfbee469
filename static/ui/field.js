// One labelled control of a form, described as OPTIONS describes a column; the pages' own forms also have passwords and
// an `initial` value. The control keeps what is typed; the form reads it.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { fieldKind } from "../core/field-kinds.js";
import { t } from "../core/i18n.js";
import { Icon } from "./icon.js";
import { referenceOptions } from "./reference-options.js";

const TYPING = 200; // milliseconds of rest before suggestions are asked for

/** `errors` are the messages under the control; `register(name, { control, kind })` gives the form its hands on it. */
export function Field({ id, name, field, errors, text, register, onInput }) {
  const ref = useRef(null);
  const kind = fieldKind(field);
  useEffect(() => {
    const control = ref.current;
    control.value = text;
    if (kind.options) control.selectedIndex = Math.max(0, 1 + kind.options.findIndex((option) => String(option.value) === text));
    register(name, { control, kind, field });
  }, []);
  const hint = [kind.hint, field.help_text, field.max_length && t("field.length", { n: field.max_length }), field.references && t("field.reference", { table: field.references })].filter(Boolean).join(" ");
  const described = [hint && `${id}-hint`, errors && `${id}-error`].filter(Boolean).join(" ");
  const shared = {
    ...kind.attributes, id, ref, onInput,
    "aria-describedby": described || undefined,
    "aria-required": field.required ? "true" : undefined,
    "aria-invalid": errors ? "true" : undefined,
  };
  return html`<div class="field">
    <label for=${id}>${field.label || name}${field.required && html` <span class="required">${t("field.required")}</span>`}</label>
    ${field.type === "password" ? html`<${Secret} shared=${shared} control=${ref} label=${field.label} />`
    : field.references ? html`<${Reference} shared=${shared} table=${field.references} />`
    : kind.options ? html`<select ...${shared}><option value="">${field.required && field.initial === undefined ? t("field.choose") : "–"}</option>${kind.options.map(({ value, label }) => html`<option value=${String(value)}>${String(label)}</option>`)}</select>`
    : html`<${kind.tag} ...${shared} />`}
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${errors && html`<p class="error" id=${`${id}-error`}>${errors.join(" ")}</p>`}
  </div>`;
}

/** A password, which can be looked at: seeing it once finds more mistakes than typing it blind twice. */
function Secret({ shared, control, label }) {
  const [isShown, setShown] = useState(false);
  const word = t(isShown ? "field.hide" : "field.show");
  return html`<div class="beside">
    <input ...${shared} ref=${control} type=${isShown ? "text" : "password"} />
    <button type="button" onClick=${() => setShown(!isShown)} aria-label=${`${word}: ${label}`}>${word}</button>
  </div>`;
}

/** A key of another table's row, with suggestions by what that row is called. */
function Reference({ shared, table }) {
  const [options, setOptions] = useState([]);
  const timer = useRef(0);
  const suggest = (words) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => referenceOptions(table, words).then(setOptions, () => setOptions([])), TYPING);
  };
  const onInput = (event) => {
    shared.onInput?.(event);
    suggest(event.target.value);
  };
  return html`<div class="beside">
    <input ...${shared} onInput=${onInput} onFocus=${(event) => suggest(event.target.value)} list=${`${shared.id}-rows`} />
    <datalist id=${`${shared.id}-rows`}>${options.map(({ key, label }) => html`<option value=${key}>${label}</option>`)}</datalist>
    <${Icon} name="link" />
  </div>`;
}
