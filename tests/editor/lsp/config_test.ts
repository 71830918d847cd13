import assert from "node:assert/strict";
import { join } from "node:path";
import { DEFAULT_SERVERS } from "../../../editor/lsp/config/default_servers.ts";
import { findServer } from "../../../editor/lsp/config/find_server.ts";
import { parseLanguageSettings, settingAt } from "../../../editor/lsp/config/language_settings.ts";
import { protocolLanguage } from "../../../editor/lsp/config/protocol_language.ts";
import type { ServerDefinition } from "../../../editor/lsp/config/server_definition.ts";

function named(name: string): ServerDefinition {
  const found = DEFAULT_SERVERS.find((one) => one.name === name);
  assert.ok(found !== undefined, name);
  return found;
}

/** A folder with these files; those in a `bin` folder can be run. */
async function tree(files: readonly string[]): Promise<{ folder: string } & AsyncDisposable> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "find-" }));
  for (const file of files) {
    const [name, text = ""] = file.split("=");
    const path = join(folder, name as string);
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeTextFile(path, text, { mode: /\.?bin\//.test(file) ? 0o755 : 0o644 });
  }
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

Deno.test("findServer() takes the project's own program before one on the PATH, unless it may not", async () => {
  await using at = await tree([
    "app/package.json",
    "app/node_modules/.bin/vtsls",
    "app/src/a.ts",
    "bin/vtsls",
    "bin/tsgo",
  ]);
  const path = [join(at.folder, "bin")];
  const find = (useNodeModules: boolean) =>
    findServer(named("typescript"), join(at.folder, "app/src/a.ts"), { useNodeModules, path });
  const own = await find(true);
  assert.deepEqual([own?.executable, own?.args, own?.root], [join(at.folder, "bin/tsgo"), [
    "--lsp",
    "--stdio",
  ], join(at.folder, "app")]);
  await Deno.remove(join(at.folder, "bin/tsgo"));
  assert.equal((await find(true))?.executable, join(at.folder, "app/node_modules/.bin/vtsls"));
  assert.equal((await find(false))?.executable, join(at.folder, "bin/vtsls"));
});

Deno.test("findServer() takes a TypeScript compiler only where it is new enough to be a server", async () => {
  await using at = await tree([
    "old/node_modules/.bin/tsc",
    `old/node_modules/.bin/package.json={"version":"5.9.3"}`,
    "new/node_modules/.bin/tsc",
    `new/node_modules/.bin/package.json={"version":"7.0.2"}`,
  ]);
  const find = (folder: string) =>
    findServer(named("typescript"), join(at.folder, folder, "a.ts"), { useNodeModules: true, path: [] });
  assert.equal(await find("old"), undefined);
  assert.equal((await find("new"))?.executable, join(at.folder, "new/node_modules/.bin/tsc"));
});

Deno.test("findServer() gives a project of Deno's to Deno, and a Node project in it to TypeScript", async () => {
  await using at = await tree([
    "deno.json",
    "a.ts",
    "package.json",
    "web/package.json",
    "web/b.ts",
    "bin/deno",
    "bin/tsgo",
  ]);
  const options = { useNodeModules: true, path: [join(at.folder, "bin")] };
  const served = async (file: string) => {
    const found = await Promise.all(
      ["deno", "typescript"].map((name) => findServer(named(name), join(at.folder, file), options)),
    );
    return found.flatMap((one) =>
      one === undefined ? [] : [`${one.definition.name} in ${one.root.slice(at.folder.length)}/`]
    );
  };
  assert.deepEqual(await served("a.ts"), ["deno in /"]);
  assert.deepEqual(await served("web/b.ts"), ["typescript in /web/"]);
});

Deno.test("findServer() finds nothing where nothing is installed, nor what cannot be run", async () => {
  await using at = await tree(["lib/rust-analyzer", "Cargo.toml", "a.rs"]);
  const find = (path: readonly string[]) =>
    findServer(named("rust-analyzer"), join(at.folder, "a.rs"), { useNodeModules: true, path });
  assert.equal(await find([join(at.folder, "lib"), "/no/such/folder"]), undefined);
});

Deno.test("parseLanguageSettings() lays the user's words over the defaults and names every fault", () => {
  const { settings, problems } = parseLanguageSettings({
    servers: {
      python: { settings: { python: { analysis: { typeCheckingMode: "strict" } } } },
      mine: { command: ["mine", "--stdio"], languages: ["mylang"] },
      ruff: false,
      broken: { languages: ["x"] },
      json: { command: "not a list", colour: 1 },
      html: 5,
    },
    useNodeModules: "yes",
    other: 1,
  });
  const server = (name: string) => settings.servers.find((one) => one.name === name);
  assert.deepEqual(server("python")?.settings, {
    python: { analysis: { diagnosticMode: "openFilesOnly", typeCheckingMode: "strict" } },
  });
  assert.deepEqual(server("mine")?.launches, [{ command: "mine", args: ["--stdio"] }]);
  assert.equal(server("ruff"), undefined);
  assert.equal(server("broken"), undefined);
  assert.deepEqual(server("html"), named("html"));
  assert.deepEqual(problems.map(({ path }) => path).sort(), [
    "other",
    "servers.broken",
    "servers.html",
    "servers.json.colour",
    "servers.json.command",
    "useNodeModules",
  ]);
  assert.deepEqual(parseLanguageSettings(7).problems.length, 1);
});

Deno.test("settingAt() gives the part that a server asks for, never what is inherited", () => {
  const settings = { python: { analysis: { mode: "x" } } };
  assert.deepEqual(settingAt(settings, "python.analysis"), { mode: "x" });
  assert.equal(settingAt(settings, "python.none.deeper"), null);
  assert.equal(settingAt(settings, "__proto__.polluted"), null);
  assert.deepEqual(settingAt(settings, undefined), settings);
  assert.deepEqual(settingAt(undefined, ""), {});
});

Deno.test("protocolLanguage() goes by file name, then by the editor's name for the language", () => {
  const cases: [string | undefined, string, string | undefined][] = [
    ["/x/a.tsx", "", "typescriptreact"],
    ["/x/Dockerfile", "", "dockerfile"],
    ["/x/tsconfig.build.json", "JSON", "jsonc"],
    ["/x/run", "Bourne Again Shell (bash)", "shellscript"],
    [undefined, "Rust", "rust"],
    [undefined, "Plain Text", undefined],
    ["/x/notes.txt", "", undefined],
    ["/x/constructor", "", undefined],
    ["/x/a.constructor", "", undefined],
  ];
  for (const [path, language, expected] of cases) {
    assert.equal(protocolLanguage(path, language), expected, String(path ?? language));
  }
});

Deno.test("every default server has a language, a launch and a name of its own", () => {
  assert.equal(new Set(DEFAULT_SERVERS.map(({ name }) => name)).size, DEFAULT_SERVERS.length);
  for (const { name, languages, launches } of DEFAULT_SERVERS) {
    assert.ok(languages.length > 0 && launches.length > 0, name);
  }
});
