// One DOM element with its attributes, listeners (`onclick: …`) and children. Text is always text, never markup.

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/** The element of the page with this id; index.html has it. */
export const byId = (id) => document.getElementById(id);

/** Puts other children into a node; what had the focus there has it again, when something of that id is still there. */
export function refill(node, ...children) {
  const held = node.contains(document.activeElement) ? document.activeElement : null;
  node.replaceChildren(...children.filter(Boolean));
  if (!held) return true;
  const again = held.id ? byId(held.id) : null;
  again?.focus({ preventScroll: true });
  return again !== null;
}
