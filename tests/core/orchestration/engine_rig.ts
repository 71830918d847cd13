/**
 * An engine at hand for tests: commands go in by node name, the log grows, consequences are applied at once.
 *
 * @module
 */

import { ok, strictEqual } from "node:assert/strict";
import { nodeId } from "../../../core/ids.ts";
import type { Json } from "../../../core/json.ts";
import type { Command, Refusal, Report } from "../../../core/orchestration/command.ts";
import { consequences, decide } from "../../../core/orchestration/decide.ts";
import type { RunEvent } from "../../../core/orchestration/event.ts";
import { createState, evolve } from "../../../core/orchestration/evolve.ts";
import { nodeStateName, unitStateName } from "../../../core/orchestration/reading.ts";
import { nextReady } from "../../../core/orchestration/ready.ts";
import type { RunState } from "../../../core/orchestration/state.ts";
import type { FailureClass } from "../../../core/policy/failure.ts";
import type { Plan } from "../../../core/workflow/plan.ts";

export class EngineRig {
  readonly plan: Plan;
  readonly state: RunState;
  readonly log: RunEvent[] = [];
  now = 1000;
  random = 0;

  constructor(plan: Plan, rank?: Float64Array) {
    this.plan = plan;
    this.state = createState(plan, rank);
  }

  /** Decides `command` and applies it with all that follows; the events, or the refusal. */
  try(command: Command): readonly RunEvent[] | Refusal {
    const context = { now: this.now, random: () => this.random };
    const decided = decide(this.state, command, context);
    if (!decided.ok) return decided.error;
    const events: RunEvent[] = [];
    let batch = decided.value;
    while (batch.length > 0) {
      for (const event of batch) {
        evolve(this.state, event);
        events.push(event);
      }
      batch = consequences(this.state, context);
    }
    this.log.push(...events);
    return events;
  }

  /** `try`, for a command that must be taken. */
  do(command: Command): readonly RunEvent[] {
    const events = this.try(command);
    ok(!("reason" in events), `refused: ${JSON.stringify(events)}`);
    return events;
  }

  /** `try`, for a command that must be refused. */
  refused(command: Command): Refusal {
    const refusal = this.try(command);
    ok("reason" in refusal, `taken: ${JSON.stringify(refusal)}`);
    return refusal;
  }

  start(): this {
    this.do({ type: "start" });
    return this;
  }

  /** Everything that is ready, taken in order, as `name` or `name[item]`. */
  takeReady(): string[] {
    const taken: string[] = [];
    for (let unit = nextReady(this.state); unit !== undefined; unit = nextReady(this.state)) {
      const id = this.plan.nodes[unit.node]?.id as string;
      taken.push(unit.item < 0 ? id : `${id}[${unit.item}]`);
    }
    return taken;
  }

  expand(id: string, count: number): readonly RunEvent[] {
    return this.do({ type: "expand", ...this.#unit(id, -1), count, items: { value: [] } });
  }

  begin(id: string, item = -1): readonly RunEvent[] {
    return this.do({ type: "begin", ...this.#unit(id, item) });
  }

  /** Ends what was begun; an item is given as `{ item }`. */
  complete(id: string, options: { item?: number; port?: string; value?: Json } = {}): readonly RunEvent[] {
    const { item = -1, port, value = id } = options;
    return this.do({
      type: "complete",
      ...this.#unit(id, item),
      output: { value },
      durationMs: 1,
      ...(port === undefined ? {} : { port }),
    });
  }

  /** Begins and completes. */
  run(id: string, options: { item?: number; port?: string } = {}): readonly RunEvent[] {
    return [...this.begin(id, options.item), ...this.complete(id, options)];
  }

  /** Begins and fails; `thrown` is not retried, `connection` is. */
  fail(id: string, options: { item?: number; class?: FailureClass; retryAfterMs?: number } = {}) {
    const { item = -1, class: kind = "thrown", ...rest } = options;
    const failure = { class: kind, message: `${id} broke`, ...rest };
    return [...this.begin(id, item), ...this.do({ type: "fail", ...this.#unit(id, item), failure })];
  }

  /** A report about a unit, by name. */
  report<T extends Report["type"]>(type: T, id: string, item = -1): { type: T; node: number; item: number } {
    return { type, ...this.#unit(id, item) };
  }

  stateOf(id: string, item = -1): string | undefined {
    const { node } = this.#unit(id, item);
    return item < 0 ? nodeStateName(this.state, node) : unitStateName(this.state, node, item);
  }

  /** Asserts the states of nodes, by name. */
  expect(states: Readonly<Record<string, string>>): void {
    for (const [id, expected] of Object.entries(states)) strictEqual(this.stateOf(id), expected, id);
  }

  #unit(id: string, item: number): { node: number; item: number } {
    return { node: this.plan.indexOf.get(nodeId(id)) as number, item };
  }
}

/** The events' types, with the node where they name one. */
export function outline(events: readonly RunEvent[]): string[] {
  return events.map((event) => {
    if (!("node" in event) || event.node === undefined) return event.type;
    const item = "item" in event && event.item !== undefined ? `[${event.item}]` : "";
    return `${event.type} ${event.node}${item}`;
  });
}
