import assert from "node:assert/strict";
import { SimpleConductor } from "../../../conductor/simple_conductor.ts";
import { extensionId, nodeTypeId } from "../../../core/ids.ts";
import { Runner } from "../../../core/orchestration/runner.ts";
import type { RoutingDecision, RoutingRequest } from "../../../core/ports/conductor.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { SystemClock } from "../../../system/clock.ts";
import { SystemRandom } from "../../../system/random.ts";
import { pitOver, workflowText } from "./run_rig.ts";
import { gives, TableExtensions } from "./table_extensions.ts";

Deno.test("Runner tells the Conductor how long a call would wait for each instrument", async () => {
  const seen: number[] = [];
  class Watching extends SimpleConductor {
    override route(request: RoutingRequest): RoutingDecision {
      seen.push(request.options[0]?.waitRounds ?? 0);
      return super.route(request);
    }
  }
  const text = { type: "object", properties: { text: { type: "string" } } };
  const extensions = new TableExtensions(
    {
      "test/arm": {
        instrument: { serves: ["write"], priceIn: 0, priceOut: 0 },
        run: async () => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          return gives({ text: "ok" });
        },
      },
    },
    [{
      type: nodeTypeId("instrument/write"),
      extension: extensionId("tests/table"),
      title: "Write",
      description: "",
      system: "",
      prompt: "",
      input: { type: "object" },
      output: text,
    }],
    { instances: 1, concurrency: 2 },
  );
  const workflow = workflowText({ write: { use: "instrument/write", each: "[1,2,3,4,5,6]" } });
  const { definition } = checkWorkflow(workflow, "w", await extensions.describe());
  assert.ok(definition !== undefined);
  const pit = pitOver(extensions);
  const services = {
    pit,
    control: pit.control,
    extensions,
    clock: new SystemClock(),
    random: new SystemRandom(),
  };
  const runner = new Runner({ ...services, conductor: new Watching() }, () => extensions.describe());
  const request = { definition, inputs: {}, workspace: "/", mayWrite: false };
  const outcome = await (await runner.start(request, () => {})).done;
  assert.equal(outcome.state, "completed");
  assert.deepEqual(seen, [0, 0, 0.5, 1, 1.5, 2]);
});
