/**
 * Cards come into being a few with each frame: a board full of them, made at once, would hold the page up for longer than
 * a person notices. What is there stays there. Until a node has its card it is painted as a box.
 *
 * @module
 */

/** A card takes 0.2 to 0.4 ms to make, and as long to lay out and paint: each of the two tasks takes a third of a frame. */
export const CARDS_A_FRAME = 16;
/** So few are made in the frame that first lacks them: who pans or adds a node sees no box, and waits for no turn. */
export const CARDS_AT_ONCE = 12;

export interface NextCards {
  /** Nodes that have cards now. */
  readonly indices: readonly number[];
  /** Nodes whose cards are still to come. */
  readonly missing: readonly number[];
}

/** Of the `wanted` nodes those whose cards are there, and up to `room` others, in their order. */
export function nextCards(
  wanted: readonly number[],
  ids: readonly string[],
  there: ReadonlySet<string>,
  room: number = CARDS_A_FRAME,
): NextCards {
  const [indices, missing]: [number[], number[]] = [[], []];
  let left = room;
  for (const index of wanted) (there.has(ids[index]!) || left-- > 0 ? indices : missing).push(index);
  return { indices, missing };
}
