/**
 * What outlives a front end: where the person is, as everyone else sees it and as a journal keeps it.
 *
 * @module
 */

import { authorId } from "../../core/ids.ts";
import { PERSON } from "../buffers.ts";
import type { KeepSide } from "../session/sides.ts";
import type { Desk } from "./desk.ts";

const person = authorId(PERSON);

/** Keeps it with the texts of `desk`. */
export function keepPerson(desk: Desk): KeepSide {
  return {
    placed: (buffer, regions) =>
      desk.place(buffer, person, regions.map(({ start, end }) => ({ anchor: start, head: end }))),
    placesIn: (buffer) =>
      desk.takePlace(buffer, person).map(({ anchor, head }) => ({ start: anchor, end: head })),
    abandoned: (buffer) => desk.abandon(buffer),
  };
}
