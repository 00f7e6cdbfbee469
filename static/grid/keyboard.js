// Where a key takes the active cell, as in the ARIA grid pattern; row -1 is the header.

/** { row, column } after a key, or null when the key does not move. */
export function moveOf({ key, ctrlKey, metaKey, altKey }, { row, column }, { rows, columns, page }) {
  if (altKey) return null;
  const far = ctrlKey || metaKey;
  switch (key) {
    case "ArrowUp": return { row: far ? 0 : row - 1, column };
    case "ArrowDown": return { row: far ? rows - 1 : row + 1, column };
    case "ArrowLeft": return { row, column: far ? 0 : column - 1 };
    case "ArrowRight": return { row, column: far ? columns - 1 : column + 1 };
    case "PageUp": return { row: Math.max(0, row - page), column };
    case "PageDown": return { row: row + page, column };
    case "Home": return { row: far ? 0 : row, column: 0 };
    case "End": return { row: far ? rows - 1 : row, column: columns - 1 };
    default: return null;
  }
}
