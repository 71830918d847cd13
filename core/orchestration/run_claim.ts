/**
 * Waiting for what arbitration grants: exclusive things, and shares of what is limited.
 *
 * @module
 */

import type { ExtensionId } from "../ids.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { ArbitrationPort, Claim } from "../ports/arbitration.ts";
import type { NodeType } from "../workflow/catalog.ts";
import { callBounds } from "./call_cost.ts";
import type { Assignment } from "./run_assignment.ts";
import type { RunServices } from "./run_services.ts";

/** What an answer is taken to need of a limit on tokens before it is known. */
const ANSWER_TOKENS = 500;

/** The token of a claim, as soon as it is granted; why it never will be; undefined where `signal` fired meanwhile. */
export async function claimed(
  { pit, clock }: Pick<RunServices, "pit" | "clock">,
  claim: Claim,
  { signal, say }: { readonly signal: AbortSignal; readonly say: (reason: string) => void },
): Promise<number | { readonly failure: NodeFailure } | undefined> {
  const { arbitration } = pit;
  let said = "";
  while (!signal.aborted) {
    const verdict = arbitration.request(claim);
    if (verdict.verdict === "granted") return verdict.token;
    if (verdict.verdict === "denied") {
      return { failure: { class: "permission", message: verdict.reason } };
    }
    if (verdict.reason !== said) say(said = verdict.reason);
    await next(arbitration.released(), verdict.waitMs, clock, signal);
  }
  arbitration.withdraw(claim);
  return undefined;
}

/** Until something was released, the time is over, or `signal` fires. */
function next(
  released: Promise<void>,
  waitMs: number | undefined,
  clock: RunServices["clock"],
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancel?.();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const cancel = waitMs === undefined ? undefined : clock.schedule(waitMs, done);
    signal.addEventListener("abort", done, { once: true });
    void released.then(done);
  });
}

/** What calls take of what is limited. Limits do not change while a process runs, so each extension is looked up once. */
export class CallAmounts {
  readonly #arbitration: ArbitrationPort;
  readonly #limited = new Map<ExtensionId, readonly LimitedKind[]>();

  constructor(arbitration: ArbitrationPort) {
    this.#arbitration = arbitration;
  }

  /** Undefined where nothing that the call takes is limited. */
  of({ extension }: NodeType, assigned: Assignment): Readonly<Record<string, number>> | undefined {
    let limited = this.#limited.get(extension);
    if (limited === undefined) this.#limited.set(extension, limited = this.#kindsOf(extension));
    if (limited.length === 0) return undefined;
    return Object.fromEntries(limited.map(({ name, kind }) => [name, amountOf[kind](assigned)]));
  }

  #kindsOf(extension: ExtensionId): readonly LimitedKind[] {
    const kinds = Object.keys(amountOf) as Kind[];
    return kinds.flatMap((kind) => [{ kind, name: kind as string }, { kind, name: `${kind}:${extension}` }])
      .filter(({ name }) => this.#arbitration.counts(name));
  }
}

type Kind = keyof typeof amountOf;
interface LimitedKind {
  readonly kind: Kind;
  readonly name: string;
}

const amountOf = {
  calls: () => 1,
  requests: () => 1,
  tokens: ({ call }: Assignment) => roughTokens(call?.prompt ?? "") + ANSWER_TOKENS,
  usd: ({ maxUsd, type, call }: Assignment) => {
    if (maxUsd !== undefined || type.instrument === undefined) return maxUsd ?? 0;
    const sent = call === undefined
      ? { text: "" }
      : { text: `${call.system}\n${call.prompt}`, schema: call.output };
    return callBounds(sent, type.instrument).ampleUsd;
  },
} as const;

/** A rough count of a text's tokens: four characters each (OpenAI, "What are tokens and how to count them?"). */
function roughTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
