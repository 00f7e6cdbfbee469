// The forms that ask for a job: a text to be put into capitals, or any kind with a payload, a time and a priority.

import { html, useState } from "../vendor/preact.js";
import { ask } from "../core/api.js";
import { t } from "../core/i18n.js";
import { go, href } from "../core/router.js";
import { openForm } from "../ui/dialog.js";
import { Form } from "../ui/form.js";
import { Icon } from "../ui/icon.js";

/** What was sent with a job, as long as this page is open: the server does not show it. */
const sent = new Map();

export const payloadOf = (id) => sent.get(id);

async function submit(body) {
  const { data } = await ask("api/jobs/", { method: "POST", body });
  sent.set(data.job_id, body.payload ?? body.text);
  go(href({ page: "job", id: data.job_id }));
}

/** The text form of the built-in kind, one click away. */
export function TextForm() {
  const [isOpen, setOpen] = useState(false);
  if (!isOpen) return html`<button type="button" id="text-open" onClick=${() => setOpen(true)}>${t("newJob.text")}</button>`;
  return html`<div class="card"><${Form} id="submit" fields=${{ text: { type: "string", label: t("newJob.textLabel"), required: true, help_text: t("newJob.textHelp") } }}
    save=${t("newJob.submit")} cancel=${() => setOpen(false)} send=${({ text = "" }) => submit({ kind: "uppercase", text })} /></div>`;
}

export function NewJob() {
  return html`<button type="button" id="job-new" class="primary" onClick=${openNewJob}><${Icon} name="plus" />${t("newJob.open")}</button>`;
}

function openNewJob() {
  openForm(t("newJob.open"), {
    id: "job",
    fields: {
      kind: { type: "field", label: t("newJob.kind"), required: true, help_text: t("newJob.kindHelp") },
      payload: { type: "json", label: t("newJob.payload"), initial: {} },
      run_at: { type: "datetime", label: t("newJob.runAt"), help_text: t("newJob.runAtHelp") },
      priority: { type: "integer", label: t("newJob.priority"), min_value: -100, max_value: 100 },
      max_attempts: { type: "integer", label: t("newJob.attempts"), min_value: 1, max_value: 100 },
    },
    save: t("newJob.submit"),
    send: submit,
  });
}
