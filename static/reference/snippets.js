// A request as a program would send it, in four languages.

import { stringify } from "../core/exact.js";

/** [{ name, text }]; the token stands where one's own goes. */
export function snippets({ method, url, body }) {
  const json = body === undefined ? null : stringify(body);
  const writes = method !== "GET";
  return [
    { name: "curl", text: curl(method, url, json, writes) },
    { name: "Python", text: python(method, url, json, writes) },
    { name: "JavaScript", text: javascript(method, url, json, writes) },
    { name: "PowerShell", text: powershell(method, url, json, writes) },
  ];
}

function curl(method, url, json, writes) {
  const lines = [`curl${method === "GET" ? "" : ` -X ${method}`} '${url}'`];
  if (writes) lines.push('  -H "Authorization: Bearer $TOKEN"');
  if (json) lines.push('  -H "Content-Type: application/json"', `  -d '${json.replaceAll("'", "'\\''")}'`);
  return lines.join(" \\\n");
}

function python(method, url, json, writes) {
  const lines = ["import json", "import urllib.request", "", "request = urllib.request.Request(", `    ${JSON.stringify(url)},`, `    method="${method}",`];
  if (json) lines.push(`    data=json.dumps(json.loads(${JSON.stringify(json)})).encode(),`);
  const headers = [writes && '"Authorization": f"Bearer {token}"', json && '"Content-Type": "application/json"'].filter(Boolean);
  if (headers.length) lines.push(`    headers={${headers.join(", ")}},`);
  lines.push(")", "with urllib.request.urlopen(request) as response:", "    print(response.status, response.read().decode())");
  return lines.join("\n");
}

function javascript(method, url, json, writes) {
  const headers = [writes && "Authorization: `Bearer ${token}`", json && '"Content-Type": "application/json"'].filter(Boolean);
  const options = [method !== "GET" && `method: "${method}"`, headers.length && `headers: { ${headers.join(", ")} }`, json && `body: JSON.stringify(${json})`].filter(Boolean);
  return `const response = await fetch(${JSON.stringify(url)}${options.length ? `, {\n  ${options.join(",\n  ")},\n}` : ""});\nconsole.log(response.status, await response.text());`;
}

function powershell(method, url, json, writes) {
  const parts = [`Invoke-RestMethod -Method ${method} -Uri '${url.replaceAll("'", "''")}'`];
  if (writes) parts.push('-Headers @{ Authorization = "Bearer $token" }');
  if (json) parts.push("-ContentType 'application/json'", `-Body '${json.replaceAll("'", "''")}'`);
  return parts.join(" `\n  ");
}
