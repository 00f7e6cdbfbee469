// Who may ask for jobs, and the form with which they do: a text to be put into capitals.

import { learn, me } from "../access/session.js";
import { ask } from "../api.js";
import { element } from "../element.js";
import { makeForm } from "../form.js";
import { go } from "../navigate.js";
import { pageHref } from "../view.js";
import { sent } from "./state.js";

/** Whether whoever is signed in may ask for jobs, and so call them off and have them tried again. */
export async function mayAsk(signal) {
  await learn(signal);
  const { actions } = (await ask("api/jobs/", { method: "OPTIONS", signal })).data ?? {};
  return Boolean(actions?.POST);
}

/** The form, or why there is none; nothing for a stranger who may not. */
export function submission(may) {
  if (may) return element("div", { class: "card" }, form().node);
  return me() && element("p", { class: "notice" }, `Your role, ${me().role}, may look at jobs but not ask for any.`);
}

function form() {
  return makeForm({
    id: "submit",
    fields: { text: { type: "string", label: "Text", required: true, help_text: "A worker puts it into capitals." } },
    save: "Submit",
    saving: "Submitting…",
    async send({ text = "" }) {
      const { data } = await ask("api/jobs/", { method: "POST", body: { kind: "uppercase", text } });
      sent.set(data.job_id, text);
      go(pageHref({ page: "job", id: data.job_id }));
    },
  });
}
