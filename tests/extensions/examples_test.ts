/**
 * The worked examples: sound, tested by their own fixtures, and used: one checks this repository's documents, one lets a
 * workflow with a model run without one, one shows and changes a file through the port for motifs.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { extensionId } from "../../core/ids.ts";
import { checkFolder } from "../../extensions/dev/check_folder.ts";
import { runFixtures } from "../../extensions/dev/run_fixtures.ts";
import csvTable from "../../extensions/examples/csv_table/main.ts";
import { readCsv, writeCsv } from "../../extensions/examples/csv_table/csv.ts";
import { InProcessExtensions } from "../../extensions/in_process.ts";
import { ExtensionLoader } from "../../extensions/loader/loader.ts";
import { ExtensionMotifs } from "../../extensions/motif/extension_motifs.ts";
import { symphony } from "../e2e/symphony_process.ts";
import { bench, endBundler, inFolder, put } from "./dev/bench.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const examples = `${root}extensions/examples`;

for (const name of ["link_check", "recorded", "csv_table"]) {
  Deno.test(`the example ${name} is sound and passes its fixtures`, async () => {
    try {
      const { built, problems } = await checkFolder(`${examples}/${name}`, bench);
      assert.deepEqual(problems, []);
      assert.ok(built !== undefined);
      const results = await runFixtures(built, bench);
      assert.ok(results.length >= 3);
      assert.deepEqual(results.filter(({ passed }) => !passed), []);
    } finally {
      await endBundler();
    }
  });
}

Deno.test("the example link_check finds no broken link in this repository's documents", async () => {
  await inFolder({}, async (data) => {
    const workflow = `${examples}/link_check/check-links.workflow.jsonc`;
    const more = ["--extensions", `${examples}/link_check`, "--grant", "examples/link-check:files:read"];
    const { code, out, err } = await symphony(["run", workflow, root, ...more, "--data", data, "--json"]);
    assert.equal(code, 0, err);
    const last = JSON.parse(out.trim().split("\n").at(-1) ?? "{}") as {
      outputs: { broken: unknown[]; checked: number };
    };
    assert.deepEqual(last.outputs.broken, []);
    assert.ok(last.outputs.checked >= 5);
  });
});

Deno.test("the example recorded lets a workflow with a model run without one", async () => {
  const workflow = {
    schema: 1,
    id: "greet",
    nodes: { say: { use: "instrument/generate", with: { prompt: "Please greet the reader" } } },
    outputs: { text: "say.text" },
  };
  const files = {
    "greet.workflow.jsonc": JSON.stringify(workflow),
    "work/answers.json": JSON.stringify([{ when: "greet", data: { text: "Good morning" } }]),
  };
  await inFolder(files, async (folder) => {
    const more = ["--extensions", `${examples}/recorded`, "--grant", "examples/recorded:files:read"];
    const workflow = `${folder}/greet.workflow.jsonc`;
    const { code, out, err } = await symphony([
      "run",
      workflow,
      `${folder}/work`,
      ...more,
      "--data",
      `${folder}/data`,
    ]);
    assert.equal(code, 0, err);
    assert.match(out, /Good morning/);
  });
});

Deno.test("the example csv_table shows a file and gives its new text, through the port for motifs", async () => {
  const source = new ExtensionLoader({
    extra: [`${examples}/csv_table`],
    cache: "/tmp/symphony-test-bundles",
  });
  const extensions = new InProcessExtensions([{
    id: extensionId("examples/csv-table"),
    definition: csvTable,
  }]);
  const motifs = new ExtensionMotifs(source, extensions);
  const signal = new AbortController().signal;
  const request = {
    extension: extensionId("examples/csv-table"),
    view: "examples/csv-table",
    props: { path: "a.csv", text: 'name,note\nAda,"a, b"\nBob,\n' },
    workspace: "/",
  };
  try {
    const first = await motifs.render({ ...request, state: null }, signal);
    assert.ok(first.ok);
    assert.deepEqual(first.problems, []);
    const chosen = await motifs.render({
      ...request,
      state: first.state,
      event: { id: "choose", name: "select", value: 1 },
    }, signal);
    assert.ok(chosen.ok);
    const event = { id: "cell-1", name: "change" as const, value: 'said "hi"' };
    const changed = await motifs.render({ ...request, state: chosen.state, event }, signal);
    assert.ok(changed.ok);
    assert.equal(changed.text, 'name,note\nAda,"a, b"\nBob,"said ""hi"""\n');
    assert.deepEqual(readCsv(writeCsv([["a\nb", '"'], ["", ","]], ","), ","), [["a\nb", '"'], ["", ","]]);
  } finally {
    await extensions.close();
    await endBundler();
  }
});

Deno.test("the SDK's documentation is true: its blocks type-check and run", async () => {
  await inFolder({}, async (folder) => {
    const page = await Deno.readTextFile(`${root}extensions/SDK.md`);
    const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block]) => block ?? "");
    assert.ok(blocks.length >= 6);
    const imports = { "symphony/sdk": `file://${root}extensions/sdk/mod.ts`, typebox: `npm:typebox@1.4.3` };
    await put(folder, { "imports.json": JSON.stringify({ imports }) });
    for (const [at, block] of blocks.entries()) await put(folder, { [`block_${at}.ts`]: block });
    const files = blocks.map((_, at) => `${folder}/block_${at}.ts`);
    for (const args of [["check", "-q"], ["test", "-A", "-q"]]) {
      const { success, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
        args: [...args, "--import-map", `${folder}/imports.json`, "--config", `${root}deno.json`, ...files],
        cwd: root,
        env: { NO_COLOR: "1" },
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout));
    }
  });
});
