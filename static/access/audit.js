// What happened to accounts, for administrators: the latest first.

import { html } from "../vendor/preact.js";
import { ask } from "../core/api.js";
import { t } from "../core/i18n.js";
import { href } from "../core/router.js";
import { useData } from "../core/use-data.js";
import { Empty } from "../ui/empty.js";
import { List, Moment, Steps } from "../ui/list.js";
import { Page } from "../ui/page.js";
import { Problem } from "../ui/problem.js";
import { Skeleton } from "../ui/skeleton.js";
import { SignedIn } from "./signed-in.js";

const PAGE = 50;
const EVENTS = ["sign_in", "sign_in_failed", "sign_in_held", "sign_out", "sign_out_everywhere", "user_added", "user_changed", "password_changed", "user_removed", "token_created", "token_revoked"];
const FAILURES = ["sign_in_failed", "sign_in_held"];

export function View({ query }) {
  const before = /^\d+$/.test(query.get("before") ?? "") ? query.get("before") : "";
  return html`<${Page} title=${t("audit.title")} about=${t("audit.about")}><${SignedIn}><${Events} before=${before} /><//><//>`;
}

function Events({ before }) {
  // One more than is shown tells whether there are older ones.
  const { data, error, isLoading, reload } = useData(`audit ${before}`, async (signal) => (await ask(`api/auth/audit/?limit=${PAGE + 1}${before && `&before=${before}`}`, { signal })).data);
  if (error) return html`<${Problem} error=${error} retry=${reload} />`;
  if (isLoading) return html`<${Skeleton} lines=${12} />`;
  const shown = data.slice(0, PAGE);
  const older = data.length > PAGE ? href({ page: "audit", before: shown.at(-1).id }) : null;
  return html`${shown.length ? html`<${List} label=${t("audit.title")} columns=${columns()} entries=${shown} keyOf=${({ id }) => id} />` : html`<${Empty}><p>${t(before ? "steps.nothingOlder" : "audit.none")}</p><//>`}
    ${(before || older) && html`<footer class="paging"><${Steps} before=${before && href({ page: "audit" })} after=${older} earlier=${t("steps.newest")} later=${t("steps.older")} /></footer>`}`;
}

function columns() {
  return [
    { name: t("audit.when"), cell: ({ at }) => html`<${Moment} at=${at} />` },
    { name: t("audit.what"), cell: ({ event }) => html`<span class=${FAILURES.includes(event) ? "bad-text" : ""}>${EVENTS.includes(event) ? t(`audit.${event}`) : event}</span>` },
    { name: t("audit.subject"), cell: ({ subject }) => subject ?? "" },
    { name: t("audit.detail"), cell: ({ detail }) => detail ?? "" },
    { name: t("audit.actor"), cell: ({ actor }) => actor ?? html`<span class="muted">${t("audit.stranger")}</span>` },
    { name: t("audit.address"), cell: ({ address }) => address ?? "" },
  ];
}
