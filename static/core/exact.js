// JSON that keeps 64-bit integers: those a JavaScript number would round are read as BigInt and written back digit by digit.

const WHOLE = /^-?\d+$/;

// Browsers that do not hand a reviver the number's own text get it as a marked string instead.
const MARK = "\u0001integer:";
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

let revivesSource = false;
JSON.parse("1", (_, value, context) => {
  revivesSource = context?.source === "1";
  return value;
});

export function parse(text) {
  return revivesSource ? JSON.parse(text, fromSource) : JSON.parse(text.replace(STRING_OR_NUMBER, mark), fromMark);
}

export function stringify(value) {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map(stringify).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${stringify(member)}`);
  return `{${members.join(",")}}`;
}

function fromSource(_, value, context) {
  return rounded(value, context?.source) ? BigInt(context.source) : value;
}

function fromMark(_, value) {
  return typeof value === "string" && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value;
}

function mark(token) {
  return rounded(Number(token), token) ? JSON.stringify(MARK + token) : token;
}

function rounded(value, source) {
  return typeof value === "number" && !Number.isSafeInteger(value) && WHOLE.test(source);
}
