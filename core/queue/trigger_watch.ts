/**
 * Watches what triggers wait for and puts their workflows into the queue.
 *
 * Invariants:
 * - T1 An occurrence and how far its trigger has looked are kept in one change with the entry: a process that dies
 *   between starts nothing twice and forgets nothing.
 * - T2 A trigger whose workflow cannot be started says why in the book and goes on; the others are not held up.
 *
 * @module
 */

import { messageOf } from "../errors.ts";
import type { Json } from "../json.ts";
import type { ClockPort } from "../ports/clock.ts";
import type { DagPort } from "../ports/dag.ts";
import type { QueuePort } from "../ports/queue.ts";
import type { Hook, HookAnswer, TriggerSourcePort } from "../ports/trigger_source.ts";
import { dueMoments } from "./catch_up.ts";
import { endedRuns } from "./chain.ts";
import type { NewEntry, Occurrence, QueueEntry, Trigger } from "./entry.ts";
import { fire, look, MOST_DEPTH } from "./rules.ts";

const POLL_MS = 1000;
/** So long after its moment the end of a run may be written by another process. */
const LATE_MS = 60_000;

export interface WatchServices {
  readonly queue: QueuePort;
  readonly dag: DagPort;
  readonly clock: ClockPort;
  readonly sources: TriggerSourcePort;
  /** What a trigger asks for when `payload` happened. @throws SymphonyError where its workflow is wrong */
  ask(trigger: Trigger, payload: Json): Promise<NewEntry>;
  /** Told of every entry that was added. */
  onAdded(entry: QueueEntry): void;
}

export class TriggerWatch implements AsyncDisposable {
  readonly #services: WatchServices;
  /** File states seen with the last look: what still changes is left to settle. */
  readonly #unsettled = new Map<string, string>();
  readonly #looked = new Set<string>();
  /** Runs that a trigger was told of, as far back as it looks. */
  readonly #chained = new Map<string, ReadonlySet<string>>();
  #cancel: () => void = () => {};
  #looking: Promise<void> = Promise.resolve();
  #isStopping = false;

  constructor(services: WatchServices) {
    this.#services = services;
  }

  /** Begins to watch. Call once. */
  start(): void {
    this.#looking = this.look().finally(() => {
      if (!this.#isStopping) this.#cancel = this.#services.clock.schedule(POLL_MS, () => this.start());
    });
  }

  /** Looks at every trigger once. */
  async look(): Promise<void> {
    const triggers = await this.#services.queue.read((book) => book.triggers());
    for (const trigger of triggers) {
      if (this.#isStopping) return;
      try {
        await this.#lookAt(trigger);
      } catch (error) {
        await this.#note(trigger, messageOf(error));
      }
      this.#looked.add(trigger.id);
    }
  }

  /** Starts a trigger's workflow now. @throws SymphonyError where its workflow is wrong */
  async run(trigger: Trigger, payload: Json): Promise<QueueEntry | undefined> {
    return await this.#fire(trigger, { payload });
  }

  /** A call from the web. */
  async received(hook: Hook): Promise<HookAnswer> {
    const triggers = await this.#services.queue.read((book) => book.triggers());
    const trigger = triggers.find(({ id }) => id === hook.trigger);
    if (trigger === undefined) return { status: 401, message: "The secret is not right" };
    const once = hook.delivery === undefined ? {} : { once: hook.delivery };
    try {
      const entry = await this.#fire(trigger, { ...once, payload: hook.body });
      return entry === undefined
        ? { status: 200, message: "The same was taken before" }
        : { status: 202, message: `Queued as ${entry.id}` };
    } catch (error) {
      await this.#note(trigger, messageOf(error));
      return { status: 422, message: messageOf(error) };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    this.#cancel();
    await this.#looking.catch(() => {});
  }

  async #lookAt(trigger: Trigger): Promise<void> {
    const { kind } = trigger;
    switch (kind.type) {
      case "cron":
        return await this.#lookAtSchedule(trigger, kind);
      case "file":
        return await this.#lookAtState(trigger, await this.#settledState(trigger.id, kind.path), {
          path: kind.path,
        });
      case "git": {
        const commit = await this.#services.sources.commitOf(kind.repository, kind.branch);
        return await this.#lookAtState(trigger, commit, { commit: commit ?? null, branch: kind.branch });
      }
      case "chain":
        return await this.#lookAtRuns(trigger, kind);
      case "webhook":
        return;
    }
  }

  async #lookAtSchedule(
    trigger: Trigger,
    { expression, zone }: Extract<Trigger["kind"], { type: "cron" }>,
  ): Promise<void> {
    const { sources, clock } = this.#services;
    const from = trigger.mark === undefined ? trigger.createdAt : Number(trigger.mark);
    const next = (after: number) => sources.nextMoment(expression, zone, after);
    const { moments, upTo } = dueMoments(next, { from, now: clock.now() }, trigger.catchUp);
    for (const moment of moments) {
      const at = new Date(moment).toISOString();
      await this.#fire(trigger, { once: at, mark: String(moment), payload: { at } });
    }
    if (moments.length === 0 && upTo !== from) await this.#mark(trigger, String(upTo));
  }

  /** A state that was the same at two looks; undefined while it still changes. */
  async #settledState(id: string, path: string): Promise<string | undefined> {
    const state = await this.#services.sources.stateOf(path) ?? "nothing";
    const before = this.#unsettled.get(id);
    this.#unsettled.set(id, state);
    return before === undefined || before === state ? state : undefined;
  }

  async #lookAtState(trigger: Trigger, state: string | undefined, payload: Json): Promise<void> {
    if (state === undefined || state === trigger.mark) return;
    const isFirst = trigger.mark === undefined;
    const isMissed = trigger.catchUp === "none" && !this.#looked.has(trigger.id);
    const seen = { mark: trigger.mark };
    if (isFirst || isMissed) return await this.#mark(trigger, state, undefined, seen);
    await this.#fire(trigger, { seen, mark: state, payload });
  }

  async #lookAtRuns(trigger: Trigger, kind: Extract<Trigger["kind"], { type: "chain" }>): Promise<void> {
    const { dag, queue } = this.#services;
    const [moment, last] = trigger.mark?.split(" ") ?? [];
    const from = moment === undefined ? trigger.createdAt : Number(moment);
    // An end may be written a while after its moment, behind others: what was fired before is not added twice (Q3).
    const since = Math.max(trigger.createdAt, from - LATE_MS);
    const known = this.#chained.get(trigger.id) ?? new Set();
    const ended = await endedRuns(dag, kind, since);
    const found = ended.filter(({ run }) => run !== last && !known.has(run));
    this.#chained.set(trigger.id, new Set(ended.map(({ run }) => run)));
    const newest = found.at(-1);
    if (newest === undefined) return;
    const furthest = (at: number, run: string) => at < from ? trigger.mark as string : `${at} ${run}`;
    const isMissed = !this.#looked.has(trigger.id) && trigger.catchUp !== "all";
    const counted = !isMissed ? found : trigger.catchUp === "latest" ? [newest] : [];
    for (const { run, state, endedAt } of counted) {
      const mark = furthest(endedAt, run);
      const entries = await queue.read((book) => [...book.open(), ...book.ended(1000)]);
      const depth = (entries.find((entry) => entry.run === run)?.depth ?? 0) + 1;
      if (depth > MOST_DEPTH) {
        await this.#mark(
          trigger,
          mark,
          `Run ${run} is the end of ${depth} chained runs: at most ${MOST_DEPTH}`,
        );
        continue;
      }
      await this.#fire(trigger, { once: run, mark, payload: { run, state, workflow: kind.of }, depth });
    }
    if (counted.length === 0) await this.#mark(trigger, furthest(newest.endedAt, newest.run));
  }

  async #fire(trigger: Trigger, occurrence: Occurrence): Promise<QueueEntry | undefined> {
    const { queue, clock, ask, onAdded } = this.#services;
    const asked = await ask(trigger, occurrence.payload).catch(async (error: unknown) => {
      // What cannot be started is not tried again every second: it has happened, and the book says what was wrong.
      if (occurrence.mark !== undefined) {
        await this.#mark(trigger, occurrence.mark, messageOf(error), occurrence.seen);
      }
      throw error;
    });
    const full = { ...asked, depth: occurrence.depth ?? 0, trigger: trigger.id };
    const entry = await queue.change((book) => fire(book, trigger, occurrence, full, clock.now()));
    if (entry !== undefined) onAdded(entry);
    return entry;
  }

  async #mark(trigger: Trigger, mark: string, failure?: string, seen?: Occurrence["seen"]): Promise<void> {
    await this.#services.queue.change((book) => look(book, trigger.id, mark, failure, seen));
  }

  async #note(trigger: Trigger, failure: string): Promise<void> {
    if (trigger.failure === failure) return;
    await this.#services.queue.change((book) => look(book, trigger.id, undefined, failure)).catch(() => {});
  }
}
