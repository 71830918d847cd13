import assert from "node:assert/strict";
import * as esbuild from "esbuild";
import { init, parse } from "es-module-lexer";
import { readManifest } from "../../../extensions/manifest/read_manifest.ts";
import { anthropicServer } from "../../providers/anthropic_server.ts";
import { openaiServer } from "../../providers/openai_server.ts";
import type { ProviderServer } from "../../providers/provider_server.ts";

const root = new URL("../../../", import.meta.url);
const FOLDERS = ["openai", "anthropic", "local", "nlp", "tasks"] as const;
/** The worker parses the whole bundle at every start. */
const MOST_BYTES = { openai: 900_000, anthropic: 900_000, local: 800_000, nlp: 4_000_000, tasks: 200_000 };

interface Outcome {
  readonly reply?: { readonly text: string; readonly data?: Readonly<Record<string, unknown>> };
  readonly failure?: string;
  readonly codeFromStrings: string;
}

/** One module for a platform that has nothing but the web's own functions: a node built-in would fail to resolve. */
async function bundled(folder: string): Promise<string> {
  try {
    const { outputFiles } = await esbuild.build({
      entryPoints: [new URL(`extensions/bundled/${folder}/main.ts`, root).pathname],
      bundle: true,
      format: "esm",
      platform: "neutral",
      mainFields: ["module", "main"],
      alias: { "symphony/sdk": new URL("extensions/sdk/mod.ts", root).pathname },
      minify: true,
      write: false,
      logLevel: "silent",
    });
    return outputFiles[0]?.text ?? "";
  } finally {
    await esbuild.stop();
  }
}

async function inSandbox(
  folder: string,
  type: string,
  request: object,
  config: object = {},
): Promise<Outcome> {
  const file = await Deno.makeTempFile({ suffix: ".js" });
  try {
    await Deno.writeTextFile(file, await bundled(folder));
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--unstable-worker-options",
        "--v8-flags=--disallow-code-generation-from-strings",
        new URL("tests/providers/sandbox_run.ts", root).pathname,
        file,
        type,
        JSON.stringify(request),
        JSON.stringify(config),
      ],
    }).output();
    const printed = new TextDecoder().decode(stdout);
    assert.notEqual(printed, "", new TextDecoder().decode(stderr).slice(0, 2_000));
    return JSON.parse(printed) as Outcome;
  } finally {
    await Deno.remove(file);
  }
}

for (const folder of FOLDERS) {
  Deno.test(`symphony/${folder} bundles to one module without any import, of a bounded size`, async () => {
    const code = await bundled(folder);
    await init();
    const [imports] = parse(code);
    const loading = imports.filter(({ type }) => type !== "import-meta");
    assert.deepEqual(loading.map(({ start, end }) => code.slice(start, end)), []);
    assert.ok(code.length < MOST_BYTES[folder], `${code.length} bytes`);
  });

  Deno.test(`symphony/${folder} has a manifest without problems`, async () => {
    const text = await Deno.readTextFile(new URL(`extensions/bundled/${folder}/symphony.jsonc`, root));
    const { manifest, problems } = readManifest(text, folder);
    assert.deepEqual(problems, []);
    assert.equal(manifest?.id, `symphony/${folder}`);
  });
}

const started: readonly (readonly [folder: string, type: string, server: () => ProviderServer])[] = [
  ["openai", "openai/gpt", () => openaiServer([{ kind: "answer", pieces: ['{"n"', ":1}"] }])],
  ["anthropic", "anthropic/claude", () => anthropicServer([{ kind: "answer", pieces: ['{"n"', ":1}"] }])],
  ["local", "local/server", () => openaiServer([{ kind: "answer", pieces: ['{"n":1}'] }], { models: ["m"] })],
];
for (const [folder, type, start] of started) {
  Deno.test(`${type} runs in a worker without permissions and without code from strings`, async () => {
    await using server = start();
    const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
    const outcome = await inSandbox(folder, type, { prompt: "One?", schema }, { baseUrl: server.baseUrl });
    assert.equal(outcome.codeFromStrings, "refused");
    assert.deepEqual(outcome.reply?.data, { n: 1 }, JSON.stringify(outcome));
  });
}

Deno.test("local/nlp runs in a worker without permissions and without code from strings", async () => {
  const request = { task: "keyphrases", input: { text: "The import cycle makes the build slow." } };
  const outcome = await inSandbox("nlp", "local/nlp", request);
  assert.equal(outcome.codeFromStrings, "refused");
  assert.match(outcome.reply?.text ?? "", /import cycle/);
});

Deno.test("a failure keeps its class on the way out of the worker", async () => {
  await using server = openaiServer([{ kind: "error", status: 402, type: "x", message: "pay" }]);
  const outcome = await inSandbox("openai", "openai/gpt", { prompt: "Hi" }, { baseUrl: server.baseUrl });
  assert.equal(outcome.failure, "credit");
});
