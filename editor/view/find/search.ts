/**
 * The searches of one view: queries, how far they have got, what the front end still has to be told.
 *
 * A search goes in steps, from what is visible outwards, then once over everything; whoever owns the view calls `step` until it is done.
 *
 * @module
 */

import type { Delta } from "../../text/delta.ts";
import type { Rope } from "../../text/rope.ts";
import type { Lines } from "../lines.ts";
import type { Selection } from "../selection.ts";
import type { Match } from "./match_set.ts";
import { Query, type QueryTerms, type RegexCompiler } from "./query.ts";

/** What of the find status is new to the front end. */
export type StatusNews = "none" | "matches" | "all";

/** UTF-16 units that one step looks at. */
export const STEP_UNITS = 500_000;

/** One query as the front end is told; what is null is not told. */
export interface QueryStatus {
  readonly id: number;
  readonly chars: string | null;
  readonly caseSensitive: boolean | null;
  readonly isRegex: boolean | null;
  readonly wholeWords: boolean | null;
  readonly matches: number;
  /** Whether it is an expression that cannot be understood. */
  readonly isBroken: boolean;
  /** The line of every match, from 1. */
  readonly lines: readonly number[];
}

type Progress =
  | { readonly state: "idle" }
  | { readonly state: "started" }
  | { readonly state: "running"; readonly start: number; readonly end: number };

export class Search {
  readonly #compile: RegexCompiler;
  #queries: Query[] = [];
  #lastId = 0;
  #progress: Progress = { state: "idle" };
  news: StatusNews = "none";

  constructor(compile: RegexCompiler) {
    this.#compile = compile;
  }

  get queries(): readonly Query[] {
    return this.#queries;
  }

  get isRunning(): boolean {
    return this.#progress.state !== "idle";
  }

  /** Looks for one thing, by the first query. True where that is new. */
  find(terms: QueryTerms): boolean {
    const first = this.#queries[0];
    return this.findAll([first === undefined ? terms : { ...terms, id: first.id }]);
  }

  /**
   * Looks for several things: queries without an id are new, those whose id is not listed end. An id that is not there ends the call
   * where it stands. True where something is new.
   */
  findAll(queries: readonly (QueryTerms & { readonly id?: number })[]): boolean {
    let changed = queries.length !== this.#queries.length;
    this.#queries = this.#queries.filter((query) => queries.some(({ id }) => id === query.id));
    for (const { id, ...terms } of queries) {
      const query = id === undefined ? this.#add() : this.#queries.find((one) => one.id === id);
      if (query === undefined) return false;
      if (query.set(terms, this.#compile)) changed = true;
    }
    if (changed) this.#progress = { state: "started" };
    return changed;
  }

  /** Looks for what is selected: by the only query, or else a further one. */
  findSelected(chars: string, caseSensitive: boolean): void {
    const query = this.#queries.length === 1 ? this.#queries[0] as Query : this.#add();
    query.set({ chars, caseSensitive, regex: false, wholeWords: true }, this.#compile);
    this.#progress = { state: "started" };
  }

  /** Takes the next step. @param visible where the visible part begins */
  step(text: Rope, visible: number): void {
    const progress = this.#progress;
    if (progress.state === "idle") return;
    if (progress.state === "started") {
      this.#run(text, visible, Math.min(text.length, visible + STEP_UNITS), visible, visible + STEP_UNITS);
      return;
    }
    const { start, end } = progress;
    if (start === 0 && end >= text.length) {
      this.#progress = { state: "idle" };
      this.news = "all";
      for (const query of this.#queries) query.search(text, 0, text.length, true);
      return;
    }
    const isNearer = start > 0 && Math.max(0, visible - start) < Math.max(0, end - visible);
    if (isNearer || end >= text.length) {
      const from = Math.max(0, start - STEP_UNITS);
      this.#run(text, from, start, from, end);
    } else {
      const to = Math.min(text.length, end + STEP_UNITS);
      this.#run(text, Math.min(end, to), to, start, end + STEP_UNITS);
    }
  }

  /** Follows an edit. */
  edit(delta: Delta, text: Rope): void {
    for (const query of this.#queries) {
      query.edit(delta, text);
      this.news = "all";
    }
  }

  /** The match of any query that is nearest to the last region; see `Query.nearest`. */
  nearest(text: Rope, selection: Selection, reverse: boolean, wrapped: boolean): Match | undefined {
    const last = selection.length === 0 ? undefined : selection.last;
    const low = last === undefined ? 0 : Math.min(last.start, last.end);
    const high = last === undefined ? 0 : Math.max(last.start, last.end);
    let best: Match | undefined;
    let bestDistance = Infinity;
    for (const query of this.#queries) {
      const match = query.nearest(text, selection, reverse, wrapped);
      if (match === undefined) continue;
      const distance = reverse
        ? (match.end > high ? 2 * text.length - match.end : high - match.end)
        : (match.start < low ? match.start + text.length : match.start - low);
      if (distance < bestDistance) {
        best = match;
        bestDistance = distance;
      }
    }
    return best;
  }

  /** What to tell the front end. @param onlyMatches while searching: how many so far */
  status(text: Rope, lines: Lines, onlyMatches: boolean): QueryStatus[] {
    return this.#queries.map((query) => {
      const { id, matches, terms } = query;
      if (onlyMatches) {
        return {
          id,
          chars: null,
          caseSensitive: null,
          isRegex: null,
          wholeWords: null,
          matches: matches.length,
          isBroken: query.isBroken,
          lines: [],
        };
      }
      return {
        id,
        chars: terms?.chars ?? null,
        caseSensitive: terms?.caseSensitive ?? false,
        isRegex: query.isRegex,
        wholeWords: terms?.wholeWords ?? false,
        matches: matches.length,
        isBroken: query.isBroken,
        lines: lines.linesAt(text, matches.starts).map((line) => line + 1),
      };
    });
  }

  #add(): Query {
    const query = new Query(++this.#lastId);
    this.#queries.push(query);
    return query;
  }

  #run(text: Rope, from: number, to: number, start: number, end: number): void {
    this.#progress = { state: "running", start, end };
    this.news = "matches";
    const isAll = from === 0 && to === text.length;
    for (const query of this.#queries) {
      if (isAll || !query.isMultilineRegex) query.search(text, from, to, true);
    }
  }
}
