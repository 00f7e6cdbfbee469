// Text to take away: shown as it is, with a button that copies it.

import { html, useState } from "../vendor/preact.js";
import { t } from "../core/i18n.js";
import { Icon } from "./icon.js";

const SAID = 2_000; // milliseconds

export function CopyButton({ text, label }) {
  const [copied, setCopied] = useState(false);
  // Browsers give pages the clipboard over HTTPS and on localhost only; elsewhere one click selects everything.
  if (!navigator.clipboard) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(typeof text === "function" ? text() : text);
    setCopied(true);
    setTimeout(() => setCopied(false), SAID);
  };
  return html`<button type="button" class="quiet" onClick=${copy}><${Icon} name=${copied ? "check" : "copy"} /><span role="status">${copied ? t("copy.done") : label ?? t("copy.do")}</span></button>`;
}

export const Copyable = ({ text, label }) => html`<div class="copyable"><pre tabindex="0" class="code">${text}</pre><${CopyButton} text=${text} label=${label} /></div>`;
