/**
 * What is answered when an agent asks for leave. Pure.
 *
 * @module
 */

import type { AgentPolicy } from "./agent_config.ts";

/** As the protocol names kinds of tools. */
export interface Asked {
  readonly title: string;
  readonly kind: string;
}

export interface Option {
  readonly optionId: string;
  readonly kind: string;
}

export interface Answer {
  readonly allowed: boolean;
  /** Undefined where the agent offers no such answer: then the request is cancelled. */
  readonly optionId: string | undefined;
  readonly reason: string;
}

const LOOKING = new Set(["read", "search", "think"]);
const CHANGING = new Set(["edit", "delete", "move"]);

/** What the run gives leave for. */
export interface Leave {
  readonly mayWrite: boolean;
  /** It changes a copy, from which its changes are proposed. */
  readonly proposes?: boolean | undefined;
}

/** The answer. An agent is never told "always": each thing that it wants to do is answered and noted. */
export function answerTo(
  asked: Asked,
  options: readonly Option[],
  policy: AgentPolicy,
  leave: Leave,
): Answer {
  const [allowed, reason] = verdict(asked, policy, leave);
  const wanted = allowed ? ["allow_once", "allow_always"] : ["reject_once", "reject_always"];
  const option = wanted.map((kind) => options.find((one) => one.kind === kind)).find((one) =>
    one !== undefined
  );
  return { allowed, optionId: option?.optionId, reason };
}

function verdict(
  { kind }: Asked,
  policy: AgentPolicy,
  { mayWrite, proposes = false }: Leave,
): readonly [boolean, string] {
  if (LOOKING.has(kind)) return [true, "it only looks"];
  if (CHANGING.has(kind)) {
    if (policy === "read") return [false, "its policy is read"];
    if (proposes) return [true, "its changes are proposed"];
    return mayWrite ? [true, `its policy is ${policy}`] : [false, "the run may not write"];
  }
  if (policy !== "all") return [false, `its policy is ${policy}, which does not take in ${kind}`];
  // A command can write like an edit can.
  return mayWrite || kind === "fetch" ? [true, "its policy is all"] : [false, "the run may not write"];
}
