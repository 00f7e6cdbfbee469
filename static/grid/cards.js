// The rows on a phone: a card for each, more of them as one scrolls.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../core/i18n.js";
import { hrefWith } from "../core/router.js";
import { keyOf, labelColumn } from "../core/tables.js";
import { CellValue } from "./cell.js";

const STEP = 50; // cards
const FIELDS = 6; // values on a card

export function Cards({ table, columns, blocks }) {
  const version = blocks.version.value;
  const [count, setCount] = useState(STEP);
  const end = useRef(null);
  const total = blocks.total() ?? 0;
  const shown = Math.min(count, total);
  useEffect(() => blocks.ensure(0, shown - 1), [blocks, shown, version]);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => {
      if (entry.isIntersecting) setCount((known) => Math.min(known + STEP, Math.max(STEP, total)));
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [total]);
  const label = labelColumn(table);
  const heading = columns.find(({ name }) => name === label) ?? columns[0];
  const others = columns.filter((column) => column !== heading).slice(0, FIELDS);
  const card = (_, index) => {
    const row = blocks.row(index);
    const key = row && keyOf(table, row);
    return html`<li key=${index} class="row-card">${row ? html`<a href=${key === null ? undefined : hrefWith({ row: key })}><strong><${CellValue} value=${row[heading.name]} column=${{ ...heading, references: undefined }} isKey=${true} /></strong></a>
      <dl>${others.map((column) => html`<dt>${column.name}</dt><dd><${CellValue} value=${row[column.name]} column=${column} isKey=${table.key.includes(column.name)} /></dd>`)}</dl>` : html`<span class="loading"></span>`}</li>`;
  };
  return html`<ol class="cards" aria-label=${t("grid.label", { table: table.name })}>${Array.from({ length: shown }, card)}</ol><div ref=${end} class="cards-end"></div>`;
}
