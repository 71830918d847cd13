/** Work in parts: a generator that yields where one may rest, and returns what it makes. Pure. @module */

export type Parts<T> = Generator<void, T>;

/** Carries the work out without a rest. */
export function atOnce<T>(work: Parts<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** What is made already, as work of one part. */
export function* made<T>(value: T): Parts<T> {
  yield;
  return value;
}
