/**
 * What was decided about the places of change sets, kept in DATA/ui/reviews.jsonl for good: by set, and so by run.
 *
 * A set belongs to the run whose id it is named by, `RUN` or `RUN:NODE`. The text core is what makes decisions last; this is
 * the record of them. A decision that a killed server could not write down is taken over from the core when its text is opened.
 *
 * @module
 */

import { appendFileSync, readFileSync } from "node:fs";
import { messageOf } from "../../../core/errors.ts";
import { isObject } from "../../../core/json.ts";
import type { ClockPort } from "../../../core/ports/clock.ts";
import type { DecidedPlace } from "../../../core/ports/text_editing.ts";
import type { ReviewedPlace, ReviewVerdict, RunReviews } from "../../api/reviews.ts";

type Entry =
  | { readonly k: "decided"; readonly place: ReviewedPlace }
  | { readonly k: "back"; readonly id: string; readonly at: number; readonly by: string }
  | { readonly k: "verdict"; readonly verdict: ReviewVerdict };

interface SetReviews {
  /** By id of the decision. */
  readonly places: Map<string, ReviewedPlace>;
  readonly verdicts: ReviewVerdict[];
}

/** Makes what a set came to known to the Conductor; gives how many of its choices learn from it. */
export type Credit = (
  run: string,
  node: string | undefined,
  word: ReviewVerdict["verdict"],
) => Promise<number>;

export class ReviewBook {
  readonly #path: string;
  readonly #clock: Pick<ClockPort, "now">;
  readonly #credit: Credit;
  readonly #onError: (what: string, error: unknown) => void;
  #sets: Map<string, SetReviews> | undefined;
  /** True where the file's last line lacks its end. */
  #isTorn = false;

  constructor(
    path: string,
    clock: Pick<ClockPort, "now">,
    { credit, onError }: {
      readonly credit: Credit;
      readonly onError: (what: string, error: unknown) => void;
    },
  ) {
    this.#path = path;
    this.#clock = clock;
    this.#credit = credit;
    this.#onError = onError;
  }

  /** Takes note of decisions; those that are known are left as they are. @throws where they cannot be kept */
  decided(file: string | undefined, places: readonly DecidedPlace[], isWhole = false): void {
    for (const place of places) {
      const known = this.#setOf(place.changeSet).places.get(place.id);
      if (known !== undefined && known.takenBack === undefined) continue;
      this.#add({
        k: "decided",
        place: {
          ...place,
          ...(file === undefined ? {} : { file }),
          ...(isWhole ? { isWhole } : {}),
          at: this.#clock.now(),
        },
      });
    }
  }

  /** Takes note that a decision was taken back. */
  takenBack(id: string, by: string): void {
    this.#add({ k: "back", id, at: this.#clock.now(), by });
  }

  /** Nothing of the set waits any more: says what that came to, and lets the Conductor learn from it. */
  async settled(changeSet: string): Promise<void> {
    const { places, verdicts } = this.#setOf(changeSet);
    const last = verdicts.at(-1);
    const since = last?.at ?? 0;
    // What was looked at once more counts with what stayed, and is no news where it came to the same.
    const isAgain = [...places.values()].some(({ takenBack }) => (takenBack?.at ?? 0) > since);
    const made = [...places.values()].filter(({ takenBack, at }) =>
      takenBack === undefined && (isAgain || at > since)
    );
    if (made.length === 0) return;
    const verdict = wordOf(made);
    if (isAgain && verdict === last?.verdict) return;
    const [run = "", node] = changeSet.split(":");
    const credited = await this.#credit(run, node, verdict).catch((error) => {
      this.#onError(`credit the review of ${changeSet}`, messageOf(error));
      return 0;
    });
    this.#add({ k: "verdict", verdict: { changeSet, verdict, at: this.#clock.now(), credited } });
  }

  /** Everything decided about the changes of a run. */
  ofRun(run: string): Omit<RunReviews, "waiting"> {
    const sets = [...this.#read()].filter(([name]) => name === run || name.startsWith(`${run}:`));
    const places = sets.flatMap(([, set]) => [...set.places.values()]);
    const verdicts = sets.flatMap(([, set]) => set.verdicts);
    return {
      places: places.sort((one, other) => one.at - other.at),
      verdicts: verdicts.sort((one, other) => one.at - other.at),
    };
  }

  #setOf(changeSet: string): SetReviews {
    const sets = this.#read();
    const set: SetReviews = sets.get(changeSet) ?? { places: new Map(), verdicts: [] };
    sets.set(changeSet, set);
    return set;
  }

  #add(entry: Entry): void {
    this.#read();
    appendFileSync(this.#path, `${this.#isTorn ? "\n" : ""}${JSON.stringify(entry)}\n`, { mode: 0o600 });
    this.#isTorn = false;
    this.#take(entry);
  }

  #read(): Map<string, SetReviews> {
    if (this.#sets !== undefined) return this.#sets;
    this.#sets = new Map();
    let text = "";
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (error) {
      if (!(isObject(error) && error["code"] === "ENOENT")) throw error;
    }
    for (const line of text.split("\n")) {
      // A death in the midst of a line leaves it torn; the core has what it said.
      try {
        if (line !== "") this.#take(JSON.parse(line) as Entry);
      } catch {
        continue;
      }
    }
    this.#isTorn = text !== "" && !text.endsWith("\n");
    return this.#sets;
  }

  #take(entry: Entry): void {
    switch (entry.k) {
      case "decided":
        this.#setOf(entry.place.changeSet).places.set(entry.place.id, entry.place);
        return;
      case "back":
        for (const { places } of this.#read().values()) {
          const place = places.get(entry.id);
          if (place !== undefined) {
            places.set(entry.id, { ...place, takenBack: { at: entry.at, by: entry.by } });
          }
        }
        return;
      case "verdict":
        this.#setOf(entry.verdict.changeSet).verdicts.push(entry.verdict);
        return;
      default:
        entry satisfies never;
    }
  }
}

/** Everything taken as it was proposed, nothing of it, or something between. */
function wordOf(places: readonly ReviewedPlace[]): ReviewVerdict["verdict"] {
  const isTaken = ({ answer, isConflict, others }: ReviewedPlace) =>
    answer === "accept" && (isConflict || others.length === 0);
  if (places.every(isTaken)) return "accept";
  return places.every(({ answer }) => answer === "reject") ? "reject" : "edit";
}
