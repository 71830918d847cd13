import assert from "node:assert/strict";
import { nodeId, type NodeTypeId, runId } from "../../../core/ids.ts";
import { type DevEvent, LiveExtension } from "../../../extensions/dev/live_extension.ts";
import { bench, inFolder, manifestText, operatorText, replaceFile } from "./bench.ts";

async function answer(live: LiveExtension): Promise<string> {
  const { current } = live;
  assert.ok(current !== undefined);
  const { extensions } = current.open;
  const instance = await extensions.activate(current.built.manifest.id);
  const result = await extensions.call(instance, {
    nodeType: "acme/tool" as NodeTypeId,
    input: { text: "x" },
    run: runId("r000000000000000"),
    node: nodeId("n"),
    attempt: 1,
    idempotencyKey: "k",
    workspace: "/tmp",
    mayWrite: false,
  }, { signal: new AbortController().signal });
  return result.ok ? String(result.output["text"]) : `${result.failure.class}: ${result.failure.message}`;
}

const version = (text: string) => operatorText(`    void context; void input; return { text: "${text}" };`);

Deno.test("LiveExtension replaces a version by one that loads, and keeps it where the new one does not", async () => {
  const files = { "symphony.jsonc": manifestText(), "main.ts": version("one") };
  await inFolder(files, async (folder) => {
    const events: DevEvent[] = [];
    await using live = new LiveExtension(folder, bench, (event) => events.push(event));
    const change = async (text: string) => {
      await Deno.writeTextFile(`${folder}/main.ts`, text);
      return await live.reload();
    };
    assert.equal(await live.reload(), true);
    assert.equal(await answer(live), "one");
    assert.equal(await change("export default {\n  broken"), false);
    assert.equal(await answer(live), "one");
    assert.equal(await change(`throw new Error("at load");\n${version("never")}`), false);
    assert.equal(await answer(live), "one");
    assert.equal(await change(version("two")), true);
    assert.equal(await answer(live), "two");
    assert.deepEqual(
      events.map((event) => event.type === "failed" ? `failed, kept ${event.kept}` : event.type),
      ["loaded", "failed, kept 1", "failed, kept 1", "reloaded"],
    );
    const [, broken] = events;
    assert.ok(broken?.type === "failed");
    assert.equal(broken.problems[0]?.line, 2);
  });
});

Deno.test("LiveExtension watches: a file that is written is loaded and tested, until it is told to stop", async () => {
  const fixture = JSON.stringify({ use: "acme/tool", expect: { output: { text: "two" } } });
  const files = {
    "symphony.jsonc": manifestText(),
    "main.ts": version("one"),
    "tests/a.test.jsonc": fixture,
  };
  await inFolder(files, async (folder) => {
    const stop = new AbortController();
    const tested: boolean[] = [];
    await using live = new LiveExtension(folder, bench, (event) => {
      if (event.type !== "test") return;
      tested.push(event.result.passed);
      if (tested.length === 1) void replaceFile(folder, "main.ts", version("two"));
      else stop.abort();
    });
    await live.watch(stop.signal);
    assert.deepEqual(tested, [false, true]);
    assert.equal(live.current?.number, 2);
  });
});
