// How the first administrator is created: said while the server is open to everyone.

import { html } from "../vendor/preact.js";
import { rich, t } from "../core/i18n.js";
import { Copyable } from "../ui/copy.js";
import { openDialog } from "../ui/dialog.js";

const COMMAND = "socle user add NAME --role admin";
const WAYS = [
  ["open.here", COMMAND],
  ["open.docker", `docker exec -it CONTAINER ${COMMAND}`],
  ["open.kubernetes", `kubectl exec -it deploy/backend -- ${COMMAND}`],
];

export const FirstAdmin = () => html`<div class="stack">
  <p>${t("open.about")}</p>
  ${WAYS.map(([where, command]) => html`<div><p>${t(where)}</p><${Copyable} text=${command} /></div>`)}
  <p>${rich("open.variables", { login: html`<code>ADMIN_LOGIN</code>`, password: html`<code>ADMIN_PASSWORD</code>` })}</p>
</div>`;

export function showFirstAdmin() {
  openDialog(t("open.create"), () => html`<div class="dialog-body"><${FirstAdmin} /></div>`);
}
