import { LearningConductor } from "../../conductor/learning_conductor.ts";
import { MemoryDecisionLog } from "../../conductor/learning/memory_log.ts";
import { MemoryPolicies } from "../../conductor/learning/policy_store.ts";
import { SeededRandom } from "../../conductor/random.ts";
import { SimpleConductor } from "../../conductor/simple_conductor.ts";
import { testConductorPort } from "../contracts/conductor_contract.ts";
import { ManualClock } from "../pit/manual_clock.ts";

function open(): Promise<LearningConductor> {
  return LearningConductor.open({
    log: new MemoryDecisionLog(),
    store: new MemoryPolicies(),
    clock: new ManualClock(),
    random: new SeededRandom(1),
    fallback: new SimpleConductor(),
  });
}

// Opening waits and the suite's maker does not: enough of them, made ahead.
const ready = await Promise.all(Array.from({ length: 20 }, open));
testConductorPort("LearningConductor", () => ready.pop() as LearningConductor);
