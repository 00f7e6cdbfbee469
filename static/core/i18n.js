// Messages in the reader's language. `messages/en.js` and `messages/fr.js` have the same keys; a message with plural
// forms is an object of them, chosen by `n` (Intl.PluralRules).

const LANGUAGES = ["en", "fr"];

const state = { language: "en", messages: {}, plurals: new Intl.PluralRules("en"), numbers: new Intl.NumberFormat("en") };

/** Speaks `language` from now on. */
export function setMessages(language, messages) {
  Object.assign(state, { language, messages, plurals: new Intl.PluralRules(language), numbers: new Intl.NumberFormat(language) });
}

export const language = () => state.language;
export const languages = () => LANGUAGES;

/** The text of a message with its `{parameters}`; numbers are written as the language writes them. */
export function t(key, parameters = {}) {
  return template(key, parameters).replace(/\{(\w+)\}/g, (_, name) => written(parameters[name]));
}

/** The same as a list of texts and nodes, for parameters that are elements. */
export function rich(key, parameters) {
  return template(key, parameters).split(/(\{\w+\})/).map((piece) => (/^\{\w+\}$/.test(piece) ? parameters[piece.slice(1, -1)] : piece));
}

function template(key, parameters) {
  const message = state.messages[key];
  if (message === undefined) return key;
  return typeof message === "string" ? message : message[state.plurals.select(Number(parameters.n))] ?? message.other;
}

const written = (value) => (typeof value === "number" ? state.numbers.format(value) : String(value ?? ""));
