// A button that opens a panel below itself: the browser's own popover, closed by Escape and by clicks elsewhere.

import { html, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { Icon } from "../ui/icon.js";

/** `children(close)` is what the panel holds while it is open. */
export function Menu({ id, icon, label, note, children }) {
  const panel = useRef(null);
  const button = useRef(null);
  const [isOpen, setOpen] = useState(false);
  useLayoutEffect(() => {
    if (isOpen) place(panel.current, button.current);
  }, [isOpen]);
  const onToggle = (event) => {
    const opens = event.newState === "open";
    setOpen(opens);
  };
  return html`<button type="button" id=${id} ref=${button} popovertarget=${`${id}-panel`} aria-expanded=${isOpen}><${Icon} name=${icon} />${label}${note ? html`<span class="count">${note}</span>` : null}</button>
    <div id=${`${id}-panel`} ref=${panel} popover="auto" class="menu-panel" onToggle=${onToggle}>${isOpen && children(() => panel.current.hidePopover())}</div>`;
}

function place(panel, button) {
  const at = button.getBoundingClientRect();
  panel.style.insetBlockStart = `${at.bottom + 4}px`;
  panel.style.insetInlineStart = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - panel.offsetWidth - 8))}px`;
}
