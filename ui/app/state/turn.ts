/**
 * Lets the page do what waits, then goes on: work longer than a few milliseconds is cut into turns by it. Not `setTimeout(0)`, which
 * browsers hold back for 4 ms from the fifth in a row on (HTML, "timer initialization steps").
 *
 * @module
 */

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** Calls `work` with the next turn of the message loop. */
export function soon(work: () => void): void {
  waiting.push(work);
  channel.port2.postMessage(0);
}

/** Resolves with the next turn of the message loop. */
export function nextTurn(): Promise<void> {
  return new Promise(soon);
}

/** What work in turns looks at the clock by, and how it lets others have theirs; tests give their own. */
export interface Turns {
  readonly turn: () => Promise<void>;
  /** Milliseconds. */
  readonly now: () => number;
}

export const pageTurns: Turns = { turn: nextTurn, now: () => performance.now() };

/** Work between two turns, in milliseconds. */
export const TURN_MS = 12;

/** Carries out work that yields now and then, with a turn of the page whenever it has gone on for some milliseconds. */
export async function inTurns<T>(work: Generator<void, T>, { turn, now }: Turns = pageTurns): Promise<T> {
  for (let until = now() + TURN_MS;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    if (now() < until) continue;
    await turn();
    until = now() + TURN_MS;
  }
}
