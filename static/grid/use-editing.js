// Editing in the grid: which cell is edited, and the row that is being added in the empty last row.

import { useRef, useState } from "../vendor/preact.js";

/**
 * `edit(place, row, column, value)` saves one value, `create(values)` a new row: both give the messages of a refusal, or
 * null. `focusCell(place)` takes the keyboard to a cell and gives its place.
 */
export function useEditing({ table, columns, blocks, total, edit, create, focusCell }) {
  const [editing, setEditing] = useState(null); // { row, column }
  const [draft, setDraft] = useState({ values: {}, errors: {} });
  const seed = useRef(null); // what was typed to begin the edit, null for the value itself
  // What was just typed is sent too, though it is not drawn yet.
  const values = useRef({});

  const isEditable = (row, column) => {
    if (!table.isWritable || column.read_only) return false;
    return row === total || (!table.key.includes(column.name) && blocks.row(row) !== undefined);
  };
  const firstEditable = () => Math.max(0, columns.findIndex((column) => isEditable(total, column)));

  const beginEdit = (place, typed = null) => {
    if (!isEditable(place.row, columns[place.column])) return;
    seed.current = typed;
    setEditing({ row: place.row, column: place.column });
  };

  const save = async (value) => {
    const column = columns[editing.column];
    if (editing.row !== total) return edit(editing.row, blocks.row(editing.row), column, value);
    values.current = { ...values.current, [column.name]: value === "" || value === null ? undefined : value };
    setDraft((known) => ({ values: values.current, errors: { ...known.errors, [column.name]: undefined } }));
    return null;
  };

  const nextPlace = (row, column, move) => {
    if (move === "down") return { row: row + 1, column };
    if (row !== total) return column + 1 < columns.length ? { row, column: column + 1 } : { row: row + 1, column: 0 };
    const at = columns.findIndex((candidate, index) => index > column && isEditable(row, candidate));
    return at < 0 ? null : { row, column: at };
  };

  /** See CellEditor's `done`. */
  const endEdit = (move, typed) => {
    const { row, column } = editing;
    setEditing(null);
    if (move === "none") return;
    if (move === "stay") focusCell({ row, column });
    else if (move === "left") focusCell({ row, column: column - 1 });
    else if (row === total) continueDraft(column, move);
    else {
      const place = focusCell(nextPlace(row, column, move));
      if (typed) beginEdit(place, typed);
    }
  };

  const continueDraft = (column, move) => {
    const next = move === "down" ? null : nextPlace(total, column, move);
    if (next === null) submitDraft();
    else beginEdit(focusCell(next));
  };

  const submitDraft = async () => {
    const sent = Object.fromEntries(Object.entries(values.current).filter(([, value]) => value !== undefined));
    if (!Object.keys(sent).length) {
      focusCell({ row: total, column: firstEditable() });
      return;
    }
    const errors = await create(sent);
    if (errors) {
      setDraft({ values: values.current, errors });
      const at = columns.findIndex(({ name }) => errors[name]);
      focusCell({ row: total, column: at < 0 ? firstEditable() : at });
    } else {
      values.current = {};
      setDraft({ values: {}, errors: {} });
      focusCell({ row: blocks.total(), column: firstEditable() });
    }
  };

  return { editing, seed, draft, isEditable, beginEdit, save, endEdit };
}
