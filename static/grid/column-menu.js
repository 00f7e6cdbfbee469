// Which columns are shown, and in which order.

import { html } from "../vendor/preact.js";
import { t } from "../core/i18n.js";
import { Icon } from "../ui/icon.js";

export function ColumnMenu({ table, columns, change }) {
  const names = columns.map(({ name }) => name);
  const hidden = table.columns.filter(({ name }) => !names.includes(name));
  const move = (index, step) => {
    const next = [...names];
    const [moved] = next.splice(index, 1);
    next.splice(index + step, 0, moved);
    change(next);
  };
  const toggle = (name, isShown) => change(isShown ? [...names, name] : names.filter((known) => known !== name));
  const entry = (column, index) => {
    const isKey = table.key.includes(column.name);
    const isFirst = index <= table.key.length;
    return html`<li key=${column.name}><label><input type="checkbox" checked=${index >= 0} disabled=${isKey} onChange=${(event) => toggle(column.name, event.target.checked)} />${column.name}</label>
      ${index >= 0 && !isKey && html`<span><button type="button" class="quiet square" disabled=${isFirst} aria-label=${t("columns.earlier", { name: column.name })} onClick=${() => move(index, -1)}><${Icon} name="up" /></button><button type="button" class="quiet square" disabled=${index === names.length - 1} aria-label=${t("columns.later", { name: column.name })} onClick=${() => move(index, 1)}><${Icon} name="down" /></button></span>`}</li>`;
  };
  return html`<ul class="column-list">${columns.map(entry)}${hidden.map((column) => entry(column, -1))}</ul>
    <p><button type="button" class="quiet" onClick=${() => change(null)}>${t("columns.all")}</button></p>`;
}
