// What runs by the clock: each schedule with its last and its next tick.

import { ask } from "../api.js";
import { element } from "../element.js";
import { listTable, nothing } from "../list.js";
import { valueNode } from "../values.js";

export const title = "Schedules";
export const about = "Jobs that are asked for by the clock, each tick once however many processes run.";

export async function show({ signal }) {
  const { data: schedules } = await ask("api/schedules/", { signal });
  return { body: [schedules.length ? listTable("Schedules", COLUMNS, schedules) : none()] };
}

const COLUMNS = [
  { name: "Name", cell: ({ name }) => name },
  { name: "When", cell: ({ cron, every }) => (cron ? element("code", {}, cron) : `every ${every}`) },
  { name: "Zone", cell: ({ zone }) => zone ?? "UTC" },
  { name: "Kind", cell: ({ kind }) => kind },
  { name: "Next", cell: ({ next_at: at }) => moment(at) },
  { name: "Last", cell: ({ last_at: at }) => moment(at) },
];

const moment = (at) => (at ? valueNode(at, "datetime") : element("span", { class: "muted" }, "never"));

function none() {
  return nothing("No schedules yet. They are written in socle.toml:", element("pre", { tabindex: "0" }, "…"));
}
