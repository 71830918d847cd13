/**
 * What the person can do, by name: views register commands while they are on the page; the palette lists them, keys start
 * them, buttons may. A command's keys do nothing while typing, unless they hold `mod` or are function keys.
 *
 * @module
 */

import { signal } from "@preact/signals";
import type { IconName } from "../parts/icon.tsx";
import { chordOf, isTyping } from "../parts/keys.ts";

export interface Command {
  /** Stable: `board.undo`. */
  readonly id: string;
  readonly title: string;
  /** Where it stands in the palette. */
  readonly group: string;
  readonly icon?: IconName;
  /** `mod+z`, `g b`; several with `|`. */
  readonly keys?: string;
  /** Not offered while false. */
  readonly when?: () => boolean;
  /** Not listed in the palette, only reached by keys. */
  readonly isQuiet?: boolean;
  readonly run: () => void;
}

/** What text fields do themselves: choose all, copy, cut, paste, undo, redo, words. */
const ownKeys = /^(mod|alt)\+(shift\+)?([acdvxyz]|left|right|up|down|home|end|backspace|delete)$/;
const PAUSE_MS = 1000;

export class Commands {
  readonly list = signal<readonly Command[]>([]);
  #pending = "";
  #pendingTimer: ReturnType<typeof setTimeout> | undefined;

  /** Adds commands until the returned function is called. Later ones win where keys are the same. */
  add(commands: readonly Command[]): () => void {
    this.list.value = [...this.list.peek(), ...commands];
    return () => {
      this.list.value = this.list.peek().filter((command) => !commands.includes(command));
    };
  }

  /** The same for commands that give way: all others win where keys are the same. */
  addBelow(commands: readonly Command[]): () => void {
    this.list.value = [...commands, ...this.list.peek()];
    return () => {
      this.list.value = this.list.peek().filter((command) => !commands.includes(command));
    };
  }

  run(id: string): void {
    const command = this.list.peek().findLast((one) => one.id === id);
    if (command !== undefined && command.when?.() !== false) command.run();
  }

  /** What can be done now. */
  offered(): readonly Command[] {
    return this.list.value.filter(({ isQuiet, when }) => isQuiet !== true && when?.() !== false);
  }

  keysOf(id: string): string | undefined {
    return this.list.value.findLast((one) => one.id === id)?.keys?.split("|")[0];
  }

  /** Starts the command that the keys stand for; true where there was one. */
  take(event: KeyboardEvent): boolean {
    const chord = chordOf(event);
    if (chord === undefined || event.defaultPrevented) return false;
    if (
      isTyping(event.target) && (!/^(mod|ctrl|alt)\+|^(shift\+)?f\d+$/.test(chord) || ownKeys.test(chord))
    ) {
      return false;
    }
    const wanted = this.#pending === "" ? chord : `${this.#pending} ${chord}`;
    const offered = this.list.peek().filter(({ when }) => when?.() !== false);
    const found = offered.findLast(({ keys }) => keys?.split("|").includes(wanted) === true) ??
      offered.findLast(({ keys }) => keys?.split("|").includes(chord) === true);
    this.#setPending("");
    if (found !== undefined) {
      event.preventDefault();
      found.run();
      return true;
    }
    if (offered.some(({ keys }) => keys?.split("|").some((one) => one.startsWith(`${wanted} `)) === true)) {
      this.#setPending(wanted);
    }
    return false;
  }

  #setPending(text: string): void {
    this.#pending = text;
    clearTimeout(this.#pendingTimer);
    if (text !== "") this.#pendingTimer = setTimeout(() => this.#pending = "", PAUSE_MS);
  }
}
