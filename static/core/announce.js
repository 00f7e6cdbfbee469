// What has just been done, in a sentence at the foot of the page; read out by screen readers.

import { signal } from "../vendor/preact.js";

const STAYS = 8_000; // milliseconds

/** { text, link: { href, label } | undefined }, or null. */
export const announcement = signal(null);

const state = { timer: 0 };

export function announce(text, link) {
  clearTimeout(state.timer);
  announcement.value = { text, link };
  state.timer = setTimeout(() => { announcement.value = null; }, STAYS);
}
