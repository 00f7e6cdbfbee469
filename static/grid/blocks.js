// The rows of a view as far as they were looked at: fetched in blocks by place, so that a million rows are one scroll.

import { signal } from "../vendor/preact.js";
import { ask, totalOf } from "../core/api.js";
import { noteCount } from "../core/tables.js";

const BLOCK = 100; // rows
const KEPT = 60; // blocks
const REST = 40; // milliseconds without scrolling before blocks are asked for

/** Rows of `path` that `query` asks for. `version` grows with each change of what is known. */
export function rowBlocks(table, query) {
  const version = signal(0);
  const error = signal(null);
  const state = { total: null, blocks: new Map(), asked: new Set(), timer: 0, abort: new AbortController(), isStopped: false };
  const changed = () => { version.value += 1; };

  async function fetchBlock(index) {
    if (state.asked.has(index) || state.isStopped) return;
    state.asked.add(index);
    const asked = new URLSearchParams(query);
    asked.set("limit", BLOCK);
    if (index) asked.set("offset", index * BLOCK);
    try {
      const { data, headers } = await ask(`${table.path}?${asked}`, { signal: state.abort.signal });
      state.blocks.delete(index);
      state.blocks.set(index, data);
      if (state.blocks.size > KEPT) {
        const oldest = state.blocks.keys().next().value;
        state.blocks.delete(oldest);
        state.asked.delete(oldest);
      }
      state.total = totalOf(headers) ?? state.total ?? data.length;
      if (![...query.keys()].some((name) => name !== "ordering")) noteCount(table.name, state.total);
      error.value = null;
      changed();
    } catch (problem) {
      state.asked.delete(index);
      if (!state.abort.signal.aborted) error.value = problem;
    }
  }

  return {
    version,
    error,
    total: () => state.total,
    row: (index) => state.blocks.get(Math.floor(index / BLOCK))?.[index % BLOCK],
    /** Asks for what is missing between two places, once scrolling rests. */
    ensure(first, last) {
      clearTimeout(state.timer);
      const missing = [];
      for (let index = Math.floor(first / BLOCK); index <= Math.floor(last / BLOCK); index += 1) {
        if (!state.asked.has(index) && (state.total === null || index * BLOCK < state.total)) missing.push(index);
      }
      if (missing.length) state.timer = setTimeout(() => missing.forEach(fetchBlock), state.blocks.size ? REST : 0);
    },
    /** Puts a row as it is now in the place of what it was; what has moved meanwhile stays. */
    replace(index, before, row) {
      const block = state.blocks.get(Math.floor(index / BLOCK));
      if (block?.[index % BLOCK] === before) block[index % BLOCK] = row;
      changed();
    },
    /** The place of a row among those that are known, or -1. */
    placeOf(isWanted) {
      for (const [index, rows] of state.blocks) {
        const at = rows.findIndex(isWanted);
        if (at >= 0) return index * BLOCK + at;
      }
      return -1;
    },
    /** Asks anew for what is in sight; what is shown stays until the answer. */
    async refresh(first, last) {
      state.asked.clear();
      const wanted = [];
      for (let index = Math.floor(first / BLOCK); index <= Math.floor(last / BLOCK); index += 1) wanted.push(index);
      for (const index of state.blocks.keys()) if (!wanted.includes(index)) state.blocks.delete(index);
      await Promise.all(wanted.map(fetchBlock));
    },
    stop() {
      state.isStopped = true;
      clearTimeout(state.timer);
      state.abort.abort();
    },
  };
}
