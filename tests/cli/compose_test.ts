import assert from "node:assert/strict";
import { draftingOf } from "../../cli/compose_draft.ts";
import { extensionId, nodeTypeId } from "../../core/ids.ts";
import type { TaskType } from "../../core/workflow/catalog.ts";
import { gives, TableExtensions } from "../core/orchestration/table_extensions.ts";
import { pitOver, runnerOver } from "../core/orchestration/run_rig.ts";
import { Desk, jsonLines } from "./desk.ts";

Deno.test("compose shows proposals with what they need and cost, and runs nothing", async () => {
  await using desk = new Desk();
  const { code, out } = await desk.say("compose", "shout a text", "--manual");
  assert.equal(code, 0, out);
  assert.match(out, /costs {2}nothing: no instrument is asked/);
  assert.match(out, /Nothing has run/);
  const listed = await desk.say("runs", "list");
  assert.doesNotMatch(listed.out, /\br[0-9a-z]{15}\b/);
});

Deno.test("compose --out writes what was shown, which check and run take", async () => {
  await using desk = new Desk();
  const shown = await desk.say("compose", "shout a text", "--manual", "--json");
  const [first] = jsonLines(shown.out);
  assert.ok(first !== undefined);
  const written = await desk.say("compose", "--out", "mine.workflow.jsonc");
  assert.equal(written.code, 0, written.err);
  assert.equal(desk.text("/here/mine.workflow.jsonc"), first["text"]);
  assert.equal((await desk.say("check", "mine.workflow.jsonc")).code, 0);
  const again = await desk.say("compose", "--out", "mine.workflow.jsonc");
  assert.equal(again.code, 2);
  assert.match(again.err, /there is a file already/);
  assert.equal((await desk.say("compose", "--out", "mine.workflow.jsonc", "--force")).code, 0);
});

Deno.test("compose refuses what makes no sense, naming what would", async () => {
  await using desk = new Desk();
  for (
    const [args, message] of [
      [["compose"], /no goal is given and none was before/],
      [["compose", "--reject"], /nothing was proposed before/],
      [["compose", " "], /expected 1 to 2000/],
      [["compose", "shout a text", "--manual", "--choose", "99", "--out", "x.jsonc"], /expected 1 to \d/],
      [["compose", "shout a text", "--reject"], /--reject is about what was shown last/],
    ] as const
  ) {
    const { code, err } = await desk.say(...args);
    assert.equal(code, 2, args.join(" "));
    assert.match(err, message);
  }
  assert.equal((await desk.say("compose", "qqqq zzzz", "--manual")).code, 1);
  assert.equal((await desk.say("compose", "shout a text", "--manual")).code, 0);
  assert.match((await desk.say("compose", "--reject")).err, /none of \d+ proposal/);
});

const generate: TaskType = {
  type: nodeTypeId("instrument/generate"),
  extension: extensionId("tests/table"),
  title: "Generate",
  description: "",
  system: "",
  prompt: "{{system}}\n{{prompt}}",
  input: { type: "object", properties: { prompt: { type: "string" }, system: { type: "string" } } },
  output: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
};

Deno.test("draftingOf() asks an instrument by a run, which is routed and kept like any other", async () => {
  const extensions = new TableExtensions({
    "test/writer": {
      instrument: { serves: ["generate"], priceIn: 0, priceOut: 0 },
      run: ({ task }) => gives({ text: JSON.stringify({ asked: task?.prompt }) }),
    },
  }, [generate]);
  const pit = pitOver(extensions);
  const session = {
    runner: runnerOver(extensions, pit),
    pit,
    queue: pit.queue,
    control: pit.control,
    extensions,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const drafting = await draftingOf(session, extensions.catalog, "/");
  assert.equal(await drafting?.draft({ system: "rules", prompt: "goal" }), '{"asked":"rules\\ngoal"}');
  const runs = [];
  for await (const { workflow, state } of pit.dag.list()) runs.push({ workflow, state });
  assert.deepEqual(runs, [{ workflow: "compose", state: "completed" }]);
  const nobody = new TableExtensions({}, [generate]);
  assert.equal(await draftingOf({ ...session, extensions: nobody }, nobody.catalog, "/"), undefined);
});
