/**
 * The hexagon as a lint rule: who may import whom, and what core may not touch. `deno lint` fails on a breach.
 *
 * @module
 */

/** Folder → the folders it may import besides itself. Folders that are not named here may import anything. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  pit: ["core"],
  conductor: ["core"],
  extensions: ["core"],
  editor: ["core"],
  ui: ["core"],
  cli: ["core"],
  system: ["core"],
};

/** The only files of core that may import a library: the seams for CEL, JSON Schema and JSONC. */
export const CORE_SEAMS: Readonly<Record<string, string>> = {
  "core/workflow/cel.ts": "@marcbachmann/cel-js",
  "core/workflow/json_schema.ts": "@cfworker/json-schema",
  "core/workflow/jsonc.ts": "jsonc-parser",
};

/** Compositions below a folder: they name the adapters, as `main.ts` does. */
export const COMPOSITIONS: Readonly<Record<string, readonly string[]>> = { "editor/main.ts": ["system"] };

/** Bundled extensions see the SDK and libraries, never the product's own code. */
const BUNDLED = "extensions/bundled/";

const IMPURE = new Set([
  "Deno",
  "fetch",
  "setTimeout",
  "setInterval",
  "clearTimeout",
  "clearInterval",
  "console",
  "performance",
  "crypto",
  "process",
  "navigator",
  "Worker",
  "queueMicrotask",
]);

const IMPURE_MEMBERS = new Set(["Date.now", "Math.random"]);

const root = new URL("../", import.meta.url).pathname;

/** The path inside the repository; a relative one is taken to start there. Undefined for files elsewhere. */
function repositoryPath(file: string): string | undefined {
  const path = file.replaceAll("\\", "/");
  if (path.startsWith(root)) return path.slice(root.length);
  return path.startsWith("/") ? undefined : path;
}

/** Why `specifier` may not be imported by the file at `path`; undefined where it may. */
export function importBreach(path: string, specifier: string): string | undefined {
  const folder = path.split("/")[0] as string;
  const allowed = MAY_IMPORT[folder];
  if (allowed === undefined) return undefined;
  if (!specifier.startsWith(".")) {
    if (folder !== "core" || CORE_SEAMS[path] === specifier) return undefined;
    return `core imports nothing outside core, found "${specifier}": put the library behind a port or a seam`;
  }
  const target = resolve(path, specifier);
  if (path.startsWith(BUNDLED) && !target.startsWith(BUNDLED)) {
    return `A bundled extension imports "symphony/sdk" and libraries only, found "${specifier}"`;
  }
  const into = target.split("/")[0] as string;
  // The schemas of the file formats are data.
  if (into === "schemas") return undefined;
  if (into === folder || allowed.includes(into) || COMPOSITIONS[path]?.includes(into)) return undefined;
  return `${folder} may import ${
    ["itself", ...allowed].join(" and ")
  }, found "${specifier}": go through a port of core`;
}

function resolve(path: string, specifier: string): string {
  const parts = path.split("/").slice(0, -1);
  for (const step of specifier.split("/")) {
    if (step === "..") parts.pop();
    else if (step !== ".") parts.push(step);
  }
  return parts.join("/");
}

const hexagon: Deno.lint.Rule = {
  create(context) {
    const path = repositoryPath(context.filename);
    if (path === undefined) return {};
    const check = (node: Deno.lint.Node, source: { value: unknown } | null | undefined) => {
      if (typeof source?.value !== "string") return;
      const breach = importBreach(path, source.value);
      if (breach !== undefined) context.report({ node, message: breach });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ImportExpression(node) {
        if (path.startsWith("core/")) context.report({ node, message: "core has no dynamic import" });
        else if (node.source.type === "Literal") check(node, node.source);
      },
    };
  },
};

const pureCore: Deno.lint.Rule = {
  create(context) {
    const path = repositoryPath(context.filename);
    if (path === undefined || !path.startsWith("core/")) return {};
    return {
      Identifier(node) {
        if (!IMPURE.has(node.name)) return;
        const parent = node.parent;
        if (parent.type === "MemberExpression" && parent.property === node && !parent.computed) return;
        if (parent.type === "Property" && parent.key === node) return;
        if (parent.type === "TSPropertySignature" || parent.type === "TSMethodSignature") return;
        context.report({ node, message: `core is pure, found "${node.name}": take it through a port` });
      },
      MemberExpression(node) {
        if (node.object.type !== "Identifier" || node.property.type !== "Identifier") return;
        const name = `${node.object.name}.${node.property.name}`;
        if (IMPURE_MEMBERS.has(name)) {
          context.report({ node, message: `core is pure, found "${name}": use ClockPort or RandomPort` });
        }
      },
    };
  },
};

const plugin: Deno.lint.Plugin = { name: "symphony", rules: { hexagon, "pure-core": pureCore } };
export default plugin;
