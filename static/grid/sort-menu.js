// By which columns the rows are sorted.

import { html } from "../vendor/preact.js";
import { t } from "../core/i18n.js";
import { Icon } from "../ui/icon.js";

export function SortMenu({ columns, ordering, change }) {
  const bare = (entry) => entry.replace(/^-/, "");
  const unused = columns.filter(({ name }) => !ordering.map(bare).includes(name));
  const replace = (index, entry) => change(ordering.map((known, at) => (at === index ? entry : known)));
  return html`<ul class="sort-list">${ordering.map((entry, index) => html`<li key=${bare(entry)}><span>${bare(entry)}</span>
      <button type="button" onClick=${() => replace(index, entry.startsWith("-") ? bare(entry) : `-${entry}`)}><${Icon} name=${entry.startsWith("-") ? "down" : "up"} />${t(entry.startsWith("-") ? "sort.down" : "sort.up")}</button>
      <button type="button" class="quiet square" aria-label=${t("sort.remove", { name: bare(entry) })} onClick=${() => change(ordering.filter((_, at) => at !== index))}><${Icon} name="close" /></button></li>`)}</ul>
    ${unused.length > 0 && html`<label class="inline">${t("sort.add")} <select id="sort-add" value="" onChange=${(event) => change([...ordering, event.target.value])}><option value="">–</option>${unused.map(({ name }) => html`<option value=${name}>${name}</option>`)}</select></label>`}`;
}
