// Who is signed in, and whether the server is still open to everyone. The session itself is a cookie that no script can
// read; this is what the server says about it.

import { Refusal, ask, carry, onUnknown } from "../api.js";

const otherTabs = "BroadcastChannel" in globalThis ? new BroadcastChannel("socle-session") : null;

let person = null; // as /api/auth/me/ says it
let changes = 0; // how often that has become somebody else
let access = ""; // "open", "closed", or not known yet
let changed = () => {};
let ended = () => {};

/** Who is signed in, as far as is known: { username, role, email }, or null. */
export const me = () => person;

/** A number for whoever asks the server now: what was answered under another may not hold any more. */
export const reader = () => changes;

/** Whether anyone may read and write, because no account was ever made. */
export const isOpen = () => access === "open";

/** Whether it is known that signing in is possible. */
export const isClosed = () => access === "closed";

/** `whenChanged()` follows every change of the above; `whenEnded()` is for a session that the server no longer knows. */
export function followSession(whenChanged, whenEnded) {
  changed = whenChanged;
  ended = whenEnded;
  onUnknown(() => {
    if (person === null) return;
    become(null);
    ended();
  });
  otherTabs?.addEventListener("message", () => learn().catch(() => {}));
}

/** Takes in what `/` and `/health` say of the access: "open" until the first account or token is made. */
export async function knowAccess(word = "closed") {
  if (word === access || !["open", "closed"].includes(word)) return;
  if (word === "closed") await learn();
  if (access !== "") changes += 1; // what strangers may do has changed
  access = word;
  changed();
}

/** Whether anyone may read and write, asked if it is not known yet. */
export async function whetherOpen(signal) {
  if (access === "") await knowAccess((await ask("./", { signal })).data?.access);
  return isOpen();
}

/** Asks the server who is signed in; gives null for a stranger. */
export async function learn(signal) {
  try {
    become((await ask("api/auth/me/", { signal })).data);
  } catch (error) {
    if (!(error instanceof Refusal) || ![401, 404].includes(error.status)) throw error;
    if (person !== null) become(null);
  }
  return person;
}

export async function signIn(values) {
  const { data } = await ask("api/auth/login/", { method: "POST", body: values });
  access = "closed";
  become(data);
  otherTabs?.postMessage("signed in");
}

/** Ends this session, or every session of the account. */
export async function signOut({ everywhere = false } = {}) {
  try {
    await ask(everywhere ? "api/auth/logout-all/" : "api/auth/logout/", { method: "POST" });
  } catch (error) {
    if (error.status !== 401) throw error; // a session that has ended already
  }
  become(null);
  otherTabs?.postMessage("signed out");
}

function become(someone) {
  // Only signing in tells the session's token; what is asked later leaves it as it is.
  if (someone === null || someone.csrf_token) carry(someone?.csrf_token ?? null);
  if (person?.username !== someone?.username || person?.role !== someone?.role) changes += 1;
  person = someone;
  changed();
}
