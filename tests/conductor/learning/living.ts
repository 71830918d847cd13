/**
 * A Conductor at work without the rest of the product: requests in a fixed order, outcomes by a fixed script.
 *
 * @module
 */

import { LearningConductor } from "../../../conductor/learning_conductor.ts";
import type { DecisionLogPort } from "../../../conductor/decision.ts";
import type { PolicyStorePort } from "../../../conductor/learning/policy_store.ts";
import { SeededRandom } from "../../../conductor/random.ts";
import { SimpleConductor } from "../../../conductor/simple_conductor.ts";
import { extensionId, nodeId, nodeTypeId, runId } from "../../../core/ids.ts";
import type { ConductorPort, InstrumentOption, RoutingRequest } from "../../../core/ports/conductor.ts";
import { ManualClock } from "../../pit/manual_clock.ts";

export function option(name: string, price = 1): InstrumentOption {
  return {
    instrument: nodeTypeId(`test/${name}`),
    extension: extensionId("tests/living"),
    priceIn: price,
    priceOut: price,
  };
}

export const options: readonly InstrumentOption[] = [option("a", 1), option("b", 5), option("c", 20)];

export function requestOf(round: number, over: Partial<RoutingRequest> = {}): RoutingRequest {
  return {
    run: runId("r000000000000000"),
    node: nodeId("review"),
    task: `task-${round % 3}`,
    options,
    tried: [],
    prompt: `Review number ${round}: ${"x".repeat(round % 50)}`,
    ...over,
  };
}

export function opened(
  log: DecisionLogPort,
  store: PolicyStorePort,
  clock = new ManualClock(),
  seed = 1,
): Promise<LearningConductor> {
  const random = new SeededRandom(seed);
  return LearningConductor.open({ log, store, clock, random, fallback: new SimpleConductor() });
}

/** The outcome that round `round` has with an instrument: the same whenever it is lived again. */
export function outcomeOf(round: number, instrument: string) {
  const random = new SeededRandom(round * 31 + instrument.length * 7 + instrument.charCodeAt(5));
  const good = { "test/a": 0.5, "test/b": 0.9, "test/c": 0.95 }[instrument] ?? 0.5;
  return {
    quality: Number(random.next() < good),
    durationMs: 100 + Math.floor(random.next() * 900),
    costUsd: 0.001,
  };
}

/** Lives rounds `from` to `to` - 1 and tells what was taken, with its probability in the log. */
export function live(conductor: ConductorPort, from: number, to: number, clock?: ManualClock): string[] {
  const taken: string[] = [];
  for (let round = from; round < to; round++) {
    clock?.advance(1000);
    const { choice, decision } = conductor.route(requestOf(round));
    if (choice === undefined) throw new Error("nothing was chosen");
    taken.push(choice.instrument);
    conductor.report({
      nodeType: choice.instrument,
      ...(decision === undefined ? {} : { decision }),
      ...outcomeOf(round, choice.instrument),
    });
  }
  return taken;
}
