// "Go to…" (Ctrl-K): tables, pages, and rows by their key, found by a few letters.

import { html, signal, useEffect, useRef, useState } from "../vendor/preact.js";
import { t } from "../core/i18n.js";
import { address, go, href } from "../core/router.js";
import { person } from "../core/session.js";
import { tables } from "../core/tables.js";

const isOpen = signal(false);
const MOST = 12;

export function openGoTo() {
  isOpen.value = true;
}

export function GoTo() {
  const dialog = useRef(null);
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState(0);
  const found = isOpen.value ? matches(words) : [];
  const at = Math.min(chosen, Math.max(0, found.length - 1));

  useEffect(() => {
    const key = (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        openGoTo();
      }
    };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, []);
  useEffect(() => {
    if (isOpen.value && !dialog.current.open) {
      setWords("");
      setChosen(0);
      dialog.current.showModal();
    }
    if (!isOpen.value && dialog.current.open) dialog.current.close();
  }, [isOpen.value]);

  const take = (target) => {
    isOpen.value = false;
    if (target) go(target.href);
  };
  const onKeyDown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setChosen((at + step + found.length) % Math.max(1, found.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(found[at]);
    }
  };
  return html`<dialog ref=${dialog} id="go-to" class="go-to" aria-label=${t("goTo.open")} onClose=${() => { isOpen.value = false; }}>
    <input type="search" id="go-to-words" role="combobox" aria-expanded="true" aria-controls="go-to-list" aria-activedescendant=${found.length ? `go-to-${at}` : undefined}
      aria-label=${t("goTo.label")} placeholder=${t("goTo.label")} autocomplete="off" spellcheck="false" value=${words}
      onInput=${(event) => { setWords(event.target.value); setChosen(0); }} onKeyDown=${onKeyDown} />
    <ul id="go-to-list" role="listbox" aria-label=${t("goTo.found")}>${found.map((target, index) => html`<li id=${`go-to-${index}`} role="option" aria-selected=${index === at} onClick=${() => take(target)}><span>${target.label}</span><span class="muted">${target.kind}</span></li>`)}</ul>
    ${!found.length && html`<p class="muted go-to-none">${t("goTo.none")}</p>`}
  </dialog>`;
}

function matches(words) {
  const wanted = words.trim().toLowerCase();
  const named = tables.value ?? [];
  const all = [
    ...named.map(({ name }) => ({ label: name, kind: t("goTo.table"), href: href({ table: name }) })),
    ...pages().map(([page, label]) => ({ label, kind: t("goTo.page"), href: href({ page }) })),
  ];
  const found = all.filter(({ label }) => label.toLowerCase().includes(wanted));
  return [...found, ...rowsByKey(wanted, named)].slice(0, MOST);
}

/** "items 7" is the row 7 of items; a number alone a row of the table in view. */
function rowsByKey(wanted, named) {
  const [first, ...rest] = wanted.split(/\s+/);
  const key = rest.join(" ");
  const current = address.peek().get("table");
  const byName = key ? named.filter(({ name }) => name.toLowerCase().startsWith(first)).map(({ name }) => [name, key]) : [];
  const inView = !key && wanted && current ? [[current, wanted]] : [];
  return [...byName, ...inView].map(([table, row]) => ({ label: `${table} ${row}`, kind: t("goTo.row"), href: href({ table, row: encodeURIComponent(row).replaceAll("%2C", ",") }) }));
}

function pages() {
  const own = person.peek() ? [["tokens", t("tokens.title")], ["password", t("password.title")]] : [];
  const admins = person.peek()?.role === "admin" ? [["accounts", t("accounts.title")], ["audit", t("audit.title")]] : [];
  return [["", t("overview.title")], ["jobs", t("jobs.title")], ["schedules", t("schedules.title")], ["api", t("reference.title")], ["health", t("health.title")], ...own, ...admins];
}
