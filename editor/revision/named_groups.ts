/**
 * Which undo group of one text an author's step or an agent's change set is. Pure.
 *
 * A name that was undone begins anew: an edit that joined an undone group would not be seen.
 *
 * @module
 */

import type { AuthorId } from "../../core/ids.ts";

/** How an edit names what it is undone with. */
export interface GroupName {
  readonly author: AuthorId | string;
  readonly step?: string | undefined;
  readonly changeSet?: string | undefined;
}

export interface SavedGroups {
  readonly steps: readonly (readonly [string, number])[];
  readonly changeSets: readonly (readonly [string, number])[];
}

/** Steps are short; one that has not been named for so many others is over. */
const MOST_STEPS = 200;

export class NamedGroups {
  readonly #steps = new Map<string, number>();
  readonly #changeSets = new Map<string, number>();

  /** The group that an edit with this name joins; undefined where it begins a new one. */
  find(name: GroupName, undone: ReadonlySet<number>): number | undefined {
    const group = name.changeSet !== undefined
      ? this.#changeSets.get(name.changeSet)
      : name.step === undefined
      ? undefined
      : this.#steps.get(stepKey(name.author, name.step));
    return group === undefined || undone.has(group) ? undefined : group;
  }

  /** Takes note of the group that an edit with this name has got. */
  note(name: GroupName, group: number): void {
    if (name.changeSet !== undefined) {
      this.#changeSets.set(name.changeSet, group);
    } else if (name.step !== undefined) {
      const key = stepKey(name.author, name.step);
      this.#steps.delete(key);
      this.#steps.set(key, group);
      if (this.#steps.size > MOST_STEPS) this.#steps.delete(this.#steps.keys().next().value as string);
    }
  }

  /** The names of the change sets that are neither accepted nor undone. */
  changeSets(): Iterable<string> {
    return this.#changeSets.keys();
  }

  groupOf(changeSet: string): number | undefined {
    return this.#changeSets.get(changeSet);
  }

  /** Forgets a change set: its edits stay, a later one of that name is another. */
  settle(changeSet: string): boolean {
    return this.#changeSets.delete(changeSet);
  }

  save(): SavedGroups {
    return { steps: [...this.#steps], changeSets: [...this.#changeSets] };
  }

  load(saved: SavedGroups): void {
    for (const [key, group] of saved.steps) this.#steps.set(key, group);
    for (const [name, group] of saved.changeSets) this.#changeSets.set(name, group);
  }
}

function stepKey(author: string, step: string): string {
  return JSON.stringify([author, step]);
}
