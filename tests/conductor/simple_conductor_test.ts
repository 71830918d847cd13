import assert from "node:assert/strict";
import { extensionId, nodeId, nodeTypeId, runId } from "../../core/ids.ts";
import type { InstrumentTrouble } from "../../core/ports/conductor.ts";
import { SimpleConductor } from "../../conductor/simple_conductor.ts";
import { testConductorPort } from "../contracts/conductor_contract.ts";

testConductorPort("SimpleConductor", () => new SimpleConductor());

Deno.test("SimpleConductor.route() leaves an instrument whose extension is slow or failing of late", () => {
  const conductor = new SimpleConductor();
  const of = (name: string) => ({
    ...{
      instrument: nodeTypeId(`test/${name}`),
      extension: extensionId(`tests/${name}`),
      priceIn: 1,
      priceOut: 1,
    },
  });
  const [run, node] = [runId("r000000000000000"), nodeId("review")];
  for (let call = 0; call < 10; call++) {
    conductor.report({ nodeType: of("a").instrument, durationMs: 1_000 });
    conductor.report({ nodeType: of("b").instrument, durationMs: 2_000 });
  }
  const chosen = (trouble?: InstrumentTrouble) =>
    conductor.route({
      ...{ run, node, task: "review", tried: [] },
      options: [trouble === undefined ? of("a") : { ...of("a"), trouble }, of("b")],
    }).choice?.instrument;
  assert.equal(chosen(), "test/a");
  assert.equal(chosen({ reason: "slow", seconds: 30 }), "test/b");
  assert.equal(chosen({ reason: "failing", failures: 0.4 }), "test/b");
  const fresh = new SimpleConductor();
  const options = [{ ...of("a"), trouble: { reason: "slow", seconds: 30 } }, of("b")];
  const { choice } = fresh.route({ run, node, task: "review", tried: [], options });
  assert.equal(choice?.instrument, "test/b", "also where nothing was measured yet");
});
