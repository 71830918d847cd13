/**
 * Calls that wait for a place on an instance, in one line an extension. Whoever gives a place back lets the next of its
 * line have it in the same turn; the pool is asked only for what the run does not hold yet.
 *
 * Invariants:
 * - C1 Calls of one extension start in the order in which they came.
 * - C2 While a line is not empty, this run holds or has asked the pool for every place that its calls could fill within
 *   the extension's limits. So the pool knows how many instances to warm, and the line moves on.
 *
 * @module
 */

import { SymphonyError } from "../errors.ts";
import type { ExtensionId } from "../ids.ts";
import type { CallResult } from "../ports/extension.ts";
import { noLease } from "../ports/pool.ts";
import type { AcquireOptions, Lease, PoolKind } from "../ports/pool.ts";
import type { NodeType } from "../workflow/catalog.ts";
import type { RunScope, Unit } from "./run_scope.ts";
import type { Driver } from "./run_services.ts";

const ASK_AGAIN_MS = 2000;
/** How often and how long a line asks while the circuit of its kind is open. */
const BUSY_MS = 250;
const MOST_BUSY_MS = 10_000;
/** A wait that is over sooner is not told of. */
const TELL_MS = 250;

/** What the lines know of a call. */
export interface LineCall {
  readonly scope: RunScope;
  readonly unit: Unit;
  readonly type: NodeType;
}

interface Line<Call> {
  readonly kind: PoolKind;
  /** Places that the extension's limits allow. */
  readonly places: number;
  readonly waiting: Call[];
  /** Places that calls of this run have. */
  held: number;
  /** Places that the pool was asked for. */
  asked: number;
  isAdvancing: boolean;
  /** Monotonic milliseconds since when the circuit of the kind is open; undefined while it is not. */
  busySince: number | undefined;
  /** Nodes of which was said that they wait, since the line was empty last. */
  readonly told: Set<string>;
  stopTelling: (() => void) | undefined;
}

export class CallLines<Call extends LineCall> {
  readonly #driver: Driver;
  readonly #start: (call: Call, lease: Lease) => void;
  readonly #refuse: (call: Call, error: unknown) => void;
  readonly #lines = new Map<ExtensionId, Line<Call>>();

  /** `start` begins a call with its place; `refuse` hears that none can be had. */
  constructor(
    driver: Driver,
    start: (call: Call, lease: Lease) => void,
    refuse: (call: Call, error: unknown) => void,
  ) {
    this.#driver = driver;
    this.#start = start;
    this.#refuse = refuse;
  }

  /** Starts the call at once where there is a place, else when its turn comes. */
  enter(call: Call): void {
    const line = this.#lineOf(call.type.extension);
    const lease = line.waiting.length > 0 ? noLease : this.#driver.services.pit.pool.lease(line.kind);
    if (lease !== noLease) {
      line.held++;
      return this.#start(call, lease);
    }
    this.#driver.enter();
    line.waiting.push(call);
    this.#tellSoon(line);
    this.#ask(line);
  }

  /**
   * A place for a call that is started by whoever asks, outside the line; undefined where `signal` fired or none can be
   * had, which has been refused.
   */
  async acquire(call: Call, signal: AbortSignal): Promise<Lease | undefined> {
    const line = this.#lineOf(call.type.extension);
    try {
      const lease = await this.#driver.services.pit.pool.acquire(line.kind, signal, dueOf(this.#driver));
      line.held++;
      return lease;
    } catch (error) {
      if (!signal.aborted) this.#refuse(call, error);
      return undefined;
    }
  }

  /** Gives the place of a call back; with `failure` its instance is not handed out again. */
  release(call: Call, lease: Lease, failure: string | undefined): void {
    this.#lineOf(call.type.extension).held--;
    this.#driver.services.pit.pool.release(lease, failure);
  }

  /** Tells the pool how long the call held its place, and whether the instance was at fault. */
  observe(call: Call, lease: Lease, durationMs: number, result: CallResult): void {
    if (!tellsOfInstance(result)) return;
    const { kind } = this.#lineOf(call.type.extension);
    this.#driver.services.poolWatch?.observe(kind, { durationMs, failed: isInstanceFault(result), lease });
  }

  /** Lets those go on who wait behind the call. */
  advance(call: Call): void {
    const line = this.#lineOf(call.type.extension);
    if (line.waiting.length === 0 || line.isAdvancing) return;
    const lease = this.#driver.services.pit.pool.lease(line.kind);
    if (lease === noLease) this.#ask(line);
    else this.#advance(line, lease);
  }

  /** How many rounds of calls one more of the extension would wait for a place; 0 where this run has one left. */
  waitRounds(extension: ExtensionId): number {
    const line = this.#lines.get(extension);
    if (line === undefined) return 0;
    const ahead = line.held + line.waiting.length - line.places + 1;
    return ahead <= 0 ? 0 : ahead / line.places;
  }

  /** Forgets the calls whose scope was aborted, telling of each. */
  dropAborted(forgotten: (call: Call) => void): void {
    for (const line of this.#lines.values()) {
      const { waiting } = line;
      const isDropped = ({ scope }: Call) => this.#driver.signalOf(scope).aborted;
      const dropped = waiting.filter(isDropped);
      if (dropped.length === 0) continue;
      waiting.splice(0, waiting.length, ...waiting.filter((call) => !isDropped(call)));
      if (waiting.length === 0) stopTelling(line);
      for (const call of dropped) {
        forgotten(call);
        this.#driver.leave();
      }
    }
  }

  #lineOf(extension: ExtensionId): Line<Call> {
    let line = this.#lines.get(extension);
    if (line === undefined) {
      const { services, setup } = this.#driver;
      const limits = setup.catalog.limits.get(extension) ?? { instances: 1, concurrency: 1 };
      line = {
        kind: services.pit.pool.register(extension, limits),
        places: limits.instances * limits.concurrency,
        waiting: [],
        held: 0,
        asked: 0,
        isAdvancing: false,
        busySince: undefined,
        told: new Set(),
        stopTelling: undefined,
      };
      this.#lines.set(extension, line);
    }
    return line;
  }

  /** Starts the first calls of the line, as long as there are places. */
  #advance(line: Line<Call>, first: Lease): void {
    const { pool } = this.#driver.services.pit;
    if (this.#driver.isStopping) return void pool.release(first);
    line.isAdvancing = true;
    let lease = first;
    while (lease !== noLease) {
      const call = line.waiting.shift();
      if (call === undefined) {
        pool.release(lease);
        break;
      }
      line.held++;
      this.#start(call, lease);
      this.#driver.leave();
      // A place that nobody is there for would count as one that was had at once.
      lease = line.waiting.length === 0 ? noLease : pool.lease(line.kind);
    }
    line.isAdvancing = false;
    if (line.waiting.length === 0) stopTelling(line);
    this.#ask(line);
  }

  /** Says of each node whose calls wait for more than a moment that they do, and why; once until the line is empty. */
  #tellSoon(line: Line<Call>): void {
    if (line.stopTelling !== undefined) return;
    const { signal } = this.#driver;
    const onAbort = () => stopTelling(line);
    const cancel = this.#driver.services.clock.schedule(TELL_MS, () => {
      line.stopTelling?.();
      line.stopTelling = undefined;
      const counts = new Map<string, { readonly call: Call; count: number }>();
      for (const call of line.waiting) {
        const key = `${call.scope.path}/${call.unit.node}`;
        const known = counts.get(key);
        if (known === undefined) counts.set(key, { call, count: 1 });
        else known.count++;
      }
      for (const [key, { call, count }] of counts) {
        if (line.told.has(key)) continue;
        line.told.add(key);
        const { scope, unit, type } = call;
        const who = count === 1 ? "waits" : `${count} calls wait`;
        const mine = line.held === 0
          ? "none of them for this run yet"
          : `${line.held} of them taken by this run`;
        const text = `${who} for a place: ${type.extension} has ${line.places}, ${mine}`;
        this.#driver.tell(scope, { node: unit.node, item: count === 1 ? unit.item : -1 }, text);
      }
    });
    signal.addEventListener("abort", onAbort, { once: true });
    line.stopTelling = () => {
      cancel();
      signal.removeEventListener("abort", onAbort);
    };
  }

  #ask(line: Line<Call>): void {
    const { pit, clock, lookAhead } = this.#driver.services;
    const urgency = lookAhead?.urgency(this.#driver.setup.run, clock.now());
    const due = dueOf(this.#driver);
    // A run that waits grows more urgent: it asks anew now and then.
    const options = urgency === undefined ? due : { ...due, priority: urgency, timeoutMs: ASK_AGAIN_MS };
    // Beside other runs it also asks for the places that it has, or another gets each as soon as it is given back.
    const held = urgency === undefined ? line.held : 0;
    const wanted = Math.min(line.waiting.length, line.places - held);
    while (line.asked < wanted) {
      line.asked++;
      pit.pool.acquire(line.kind, this.#driver.signal, options).then((lease) => {
        line.asked--;
        line.busySince = undefined;
        this.#advance(line, lease);
      }, (error) => {
        line.asked--;
        if (this.#driver.isStopping) return;
        const code = error instanceof SymphonyError ? error.code : undefined;
        if (code === "timeout") this.#ask(line);
        else if (code === "busy" && this.#mayWait(line)) clock.schedule(BUSY_MS, () => this.#ask(line));
        else this.#refuseAll(line, error);
      }).catch((error) => this.#driver.crash(error));
    }
  }

  /** True while a circuit has not been open for long: an attempt is not spent on that. */
  #mayWait(line: Line<Call>): boolean {
    const now = this.#driver.services.clock.monotonic();
    line.busySince ??= now;
    return now - line.busySince < MOST_BUSY_MS;
  }

  #refuseAll(line: Line<Call>, error: unknown): void {
    line.busySince = undefined;
    stopTelling(line);
    for (const call of line.waiting.splice(0)) {
      this.#refuse(call, error);
      this.#driver.leave();
    }
  }
}

/** By when a place is wanted: while the run's answers are of use. */
export function dueOf({ setup: { deadline } }: Pick<Driver, "setup">): Pick<AcquireOptions, "deadline"> {
  return deadline === undefined ? {} : { deadline };
}

function stopTelling<Call>(line: Line<Call>): void {
  line.stopTelling?.();
  line.stopTelling = undefined;
  line.told.clear();
}

/**
 * True where the call says how its instance fares. That one died the pool knows itself, and most of the calls that it took
 * along had no part in it; a call that was broken off says nothing.
 */
export function tellsOfInstance(result: CallResult): boolean {
  return result.ok || (result.failure.class !== "crash" && result.failure.class !== "cancelled");
}

/** True where the instance, not what it was asked, is to blame. */
export function isInstanceFault(result: CallResult): boolean {
  if (result.ok) return false;
  const { class: kind } = result.failure;
  return kind === "timeout" || kind === "resource";
}
