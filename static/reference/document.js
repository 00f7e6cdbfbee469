// An OpenAPI document taken apart: operations by tag, references followed, examples made.

const METHODS = ["get", "post", "put", "patch", "delete"];
const DEEPEST = 6;
const CHOICES = 5; // values of an enumeration that are named

/** [{ name, operations: [{ id, method, path, summary, description, parameters, body, responses }] }] in the document's order. */
export function operationsByTag(document) {
  const groups = new Map();
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS.filter((name) => item[name])) {
      const found = item[method];
      const tag = found.tags?.[0] ?? "";
      const operation = {
        id: found.operationId ?? `${method} ${path}`,
        method: method.toUpperCase(),
        path,
        summary: found.summary ?? "",
        description: found.description ?? "",
        parameters: [...(item.parameters ?? []), ...(found.parameters ?? [])].map((parameter) => resolve(document, parameter)),
        body: found.requestBody ? resolve(document, found.requestBody) : null,
        responses: Object.entries(found.responses ?? {}).map(([status, response]) => ({ status, ...resolve(document, response) })),
      };
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operation);
    }
  }
  return [...groups].map(([name, operations]) => ({ name, operations }));
}

export function resolve(document, node) {
  let found = node;
  for (let depth = 0; found?.$ref && depth < DEEPEST; depth += 1) {
    found = found.$ref.replace("#/", "").split("/").reduce((at, part) => at?.[part.replaceAll("~1", "/").replaceAll("~0", "~")], document);
  }
  return found ?? {};
}

/** The JSON schema of a body or answer, if it has one. */
export function jsonSchema(document, content) {
  const media = content?.["application/json"] ?? Object.entries(content ?? {}).find(([type]) => type.endsWith("+json"))?.[1];
  return media ? { schema: resolve(document, media.schema), example: media.example ?? Object.values(media.examples ?? {})[0]?.value } : null;
}

/** Something of a schema's form. */
export function exampleOf(document, node, depth = 0) {
  const schema = resolve(document, node);
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (depth > DEEPEST) return null;
  const choice = schema.oneOf ?? schema.anyOf;
  if (choice) return exampleOf(document, choice[0], depth + 1);
  switch ([schema.type].flat().find((type) => type !== "null")) {
    case "object": return Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([, property]) => !resolve(document, property).readOnly).map(([name, property]) => [name, exampleOf(document, property, depth + 1)]));
    case "array": return [exampleOf(document, schema.items ?? {}, depth + 1)];
    case "integer": return schema.minimum ?? 1;
    case "number": return schema.minimum ?? 1.5;
    case "boolean": return true;
    case "string": return { date: "2026-01-31", "date-time": "2026-01-31T12:00:00Z", uuid: "00000000-0000-4000-8000-000000000000" }[schema.format] ?? "text";
    default: return schema.properties ? exampleOf(document, { ...schema, type: "object" }, depth) : null;
  }
}

/** "string (date), at most 20" for a parameter or a property. */
export function typeWords(document, node) {
  const schema = resolve(document, node);
  const choice = schema.oneOf ?? schema.anyOf;
  if (choice) return choice.map((one) => typeWords(document, one)).join(" | ");
  const type = [schema.type ?? (schema.properties ? "object" : "any")].flat().join(" | ");
  const items = schema.items ? ` of ${typeWords(document, schema.items)}` : "";
  const choices = schema.enum ? `: ${schema.enum.slice(0, CHOICES).join(", ")}${schema.enum.length > CHOICES ? ", …" : ""}` : "";
  return `${type}${schema.format ? ` (${schema.format})` : ""}${choices}${items}`;
}
