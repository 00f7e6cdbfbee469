// The page's one modal dialog: a form to fill in, or "are you sure".

import { html, signal, useEffect, useRef } from "../vendor/preact.js";
import { address } from "../core/router.js";
import { t } from "../core/i18n.js";
import { Form } from "./form.js";
import { Icon } from "./icon.js";

const open = signal(null); // { title, body(close), className }

export function closeDialog() {
  open.value = null;
}

/** Opens a dialog; `body(close)` gives what is in it. */
export function openDialog(title, body, className = "") {
  open.value = { title, body, className };
}

/** Opens a form as a dialog, closed when it was sent or cancelled. `form` is what Form takes; its `send` may return true to stay open. */
export function openForm(title, { id = "dialog", ...form }, className) {
  openDialog(title, (close) => html`<${Form} id=${id} ...${form} cancel=${close} send=${async (values, also) => {
    const stays = await form.send(values, also);
    if (!stays) close();
    return stays;
  }} />`, className);
}

/** Asks before something that cannot be undone; `act` is done when the person says so, and may be refused. */
export function confirm(title, explanation, { save, act }) {
  openForm(title, { fields: {}, notes: html`<p>${explanation}</p>`, save, send: act, grave: true });
}

export function DialogHost() {
  const ref = useRef(null);
  const shown = open.value;
  const view = address.value;
  // Nothing may stand over a view that the address has left.
  useEffect(() => closeDialog, [view]);
  useEffect(() => {
    if (shown && !ref.current.open) {
      ref.current.showModal();
      ref.current.querySelector("form :is(input:not([hidden]), select, textarea)")?.focus();
    }
    if (!shown && ref.current.open) ref.current.close();
  }, [shown]);
  return html`<dialog ref=${ref} class=${shown?.className ?? ""} aria-labelledby="dialog-title" onClose=${closeDialog}>
    ${shown && html`<header class="dialog-head"><h2 id="dialog-title">${shown.title}</h2>
      <button type="button" class="quiet square" aria-label=${t("do.close")} onClick=${closeDialog}><${Icon} name="close" /></button></header>
      ${shown.body(closeDialog)}`}
  </dialog>`;
}
