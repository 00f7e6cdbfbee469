// Icons: drawn by the sprite in index.html, always beside or instead of words that say the same.

import { html } from "../vendor/preact.js";

export const Icon = ({ name }) => html`<svg class="icon" aria-hidden="true" width="16" height="16"><use href=${`#i-${name}`} /></svg>`;
