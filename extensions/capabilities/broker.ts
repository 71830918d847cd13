/**
 * The capabilities of one call: the only way from an extension's code to the world. Dispatch is by a table without
 * prototype, so no inherited name is callable; how many may be in flight is bounded, and how much they hold.
 *
 * @module
 */

import type { JsonObject } from "../../core/json.ts";
import type { Effect } from "../../core/workflow/catalog.ts";
import { ExtensionFailure } from "../sdk/failure.ts";
import type { CallScope, Operation, Reply } from "./capability.ts";
import { editorOperations } from "./editor.ts";
import { holdToEffect } from "./effect.ts";
import { Exchanges } from "./exchange.ts";
import { fileOperations } from "./files.ts";
import { gitOperations } from "./git.ts";
import { modelOperations } from "./models.ts";
import { notificationOperations } from "./notifications.ts";
import { PayloadBudget } from "./payload_budget.ts";
import { storedOperations } from "./stored.ts";

/** Most capability calls that one call may have in flight. */
const MOST_IN_FLIGHT = 256;
/** Operations that must not be repeated unasked; artifacts are stored by their content, so twice is once. */
const EFFECTS = new Set([
  "files.write",
  "files.remove",
  "fetch.open",
  "models.ask",
  "editor.propose",
  "notifications.show",
]);

/** Operations whose answers may be large. */
const READS = /^(files\.read|editor\.read|artifacts\.get|assets\.bytes|git\..*)$/;

/** How a call came and how its answer leaves. */
export interface Passing {
  /** Bytes that it brought, its arguments included. */
  readonly size: number;
  /** Hands the answer over; resolves once it was taken. */
  send(reply: Reply): Promise<void>;
}

/** The open capabilities of one call. */
export class Capabilities {
  readonly #table: Readonly<Record<string, Operation>>;
  readonly #exchanges: Exchanges;
  readonly #payloads: PayloadBudget;
  readonly #effect: Effect | undefined;
  #inFlight = 0;
  #closed = false;
  #hadEffects = false;

  constructor(given: Omit<CallScope, "granted">) {
    this.#effect = given.effect;
    this.#payloads = given.payloads ?? new PayloadBudget();
    const scope: CallScope = { ...given, granted: new Set(), payloads: this.#payloads };
    this.#exchanges = new Exchanges(scope);
    const table: Record<string, Operation> = Object.create(null);
    const parts = [
      fileOperations(scope),
      gitOperations(scope),
      storedOperations(scope),
      modelOperations(scope),
      editorOperations(scope),
      notificationOperations(scope),
      this.#exchanges.operations(),
    ];
    this.#table = Object.assign(table, ...parts);
  }

  /** True once something outside was changed or reached. */
  get hadEffects(): boolean {
    return this.#hadEffects;
  }

  /** Carries out one operation. @throws ExtensionFailure */
  async call(
    operation: string,
    args: JsonObject,
    bytes?: Uint8Array<ArrayBuffer>,
    passing?: Passing,
  ): Promise<Reply> {
    if (this.#table[operation] === undefined) {
      throw new ExtensionFailure("permission", `There is no capability "${operation.slice(0, 100)}"`);
    }
    if (this.#closed) {
      throw new ExtensionFailure("permission", "The call is over: its capabilities are closed");
    }
    if (this.#inFlight >= MOST_IN_FLIGHT) {
      throw new ExtensionFailure(
        "thrown",
        `Over ${MOST_IN_FLIGHT} capability calls are in flight: await some first`,
      );
    }
    holdToEffect(this.#effect, operation);
    const release = this.#payloads.take(passing?.size ?? bytes?.length ?? 0);
    this.#inFlight++;
    if (EFFECTS.has(operation)) this.#hadEffects = true;
    let endTurn: (() => void) | undefined;
    let taken: Promise<void> | undefined;
    try {
      if (READS.test(operation)) endTurn = await this.#payloads.turn();
      const reply = await this.carryOut(operation, args, bytes);
      taken = passing?.send(reply);
      return reply;
    } finally {
      release();
      this.#inFlight--;
      if (endTurn !== undefined) await Promise.resolve(taken).then(endTurn, endTurn);
    }
  }

  /** Does what an operation of the table says. */
  protected carryOut(
    operation: string,
    args: JsonObject,
    bytes: Uint8Array<ArrayBuffer> | undefined,
  ): Promise<Reply> {
    return (this.#table[operation] as Operation)(args, bytes);
  }

  /** Ends what is still open. Repeating is harmless. */
  close(): void {
    this.#closed = true;
    this.#exchanges.close();
  }
}
