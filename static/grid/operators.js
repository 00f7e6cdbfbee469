// Filter operators in words, by the type of a column; each is a lookup of the API, some with a value of their own.

import { display } from "../core/format.js";
import { t } from "../core/i18n.js";

const EMPTY = [{ lookup: "isnull", word: "isEmpty", fixed: "true" }, { lookup: "isnull", word: "isNotEmpty", fixed: "false" }];
const op = (lookup, word, more = {}) => ({ lookup, word, ...more });

const NUMBERS = [op("exact", "equals"), op("ne", "differs"), op("gt", "above"), op("gte", "atLeast"), op("lt", "below"), op("lte", "atMost"), op("range", "between", { values: 2 }), ...EMPTY];
const TIMES = [op("gte", "from"), op("lt", "before"), op("range", "between", { values: 2 }), op("exact", "on"), ...EMPTY];
const TEXTS = [op("icontains", "contains"), op("exact", "is"), op("ne", "isNot"), op("istartswith", "startsWith"), op("endswith", "endsWith"), op("in", "oneOf"), ...EMPTY];
const CHOICES = [op("exact", "is"), op("ne", "isNot"), ...EMPTY];
const BY_TYPE = { integer: NUMBERS, float: NUMBERS, decimal: NUMBERS, date: TIMES, datetime: TIMES, string: TEXTS, choice: CHOICES, boolean: [op("exact", "is"), ...EMPTY], "nested object": EMPTY };

/** The operators of a column; the first is the one offered at first. */
export function operatorsOf(column) {
  return column.references ? CHOICES : BY_TYPE[column.type] ?? CHOICES;
}

/** "population above 50,000"; a lookup that is not offered here is said by its API name. */
export function filterWords({ column, lookup, value }, columns) {
  const described = columns.find(({ name }) => name === column);
  const operator = described && operatorsOf(described).find((known) => known.lookup === lookup && (known.fixed ?? value) === value);
  const shown = value.split(lookup === "range" || lookup === "in" ? "," : "\n").map((part) => shownPart(part, described)).join(lookup === "range" ? ` ${t("operator.and")} ` : ", ");
  if (!operator) return `${described?.label ?? column} ${lookup} ${shown}`;
  return [described.label, t(`operator.${operator.word}`), operator.fixed ? "" : shown].filter(Boolean).join(" ");
}

function shownPart(part, column) {
  if (column?.type === "boolean") return t(part === "true" ? "value.true" : "value.false");
  return display(part, column?.type, { isKey: Boolean(column?.references) });
}
