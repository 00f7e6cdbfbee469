// A list of things that are not rows of a table of yours: jobs, tokens, accounts. Wide it is a table, narrow a card for
// each entry, since what one does to an entry must be in sight.

import { html } from "../vendor/preact.js";
import { t } from "../core/i18n.js";
import { ago, dateTime } from "../core/format.js";

/** `columns` are { name, cell(entry), kind }: the words of the heading, what stands there, "number" or "actions". */
export function List({ label, columns, entries, keyOf }) {
  // The roles are said because a table laid out as cards is no table to some browsers.
  return html`<div class="list" role="region" aria-label=${label} tabindex="0">
    <table role="table">
      <thead role="rowgroup"><tr role="row">${columns.map(({ name, kind }) => html`<th role="columnheader" scope="col" class=${kind}>${kind === "actions" ? html`<span class="unseen">${name}</span>` : name}</th>`)}</tr></thead>
      <tbody role="rowgroup">${entries.map((entry) => html`<tr role="row" key=${keyOf(entry)}>${columns.map(({ name, cell, kind }) => html`<td role="cell" class=${kind} data-name=${name}><div class="value">${cell(entry)}</div></td>`)}</tr>`)}</tbody>
    </table>
  </div>`;
}

/** The links to what comes before and after; each is an address, or null where there is none. */
export function Steps({ before, after, earlier, later }) {
  const step = (label, to, id) => (to
    ? html`<a class="button" id=${id} href=${to}>${label}</a>`
    : html`<span class="button off" id=${id} aria-disabled="true">${label}</span>`);
  return html`<nav class="steps" aria-label=${t("steps.label")}>${step(earlier, before, "page-previous")}${step(later, after, "page-next")}</nav>`;
}

/** A moment by its distance; exact on hover. */
export const Ago = ({ at }) => html`<time datetime=${at} title=${dateTime(at)}>${ago(at)}</time>`;

export const Moment = ({ at }) => html`<time datetime=${at} title=${at}>${dateTime(at)}</time>`;
