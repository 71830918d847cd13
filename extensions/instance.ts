/**
 * A process of an extension, or its place in one, that calls go to.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";
import { type ExtensionId, type InstanceId, NO_RUN, nodeId } from "../core/ids.ts";
import { isObject, type Json, own } from "../core/json.ts";
import type { CallRequest, CallResult } from "../core/ports/extension.ts";
import type { Actor } from "./actor.ts";
import type { Capabilities } from "./capabilities/broker.ts";
import { Kind } from "./host/frames.ts";
import type { Place } from "./placement.ts";
import { failed } from "./value_check.ts";

export interface Instance extends Place {
  readonly id: InstanceId;
  readonly actor: Actor;
  calls: number;
  failures: number;
  inFlight: number;
  /** True once another state of the extension has taken its place: it ends with its last call. */
  isRetired: boolean;
}

const PROBE_MS = 5_000;

/** Asks an instrument whether it can be used now. */
export function probe(
  { channel }: Instance,
  type: string,
  open: (request: CallRequest, signal: AbortSignal) => Capabilities,
  signal: AbortSignal,
): Promise<CallResult> {
  const request = { workspace: "/", mayWrite: false, run: NO_RUN, node: nodeId("probe") } as CallRequest;
  return channel.call({
    kind: Kind.probe,
    data: { type },
    open: (closed) => open(request, closed),
    accept: (performed: Json) => {
      const output = own(performed, "output");
      return isObject(output)
        ? { ok: true, output }
        : failed("output", "It did not say whether it can be used");
    },
    options: { signal, timeoutMs: PROBE_MS },
  });
}

/** What whoever activates is told where it was told to stop. */
export function aborted(extension: ExtensionId): SymphonyError {
  return new SymphonyError("aborted", `Activation of ${extension} was aborted`);
}

/** Waits; no longer than until `signal` fires. */
export function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  if (delayMs <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}

/** A failure's stack with places in the author's files. */
export async function inSource({ installed }: Actor, result: CallResult): Promise<CallResult> {
  if (result.ok || installed.inSource === undefined) return result;
  const { message, detail } = result.failure;
  if (detail === undefined) return result;
  const told = { message: await installed.inSource(message), detail: await installed.inSource(detail) };
  return { ok: false, failure: { ...result.failure, ...told } };
}
