import assert from "node:assert/strict";
import { noUi } from "../../core/motif/contributions.ts";
import { publishedSchema } from "../../extensions/manifest/manifest_schema.ts";
import { readManifest } from "../../extensions/manifest/read_manifest.ts";

const good = {
  id: "acme/tool",
  name: "Tool",
  version: "1.2.3",
  kind: "operator",
  description: "Does it",
  entry: "main.ts",
};

function problems(change: Record<string, unknown>): string[] {
  const text = JSON.stringify({ ...good, ...change });
  return readManifest(text, "symphony.jsonc").problems.map(({ path, message }) => `${path}: ${message}`);
}

Deno.test("readManifest() fills in resources, settings and lists that are left out", () => {
  const { manifest, problems } = readManifest(`// A comment\n${JSON.stringify(good)}`, "m");
  assert.deepEqual(problems, []);
  assert.deepEqual(manifest, {
    ...good,
    assets: [],
    permissions: [],
    tier: "full",
    resources: { memoryMb: 256, instances: 2, concurrency: 4 },
    config: { type: "object", properties: {} },
    dependencies: {},
    activation: [],
    contributes: noUi,
  });
});

Deno.test("readManifest() tells every problem at once, each with its place and a hint", () => {
  const text = `{
  "id": "Acme",
  "naem": "x",
  "version": "1",
  "permissions": [{ "kind": "net", "host": ["a"] }]
}`;
  const { manifest, problems } = readManifest(text, "m");
  assert.equal(manifest, undefined);
  const found = problems.map(({ path, line }) => `${line} ${path}`);
  assert.ok(found.includes("2 id"), found.join());
  assert.ok(found.includes("3 naem"), found.join());
  assert.ok(found.includes("4 version"), found.join());
  assert.ok(found.includes("5 permissions.0.host"), found.join());
  assert.match(problems.find(({ path }) => path === "naem")?.hint ?? "", /Did you mean "name"/);
  assert.ok(problems.every(({ hint, column }) => hint !== "" && column > 0));
});

const refused: [string, Record<string, unknown>, RegExp][] = [
  ["an id without publisher", { id: "tool" }, /^id:/],
  ["an id in capitals", { id: "Acme/tool" }, /^id:/],
  ["a version that is not semantic", { version: "v1" }, /^version:/],
  ["an unknown kind", { kind: "daemon" }, /^kind:/],
  ["an entry outside its folder", { entry: "../main.ts" }, /^entry:/],
  ["an absolute entry", { entry: "/main.ts" }, /^entry:/],
  ["an entry that is no module", { entry: "main.sh" }, /^entry:/],
  ["an asset outside its folder", { assets: ["a/../../b"] }, /^assets\.0:/],
  ["an unknown key", { contributs: {} }, /^contributs: Found the unknown key/],
  ["an unknown contribution", { contributes: { panel: [] } }, /^contributes\.panel: Found the unknown key/],
  [
    "a range that is none",
    { dependencies: { "acme/base": "latest!" } },
    /^dependencies\.acme\/base: Found "latest!", which is no range/,
  ],
  ["an engine that is no range", { engine: "new" }, /^engine: Found "new"/],
  ["a dependency that is no extension", { dependencies: { Base: "1" } }, /^dependencies/],
  ["an activation that is none", { activation: ["onMoon"] }, /^activation\.0:/],
  [
    "a panel that shows nothing",
    { contributes: { panels: [{ id: "p", title: "P", place: "side" }] } },
    /^contributes\.panels\.0: A panel shows one thing/,
  ],
  [
    "a frame that is no asset",
    { contributes: { panels: [{ id: "p", title: "P", place: "side", frame: "p.html" }] } },
    /^contributes\.panels\.0\.frame: "p\.html" is no asset/,
  ],
  [
    "a key for a command that is not there",
    { contributes: { keys: [{ command: "acme/x", key: "mod+x" }] } },
    /^contributes\.keys\.0\.command: Found no command "acme\/x"/,
  ],
  [
    "a colour that is none",
    { contributes: { themes: [{ id: "t", title: "T", ground: "dark", colors: { background: "red" } }] } },
    /^contributes\.themes\.0\.colors\.background:/,
  ],
  ["an unknown key of resources", { resources: { memory: 1 } }, /^resources\.memory: Found the unknown key/],
  ["no memory", { resources: { memoryMb: 0 } }, /^resources\.memoryMb:/],
  ["a permission without reason", { permissions: [{ kind: "git" }] }, /^permissions\.0: Missing "reason"/],
  [
    "an unknown permission",
    { permissions: [{ kind: "run", reason: "I want to" }] },
    /^permissions\.0\.kind:/,
  ],
  [
    "an unknown key of a permission",
    { permissions: [{ kind: "git", reason: "history", all: true }] },
    /\.all:/,
  ],
  ["a host with a scheme", {
    permissions: [{ kind: "net", hosts: ["https://a.b"], reason: "calls" }],
  }, /^permissions\.0\.hosts\.0:/],
  ["files without access", { permissions: [{ kind: "files", reason: "reads" }] }, /Missing "access"/],
  ["a secret without hosts", {
    permissions: [{ kind: "secret", name: "a", header: "x", reason: "calls" }],
  }, /Missing "hosts"/],
  ["settings that are no object schema", { config: { type: "string" } }, /^config/],
];

for (const [what, change, expected] of refused) {
  Deno.test(`readManifest() refuses ${what}`, () => {
    const found = problems(change);
    assert.ok(found.some((problem) => expected.test(problem)), found.join("\n"));
  });
}

Deno.test("readManifest() refuses text that is not JSON, with its line", () => {
  const { manifest, problems } = readManifest('{\n "id": ,\n}', "m");
  assert.equal(manifest, undefined);
  assert.equal(problems[0]?.line, 2);
});

Deno.test("readManifest() marks what is optional, and refuses a light extension that asks for something", () => {
  const optional = [{ kind: "git", reason: "It shows who wrote what" }];
  const { manifest } = readManifest(JSON.stringify({ ...good, optional }), "m");
  assert.deepEqual(manifest?.permissions, [{ ...optional[0], isOptional: true }]);
  const light = readManifest(JSON.stringify({ ...good, kind: "operator", tier: "light", optional }), "m");
  assert.match(light.problems[0]?.message ?? "", /permission of a light extension/);
  const instrument = readManifest(JSON.stringify({ ...good, kind: "instrument", tier: "light" }), "m");
  assert.match(instrument.problems[0]?.message ?? "", /light extension that is no operator/);
});

Deno.test("schemas/manifest.schema.json is what the code checks by", async () => {
  const published = await Deno.readTextFile(new URL("../../schemas/manifest.schema.json", import.meta.url));
  assert.deepEqual(JSON.parse(published), publishedSchema());
});
