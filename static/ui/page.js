// The frame of a page that is not a table's grid: heading, a sentence about it, actions, and what it shows.

import { html, useEffect } from "../vendor/preact.js";
import { service } from "../core/service.js";

/** Names the document after what is shown. */
export function useTitle(title) {
  const name = service.value.title;
  useEffect(() => {
    document.title = [title, name].filter(Boolean).join(" – ");
  }, [title, name]);
}

export function Page({ title, about, actions, children, className = "" }) {
  useTitle(title);
  return html`<div class=${`page ${className}`}>
    <header class="page-head"><h1 id="title" tabindex="-1">${title}</h1><div class="page-actions">${actions}</div>
      ${about && html`<p class="muted">${about}</p>`}</header>
    <div id="view" class="page-body">${children}</div>
  </div>`;
}
