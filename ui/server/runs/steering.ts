/**
 * Steering the calls of a run from the board: breakpoints. It stands between the runs and the
 * extensions as an ExtensionPort, so that the engine, the log and the Conductor are the same as ever.
 *
 * Invariant: only calls of runs that were started with it are touched, and a run that is resumed by another process is not
 * steered any more.
 *
 * @module
 */

import type { ExtensionId, InstanceId, RunId } from "../../../core/ids.ts";
import type { ClockPort } from "../../../core/ports/clock.ts";
import type {
  CallOptions,
  CallRequest,
  CallResult,
  ExtensionPort,
  InstanceHealth,
} from "../../../core/ports/extension.ts";
import type { NodeFailure } from "../../../core/policy/failure.ts";
import type { Catalog } from "../../../core/workflow/catalog.ts";
import type { CommandAnswer, RunCommand } from "../../api/runs.ts";
import { Refusal } from "../http/problems.ts";
import { runTime } from "./run_time.ts";

export interface Steer {
  readonly breakpoints: readonly string[];
}

interface Steered {
  readonly breakpoints: Set<string>;
  /** Stop before every node. */
  isStepping: boolean;
  readonly held: Map<string, { readonly node: string; readonly goOn: () => void }>;
}

export class Steering {
  readonly #clock: ClockPort;
  readonly #runs = new Map<RunId, Steered>();
  /** A run that is being started: its calls may come before its id is known here. Its id begins with a time from `since` on. */
  #starting: { readonly steer: Steer; readonly since: number } | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** Told when a breakpoint holds other nodes. */
  onHeld: (run: RunId) => void = () => {};
  /** Told of every call that failed. */
  onFailure: (request: CallRequest, failure: NodeFailure) => void = () => {};

  constructor(clock: ClockPort) {
    this.#clock = clock;
  }

  /** Starts a run by `start` that is steered so. Starts go one after the other, so that a new run is the one being started. */
  starting(steer: Steer, start: () => Promise<RunId>): Promise<RunId> {
    const started = this.#turn.then(() => this.#start(steer, start));
    this.#turn = started.catch(() => undefined);
    return started;
  }

  /** Nodes that a breakpoint holds now. */
  held(run: RunId): readonly string[] {
    return [...this.#runs.get(run)?.held.values() ?? []].map(({ node }) => node);
  }

  /** Lets held nodes go on. */
  goOn(run: RunId, { node, step }: Extract<RunCommand, { readonly type: "continue" }>): CommandAnswer {
    const steered = this.#runs.get(run);
    const held = [...steered?.held.values() ?? []].filter((one) => node === undefined || one.node === node);
    if (steered === undefined || held.length === 0) {
      throw new Refusal(409, "refused", `Cannot go on in run ${run}: no breakpoint holds ${node ?? "it"}`);
    }
    steered.isStepping = step === true;
    for (const { goOn } of held) goOn();
    return { status: "applied" };
  }

  /** The extensions with the steering in between. */
  around(extensions: ExtensionPort): ExtensionPort {
    return new SteeredExtensions(extensions, (request) => this.#steered(request.run), this);
  }

  /** Holds a call where a breakpoint is set; false where it was given up meanwhile. */
  async hold(steered: Steered, request: CallRequest, signal: AbortSignal): Promise<boolean> {
    if (!steered.isStepping && !steered.breakpoints.has(request.node)) return true;
    const key = request.idempotencyKey;
    const released = Promise.withResolvers<boolean>();
    const give = () => released.resolve(false);
    signal.addEventListener("abort", give, { once: true });
    steered.held.set(key, { node: request.node, goOn: () => released.resolve(true) });
    this.onHeld(request.run);
    const goesOn = await released.promise;
    signal.removeEventListener("abort", give);
    steered.held.delete(key);
    this.onHeld(request.run);
    return goesOn;
  }

  async #start(steer: Steer, start: () => Promise<RunId>): Promise<RunId> {
    if (steer.breakpoints.length === 0) return await start();
    this.#starting = { steer, since: this.#clock.now() };
    try {
      const run = await start();
      this.#steered(run);
      return run;
    } finally {
      this.#starting = undefined;
    }
  }

  #steered(run: RunId): Steered | undefined {
    const known = this.#runs.get(run);
    if (known !== undefined || this.#starting === undefined) return known;
    const { steer, since } = this.#starting;
    if (runTime(run) < since) return undefined;
    const steered = { breakpoints: new Set(steer.breakpoints), isStepping: false, held: new Map() };
    this.#runs.set(run, steered);
    return steered;
  }
}

class SteeredExtensions implements ExtensionPort {
  readonly #inner: ExtensionPort;
  readonly #steeredBy: (request: CallRequest) => Steered | undefined;
  readonly #steering: Steering;
  constructor(
    inner: ExtensionPort,
    steeredBy: (request: CallRequest) => Steered | undefined,
    steering: Steering,
  ) {
    this.#inner = inner;
    this.#steeredBy = steeredBy;
    this.#steering = steering;
  }

  describe(): Promise<Catalog> {
    return this.#inner.describe();
  }

  activate(extension: ExtensionId, signal?: AbortSignal): Promise<InstanceId> {
    return this.#inner.activate(extension, signal);
  }

  call(instance: InstanceId, request: CallRequest, options: CallOptions): CallResult | Promise<CallResult> {
    const steered = this.#steeredBy(request);
    const result = steered === undefined
      ? this.#inner.call(instance, request, options)
      : this.#steeredCall(steered, instance, request, options);
    if (!(result instanceof Promise)) return this.#heard(request, result);
    return result.then((settled) => this.#heard(request, settled));
  }

  #heard(request: CallRequest, result: CallResult): CallResult {
    if (!result.ok) this.#steering.onFailure(request, result.failure);
    return result;
  }

  isAlive(instance: InstanceId): boolean {
    return this.#inner.isAlive(instance);
  }

  deactivate(instance: InstanceId): Promise<void> {
    return this.#inner.deactivate(instance);
  }

  health(): readonly InstanceHealth[] {
    return this.#inner.health();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #steeredCall(
    steered: Steered,
    instance: InstanceId,
    request: CallRequest,
    options: CallOptions,
  ): Promise<CallResult> {
    if (!await this.#steering.hold(steered, request, options.signal)) {
      return {
        ok: false,
        failure: { class: "cancelled", message: "The call was cancelled at a breakpoint" },
      };
    }
    return await this.#inner.call(instance, request, options);
  }
}
