/**
 * A run on made-up values, to try a workflow out. The mark stands in its first event and in its summary, so that every
 * process that goes on with it, and everything that learns from runs, knows it.
 *
 * Invariants:
 * - M1 No call of it reaches an extension, whoever carries it out: not a real one is asked, and nothing is written.
 * - M2 Nothing is learned from it and nothing of it is kept for others: no outcome and no decision of the Conductor's, no
 *   kept result, no version of an artifact, no figure that forecasts or health rest on.
 *
 * @module
 */

import { SymphonyError } from "../errors.ts";
import type { InstanceId } from "../ids.ts";
import type { JsonObject } from "../json.ts";
import type { ConductorPort } from "../ports/conductor.ts";
import type { CallOptions, CallRequest, CallResult } from "../ports/extension.ts";
import type { Catalog } from "../workflow/catalog.ts";
import { AroundExtensions } from "./around_extensions.ts";
import { mockValue } from "./mock_value.ts";
import type { RunServices } from "./run_services.ts";

/** What a mock run is carried out with in place of `services` (M1, M2). */
export function mockServices(services: RunServices): RunServices {
  const { lookAhead: _, poolWatch: _watch, recovery: _recovery, memo: _memo, ...rest } = services;
  return {
    ...rest,
    extensions: services.mockExtensions ?? new MockExtensions(services.extensions),
    conductor: undecided(services.conductor),
  };
}

/** Ranks as ever; routes to the first that serves, without a decision, and forgets what it is told. */
function undecided(conductor: ConductorPort): ConductorPort {
  return {
    rank: (plan) => conductor.rank(plan),
    route: ({ options: [choice] }) => ({ choice, reason: "the first that serves it: its answer is made up" }),
    report: () => {},
    explain: (nodeType) => conductor.explain(nodeType),
  };
}

/** Extensions whose calls are answered with made-up values that fit. */
export class MockExtensions extends AroundExtensions {
  #catalog: Promise<Catalog> | undefined;

  async call(
    _instance: InstanceId,
    { nodeType, node, task }: CallRequest,
    _options: CallOptions,
  ): Promise<CallResult> {
    const type = (await (this.#catalog ??= this.inner.describe())).nodes.get(nodeType);
    const schema = task?.output ?? type?.output;
    if (schema === undefined) {
      throw new SymphonyError("not-found", `Cannot make up an output of "${nodeType}": it is not known`);
    }
    const output = mockValue(schema, node) as JsonObject;
    // Nobody was asked, so it is known to have cost nothing.
    return type?.kind === "instrument"
      ? { ok: true, output, usage: { costUsd: 0, tokensIn: 0, tokensOut: 0 } }
      : { ok: true, output };
  }
}
