import assert from "node:assert/strict";
import type { JsonObject } from "../../../core/json.ts";
import { pitOver, runToEnd, workflowText } from "./run_rig.ts";
import { gives, TableExtensions } from "./table_extensions.ts";

function counted() {
  const seen = { now: 0, most: 0, starts: [] as number[] };
  const extensions = new TableExtensions({
    "test/call": {
      run: async () => {
        seen.starts.push(performance.now());
        seen.most = Math.max(seen.most, ++seen.now);
        await new Promise((resolve) => setTimeout(resolve, 2));
        seen.now--;
        return gives({ done: true });
      },
    },
  });
  return { seen, extensions };
}

const fan = (items: number): JsonObject => ({
  many: { use: "test/call", each: JSON.stringify(Array.from({ length: items }, (_, at) => at)) },
});

Deno.test("Runner keeps to a limit of calls at once, of all extensions or of one, and gives every place back", async () => {
  for (const kind of ["calls", "calls:tests/table"]) {
    const { seen, extensions } = counted();
    const pit = pitOver(extensions, { [kind]: { total: 3 } });
    const { outcome } = await runToEnd(workflowText(fan(20)), extensions, { pit });
    assert.equal(outcome.state, "completed", JSON.stringify(outcome.failure));
    assert.equal(seen.most, 3);
    assert.deepEqual(pit.arbitration.limits(), [{ kind, total: 3, free: 3 }]);
  }
});

Deno.test("Runner waits for a rate, and two runs share it", async () => {
  const { seen, extensions } = counted();
  const pit = pitOver(extensions, { requests: { perMinute: 6000, burst: 2 } });
  const began = performance.now();
  const runs = [1, 2].map(() => runToEnd(workflowText(fan(6)), extensions, { pit }));
  for (const { outcome } of await Promise.all(runs)) assert.equal(outcome.state, "completed");
  assert.equal(seen.starts.length, 12);
  // Twelve at one each 10 ms, of which two go out at once.
  assert.ok(performance.now() - began >= 95, `took ${performance.now() - began} ms`);
});

Deno.test("Runner fails a node that asks for more than there will ever be, and says of what", async () => {
  const { extensions } = counted();
  const pit = pitOver(extensions, { tokens: { perMinute: 60, burst: 100 } });
  const { outcome } = await runToEnd(workflowText({ one: { use: "test/call" } }), extensions, { pit });
  assert.equal(outcome.state, "failed");
  assert.match(outcome.failure?.message ?? "", /asks for 500 of "tokens", of which 100 go out at once/);
});

Deno.test("Runner gives up its claim when the run is cancelled while it waits", async () => {
  const { extensions } = counted();
  const pit = pitOver(extensions, { requests: { perMinute: 0.001, burst: 1 } });
  const { outcome } = await runToEnd(workflowText(fan(3)), extensions, {
    pit,
    onEvent: (event, handle) => {
      if (event.durable && event.event.type === "node.completed") {
        handle().command({ type: "cancel", reason: "enough" });
      }
    },
  });
  assert.equal(outcome.state, "cancelled");
  assert.equal(pit.arbitration.fairness().runs[0]?.waiting, 0);
});

Deno.test("Runner lets one node at a time have an exclusive thing, across runs, and the others wait", async () => {
  const { seen, extensions } = counted();
  const pit = pitOver(extensions);
  const text = workflowText({
    a: { use: "test/call", each: "[1,2,3]", exclusive: ["gpu:0", "port:80"] },
    b: { use: "test/call", each: "[1,2,3]", exclusive: "gpu:0" },
  });
  const runs = [1, 2].map(() => runToEnd(text, extensions, { pit }));
  for (const { outcome } of await Promise.all(runs)) assert.equal(outcome.state, "completed");
  assert.deepEqual([seen.most, seen.starts.length], [1, 12]);
});
