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
