/**
 * Times single calls and prints their median, tail and ratio to a floor. `Deno.bench` gives a mean over batches for
 * short calls, which hides the slow ones.
 *
 * @module
 */

/** Times of single calls, in milliseconds, sorted. */
export type Sample = readonly number[];

/** Calls `act` `count` times after `warmUp` calls that do not count, and times each. */
export async function sample(
  act: (at: number) => unknown,
  count: number,
  warmUp = Math.ceil(count / 10),
): Promise<Sample> {
  const times: number[] = [];
  for (let at = 0; at < count + warmUp; at++) {
    const before = performance.now();
    const result = act(at);
    if (result instanceof Promise) await result;
    if (at >= warmUp) times.push(performance.now() - before);
  }
  return times.sort((a, b) => a - b);
}

/** The time that the share `share` of the calls did not pass. */
export function percentile(times: Sample, share: number): number {
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN;
}

/** One line: name, p50, p99, and the ratio of the medians to the floor. */
export function line(name: string, times: Sample, floor?: Sample): string {
  const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
  const ratio = floor === undefined ? "floor" : `${(p50 / percentile(floor, 0.5)).toFixed(2)} × floor`;
  return `${name.padEnd(46)} p50 ${p50.toFixed(4).padStart(9)} ms   p99 ${
    p99.toFixed(4).padStart(9)
  } ms   ${ratio}`;
}

/** Prints to standard output. */
export function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
