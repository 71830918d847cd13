import assert from "node:assert/strict";
import { Desk, jsonLines } from "./desk.ts";

async function desk(): Promise<Desk> {
  const made = new Desk();
  made.put("squares.workflow.jsonc", {
    schema: 1,
    id: "squares",
    name: "Squares",
    nodes: {
      numbers: { use: "trial/count", with: { n: 3 } },
      square: { use: "trial/square", each: "numbers.numbers", in: { number: "item" } },
      side: { use: "trial/shout", with: { text: "a,b" } },
    },
    outputs: { squares: "square.square" },
  });
  const { code, err } = await made.say("run", "squares.workflow.jsonc");
  assert.equal(code, 0, err);
  return made;
}

Deno.test("runs trace draws the timeline, and gives it as JSON, CSV and a Chrome trace", async () => {
  await using made = await desk();
  const drawn = await made.say("runs", "trace", "last");
  assert.equal(drawn.code, 0, drawn.err);
  assert.match(drawn.out, /^ {2}NODE +BEGAN +TOOK +SLACK/);
  assert.match(drawn.out, /square +\+.*\|.*█.*\| +3 items/);
  assert.match(drawn.out, /^3 of 3 nodes have ended \(100 %\) after/m);
  const lines = jsonLines((await made.say("runs", "trace", "last", "--json")).out);
  assert.equal(lines.filter(({ type }) => type === "span").length, 5);
  assert.equal(lines.at(-1)?.["type"], "overview");
  const csv = (await made.say("runs", "trace", "last", "--csv")).out.split("\r\n");
  assert.equal(csv.length, 7);
  const piped = await made.say("runs", "trace", "last", "--chrome", "-");
  const trace = JSON.parse(piped.out) as { traceEvents: { ph: string; dur: number }[] };
  assert.equal(trace.traceEvents.filter(({ ph }) => ph === "X").length, 5);
  const written = await made.say("runs", "trace", "last", "--chrome", "trace.json");
  assert.match(written.err, /Wrote 5 spans to trace\.json/);
  assert.deepEqual(JSON.parse(made.text("/here/trace.json")), trace);
});

Deno.test("runs export gives every event as JSON lines and as CSV", async () => {
  await using made = await desk();
  const events = jsonLines((await made.say("runs", "export", "last")).out);
  const csv = (await made.say("runs", "export", "last", "--csv")).out.trimEnd().split("\r\n");
  assert.equal(csv[0], "seq,at,type,scope,node,item,attempt,rest");
  assert.equal(csv.length - 1, events.length);
  assert.match(csv[1] as string, /^0,\d{4}-.*Z,run\.created,,,,,"\{""workflow"":""squares""/);
});

Deno.test("trace and export refuse more than one form", async () => {
  await using made = await desk();
  for (
    const words of [["runs", "trace", "last", "--csv", "--json"], [
      "runs",
      "export",
      "last",
      "--csv",
      "--json",
    ]]
  ) {
    const { code, err, out } = await made.say(...words);
    assert.equal(code, 2);
    assert.equal(out, "");
    assert.match(err, /Cannot tell the form: found --csv and --json, expected one/);
  }
  assert.equal((await made.say("runs", "trace", "zz")).code, 2);
});
