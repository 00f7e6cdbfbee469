// What only those who are signed in are shown: strangers are led to sign in.

import { html } from "../vendor/preact.js";
import { ApiError } from "../core/api.js";
import { t } from "../core/i18n.js";
import { person } from "../core/session.js";
import { Problem } from "../ui/problem.js";

export function SignedIn({ children }) {
  return person.value ? children : html`<${Problem} error=${new ApiError(401, t("signIn.needed"))} />`;
}
