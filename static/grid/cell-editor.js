// A cell that is edited: the form's own control in the cell's place. Enter and Tab save, Escape leaves. A refusal stands
// below the cell in the server's words.

import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { Unsendable, controlValue, emptied, fieldKind } from "../core/field-kinds.js";
import { referenceOptions } from "../ui/reference-options.js";
import { t } from "../core/i18n.js";

const TYPING = 200; // milliseconds of rest before suggestions are asked for

/**
 * `seed.current`, unless null, replaces the value: typing began the edit. `save(value)` gives the messages of a refusal, or null.
 * `done(move, typed)` ends the edit; `move` is where the keyboard goes: "stay", "right", "left", "down", or "none" when it
 * has gone already; `typed` is what was typed for the next cell while this one was being saved.
 */
export function CellEditor({ column, value, seed, errors, save, done }) {
  const ref = useRef(null);
  const kind = fieldKind(column);
  const start = kind.text(value);
  const [refusal, setRefusal] = useState(errors ?? null);
  const [isSaving, setSaving] = useState(false);
  const over = useRef(false);
  const isTyped = useRef(false);
  const waiting = useRef(null); // what was typed while the value is being saved

  // At once: what is typed next goes to the control.
  useLayoutEffect(() => {
    const control = ref.current;
    const { current: typed } = seed;
    seed.current = null;
    isTyped.current = typed !== null;
    control.value = typed ?? start;
    if (kind.options) control.selectedIndex = Math.max(0, 1 + kind.options.findIndex((option) => String(option.value) === start));
    control.focus();
    if (typed === null) control.select?.();
  }, []);

  const finish = async (move) => {
    if (over.current || waiting.current !== null) return;
    const control = ref.current;
    let typed;
    try {
      if (!isTyped.current && control.value === start) return end(move);
      typed = controlValue(control, kind) ?? emptied(column);
    } catch (error) {
      if (!(error instanceof Unsendable)) throw error;
      return setRefusal([error.message]);
    }
    setSaving(true);
    waiting.current = "";
    const messages = await save(typed);
    if (!messages) return end(move);
    waiting.current = null;
    setSaving(false);
    setRefusal(messages);
    return ref.current?.focus();
  };
  const end = (move) => {
    over.current = true;
    done(move, waiting.current);
  };
  const onKeyDown = (event) => {
    event.stopPropagation();
    if (waiting.current !== null) {
      event.preventDefault();
      if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) waiting.current += event.key;
      return;
    }
    if (event.key === "Escape") {
      event.preventDefault();
      end("stay");
    } else if (event.key === "Enter" && !(kind.tag === "textarea" && event.shiftKey)) {
      event.preventDefault();
      finish("down");
    } else if (event.key === "Tab") {
      event.preventDefault();
      finish(event.shiftKey ? "left" : "right");
    }
  };
  const shared = { ...kind.attributes, ref, class: "cell-control", "aria-label": column.label, "aria-invalid": refusal ? "true" : undefined, "aria-errormessage": refusal ? "cell-error" : undefined, readonly: isSaving, onKeyDown, onBlur: () => finish("none") };
  return html`<div class="cell-editor">
    ${kind.options ? html`<select ...${shared}><option value="">${t("value.none")}</option>${kind.options.map(({ value, label }) => html`<option value=${String(value)}>${label}</option>`)}</select>`
    : column.references ? html`<${Suggested} shared=${shared} table=${column.references} />`
    : html`<${kind.tag} ...${shared} />`}
    ${refusal && html`<p id="cell-error" class="cell-error" role="alert">${refusal.join(" ")}</p>`}
  </div>`;
}

function Suggested({ shared, table }) {
  const [options, setOptions] = useState([]);
  const timer = useRef(0);
  const suggest = (words) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => referenceOptions(table, words).then(setOptions, () => {}), TYPING);
  };
  useEffect(() => suggest(""), []);
  return html`<input ...${shared} list="cell-rows" onInput=${(event) => suggest(event.target.value)} /><datalist id="cell-rows">${options.map(({ key, label }) => html`<option value=${key}>${label}</option>`)}</datalist>`;
}
