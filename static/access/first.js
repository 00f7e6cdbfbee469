// How the first administrator is made: said on every page while the server is open, and where one would sign in.

import { copyable } from "../copy.js";
import { byId, element } from "../element.js";
import { isOpen } from "./session.js";

const COMMAND = "socle user add NAME --role admin";
const WAYS = [
  ["On this machine", COMMAND],
  ["In Docker", `docker exec -it CONTAINER ${COMMAND}`],
  ["In Kubernetes", `kubectl exec -it deploy/backend -- ${COMMAND}`],
];

export function showBanner() {
  const banner = byId("open-banner");
  banner.hidden = !isOpen();
  if (banner.hidden || banner.childElementCount) return;
  banner.append(element("details", {},
    element("summary", {}, element("span", {}, element("strong", {}, "Open to everyone."), " Anyone who reaches this server may read and write. "),
      element("span", { class: "more" }, "Make the first administrator")),
    ...firstAdministrator()));
}

export function firstAdministrator() {
  return [
    ...WAYS.flatMap(([where, command]) => [element("p", {}, `${where}:`), copyable(command)]),
    element("p", {}, "Or set ", element("code", {}, "ADMIN_LOGIN"), " and ", element("code", {}, "ADMIN_PASSWORD"),
      " and start again. From then on reading stays public, and writing needs a sign-in or a token."),
  ];
}
