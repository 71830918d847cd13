/**
 * The newest decisions of the Conductor, read on from its log.
 *
 * @module
 */

import { type Json, own } from "../../core/json.ts";
import type { DecisionLine, DecisionPage, DecisionQuery } from "../api/conductor.ts";
import type { DecisionsEvent } from "../api/topics.ts";
import type { KeyedTopic } from "./events/keyed_topic.ts";
import type { UiServices } from "./services.ts";

const MOST_KEPT = 20_000;
const LOOK_MS = 500;
const SHOWN = 100;

export class ConductorBook {
  readonly #services: UiServices;
  readonly #topic: KeyedTopic;
  /** Oldest first. */
  readonly #decisions = new Map<string, DecisionLine>();
  #position = 0;
  #reading: Promise<void> | undefined;
  #stopLooking: (() => void) | undefined;
  #isTelling = false;

  constructor(services: UiServices, topic: KeyedTopic) {
    this.#services = services;
    this.#topic = topic;
  }

  async page(query: DecisionQuery): Promise<DecisionPage> {
    await this.#read();
    const limit = Math.min(query.limit ?? SHOWN, 1000);
    const wanted = [...this.#decisions.values()].reverse().filter(({ at, run, node }) =>
      at < (query.before ?? Infinity) && (query.run === undefined || run === query.run) &&
      (query.node === undefined || node === query.node)
    );
    const page = wanted.slice(0, limit);
    return { decisions: page, ...wanted.length > limit ? { next: page.at(-1)?.at ?? 0 } : {} };
  }

  async snapshot(): Promise<DecisionsEvent> {
    const { decisions } = await this.page({});
    return { kind: "snapshot", decisions };
  }

  /** Reads on while somebody reads the topic. */
  watch(isWatched: boolean): void {
    this.#stopLooking?.();
    this.#stopLooking = undefined;
    if (!isWatched) return;
    const { clock } = this.#services;
    const look = () => {
      void this.#read(true).catch(() => undefined).finally(() => {
        if (this.#stopLooking !== undefined) this.#stopLooking = clock.schedule(LOOK_MS, look);
      });
    };
    this.#stopLooking = clock.schedule(LOOK_MS, look);
  }

  #read(isTelling = false): Promise<void> {
    this.#isTelling ||= isTelling;
    return this.#reading ??= this.#readOn().finally(() => {
      this.#reading = undefined;
      this.#isTelling = false;
    });
  }

  async #readOn(): Promise<void> {
    const changed = new Set<string>();
    for await (const { entry, next } of this.#services.conductor.entries(this.#position)) {
      this.#position = next;
      const id = this.#take(entry as Json);
      if (id !== undefined) changed.add(id);
    }
    while (this.#decisions.size > MOST_KEPT) this.#decisions.delete([...this.#decisions.keys()][0] as string);
    if (!this.#isTelling) return;
    for (const id of changed) {
      const decision = this.#decisions.get(id);
      if (decision !== undefined) this.#topic.publish(id, { kind: "decision", decision });
    }
  }

  #take(entry: Json): string | undefined {
    const decision = own(entry, "decision");
    const outcome = own(entry, "outcome");
    if (outcome !== undefined) {
      const id = textIn(outcome, "decision");
      const known = id === undefined ? undefined : this.#decisions.get(id);
      if (known === undefined) return undefined;
      this.#decisions.set(known.decision, { ...known, outcome: outcomeOf(outcome) });
      return known.decision;
    }
    const line = decision === undefined ? undefined : lineOf(decision);
    if (line !== undefined) this.#decisions.set(line.decision, line);
    return line?.decision;
  }
}

function lineOf(decision: Json): DecisionLine | undefined {
  const id = textIn(decision, "id");
  const at = own(decision, "at");
  if (id === undefined || typeof at !== "number") return undefined;
  const actions = own(decision, "actions");
  const action = own(decision, "action");
  const names = Array.isArray(actions) ? actions as readonly Json[] : [];
  const choice = typeof action === "number" ? names[action] : undefined;
  const optional = (name: string, as: string) => {
    const text = textIn(decision, name);
    return text === undefined ? {} : { [as]: text };
  };
  return {
    decision: id,
    at,
    kind: textIn(decision, "type") ?? "",
    ...optional("kind", "task"),
    ...optional("run", "run"),
    ...optional("node", "node"),
    choice: typeof choice === "string" ? choice : "",
    reason: reasonOf(decision, names.length),
  };
}

function reasonOf(decision: Json, choices: number): string {
  const given = textIn(decision, "reason") ?? textIn(decision, "note");
  if (given !== undefined) return given;
  const policy = textIn(decision, "policy") ?? "the policy";
  const scores = own(decision, "scores");
  const action = own(decision, "action");
  const score = Array.isArray(scores) && typeof action === "number" ? scores[action] : undefined;
  const expected = typeof score === "number" ? `, expected worth ${score.toFixed(3)}` : "";
  const how = own(decision, "explored") === true ? "tried out" : "judged best";
  return `${how} of ${choices} by ${policy}${expected}`;
}

function outcomeOf(outcome: Json): NonNullable<DecisionLine["outcome"]> {
  const result: Record<string, number | string> = {};
  for (const name of ["seconds", "usd", "quality"] as const) {
    const value = own(outcome, name);
    if (typeof value === "number") result[name] = value;
  }
  const failure = textIn(outcome, "failure");
  return failure === undefined ? result : { ...result, failure };
}

function textIn(value: Json, name: string): string | undefined {
  const found = own(value, name);
  return typeof found === "string" ? found : undefined;
}
