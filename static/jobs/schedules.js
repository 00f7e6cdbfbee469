// What runs by the clock: each schedule with its last and its next tick.

import { ask } from "../api.js";
import { copyable } from "../copy.js";
import { element } from "../element.js";
import { listTable } from "../list.js";
import { ago, valueNode } from "../values.js";
import { pageHref } from "../view.js";

export const title = "Schedules";
export const about = "Jobs that are asked for by the clock, each tick once however many processes run.";

export async function show({ signal }) {
  const { data: schedules } = await ask("api/jobs/schedules/", { signal });
  return { body: [schedules.length ? listTable("Schedules", COLUMNS, schedules) : none()] };
}

const COLUMNS = [
  { name: "Name", cell: ({ name }) => name },
  { name: "When", cell: ({ cron, every }) => (cron ? element("code", {}, cron) : `every ${every}`) },
  { name: "Zone", cell: ({ timezone }) => timezone ?? "" },
  { name: "Kind", cell: ({ kind }) => kind },
  { name: "Next", cell: ({ enabled, next_at: at }) => (enabled && at ? valueNode(at, "datetime") : element("span", { class: "muted" }, "not any more")) },
  { name: "Last", cell: last },
  { name: "Written in", cell: ({ source }) => (source === "file" ? "socle.toml" : "the API") },
];

function last({ last_at: at, last_job_id: id }) {
  if (!at) return element("span", { class: "muted" }, "not yet");
  return id ? element("a", { href: pageHref({ page: "job", id }) }, ago(at)) : ago(at);
}

function none() {
  return element("div", { class: "empty" },
    element("p", {}, "No schedules yet. Write one into ", element("code", {}, "socle.toml"), ":"),
    copyable('[[schedules]]\nname = "every-morning"\nkind = "uppercase"\npayload = { text = "good morning" }\ncron = "0 7 * * *"\ntimezone = "Europe/Paris"'));
}
