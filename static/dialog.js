// The page's one dialog for questions: a form to fill in, or "are you sure".

import { byId, element } from "./element.js";
import { makeForm } from "./form.js";

/** Opens a form as a dialog, closed when it was sent or cancelled. `form` is what makeForm takes, without the id. */
export function openDialog(title, form) {
  const dialog = byId("dialog");
  const made = makeForm({
    ...form,
    id: "dialog",
    cancel: () => dialog.close(),
    async send(values) {
      await form.send(values);
      dialog.close();
    },
  });
  dialog.replaceChildren(element("h2", { id: "dialog-title" }, title), made.node);
  dialog.showModal();
  made.focus();
}

/** Asks before something that cannot be undone; `act` is done when the person says so, and may be refused. */
export function confirmed(title, explanation, { save, saving, act }) {
  openDialog(title, { fields: {}, notes: [element("p", {}, explanation)], save, saving, send: act });
  byId("dialog").classList.add("grave");
  byId("dialog").addEventListener("close", () => byId("dialog").classList.remove("grave"), { once: true });
}

/** Nothing may stand over a view that the address has left. */
export function closeDialogs() {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
}
