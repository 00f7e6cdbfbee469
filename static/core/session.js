// Who is signed in. The session itself is a cookie that no script can read; this is what the server says about it.
// A browser in which nobody ever signed in does not ask, so that strangers cause no refused requests.

import { signal } from "../vendor/preact.js";
import { ApiError, ask, setCsrfToken } from "./api.js";
import { remember, remembered } from "./storage.js";

const FLAG = "signed-in";
const otherTabs = "BroadcastChannel" in globalThis ? new BroadcastChannel("socle-session") : null;

/** As /api/auth/me/ says it: { username, role, email }, or null for a stranger. */
export const person = signal(null);

/** Asks who is signed in, when somebody may be. */
export async function learn() {
  if (!remembered(FLAG)) return null;
  try {
    become((await ask("api/auth/me/")).data);
  } catch (error) {
    if (!(error instanceof ApiError) || ![401, 404].includes(error.status)) throw error;
    become(null);
  }
  return person.value;
}

export async function signIn(values) {
  become((await ask("api/auth/login/", { method: "POST", body: values })).data);
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

/** The server does not know this session any more. */
export function forget() {
  become(null);
}

/** Other tabs of this browser share the session. */
export function followOtherTabs() {
  otherTabs?.addEventListener("message", () => learn().catch(() => {}));
}

/** Whether a role covers another: an admin all of them, and everyone a viewer. */
export const covers = (role, other) => role === "admin" || role === other || other === "viewer";

function become(someone) {
  // Only signing in tells the session's token; what is asked later leaves it as it is.
  if (someone === null || someone.csrf_token) setCsrfToken(someone?.csrf_token ?? null);
  remember(FLAG, someone !== null || null);
  if (person.peek()?.username !== someone?.username || person.peek()?.role !== someone?.role) person.value = someone;
}
