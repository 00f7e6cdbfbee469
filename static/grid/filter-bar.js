// Filters as chips, in words; each is changed or taken away where it stands.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { fieldKind } from "../core/field-kinds.js";
import { t } from "../core/i18n.js";
import { Icon } from "../ui/icon.js";
import { filterWords, operatorsOf } from "./operators.js";

export function FilterChips({ filters, columns, change }) {
  if (!filters.length) return null;
  return html`<ul class="chips" aria-label=${t("filter.label")}>${filters.map((filter, index) => html`<li class="chip" key=${`${filter.column} ${filter.lookup} ${filter.value}`}>
    <span dir="auto">${filterWords(filter, columns)}</span>
    <button type="button" class="quiet" aria-label=${t("filter.remove", { filter: filterWords(filter, columns) })} onClick=${() => change(filters.filter((_, at) => at !== index))}><${Icon} name="close" /></button>
  </li>`)}<li><button type="button" class="quiet" id="filters-clear" onClick=${() => change([])}>${t("filter.clear")}</button></li></ul>`;
}

/** The form for one more filter. */
export function FilterForm({ columns, filters, change, done }) {
  const [name, setName] = useState(columns[0].name);
  const [at, setAt] = useState(0);
  const column = columns.find((known) => known.name === name);
  const operators = operatorsOf(column);
  const operator = operators[at] ?? operators[0];
  const inputs = [useRef(null), useRef(null)];
  const column0 = useRef(null);
  useEffect(() => column0.current.focus(), []);
  const values = operator.fixed !== undefined ? 0 : operator.values ?? 1;

  const submit = (event) => {
    event.preventDefault();
    const given = operator.fixed ?? inputs.slice(0, values).map(({ current }) => sent(current, column, operator)).join(",");
    if (given === "" || given === ",") return inputs[0].current?.focus();
    change([...filters, { column: name, lookup: operator.lookup, value: given }]);
    return done();
  };
  const kind = fieldKind({ ...column, max_length: 255, required: false });
  const control = (ref, label) => (kind.options && operator.lookup !== "in"
    ? html`<select ref=${ref} aria-label=${label}>${kind.options.map(({ value, label: text }) => html`<option value=${String(value)}>${text}</option>`)}</select>`
    : html`<input ref=${ref} aria-label=${label} ...${kind.tag === "input" ? kind.attributes : { type: "text" }} />`);
  return html`<form class="filter-form" onSubmit=${submit}>
    <select ref=${column0} aria-label=${t("filter.column")} id="filter-column" value=${name} onChange=${(event) => { setName(event.target.value); setAt(0); }}>${columns.map(({ name }) => html`<option value=${name}>${name}</option>`)}</select>
    <select aria-label=${t("filter.operator")} id="filter-operator" value=${String(operators.indexOf(operator))} onChange=${(event) => setAt(Number(event.target.value))}>${operators.map(({ word }, index) => html`<option value=${String(index)}>${t(`operator.${word}`)}</option>`)}</select>
    ${values > 0 && html`<span class="filter-value" key=${`${name} ${operator.word}`} id="filter-value">${control(inputs[0], t("filter.value"))}${values > 1 && [html`<span>${t("operator.and")}</span>`, control(inputs[1], t("filter.value2"))]}</span>`}
    <button type="submit" id="filter-apply" class="primary">${t("filter.apply")}</button>
    ${operator.lookup === "in" && html`<p class="hint">${t("filter.commas")}</p>`}
  </form>`;
}

/** What a control says, as the API takes it. */
function sent(control, column, operator) {
  const kind = fieldKind({ ...column, max_length: 255 });
  if (kind.options && operator.lookup !== "in") return control.value;
  const text = control.value.trim();
  return column.type === "datetime" && text ? String(kind.value(text)) : text;
}
