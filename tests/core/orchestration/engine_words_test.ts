import assert from "node:assert/strict";
import { nodeId, type RunId } from "../../../core/ids.ts";
import type { OpenPit } from "../../../pit/open_pit.ts";
import { engineLine } from "../../../core/orchestration/engine_words.ts";
import type { LiveEvent } from "../../../core/orchestration/run_handle.ts";
import { pitOver, runnerOver, runToEnd, workflowText } from "./run_rig.ts";
import { gives, TableExtensions, type TableOperator } from "./table_extensions.ts";

/** The whole log of the run in words. */
async function saidIn({ dag }: OpenPit, run: RunId): Promise<string[]> {
  const lines = (await Array.fromAsync(dag.replay(run))).flat().map(engineLine);
  return lines.flatMap((line) =>
    line === undefined
      ? []
      : [`${line.level} ${line.node}${line.item === undefined ? "" : `[${line.item}]`}: ${line.text}`]
  ).map((text) => text.replaceAll(/\d+ ms/g, "N ms").replaceAll(/in \d\.\d s/g, "in N s"));
}

/** What the engine says that is not in the log. */
function toldBy(live: readonly LiveEvent[]): string[] {
  return live.flatMap((event) =>
    !event.durable && event.isEngine === true && event.event.kind === "log"
      ? [`${event.node}${event.item === undefined ? "" : `[${event.item}]`}: ${event.event.text}`]
      : []
  );
}

Deno.test("engineLine() tells every step of a run: attempts, retries, skips, gates and their answers, sizes", async () => {
  let tries = 0;
  const table: Record<string, TableOperator> = {
    "test/shaky": {
      run: () =>
        ++tries === 1
          ? { ok: false, failure: { class: "connection", message: "the line is cut", tokensIn: 9 } }
          : gives({ text: "x".repeat(2000) }),
    },
    "test/broken": { run: () => ({ ok: false, failure: { class: "input", message: "nothing fits" } }) },
    "test/list": {
      run: () => gives({ all: [1, 2] }),
      output: { type: "object", properties: { all: { type: "array" } } },
    },
    "test/item": { run: () => gives({}) },
  };
  const extensions = new TableExtensions(table);
  const pit = pitOver(extensions);
  const waiting = await runToEnd(
    workflowText({
      shaky: { use: "test/shaky", retry: 1 },
      broken: { use: "test/broken", importance: "optional" },
      behind: { use: "test/item", when: "1 > 2" },
      list: { use: "test/list" },
      each: { use: "test/item", each: "list.all", in: { at: "item" } },
      ask: { use: "control/gate", question: "Is it right?\nof course", after: "shaky" },
    }),
    extensions,
    { pit },
  );
  assert.equal(waiting.outcome.state, "waiting-for-input");
  const { run } = waiting.outcome;
  const input = { approved: true, value: null, by: "ada", comment: "fine" };
  const runner = runnerOver(extensions, pit);
  assert.ok((await runner.command(run, { type: "provide-input", node: nodeId("ask"), input })).ok);
  assert.equal((await (await runner.resume(run, () => {})).done).state, "completed");
  const said = await saidIn(pit, run);
  for (
    const wanted of [
      /^info : run of test 1\.0\.0$/,
      /^info : run started$/,
      /^info shaky: attempt 1 begun/,
      /^warn shaky: attempt 1 failed \(connection\): the line is cut; 9 tokens in, 0 out; tries again in N s$/,
      /^info shaky: attempt 2 begun/,
      /^info shaky: completed in N ms; 2\.0 KiB$/,
      /^error broken: failed \(input\) at attempt 1: nothing fits/,
      /^(info|warn) behind: skipped: /,
      /^info each: has 2 items$/,
      /^info each\[1\]: completed in N ms; 2 bytes$/,
      /^info ask: asks a person: Is it right\?$/,
      /^info ask: completed in N ms, goes on at approved, answered by ada: fine; /,
      /^info : run completed; 2 bytes of outputs$/,
    ]
  ) {
    assert.ok(said.some((line) => wanted.test(line)), `${wanted} in:\n${said.join("\n")}`);
  }
});

Deno.test("the engine says which calls wait for a place or for the run's own limit, once for each node, and nothing of short waits", async () => {
  const release: (() => void)[] = [];
  const slow: TableOperator = {
    run: () => new Promise((resolve) => release.push(() => resolve(gives({})))),
  };
  const list: TableOperator = {
    run: () => gives({ all: [1, 2, 3, 4] }),
    output: { type: "object", properties: { all: { type: "array" } } },
  };
  const letGo = async (calls: number) => {
    for (let done = 0; done < calls;) {
      const next = release.shift();
      if (next === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
      else {
        next();
        done++;
      }
    }
  };
  const nodes = {
    list: { use: "test/list" },
    work: { use: "test/slow", each: "list.all", in: { at: "item" } },
  };
  const heard: LiveEvent[] = [];
  const until = async (found: () => boolean) => {
    for (let tries = 0; !found() && tries < 1000; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const onEvent = (event: LiveEvent) => void heard.push(event);
  const places = { instances: 1, concurrency: 1 };
  const extensions = new TableExtensions({ "test/slow": slow, "test/list": list }, [], places);
  const running = runToEnd(workflowText(nodes), extensions, { onEvent });
  await until(() => toldBy(heard).length > 0);
  await letGo(4);
  await running;
  assert.deepEqual(toldBy(heard), [
    "work: 3 calls wait for a place: tests/table has 1, 1 of them taken by this run",
  ]);
  heard.length = 0;
  const roomy = new TableExtensions({ "test/slow": slow, "test/list": list });
  const limited = runToEnd(workflowText(nodes, { concurrency: 2 }), roomy, { onEvent });
  await until(() => toldBy(heard).length > 0);
  await letGo(4);
  await limited;
  assert.deepEqual(toldBy(heard), ["work: queued: all 2 of the run's places are taken, others come first"]);
  heard.length = 0;
  await runToEnd(workflowText({ list: { use: "test/list" } }), extensions, { onEvent });
  assert.deepEqual(toldBy(heard), []);
});
