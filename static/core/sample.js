// A body that a table would take: its required fields, or its first writable one when none is.

export function sampleRow(fields) {
  const writable = Object.entries(fields).filter(([, field]) => !field.read_only);
  const required = writable.filter(([, field]) => field.required);
  return Object.fromEntries((required.length ? required : writable.slice(0, 1)).map(([name, field]) => [name, sampleValue(field, name)]));
}

function sampleValue(field, name) {
  switch (field.type) {
    case "integer": return field.min_value ?? 1;
    case "float": return 1.5;
    case "decimal": return "9.90";
    case "boolean": return true;
    case "date": return new Date().toISOString().slice(0, 10);
    case "datetime": return `${new Date().toISOString().slice(0, 19)}Z`;
    case "choice": return field.choices?.[0]?.value ?? "";
    case "json": case "nested object": return {};
    default: return `My ${field.label?.toLowerCase() ?? name}`.slice(0, field.max_length || 255);
  }
}
