// The corner of the frame that says who is signed in, with what one may do about it.

import { byId, element } from "../element.js";
import { announce, showWait } from "../frame.js";
import { go } from "../navigate.js";
import { pageHref, viewOf } from "../view.js";
import { isClosed, me, signOut } from "./session.js";

/** Shows the menu of whoever is signed in, or the way to sign in; `refused(error)` says why signing out failed. */
export function showMenu(refused) {
  const person = me();
  const { page } = viewOf(location.search);
  byId("sign-in-link").hidden = person !== null || !isClosed() || page === "sign-in";
  byId("sign-in-link").href = signInHref();
  byId("account-button").hidden = person === null;
  byId("account-name").textContent = person?.username ?? "";
  if (person === null) byId("account-menu").hidePopover();
  byId("account-menu").replaceChildren(...(person ? entries(person, page, refused) : []));
}

/** Where one signs in to come back to what is shown now. */
export function signInHref(reason) {
  const { page } = viewOf(location.search);
  return pageHref({ page: "sign-in", reason, next: page === "sign-in" ? "" : location.search });
}

function entries(person, page, refused) {
  const link = (name, label) =>
    element("a", { href: pageHref({ page: name }), "aria-current": name === page ? "page" : null, onclick: close }, label);
  const button = (label, choice) => element("button", { type: "button", onclick: () => leave(choice, refused) }, label);
  return [
    element("p", { class: "muted" }, "Signed in as ", element("strong", {}, person.username), `, ${person.role}`),
    link("tokens", "Tokens"),
    link("password", "Change password"),
    ...(person.role === "admin" ? [link("accounts", "Accounts"), link("audit", "Audit")] : []),
    button("Sign out", {}),
    button("Sign out everywhere", { everywhere: true }),
  ];
}

async function leave(choice, refused) {
  close();
  showWait(true);
  try {
    await signOut(choice);
    go("./");
    announce(choice.everywhere ? "You are signed out on every device." : "You are signed out.");
  } catch (error) {
    refused(error);
  } finally {
    showWait(false);
  }
}

function close() {
  byId("account-menu").hidePopover();
}
