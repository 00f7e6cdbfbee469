// A component's data: asked for when what it depends on changes, and never shown for anything else.

import { useEffect, useRef, useState } from "../vendor/preact.js";
import { recoveries } from "./service.js";

/**
 * Calls `load(signal)` for each new `key`; gives { data, error, isLoading, reload() }. `data` is of this key or
 * undefined. A failed load is tried again when the server can be reached again. With `every`, in milliseconds, it is
 * loaded anew while the page is looked at.
 */
export function useData(key, load, { every } = {}) {
  const [state, setState] = useState({ key, data: undefined, error: null });
  const run = useRef(null);
  const latest = useRef(load);
  latest.current = load;
  const recovery = recoveries.value;

  useEffect(() => {
    const controller = new AbortController();
    let timer = 0;
    const look = async () => {
      clearTimeout(timer);
      try {
        const data = await latest.current(controller.signal);
        if (!controller.signal.aborted) setState({ key, data, error: null });
      } catch (error) {
        if (controller.signal.aborted) return;
        setState((known) => ({ key, data: known.key === key ? known.data : undefined, error }));
      }
      if (every && !controller.signal.aborted) timer = setTimeout(again, every);
    };
    const again = () => (document.hidden ? (timer = setTimeout(again, every)) : look());
    run.current = look;
    look();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [key, recovery]);

  const isCurrent = state.key === key;
  const data = isCurrent ? state.data : undefined;
  const error = isCurrent ? state.error : null;
  return { data, error, isLoading: data === undefined && error === null, reload: () => run.current?.() };
}
