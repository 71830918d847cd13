/**
 * What a contract suite is given: a fresh port and how to be rid of it.
 *
 * @module
 */

/** A port under test, disposed of after it. */
export type Subject<T> = { readonly port: T } & AsyncDisposable;
/** Makes a fresh port. */
export type Make<T> = () => Promise<Subject<T>>;

/** A port that needs no clean-up. */
export function plain<T>(port: T): Subject<T> {
  return { port, [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** Everything that an async iterable gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
