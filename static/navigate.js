// Moving between views without loading the page again: links, searching, the back button.

import { byId } from "./element.js";
import { pageHref, viewOf } from "./view.js";

const TYPING = 250; // milliseconds of rest before what was typed is searched

let changed = () => {};

/** Wires the page; `listener` is called whenever the address asks for another view. */
export function followAddress(listener) {
  changed = listener;
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || !isPlainClick(event) || !isView(link)) return;
    event.preventDefault();
    go(link.href);
  });
  window.addEventListener("popstate", () => changed());

  let timer = 0;
  const search = () => {
    clearTimeout(timer);
    if (searchFor(byId("search").value.trim())) changed();
  };
  byId("search").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, TYPING);
  });
  byId("search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
}

/** Shows another view; `instead` leaves no step back to the present one. */
export function go(href, { instead = false } = {}) {
  history[instead ? "replaceState" : "pushState"](null, "", href);
  window.scrollTo(0, 0);
  changed();
}

function isPlainClick(event) {
  return event.button === 0 && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}

function isView(link) {
  return link.origin === location.origin && link.pathname === location.pathname && !link.hash && !link.hasAttribute("download");
}

/** One step of the history for one search, however many letters it took. */
function searchFor(words) {
  const view = viewOf(location.search);
  if (view.page || words === view.search) return false;
  const step = history.state?.searching ? "replaceState" : "pushState";
  history[step]({ searching: true }, "", pageHref({ ...view, search: words, offset: 0 }));
  return true;
}
