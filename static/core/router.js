// Router: the address is the only place where it is kept what is shown, so every view can be linked and gone back to.
// `?table=books&…` are the rows of a table, `?page=jobs&…` another page, nothing the overview.

import { signal } from "../vendor/preact.js";

/** The query of the address, as URLSearchParams. */
export const address = signal(new URLSearchParams(location.search));

/** The page's own address for parameters; what is empty, null or zero is left out. */
export function href(parameters) {
  const entries = parameters instanceof URLSearchParams ? [...parameters] : Object.entries(parameters);
  const query = new URLSearchParams(entries.filter(([, value]) => value)).toString();
  // Commas and colons need no escape in a query, and addresses are read by people.
  return query ? `?${query.replaceAll("%2C", ",").replaceAll("%3A", ":")}` : "./";
}

/** The present address with some parameters changed. */
export function hrefWith(changes) {
  const query = new URLSearchParams(address.value);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  return href(query);
}

/** Shows another view; `replace` leaves no step back to the present one. */
export function go(target, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", target);
  address.value = new URLSearchParams(location.search);
}

/** Follows links and the back button. */
export function startRouter() {
  window.addEventListener("popstate", () => {
    address.value = new URLSearchParams(location.search);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || !isPlainClick(event) || !isView(link)) return;
    event.preventDefault();
    go(link.href);
  });
}

function isPlainClick(event) {
  return event.button === 0 && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}

function isView(link) {
  return link.origin === location.origin && link.pathname === location.pathname && !link.hash && !link.hasAttribute("download") && !link.target;
}
