/**
 * Calls of applications whose popularity follows Zipf's law, made from a seed: where no recorded traces are to be had. Each
 * application is called at random with its own rate, and is silent for a time now and then, as recorded ones are.
 *
 * @module
 */

/** One call: of which application, and when in milliseconds. */
export interface Call {
  readonly app: number;
  readonly at: number;
}

/** `count` calls of `apps` applications, in order of time; the same seed gives the same calls. */
export function zipfCalls(apps: number, count: number, { exponent = 0.9, seed = 1 } = {}): Call[] {
  const random = mulberry32(seed);
  const weights = Array.from({ length: apps }, (_, rank) => (rank + 1) ** -exponent);
  const whole = weights.reduce((sum, one) => sum + one, 0);
  // A call a second of all together; every six hours each application is asleep with one chance in three.
  const asleep = new Set<number>();
  const calls: Call[] = [];
  for (let at = 0; calls.length < count; at += -Math.log(1 - random()) * 1_000) {
    if (Math.floor(at / 21_600_000) !== Math.floor((calls.at(-1)?.at ?? -1) / 21_600_000)) {
      asleep.clear();
      for (let app = 0; app < apps; app++) if (random() < 1 / 3) asleep.add(app);
    }
    let left = random() * whole;
    let app = 0;
    while (left > (weights[app] as number) && app < apps - 1) left -= weights[app++] as number;
    if (!asleep.has(app)) calls.push({ app, at });
  }
  return calls;
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}
