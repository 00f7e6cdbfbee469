// Text to take away: shown as it is, with a button that copies it.

import { element } from "./element.js";

export function copyable(text, label = "Copy") {
  const shown = element("pre", { tabindex: "0" }, text);
  const copy = element("button", { type: "button" }, label);
  const said = element("span", { class: "unseen", role: "status" });
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
    said.textContent = "Copied";
    setTimeout(() => {
      copy.textContent = label;
      said.textContent = "";
    }, 2000);
  });
  // Browsers give pages the clipboard over HTTPS and on localhost only; elsewhere one click selects everything.
  return element("div", { class: "command" }, shown, navigator.clipboard ? copy : null, said);
}
