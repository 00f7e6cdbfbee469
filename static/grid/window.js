// Which rows of a long list are in sight, and where they stand. Browsers limit how tall an element may be; beyond that
// the scroll bar's way stands for more rows than its pixels.

import { useLayoutEffect, useRef, useState } from "../vendor/preact.js";

export const ROW = 32; // pixels
const TALLEST = 15_000_000; // pixels
const AROUND = 8; // rows above and below that are there before they are needed

/** { scroller, height, first, last, top, visible, scrollTo(row) } for `count` rows below a header of one row's height. */
export function useWindow(count) {
  const scroller = useRef(null);
  const [view, setView] = useState({ scrollTop: 0, height: 600 });
  const full = (count + 1) * ROW;
  const height = Math.min(full, TALLEST);
  const scale = height < full ? (full - view.height) / (height - view.height) : 1;
  const pixels = view.scrollTop * scale;
  const visible = Math.max(1, Math.floor(view.height / ROW) - 1);
  const at = Math.floor(pixels / ROW);
  // Even places: the window moves every other row.
  const first = Math.max(0, Math.min(at - AROUND - (at % 2), count - visible - AROUND));
  const last = Math.min(count - 1, at + visible + AROUND);
  const top = scale === 1 ? first * ROW : view.scrollTop - (pixels - first * ROW);

  useLayoutEffect(() => {
    const node = scroller.current;
    if (!node) return undefined;
    let frame = 0;
    const read = () => {
      frame = 0;
      setView({ scrollTop: node.scrollTop, height: node.clientHeight });
    };
    const later = () => { frame ||= requestAnimationFrame(read); };
    const observer = new ResizeObserver(later);
    observer.observe(node);
    node.addEventListener("scroll", later, { passive: true });
    read();
    return () => {
      observer.disconnect();
      node.removeEventListener("scroll", later);
      cancelAnimationFrame(frame);
    };
  }, []);

  const scrollTo = (row, { center = false } = {}) => {
    const node = scroller.current;
    const wanted = row * ROW;
    const room = node.clientHeight - 2 * ROW;
    const now = node.scrollTop * scale;
    if (center) node.scrollTop = Math.max(0, (wanted - room / 2) / scale);
    else if (wanted < now) node.scrollTop = wanted / scale;
    else if (wanted > now + room) node.scrollTop = (wanted - room) / scale;
    setView({ scrollTop: node.scrollTop, height: node.clientHeight });
  };
  return { scroller, height, first, last, top, visible, at, scrollTo };
}
