// A cron expression of five fields in words, for the usual forms; the expression itself stands beside.

import { language, t } from "../core/i18n.js";

const ALIASES = { "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *" };
const NUMBER = /^\d+$/;

/** Words for an expression, or "" for a form that has none here. */
export function cronWords(expression) {
  const fields = (ALIASES[expression] ?? expression).trim().split(/\s+/);
  if (fields.length !== 5) return "";
  const [minute, hour, day, month, weekday] = fields;
  const days = dayWords(day, month, weekday);
  if (days === null) return "";
  const every = /^\*\/(\d+)$/.exec(minute);
  if (hour === "*" && (minute === "*" || every)) return [t("cron.minutes", { n: every ? Number(every[1]) : 1 }), days].filter(Boolean).join(", ");
  if (hour === "*" && NUMBER.test(minute)) return [t("cron.hourly", { minute: minute.padStart(2, "0") }), days].filter(Boolean).join(", ");
  if (!NUMBER.test(minute) || !hour.split(",").every((part) => NUMBER.test(part))) return "";
  const times = hour.split(",").map((part) => `${part.padStart(2, "0")}:${minute.padStart(2, "0")}`);
  return `${days || t("cron.daily")}, ${t("cron.at", { time: list(times) })}`;
}

/** "" for every day, null for what has no words. */
function dayWords(day, month, weekday) {
  if (month !== "*") return null;
  if (day === "*" && weekday === "*") return "";
  if (day === "*") {
    if (weekday === "1-5") return t("cron.workdays");
    const days = weekday.split(",");
    return days.every((part) => /^[0-7]$/.test(part)) ? t("cron.on", { days: list(days.map(weekdayName)) }) : null;
  }
  return weekday === "*" && NUMBER.test(day) ? t("cron.monthly", { n: Number(day) }) : null;
}

// 4 January 1970 was a Sunday.
const weekdayName = (day) => new Intl.DateTimeFormat(language(), { weekday: "long", timeZone: "UTC" }).format(new Date(Date.UTC(1970, 0, 4 + (Number(day) % 7))));
const list = (parts) => new Intl.ListFormat(language()).format(parts);
