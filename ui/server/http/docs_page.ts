/** The page at /api: a reader for the OpenAPI document. @module */

export const DOCS_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Symphony HTTP API</title>
<link rel="stylesheet" href="/api/docs.css">
<script type="module" src="/api/docs.js"></script>
</head>
<body>
<header>
<h1>HTTP API</h1>
<label>Filter <input id="filter" type="search" autocomplete="off"></label>
<a href="/api/openapi.json">openapi.json</a>
</header>
<main id="routes" aria-live="polite">Loading</main>
</body>
</html>
`;

export const DOCS_STYLE =
  `:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; --line: light-dark(#ccd, #445); }
body { margin: 0; }
header { position: sticky; top: 0; display: flex; gap: 1rem; align-items: center; flex-wrap: wrap; padding: 0.5rem 1rem;
  background: Canvas; border-bottom: 1px solid var(--line); }
h1 { font-size: 1.1rem; margin: 0; }
main { max-width: 70rem; margin: 0 auto; padding: 1rem; }
h2 { font-size: 1rem; margin: 1.5rem 0 0.25rem; text-transform: capitalize; }
details { border-bottom: 1px solid var(--line); padding: 0.25rem 0; }
summary { cursor: pointer; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
pre { overflow: auto; max-height: 30rem; padding: 0.5rem; border: 1px solid var(--line); border-radius: 4px; }
.method { display: inline-block; width: 4.5rem; font-weight: 600; }
table { border-collapse: collapse; }
th, td { text-align: left; padding: 0.1rem 1rem 0.1rem 0; vertical-align: top; }
`;

export const DOCS_SCRIPT = `const main = document.getElementById("routes");
const filter = document.getElementById("filter");
const api = await (await fetch("/api/openapi.json")).json();
function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}
function shape(schema, depth = 0, seen = []) {
  if (schema === true || schema === undefined) return "any";
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    if (seen.includes(name) || depth > 5) return name;
    return shape(api.components.schemas[name], depth, [...seen, name]);
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (schema.anyOf) return schema.anyOf.map((one) => shape(one, depth, seen)).join(" | ");
  if (schema.type === "array") return shape(schema.items, depth, seen) + "[]";
  if (schema.properties) {
    const pad = "  ".repeat(depth + 1);
    const lines = Object.entries(schema.properties).map(([key, part]) => {
      const note = part.description ? "  // " + part.description.split("\\n")[0] : "";
      return pad + key + ((schema.required || []).includes(key) ? "" : "?") + ": " + shape(part, depth + 1, seen) + note;
    });
    return "{\\n" + lines.join("\\n") + "\\n" + "  ".repeat(depth) + "}";
  }
  return Array.isArray(schema.type) ? schema.type.join(" | ") : schema.type || "any";
}
function show() {
  const wanted = filter.value.toLowerCase();
  const groups = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const text = method + " " + path + " " + operation.summary;
      if (!text.toLowerCase().includes(wanted)) continue;
      const tag = operation.tags[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push([method, path, operation]);
    }
  }
  main.replaceChildren();
  for (const [tag, routes] of groups) {
    main.append(element("h2", tag));
    for (const [method, path, operation] of routes) {
      const head = element("summary");
      const name = element("span", method.toUpperCase());
      name.className = "method";
      head.append(name, element("code", path), " " + operation.summary);
      const box = element("details", "", head);
      box.addEventListener("toggle", () => {
        if (!box.open || box.childElementCount > 1) return;
        box.append(element("p", operation.description || ""));
        if (operation.parameters.length > 0) {
          const table = element("table");
          for (const one of operation.parameters) {
            const row = table.insertRow();
            row.append(element("th", one.name), element("td", one.in), element("td", shape(one.schema)), element("td", one.description || ""));
          }
          box.append(table);
        }
        const body = operation.requestBody?.content["application/json"].schema;
        if (body) box.append(element("h3", "Body"), element("pre", shape(body)));
        const answer = operation.responses["200"].content["application/json"]?.schema;
        box.append(element("h3", "Answer"), element("pre", answer ? shape(answer) : "bytes"));
      }, { once: false });
      main.append(box);
    }
  }
  if (groups.size === 0) main.append(element("p", "No route matches"));
}
filter.addEventListener("input", show);
show();
`;
