// What runs by the clock: each schedule with its last and its next tick; an administrator adds, pauses, runs and removes.

import { html } from "../vendor/preact.js";
import { announce } from "../core/announce.js";
import { ApiError, ask } from "../core/api.js";
import { localZone, zonedTime } from "../core/format.js";
import { rich, t } from "../core/i18n.js";
import { href } from "../core/router.js";
import { person } from "../core/session.js";
import { useData } from "../core/use-data.js";
import { Copyable } from "../ui/copy.js";
import { confirm, openDialog, openForm } from "../ui/dialog.js";
import { Empty } from "../ui/empty.js";
import { Icon } from "../ui/icon.js";
import { Ago, List, Moment } from "../ui/list.js";
import { Page } from "../ui/page.js";
import { Problem } from "../ui/problem.js";
import { Skeleton } from "../ui/skeleton.js";
import { cronWords } from "./cron.js";

const EVERY = 10_000; // milliseconds
const EXAMPLE = '[[schedules]]\nname = "every-morning"\nkind = "uppercase"\npayload = { text = "good morning" }\ncron = "0 7 * * *"\ntimezone = "Europe/Paris"';

export function View() {
  const mayChange = person.value?.role === "admin";
  const { data, error, isLoading, reload } = useData(`schedules ${person.value?.username}`, async (signal) => (await ask("api/jobs/schedules/", { signal })).data, { every: EVERY });
  return html`<${Page} title=${t("schedules.title")} about=${t("schedules.about")} actions=${mayChange && html`<button type="button" id="schedule-new" class="primary" onClick=${() => add(reload)}><${Icon} name="plus" />${t("schedule.new")}</button>`}>
    ${error && html`<${Problem} error=${error} retry=${reload} />`}
    ${isLoading && html`<${Skeleton} />`}
    ${data && (data.length ? html`<${List} label=${t("schedules.title")} columns=${columns(mayChange, reload)} entries=${data} keyOf=${({ name }) => name} />`
      : html`<${Empty}><p>${t("schedules.none")}</p><p>${rich("schedules.how", { file: html`<code>socle.toml</code>` })}</p><${Copyable} text=${EXAMPLE} /><//>`)}
  <//>`;
}

const path = ({ name }) => `api/jobs/schedules/${encodeURIComponent(name)}/`;

function columns(mayChange, reload) {
  return [
    { name: t("schedule.name"), cell: (schedule) => html`<button type="button" class="link" onClick=${() => showNext(schedule)}>${schedule.name}</button>${schedule.source === "file" && html` <span class="pill quiet" title=${t("schedule.inFile")}><${Icon} name="lock" />socle.toml</span>`}` },
    { name: t("schedule.when"), cell: ({ cron, every, timezone }) => (cron ? html`<span>${cronWords(cron)}</span> <code>${cron}</code> <small class="muted">${timezone ?? "UTC"}</small>` : t("schedule.every", { every })) },
    { name: t("job.kind"), cell: ({ kind }) => kind },
    { name: t("schedule.next"), cell: ({ enabled, next_at: at }) => (enabled && at ? html`<${Moment} at=${at} />` : html`<span class="muted">${t(enabled ? "schedule.over" : "schedule.paused")}</span>`) },
    { name: t("schedule.last"), cell: ({ last_at: at, last_job_id: id }) => (!at ? html`<span class="muted">${t("job.notYet")}</span>` : id ? html`<a href=${href({ page: "job", id })}><${Ago} at=${at} /></a>` : html`<${Ago} at=${at} />`) },
    mayChange && { name: t("list.actions"), kind: "actions", cell: (schedule) => html`<span class="buttons">${actions(schedule, reload)}</span>` },
  ].filter(Boolean);
}

function actions(schedule, reload) {
  const run = attempt(async () => {
    const { data } = await ask("api/jobs/", { method: "POST", body: { kind: schedule.kind, payload: schedule.payload ?? {} } });
    await reload();
    announce(t("schedule.ran"), { href: href({ page: "job", id: data.job_id }), label: t("job.title") });
  });
  const pause = attempt(async () => {
    await ask(path(schedule), { method: "PATCH", body: { enabled: !schedule.enabled } });
    await reload();
    announce(t(schedule.enabled ? "schedule.isPaused" : "schedule.isResumed", { name: schedule.name }));
  });
  const remove = () => confirm(t("schedule.removeAsk", { name: schedule.name }), t("schedule.removeWarn"), { save: t("do.delete"), act: async () => {
    await ask(path(schedule), { method: "DELETE" });
    await reload();
    announce(t("schedule.removed", { name: schedule.name }));
  } });
  const button = (word, id, onClick) => html`<button type="button" class="small" id=${`${id}-${schedule.name}`} aria-label=${`${word}: ${schedule.name}`} onClick=${onClick}>${word}</button>`;
  const runs = button(t("schedule.run"), "run", run);
  if (schedule.source === "file") return runs;
  return [runs, button(t(schedule.enabled ? "schedule.pause" : "schedule.resume"), "pause", pause), button(t("do.delete"), "remove", remove)];
}

const attempt = (work) => async () => {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    announce(error.message);
  }
};

/** The next ticks of a schedule, in its own zone and in the reader's. */
function showNext(schedule) {
  openDialog(schedule.name, () => html`<div class="dialog-body"><${NextTicks} schedule=${schedule} /></div>`);
}

function NextTicks({ schedule }) {
  const { data, error } = useData(schedule.name, async (signal) => (await ask(path(schedule), { signal })).data);
  if (error) return html`<${Problem} error=${error} />`;
  if (!data) return html`<${Skeleton} lines=${5} />`;
  const zone = data.timezone ?? "UTC";
  const zones = [...new Set([zone, localZone()])];
  return html`<p>${data.cron ? html`${cronWords(data.cron)} <code>${data.cron}</code>` : t("schedule.every", { every: data.every })}</p>
    ${data.next.length > 0 && html`<table class="simple"><caption>${t("schedule.nextTicks")}</caption><thead><tr>${zones.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${data.next.map((at) => html`<tr>${zones.map((name) => html`<td>${zonedTime(at, name)}</td>`)}</tr>`)}</tbody></table>`}`;
}

function add(reload) {
  openForm(t("schedule.new"), {
    fields: {
      name: { type: "field", label: t("schedule.name"), required: true },
      kind: { type: "field", label: t("job.kind"), required: true, initial: "uppercase" },
      payload: { type: "json", label: t("newJob.payload"), initial: { text: "bonjour" } },
      cron: { type: "field", label: t("schedule.cron"), help_text: t("schedule.cronHelp") },
      every: { type: "field", label: t("schedule.interval"), help_text: t("schedule.intervalHelp") },
      timezone: { type: "field", label: t("schedule.zone"), help_text: t("schedule.zoneHelp") },
    },
    save: t("do.create"),
    async send(values) {
      const body = values.cron ? { timezone: localZone(), ...values } : values;
      await ask("api/jobs/schedules/", { method: "POST", body });
      await reload();
      announce(t("schedule.created", { name: values.name }));
    },
  });
}
