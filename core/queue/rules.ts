/**
 * What may happen to an entry, each as one change of the book.
 *
 * Invariants:
 * - Q1 An entry is taken by one worker: the change from queued to running names the run, once.
 * - Q2 A run's id is chosen before the run is begun, so whoever finds the entry of a dead worker knows which run to look
 *   for, and never begins a second one for the same attempt.
 * - Q3 What was asked for once is added once, however often the asking is repeated within a month.
 * - Q4 A change of state starts a run only while the trigger's mark is the state before it: of several watches one fires.
 *
 * @module
 */

import { SymphonyError } from "../errors.ts";
import type { RunId } from "../ids.ts";
import type { QueueBook } from "../ports/queue.ts";
import { begunIn, chooseNext } from "./choose.ts";
import type { EntryState, NewEntry, Occurrence, QueueEntry, Trigger } from "./entry.ts";

const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 3_600_000;
/** Ended entries that are kept. */
const KEPT = 10_000;
/** Chained runs behind each other. */
export const MOST_DEPTH = 16;

/** Adds an entry; undefined where the same was asked for before (Q3). */
export function addEntry(book: QueueBook, asked: NewEntry, now: number): QueueEntry | undefined {
  if (asked.once !== undefined && !book.note(asked.once, now)) return undefined;
  const { once: _, ...given } = asked;
  const entry: QueueEntry = {
    ...given,
    id: `q${book.nextNumber()}`,
    priority: asked.priority ?? 0,
    addedAt: now,
    notBefore: asked.notBefore ?? now,
    state: "queued",
    attempts: 0,
    most: asked.most ?? 1,
    depth: asked.depth ?? 0,
  };
  book.putEntry(entry);
  return entry;
}

/** Takes the next entry for `run` (Q1, Q2); undefined where none may begin. */
export function takeEntry(book: QueueBook, run: RunId, now: number): QueueEntry | undefined {
  const limits = book.limits();
  const next = chooseNext(book.open(), limits, now);
  if (next === undefined) return undefined;
  const before = next.run === undefined ? {} : { before: next.run };
  const taken: QueueEntry = { ...next, ...before, state: "running", run, attempts: next.attempts + 1 };
  book.putEntry(taken);
  for (const limit of begunIn(limits, next.lanes, now)) book.putLimit(limit);
  return taken;
}

/** How a run ended, or that it waits. Nothing where the entry has another run by now. */
export function settleEntry(
  book: QueueBook,
  id: string,
  run: RunId,
  end: {
    readonly state: "completed" | "failed" | "cancelled" | "waiting" | "running";
    readonly failure?: string;
  },
  now: number,
): QueueEntry | undefined {
  const entry = book.entry(id);
  if (entry === undefined || entry.run !== run || (entry.state !== "running" && entry.state !== "waiting")) {
    return undefined;
  }
  const { failure: _, ...rest } = entry;
  const said = end.failure === undefined ? {} : { failure: end.failure };
  let next: QueueEntry;
  if (end.state === "failed" && entry.attempts < entry.most) {
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (entry.attempts - 1));
    next = { ...rest, ...said, state: "queued", notBefore: now + waitMs };
  } else if (end.state === "waiting" || end.state === "running") {
    next = { ...rest, ...said, state: end.state };
  } else {
    const state: EntryState = end.state === "failed" ? "dead" : end.state;
    next = { ...rest, ...said, state, endedAt: now };
  }
  book.putEntry(next);
  if (next.endedAt !== undefined) {
    for (const old of book.ended(KEPT + 1).slice(KEPT)) book.removeEntry(old.id);
  }
  return next;
}

/** Puts what is dead back to wait. @throws SymphonyError `not-found` | `bad-input` */
export function retryEntry(book: QueueBook, id: string, now: number): QueueEntry {
  const entry = known(book, id);
  if (entry.state !== "dead" && entry.state !== "cancelled") {
    throw new SymphonyError("bad-input", `Cannot retry ${id}: it is ${entry.state}, expected a dead one`);
  }
  const { endedAt: _, failure: _failure, ...rest } = entry;
  const again: QueueEntry = { ...rest, state: "queued", attempts: 0, notBefore: now, addedAt: now };
  book.putEntry(again);
  return again;
}

/** Takes an entry out that does not run. @throws SymphonyError `not-found` | `bad-input` */
export function removeEntry(book: QueueBook, id: string): QueueEntry {
  const entry = known(book, id);
  if (entry.state === "running") {
    throw new SymphonyError("bad-input", `Cannot remove ${id}: its run ${entry.run} is under way`, {
      hint: "runs cancel ends the run; the queue then lets go of it",
    });
  }
  book.removeEntry(id);
  return entry;
}

/** What a trigger's occurrence leads to: an entry and how far it has looked, in one change (Q3). */
export function fire(
  book: QueueBook,
  trigger: Trigger,
  occurrence: Occurrence,
  asked: NewEntry,
  now: number,
): QueueEntry | undefined {
  const { once, mark, seen } = occurrence;
  if (!isAsSeen(book, trigger.id, seen)) return undefined;
  const entry = addEntry(book, once === undefined ? asked : { ...asked, once: `${trigger.id} ${once}` }, now);
  look(book, trigger.id, mark);
  return entry;
}

/** Notes how far a trigger has looked, and why it could not start anything; nothing where it is not as it was `seen`. */
export function look(
  book: QueueBook,
  id: string,
  mark: string | undefined,
  failure?: string,
  seen?: Occurrence["seen"],
): void {
  const trigger = book.triggers().find((one) => one.id === id);
  if (trigger === undefined || !isAsSeen(book, id, seen)) return;
  const { failure: _, ...rest } = trigger;
  book.putTrigger({
    ...rest,
    ...(mark === undefined ? {} : { mark }),
    ...(failure === undefined ? {} : { failure }),
  });
}

/** True where the trigger is there and its mark is still the one that was seen (Q4). */
function isAsSeen(book: QueueBook, id: string, seen: Occurrence["seen"]): boolean {
  const trigger = book.triggers().find((one) => one.id === id);
  return seen === undefined || (trigger !== undefined && trigger.mark === seen.mark);
}

function known(book: QueueBook, id: string): QueueEntry {
  const entry = book.entry(id);
  if (entry !== undefined) return entry;
  throw new SymphonyError("not-found", `Cannot find "${id}" in the queue`, {
    hint: "queue list --all shows what is there",
  });
}
