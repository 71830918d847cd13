/**
 * Work that is done at once where it can be, and later where something has to be waited for.
 *
 * @module
 */

export type Later = void | Promise<void>;

/** `next` after `first`: in the same turn where `first` is done. */
export function after(first: Later, next: () => Later): Later {
  return first instanceof Promise ? first.then(next) : next();
}

/** `work` for each item, one after the other. */
export function each<T>(items: Iterable<T>, work: (item: T) => Later): Later {
  let done: Later = undefined;
  for (const item of items) done = after(done, () => work(item));
  return done;
}
