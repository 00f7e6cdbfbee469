// The grid: a native table in the ARIA grid pattern, of which only the rows in sight are built. One cell at a time is the
// keyboard's; arrows move, typing or Enter edits. The last row is empty and takes a new one.

import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../core/i18n.js";
import { keyOf } from "../core/tables.js";
import { fromTsv, toTsv } from "./clipboard.js";
import { Heading } from "./heading.js";
import { moveOf } from "./keyboard.js";
import { Row } from "./row.js";
import { useEditing } from "./use-editing.js";
import { useWidths } from "./use-widths.js";
import { useWindow } from "./window.js";

const CHECK = 36; // pixels of the column that selects
const STEP = 16; // pixels by which a key widens a column
const HEADER = -1; // the place of the header among the rows

/**
 * `blocks` are the rows (blocks.js); `edit(place, row, column, value)` saves one value, `create(draft)` a new row: both
 * give the messages of a refusal by column, or null. `selected` is a Map of key → row. `sort(column, also)` sorts.
 */
export function Grid({ table, columns, blocks, ordering, openRow, selected, onSelect, edit, create, sort, paste, handle, isStale }) {
  const version = blocks.version.value;
  const total = blocks.total() ?? 0;
  const canAdd = table.isWritable;
  const count = total + (canAdd ? 1 : 0);
  const view = useWindow(count);
  const [active, setActive] = useState({ row: 0, column: 0 });
  const [anchor, setAnchor] = useState(null);
  const wantsFocus = useRef(false);
  const wasUsed = useRef(false); // whether the keyboard or mouse has been in the grid
  const node = useRef(null);
  const { widthOf, resize } = useWidths(table, columns, blocks, total);
  const editor = useEditing({ table, columns, blocks, total, edit, create, focusCell });
  const { editing, seed, isEditable, beginEdit } = editor;

  useEffect(() => blocks.ensure(view.first, view.last), [blocks, view.first, view.last, version]);
  useLayoutEffect(() => {
    if (!wantsFocus.current || editing) return;
    const cell = node.current?.querySelector('[data-active="true"]');
    if (cell) {
      wantsFocus.current = false;
      cell.focus({ preventScroll: true });
      bringAcross(view.scroller.current, cell);
    }
  });
  // Another view begins at its first row.
  const first = useRef(blocks);
  useLayoutEffect(() => {
    if (first.current === blocks) return;
    first.current = blocks;
    view.scroller.current.scrollTop = 0;
    setActive((known) => ({ row: known.row === HEADER ? HEADER : 0, column: known.column }));
    setAnchor(null);
  }, [blocks]);
  if (handle) handle.current = { goTo: (row) => focusCell({ row, column: active.column }, true), range: () => [view.first, view.last], focus: () => focusCell(active) };

  function focusCell(next, center = false) {
    // A row that was just added is known to the blocks before it is drawn.
    const last = Math.max(count, (blocks.total() ?? 0) + (canAdd ? 1 : 0)) - 1;
    const row = Math.max(HEADER, Math.min(last, next.row));
    const column = Math.max(0, Math.min(columns.length - 1, next.column));
    setActive({ row, column });
    wantsFocus.current = true;
    if (row !== HEADER) view.scrollTo(row, { center });
    return { row, column };
  }

  const onKeyDown = (event) => {
    if (editing) {
      // Typed before the control had the keyboard.
      if (seed.current !== null && event.key.length === 1) seed.current += event.key;
      return;
    }
    const wider = active.row === HEADER && event.shiftKey && { ArrowRight: STEP, ArrowLeft: -STEP }[event.key];
    if (wider) {
      event.preventDefault();
      const column = columns[active.column];
      resize(column.name, widthOf(column) + wider);
      return;
    }
    const move = moveOf(event, active, { rows: count, columns: columns.length, page: view.visible });
    if (move) {
      event.preventDefault();
      setAnchor(event.shiftKey ? anchor ?? active : null);
      focusCell(move);
    } else if (active.row === HEADER) {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        sort(columns[active.column].name, event.shiftKey);
        wantsFocus.current = true;
      }
    } else if (event.key === " " && active.row !== total) {
      event.preventDefault();
      toggle(active.row);
    } else if (event.key === "Enter" || event.key === "F2") {
      event.preventDefault();
      if (isEditable(active.row, columns[active.column])) beginEdit(active);
      else node.current.querySelector('[data-active="true"] a')?.click();
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && isEditable(active.row, columns[active.column])) {
      event.preventDefault();
      beginEdit(active, event.key);
    } else if (event.key === "Escape") {
      setAnchor(null);
    }
  };

  const range = anchor && { top: Math.min(anchor.row, active.row), bottom: Math.max(anchor.row, active.row), left: Math.min(anchor.column, active.column), right: Math.max(anchor.column, active.column) };
  const onCopy = (event) => {
    if (editing || active.row === HEADER || event.target.closest?.("input, textarea")) return;
    const { top, bottom, left, right } = range ?? { top: active.row, bottom: active.row, left: active.column, right: active.column };
    const rows = [];
    for (let row = Math.max(0, top); row <= Math.min(bottom, total - 1); row += 1) {
      const known = blocks.row(row);
      if (known) rows.push(columns.slice(left, right + 1).map(({ name }) => known[name]));
    }
    event.clipboardData.setData("text/plain", toTsv(rows));
    event.preventDefault();
  };
  const onPaste = (event) => {
    if (editing || !canAdd) return;
    const cells = fromTsv(event.clipboardData.getData("text/plain"));
    if (!cells) return;
    event.preventDefault();
    paste(cells, columns.slice(active.column));
  };

  const toggle = (row) => {
    const known = blocks.row(row);
    const key = known && keyOf(table, known);
    if (key === null || key === undefined) return;
    const next = new Map(selected);
    if (!next.delete(key)) next.set(key, known);
    onSelect(next);
  };
  const hasCheck = table.isWritable && table.key.length > 0;
  const tableWidth = (hasCheck ? CHECK : 0) + columns.reduce((sum, column) => sum + widthOf(column), 0);
  const places = [];
  for (let row = view.first; row <= view.last; row += 1) places.push(row);
  const cellProps = (row, index) => ({
    role: row === HEADER ? "columnheader" : "gridcell",
    tabindex: active.row === row && active.column === index ? "0" : "-1",
    "data-active": active.row === row && active.column === index ? "true" : undefined,
    "aria-colindex": index + 1 + (hasCheck ? 1 : 0),
    onMouseDown: (event) => {
      if (event.target.closest("a, button, input, select, textarea") || event.button !== 0) return;
      setAnchor(event.shiftKey ? anchor ?? active : null);
      if (event.shiftKey) event.preventDefault();
      setActive({ row, column: index });
      wantsFocus.current = true;
    },
    onFocus: () => {
      wasUsed.current = true;
      setActive({ row, column: index });
    },
  });
  const stick = (column, index) => (table.key.length === 1 && table.key[0] === column.name && index === 0 ? "key" : "");
  const isUsed = (row, index) => wasUsed.current && active.row === row && active.column === index;
  const grid = { ...editor, table, columns, blocks, total, openRow, selected, hasCheck, toggle, range, cellProps, stick, isUsed };

  return html`<div class=${isStale ? "grid-scroll stale" : "grid-scroll"} ref=${view.scroller} aria-busy=${isStale}>
    <div class="grid-size" style=${{ blockSize: `${view.height}px`, inlineSize: `${tableWidth}px` }}></div>
    <table role="grid" ref=${node} class=${hasCheck ? "grid checked" : "grid"} aria-label=${t("grid.label", { table: table.name })} aria-rowcount=${total + 1} aria-colcount=${columns.length + (hasCheck ? 1 : 0)} aria-multiselectable="true"
      style=${{ insetBlockStart: `${view.top}px`, inlineSize: `${tableWidth}px` }} onKeyDown=${onKeyDown} onCopy=${onCopy} onPaste=${onPaste}>
      <colgroup>${hasCheck && html`<col style=${{ inlineSize: `${CHECK}px` }} />`}${columns.map((column) => html`<col key=${column.name} style=${{ inlineSize: `${widthOf(column)}px` }} />`)}</colgroup>
      <thead role="rowgroup"><tr role="row" aria-rowindex="1">
        ${hasCheck && html`<th role="columnheader" class="check" aria-colindex="1"><span class="unseen">${t("grid.select")}</span></th>`}
        ${columns.map((column, index) => html`<${Heading} key=${column.name} column=${column} className=${stick(column, index) && " key"} ordering=${ordering} sort=${sort} props=${cellProps(HEADER, index)} width=${widthOf(column)} resize=${resize} />`)}
      </tr></thead>
      <tbody role="rowgroup">${places.map((row) => html`<${Row} key=${row === total ? "draft" : row} row=${row} grid=${grid} />`)}</tbody>
    </table>
  </div>`;
}

/** The header and the first columns lie over the others: a cell under them is scrolled out from there. */
function bringAcross(scroller, cell) {
  if (!scroller || cell.classList.contains("key")) return;
  const covered = [...cell.parentElement.querySelectorAll(".check, .key")].reduce((sum, sticky) => sum + sticky.offsetWidth, 0);
  const left = cell.offsetLeft - covered;
  const right = cell.offsetLeft + cell.offsetWidth;
  if (left < scroller.scrollLeft) scroller.scrollLeft = left;
  else if (right > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = right - scroller.clientWidth;
}
