// The server's health in the page's corner: asked now and then while the page is looked at, said in words when wrong.

import { ask } from "./api.js";
import { byId } from "./element.js";

const EVERY = 15_000; // milliseconds; sooner while something is wrong
const EVERY_WHEN_WRONG = 3_000;

/**
 * Starts watching; calls `heard` with each answer, and `recovered` when the server can be reached again after it could
 * not.
 */
export function watchHealth({ heard, recovered }) {
  let timer = 0;
  let asking = false;
  let unreachable = false;

  async function look() {
    if (asking || document.hidden) return;
    clearTimeout(timer);
    asking = true;
    const state = await healthNow();
    asking = false;
    show(state);
    if (state.health) heard(state.health);
    if (unreachable && !state.unreachable) recovered();
    unreachable = state.unreachable;
    timer = setTimeout(look, state.wrong ? EVERY_WHEN_WRONG : EVERY);
  }

  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
  window.addEventListener("offline", look);
  look();
  return look;
}

async function healthNow() {
  try {
    const { data } = await ask("health", { patience: 5_000 });
    return { word: "Healthy", wrong: "", unreachable: false, health: data ?? {} };
  } catch (error) {
    if (error.unreachable) {
      return { word: "No answer", wrong: `${error.message} Trying again every few seconds.`, unreachable: true };
    }
    return { word: "Unwell", wrong: wrongChecks(error), unreachable: false };
  }
}

/** "database: disk is full" for each check of /health that is not ok. */
function wrongChecks(error) {
  const wrong = Object.entries(error.data?.checks ?? {}).filter(([, result]) => result !== "ok");
  return wrong.length ? `The server is not well. ${wrong.map(([check, result]) => `${check}: ${text(result)}`).join("; ")}.` : error.message;
}

const text = (result) => (typeof result === "string" ? result : JSON.stringify(result));

// Written only when changed, so that a screen reader hears changes and nothing else.
function show({ word, wrong, unreachable }) {
  const pill = byId("health");
  pill.hidden = false;
  pill.dataset.state = unreachable ? "unreachable" : wrong ? "wrong" : "ok";
  if (byId("health-word").textContent !== word) byId("health-word").textContent = word;
  const banner = byId("health-problem");
  if (banner.textContent !== wrong) banner.textContent = wrong;
  banner.hidden = !wrong;
}
