/**
 * Extensions of which nothing is asked that costs, writes or leaves the machine: such calls are answered as an earlier run
 * recorded, after as long as they took then (within bounds). Everything else is done for real. One node can be held, so
 * that it is at work for as long as one likes.
 *
 * @module
 */

import type { InstanceId, NodeId } from "../ids.ts";
import type { Json, JsonObject } from "../json.ts";
import { isObject } from "../json.ts";
import type { ClockPort } from "../ports/clock.ts";
import type { CallOptions, CallRequest, CallResult, ExtensionPort } from "../ports/extension.ts";
import type { Catalog } from "../workflow/catalog.ts";
import { AroundExtensions } from "./around_extensions.ts";
import type { EarlierRun } from "./earlier_run.ts";
import type { ValueRef } from "./event.ts";

/** No recorded call takes longer than this again. */
const LONGEST_MS = 2000;

/** ExtensionPort over another and a recording. */
export class RecordedCalls extends AroundExtensions {
  readonly #earlier: EarlierRun;
  readonly #clock: ClockPort;
  readonly #load: (ref: ValueRef) => Promise<Json>;
  readonly #held: NodeId | undefined;
  #catalog: Catalog | undefined;

  constructor(
    real: ExtensionPort,
    earlier: EarlierRun,
    options: {
      readonly clock: ClockPort;
      readonly load: (ref: ValueRef) => Promise<Json>;
      readonly held: NodeId | undefined;
    },
  ) {
    super(real);
    this.#earlier = earlier;
    this.#clock = options.clock;
    this.#load = options.load;
    this.#held = options.held;
  }

  override async describe(): Promise<Catalog> {
    return this.#catalog = await this.inner.describe();
  }

  call(
    instance: InstanceId,
    request: CallRequest,
    options: CallOptions,
  ): CallResult | Promise<CallResult> {
    if (request.node === this.#held) return this.#hold(options);
    return this.#isReal(request)
      ? this.inner.call(instance, request, options)
      : this.#recorded(request, options);
  }

  #isReal({ nodeType }: CallRequest): boolean {
    const type = this.#catalog?.nodes.get(nodeType);
    return type?.kind === "operator" && (type.effect === "none" || type.effect === "read");
  }

  async #recorded(request: CallRequest, { signal }: CallOptions): Promise<CallResult> {
    const scope = request.idempotencyKey.split(":")[1] ?? "";
    const result = this.#earlier.result(scope, request.node, request.item ?? -1);
    if (result === undefined) {
      const message = `Run ${this.#earlier.run} has no result of ${request.node} that could be given again`;
      return { ok: false, failure: { class: "thrown", message } };
    }
    await this.#pass(Math.min(LONGEST_MS, result.durationMs), signal);
    const output = await this.#load(result.output);
    return { ok: true, output: isObject(output) ? output : {} as JsonObject };
  }

  /** At work until the process is killed or the run stops. */
  async #hold({ signal }: CallOptions): Promise<CallResult> {
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    return { ok: false, failure: { class: "cancelled", message: "Held until the end" } };
  }

  #pass(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.schedule(ms, resolve);
      signal.addEventListener("abort", () => {
        cancel();
        resolve();
      }, { once: true });
    });
  }
}
