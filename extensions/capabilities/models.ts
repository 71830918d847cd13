/**
 * Asking models: by whoever carries the call out, within what the manifest and the run may spend. What comes back is an answer,
 * never a key.
 *
 * @module
 */

import { nodeTypeId } from "../../core/ids.ts";
import type { FailureClass } from "../../core/policy/failure.ts";
import { ExtensionFailure, type ReportableClass } from "../sdk/failure.ts";
import { type CallScope, demand, jsonIn, type Operation, textArgument } from "./capability.ts";

const NAME = /^[a-z][a-z0-9-]{0,63}\/[a-z][a-z0-9-]{0,63}$/;
/** What one question may hold, as JSON: longer than any model reads. */
const MOST_BYTES = 4 << 20;

/** The operation `models.ask` of one call. */
export function modelOperations(scope: CallScope): Readonly<Record<string, Operation>> {
  return {
    "models.ask": async (args, bytes) => {
      const use = textArgument(args, "use");
      if (!NAME.test(use)) {
        throw new ExtensionFailure(
          "input",
          `Cannot ask "${
            use.slice(0, 130)
          }": name a task or an instrument, as instrument/review or openai/gpt`,
        );
      }
      const input = jsonIn(bytes, `What ${use} is asked`, MOST_BYTES);
      await demand(scope, `models:${use}`);
      const { models, allowance } = scope;
      if (models === undefined || allowance === undefined) {
        throw new ExtensionFailure(
          "unavailable",
          `Cannot ask ${use}: models are asked in the nodes of a run, which has a budget`,
        );
      }
      const asked = await models.ask({ use: nodeTypeId(use), input, allowance }, scope.signal);
      if (!asked.ok) {
        const { class: kind, message, retryAfterMs } = asked.error;
        throw new ExtensionFailure(
          reportable(kind),
          `Cannot ask ${use}: ${message}`,
          retryAfterMs === undefined ? {} : { retryAfterMs },
        );
      }
      const { output, instrument, taken: { tokens, usd } } = asked.value;
      scope.authority.used?.(`models:${use}`, `${instrument} answered: ${tokens} tokens, $${usd.toFixed(6)}`);
      return { value: { output, instrument, tokens, usd } };
    },
  };
}

const REPORTABLE: ReadonlySet<FailureClass> = new Set<FailureClass>([
  "input",
  "connection",
  "rate-limit",
  "credit",
  "context-length",
  "refusal",
  "quality",
  "auth",
  "permission",
  "timeout",
  "unavailable",
  "output",
]);

/** A model's process that died is nothing that the asker did. */
function reportable(kind: FailureClass): ReportableClass {
  return REPORTABLE.has(kind) ? kind as ReportableClass : "unavailable";
}
