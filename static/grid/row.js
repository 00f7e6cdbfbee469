// One row of the grid. `grid` is what all rows share: see Grid, which makes it.

import { html } from "../vendor/preact.js";
import { isNumeric } from "../core/format.js";
import { t } from "../core/i18n.js";
import { hrefWith } from "../core/router.js";
import { keyOf } from "../core/tables.js";
import { CellEditor } from "./cell-editor.js";
import { CellValue } from "./cell.js";

export function Row({ row, grid }) {
  const { table, columns, blocks, total, draft, openRow, selected, hasCheck, toggle } = grid;
  const isDraft = row === total;
  const known = isDraft ? draft.values : blocks.row(row);
  const key = !isDraft && known ? keyOf(table, known) : null;
  const className = [isDraft && "draft", key !== null && key === openRow && "open"].filter(Boolean).join(" ");
  return html`<tr role="row" aria-rowindex=${row + 2} class=${className} aria-selected=${selected.has(key) ? "true" : undefined}>
    ${hasCheck && html`<td role="gridcell" class="check" aria-colindex="1">${isDraft ? html`<span aria-hidden="true">+</span>` : html`<input type="checkbox" tabindex="-1" checked=${selected.has(key)} aria-label=${t("grid.selectRow", { row: key ?? row + 1 })} onChange=${() => toggle(row)} />`}</td>`}
    ${columns.map((column, index) => cell({ row, index, column, known, key, isDraft, grid }))}
  </tr>`;
}

function cell({ row, index, column, known, key, isDraft, grid }) {
  const { draft, editing, range, isEditable, cellProps, stick, beginEdit } = grid;
  const isEditing = editing?.row === row && editing?.column === index;
  const isIn = range && row >= range.top && row <= range.bottom && index >= range.left && index <= range.right;
  const failed = isDraft ? draft.errors[column.name] : undefined;
  const className = [isNumeric(column.type) && !column.references && "number", stick(column, index), isIn && "in-range", isEditing && "editing", failed && "failed"].filter(Boolean).join(" ");
  return html`<td key=${column.name} ...${cellProps(row, index)} class=${className} aria-readonly=${isEditable(row, column) ? undefined : "true"}
    aria-invalid=${failed ? "true" : undefined} title=${failed?.join(" ")} onDblClick=${() => beginEdit({ row, column: index })}>
    ${isEditing ? html`<${CellEditor} column=${column} value=${known?.[column.name] ?? null} seed=${grid.seed} errors=${failed ?? null} save=${grid.save} done=${grid.endEdit} />`
    : isDraft ? html`<${DraftValue} value=${known[column.name]} column=${column} error=${failed} />`
    : column.name === grid.table.key[0] && key !== null ? html`<${RowLink} rowKey=${key} value=${known[column.name]} column=${column} isComposite=${grid.table.key.length > 1} />`
    : html`<${CellValue} value=${known?.[column.name]} column=${column} isKey=${grid.table.key.includes(column.name)} isExact=${grid.isUsed(row, index)} />`}
  </td>`;
}

/** The key opens the row; of a composite key the link names every part. */
function RowLink({ rowKey, value, column, isComposite }) {
  const name = decodeURIComponent(rowKey);
  return html`<a class="row-link" tabindex="-1" id=${`row-${rowKey}`} href=${hrefWith({ row: rowKey })} title=${t("grid.open", { row: name })} aria-label=${isComposite ? name : undefined}><${CellValue} value=${value} column=${{ ...column, references: undefined }} isKey=${true} /></a>`;
}

/** A cell of the empty row says what it would become. */
function DraftValue({ value, column, error }) {
  if (error) return html`<span class="bad-text">${error.join(" ")}</span>`;
  if (value !== undefined) return html`<${CellValue} value=${value} column=${{ ...column, references: undefined }} />`;
  return html`<span class="placeholder" aria-hidden="true">${column.required ? column.name : ""}</span>`;
}
