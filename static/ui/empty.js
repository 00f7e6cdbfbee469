// What stands where there is nothing to show: a sentence, an action, a command.

import { html } from "../vendor/preact.js";

export const Empty = ({ children }) => html`<div class="empty">${children}</div>`;
