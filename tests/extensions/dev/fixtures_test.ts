import assert from "node:assert/strict";
import { readManifest } from "../../../extensions/manifest/read_manifest.ts";
import { BuiltExtension } from "../../../extensions/dev/built_extension.ts";
import { type FixtureResult, runFixtures } from "../../../extensions/dev/run_fixtures.ts";
import { bench, inFolder, manifestText, operatorText } from "./bench.ts";

const net = [{ kind: "net", hosts: ["api.example.com"], reason: "to ask" }];
const files = [
  { kind: "files", access: "read", reason: "to read" },
  { kind: "files", access: "write", reason: "to write" },
];

async function ran(
  body: string,
  fixtures: Readonly<Record<string, object | string>>,
  more: { readonly permissions?: readonly object[]; readonly update?: boolean; readonly before?: string } =
    {},
  after: (folder: string, results: readonly FixtureResult[]) => Promise<void> = () => Promise.resolve(),
): Promise<readonly FixtureResult[]> {
  const all: Record<string, string> = {
    "symphony.jsonc": manifestText({ permissions: more.permissions ?? [] }),
    "main.ts": operatorText(body, more.before),
  };
  for (const [name, one] of Object.entries(fixtures)) {
    all[`tests/${name}`] = typeof one === "string" ? one : JSON.stringify(one);
  }
  return await inFolder(all, async (folder) => {
    const { manifest } = readManifest(all["symphony.jsonc"] ?? "", "symphony.jsonc");
    assert.ok(manifest !== undefined);
    const built = await BuiltExtension.build(folder, manifest, bench.tools);
    const results = await runFixtures(built, bench, { update: more.update === true });
    await after(folder, results);
    return results;
  });
}

const faults = (results: readonly FixtureResult[]) => results.map(({ faults }) => faults.join("; "));

Deno.test("runFixtures compares only the ports that a fixture names, and says where they differ", async () => {
  const results = await ran("    void context; return { text: input.text.toUpperCase() };", {
    "a.test.jsonc": { use: "acme/tool", input: { text: "x" }, expect: { output: { text: "X" } } },
    "b.test.jsonc": { use: "acme/tool", input: { text: "x" }, expect: { output: { text: "Y" } } },
  });
  assert.deepEqual(faults(results), ["", 'text: expected "Y", found "X"']);
});

Deno.test("runFixtures tells the line of the author's file that threw", async () => {
  const before =
    "\n\nfunction deep(text: string): string {\n  if (text !== '') throw new Error('too deep');\n  return text;\n}";
  const [result] = await ran("    void context; return { text: deep(input.text) };", {
    "a.test.jsonc": { use: "acme/tool", input: { text: "x" }, expect: { output: { text: "X" } } },
  }, { before });
  assert.equal(result?.faults[0], "failed (thrown): too deep, at main.ts:5:26");
});

Deno.test("runFixtures writes a golden file when asked, and holds an output against it afterwards", async () => {
  const fixture = { "a.test.jsonc": { use: "acme/tool", input: { text: "x" } } };
  assert.match(faults(await ran("    void context; return input;", fixture))[0] ?? "", /no golden file/);
  const results = await ran(
    "    void context; return input;",
    fixture,
    { update: true },
    async (folder, [first]) => {
      assert.deepEqual([first?.passed, first?.updated], [true, true]);
      assert.deepEqual(JSON.parse(await Deno.readTextFile(`${folder}/tests/a.golden.json`)), { text: "x" });
    },
  );
  assert.equal(results.length, 1);
  const golden = { ...fixture, "a.golden.json": '{ "text": "y" }' };
  assert.deepEqual(faults(await ran("    void context; return input;", golden)), [
    'text: expected "y", found "x"',
  ]);
});

Deno.test("runFixtures answers the network from the fixture, in order, and refuses what it does not hold", async () => {
  // A broken connection is a TypeError, as on the platform.
  const body =
    `    const one = await context.fetch("https://api.example.com/a", { method: "POST", body: JSON.stringify({ q: input.text }) });
    const two = await context.fetch("https://api.example.com/a", { method: "POST", body: "{}" });
    return { text: (await one.json()).n + await two.text() + two.status };`;
  const answers = [
    { url: "https://api.example.com/a", asked: { q: "x" }, json: { n: 1 } },
    { url: "https://api.example.com/*", status: 503, pieces: ["a", "b"] },
  ];
  const results = await ran(`    return (async () => {\n${body}\n    })();`, {
    "a.test.jsonc": {
      use: "acme/tool",
      input: { text: "x" },
      answers,
      expect: { output: { text: "1ab503" } },
    },
    "b.test.jsonc": {
      use: "acme/tool",
      input: { text: "z" },
      answers,
      expect: { failure: { class: "input" } },
    },
    "c.test.jsonc": {
      use: "acme/tool",
      answers: [],
      expect: { failure: { class: "thrown", message: "has no answer" } },
    },
  }, { permissions: net });
  assert.deepEqual(faults(results), ["", "", ""]);
});

Deno.test("runFixtures refuses what the manifest does not ask for, as the product does", async () => {
  const body =
    `    return (async () => ({ text: await (await context.fetch("https://other.example.com/")).text() }))();`;
  const results = await ran(body, {
    "a.test.jsonc": {
      use: "acme/tool",
      answers: [{ url: "https://other.example.com/", text: "x" }],
      expect: { failure: { class: "permission" } },
    },
  }, { permissions: net });
  assert.deepEqual(faults(results), [""]);
});

Deno.test("runFixtures gives files, takes permissions away, and looks at files, tokens and log afterwards", async () => {
  const body = `    return (async () => {
      console.log("read it");
      const text = await context.files.readText("in.txt");
      await context.files.write("out.txt", text + "!");
      await context.files.remove("in.txt");
      return { text };
    })();`;
  const results = await ran(body, {
    "a.test.jsonc": {
      use: "acme/tool",
      files: { "in.txt": "hello" },
      expect: { output: { text: "hello" }, files: { "out.txt": "hello!", "in.txt": null }, log: ["read it"] },
    },
    "b.test.jsonc": {
      use: "acme/tool",
      files: { "in.txt": "hello" },
      refuse: ["files:read"],
      expect: { failure: { class: "permission" } },
    },
    "c.test.jsonc": {
      use: "acme/tool",
      files: { "in.txt": "hello" },
      mayWrite: false,
      expect: { failure: { class: "permission" }, files: { "in.txt": "hello" } },
    },
  }, { permissions: files });
  assert.deepEqual(faults(results), ["", "", ""]);
});

Deno.test("runFixtures tells what is wrong with a fixture itself, with its place", async () => {
  const results = await ran("    void context; return input;", {
    "a.test.jsonc": '{\n  "use": "acme/tool",\n  "inputs": {}\n}',
    "b.test.jsonc": "{",
  });
  assert.match(faults(results)[0] ?? "", /^[13]:\d+: .*inputs/);
  assert.match(faults(results)[1] ?? "", /^1:\d+: /);
});

Deno.test("runFixtures answers for models, and holds what was proposed and shown against the fixture", async () => {
  const reason = "to try";
  const permissions = [
    { kind: "models", use: ["acme/model"], reason },
    { kind: "editor", access: "read", reason },
    { kind: "editor", access: "propose", reason },
    { kind: "notifications", reason },
  ];
  const body = `    return (async () => { const { text } = await context.editor.read("a.txt");
    const { output } = await context.models.ask("acme/model", { prompt: text });
    await context.editor.propose("a.txt", { base: text, text: String(output["text"]) });
    await context.notifications.show("done");
    return input; })();`;
  const base = { use: "acme/tool", input: { text: "x" }, files: { "a.txt": "one" } };
  const models = [{ use: "acme/model", asked: { prompt: "one" }, output: { text: "two" }, tokens: 3 }];
  const output = { text: "x" };
  const results = await ran(body, {
    "a.test.jsonc": {
      ...base,
      models,
      expect: { output, proposals: { "a.txt": "two" }, notices: ["info: done"] },
    },
    "b.test.jsonc": {
      ...base,
      models,
      expect: { output, proposals: { "a.txt": "three" }, notices: ["other"] },
    },
    "c.test.jsonc": { ...base, models: [{ ...models[0], asked: { prompt: "none" } }] },
    "d.test.jsonc": {
      ...base,
      models: [{ use: "acme/model", failure: { class: "credit", message: "spent" } }],
    },
    "e.test.jsonc": { ...base, models, refuse: ["models:acme/model"] },
  }, { permissions });
  const [a, b, c, d, e] = faults(results);
  assert.equal(a, "");
  assert.match(b ?? "", /notices: found no message with "other"; a\.txt: expected "three", found "two"/);
  assert.match(c ?? "", /acme\/model was not asked as the fixture says: prompt/);
  assert.match(d ?? "", /failed \(credit\): Cannot ask acme\/model: spent/);
  assert.match(e ?? "", /failed \(permission\).*models:acme\/model/);
});
