// The grid: a native table in the ARIA grid pattern, of which only the rows in sight are built. One cell at a time is the
// keyboard's; arrows move, typing or Enter edits. The last row is empty and takes a new one.

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { t } from "../core/i18n.js";
import { isNumeric } from "../core/format.js";
import { keyOf } from "../core/tables.js";
import { hrefWith } from "../core/router.js";
import { Icon } from "../ui/icon.js";
import { CellEditor } from "./cell-editor.js";
import { CellValue } from "./cell.js";
import { fromTsv, toTsv } from "./clipboard.js";
import { fittedWidths, narrowest, rememberWidths, rememberedWidths } from "./columns.js";
import { moveOf } from "./keyboard.js";
import { ROW, useWindow } from "./window.js";

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
  const [editing, setEditing] = useState(null); // { row, column }
  const [draft, setDraft] = useState({ values: {}, errors: {} });
  const [widths, setWidths] = useState(() => rememberedWidths(table));
  const seed = useRef(null); // what was typed to begin the edit, null for the value itself
  const wantsFocus = useRef(false);
  const wasUsed = useRef(false); // whether the keyboard or mouse has been in the grid
  const node = useRef(null);

  useEffect(() => blocks.ensure(view.first, view.last), [blocks, view.first, view.last, version]);
  const fitted = useMemo(() => {
    const rows = Array.from({ length: Math.min(100, total) }, (_, index) => blocks.row(index)).filter(Boolean);
    return fittedWidths(table, columns, rows, total);
  }, [columns, total > 0]);
  const widthOf = ({ name }) => widths[name] ?? fitted[name];

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
    const row = Math.max(HEADER, Math.min(count - 1, next.row));
    const column = Math.max(0, Math.min(columns.length - 1, next.column));
    setActive({ row, column });
    wantsFocus.current = true;
    if (row !== HEADER) view.scrollTo(row, { center });
    return { row, column };
  }

  const isEditable = (row, column) => table.isWritable && !column.read_only && (row === total || !table.key.includes(column.name)) && (row === total || blocks.row(row) !== undefined);
  const valueAt = (row, column) => (row === total ? draft.values[column.name] ?? null : blocks.row(row)?.[column.name]);

  const beginEdit = (place, typed = null) => {
    if (!isEditable(place.row, columns[place.column])) return;
    seed.current = typed;
    setEditing(place);
  };

  const save = async (value) => {
    const column = columns[editing.column];
    if (editing.row !== total) return edit(editing.row, blocks.row(editing.row), column, value);
    setDraft((known) => ({ values: { ...known.values, [column.name]: value === "" || value === null ? undefined : value }, errors: { ...known.errors, [column.name]: undefined } }));
    return null;
  };

  const endEdit = async (move) => {
    const { row, column } = editing;
    setEditing(null);
    if (move === "none") return;
    if (move === "stay") return void focusCell({ row, column });
    if (move === "left") return void focusCell({ row, column: column - 1 });
    const next = nextEditable(row, column, move);
    if (row === total && (move === "down" || next === null)) return void await submitDraft();
    const place = focusCell(next ?? { row: row + 1, column: 0 });
    if (row === total && next !== null) beginEdit(place);
  };

  const nextEditable = (row, column, move) => {
    if (move === "down") return { row: row + 1, column };
    if (row !== total) return column + 1 < columns.length ? { row, column: column + 1 } : null;
    const at = columns.findIndex((candidate, index) => index > column && isEditable(row, candidate));
    return at < 0 ? null : { row, column: at };
  };

  // The state after the last cell was left is read when it has been taken in.
  const latestDraft = useRef(draft);
  latestDraft.current = draft;
  const submitDraft = async () => {
    await new Promise((resolve) => setTimeout(resolve));
    const values = Object.fromEntries(Object.entries(latestDraft.current.values).filter(([, value]) => value !== undefined));
    if (!Object.keys(values).length) return void focusCell({ row: total, column: firstEditable() });
    const errors = await create(values);
    if (errors) {
      setDraft((known) => ({ ...known, errors }));
      const at = columns.findIndex(({ name }) => errors[name]);
      focusCell({ row: total, column: at < 0 ? firstEditable() : at });
    } else {
      setDraft({ values: {}, errors: {} });
      wantsFocus.current = true;
      setActive({ row: blocks.total(), column: firstEditable() });
      view.scrollTo(blocks.total());
    }
  };
  const firstEditable = () => Math.max(0, columns.findIndex((column) => isEditable(total, column)));

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
  const resize = (name, width) => {
    const next = { ...widths, [name]: Math.max(narrowest(), Math.round(width)) };
    setWidths(next);
    rememberWidths(table, next);
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
  const stick = (column, index) => (table.key.length === 1 && table.key[0] === column.name && index === 0 ? " key" : "");

  return html`<div class=${isStale ? "grid-scroll stale" : "grid-scroll"} ref=${view.scroller} aria-busy=${isStale}>
    <div class="grid-size" style=${{ blockSize: `${view.height}px`, inlineSize: `${tableWidth}px` }}></div>
    <table role="grid" ref=${node} class=${hasCheck ? "grid checked" : "grid"} aria-label=${t("grid.label", { table: table.name })} aria-rowcount=${total + 1} aria-colcount=${columns.length + (hasCheck ? 1 : 0)} aria-multiselectable="true"
      style=${{ insetBlockStart: `${view.top}px`, inlineSize: `${tableWidth}px` }} onKeyDown=${onKeyDown} onCopy=${onCopy} onPaste=${onPaste}>
      <colgroup>${hasCheck && html`<col style=${{ inlineSize: `${CHECK}px` }} />`}${columns.map((column) => html`<col key=${column.name} style=${{ inlineSize: `${widthOf(column)}px` }} />`)}</colgroup>
      <thead role="rowgroup"><tr role="row" aria-rowindex="1">
        ${hasCheck && html`<th role="columnheader" class="check" aria-colindex="1"><span class="unseen">${t("grid.select")}</span></th>`}
        ${columns.map((column, index) => html`<${Heading} key=${column.name} column=${column} className=${stick(column, index)} ordering=${ordering} sort=${sort} props=${cellProps(HEADER, index)} width=${widthOf(column)} resize=${resize} />`)}
      </tr></thead>
      <tbody role="rowgroup">${places.map((row) => {
        const isDraft = row === total;
        const known = isDraft ? draft.values : blocks.row(row);
        const key = !isDraft && known ? keyOf(table, known) : null;
        const isOpen = key !== null && key === openRow;
        return html`<tr role="row" key=${isDraft ? "draft" : row} aria-rowindex=${row + 2} class=${[isDraft && "draft", isOpen && "open", row % 2 && "odd"].filter(Boolean).join(" ")} aria-selected=${selected.has(key) ? "true" : undefined}>
          ${hasCheck && html`<td role="gridcell" class="check" aria-colindex="1">${isDraft ? html`<span aria-hidden="true">+</span>` : html`<input type="checkbox" tabindex="-1" checked=${selected.has(key)} aria-label=${t("grid.selectRow", { row: key ?? row + 1 })} onChange=${() => toggle(row)} />`}</td>`}
          ${columns.map((column, index) => {
            const isEditing = editing?.row === row && editing?.column === index;
            const isIn = range && row >= range.top && row <= range.bottom && index >= range.left && index <= range.right;
            const failed = isDraft && draft.errors[column.name];
            return html`<td key=${column.name} ...${cellProps(row, index)} class=${`${isNumeric(column.type) && !column.references ? "number" : ""}${stick(column, index)}${isIn ? " in-range" : ""}${isEditing ? " editing" : ""}${failed ? " failed" : ""}`}
              aria-readonly=${isEditable(row, column) ? undefined : "true"} aria-invalid=${failed ? "true" : undefined} title=${failed ? failed.join(" ") : undefined}
              onDblClick=${() => beginEdit({ row, column: index })}>
              ${isEditing ? html`<${CellEditor} column=${column} value=${valueAt(row, column)} seed=${seed} errors=${failed || null} save=${save} done=${endEdit} />`
              : isDraft ? html`<${DraftValue} value=${draft.values[column.name]} column=${column} error=${failed} />`
              : column.name === table.key[0] && key !== null ? html`<a class="row-link" tabindex="-1" id=${`row-${key}`} href=${hrefWith({ row: key })} title=${t("grid.open", { row: decodeURIComponent(key) })} aria-label=${table.key.length > 1 ? decodeURIComponent(key) : undefined}><${CellValue} value=${known[column.name]} column=${{ ...column, references: undefined }} isKey=${true} /></a>`
              : html`<${CellValue} value=${known?.[column.name]} column=${column} isKey=${table.key.includes(column.name)} isExact=${active.row === row && active.column === index && wasUsed.current} />`}
            </td>`;
          })}
        </tr>`;
      })}</tbody>
    </table>
  </div>`;
}

/** A cell of the empty row says what it would become. */
function DraftValue({ value, column, error }) {
  if (error) return html`<span class="bad-text">${error.join(" ")}</span>`;
  if (value !== undefined) return html`<${CellValue} value=${value} column=${{ ...column, references: undefined }} />`;
  return html`<span class="placeholder" aria-hidden="true">${column.required ? column.name : ""}</span>`;
}

function Heading({ column, className, ordering, sort, props, width, resize }) {
  const entry = ordering.find((known) => known.replace(/^-/, "") === column.name);
  const direction = !entry ? undefined : entry.startsWith("-") ? "descending" : "ascending";
  const drag = (event) => {
    event.preventDefault();
    const from = event.clientX;
    const move = (moved) => resize(column.name, width + moved.clientX - from);
    const stop = () => {
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", stop);
    };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", stop);
  };
  return html`<th scope="col" ...${props} class=${`${isNumeric(column.type) && !column.references ? "number" : ""}${className}`} aria-sort=${direction} title=${column.label === column.name ? undefined : column.label}>
    <button type="button" tabindex="-1" id=${`sort-${column.name}`} class="heading" onClick=${(event) => sort(column.name, event.shiftKey)}><span>${column.name}</span>${direction && html`<${Icon} name=${direction === "ascending" ? "up" : "down"} />`}</button>
    <span class="resize" onPointerDown=${drag}></span>
  </th>`;
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
