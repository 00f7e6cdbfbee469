// How wide each column is: as it was made, or as its first rows need.

import { useMemo, useState } from "../vendor/preact.js";
import { fittedWidths, narrowest, rememberWidths, rememberedWidths } from "./columns.js";

const LOOKED_AT = 100; // rows

/** { widthOf(column), resize(name, width) }. */
export function useWidths(table, columns, blocks, total) {
  const [widths, setWidths] = useState(() => rememberedWidths(table));
  const fitted = useMemo(() => {
    const rows = Array.from({ length: Math.min(LOOKED_AT, total) }, (_, index) => blocks.row(index)).filter(Boolean);
    return fittedWidths(table, columns, rows, total);
  }, [columns, total > 0]);
  const resize = (name, width) => {
    const next = { ...widths, [name]: Math.max(narrowest(), Math.round(width)) };
    setWidths(next);
    rememberWidths(table, next);
  };
  return { widthOf: ({ name }) => widths[name] ?? fitted[name], resize };
}
