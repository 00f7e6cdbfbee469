// Grey lines where something is about to stand.

import { html } from "../vendor/preact.js";
import { t } from "../core/i18n.js";

export const Skeleton = ({ lines = 6 }) => html`<div class="skeleton" role="status"><span class="unseen">${t("wait")}</span>${Array.from({ length: lines }, () => html`<i></i>`)}</div>`;
