/**
 * A mark in the environment of programs that run outside of the sandbox, which all that they start inherit: so what left the family, by a
 * double fork and a session of its own, is still counted and ended, on Linux. What clears its environment is not found.
 *
 * @module
 */

import { readdirSync } from "node:fs";

const NAME = "SYMPHONY_OUTSIDE";
/** Who starts new ones while the old ones are ended is looked at again so often. */
const MOST_ROUNDS = 20;

export class ProcessMark {
  /** `NAME=value`, as the system has it. */
  readonly #entry: string;

  /** That of a program which was started with one; undefined where it has none, or has ended. */
  static of(pid: number): ProcessMark | undefined {
    const entry = entriesOf(pid).find((one) => one.startsWith(`${NAME}=`));
    return entry === undefined ? undefined : new ProcessMark(entry.slice(NAME.length + 1));
  }

  constructor(value: string = crypto.randomUUID()) {
    this.#entry = `${NAME}=${value}`;
  }

  /** To be put into a program's environment. */
  get env(): Readonly<Record<string, string>> {
    return { [NAME]: this.#entry.slice(NAME.length + 1) };
  }

  /** All processes of this user that bear it. */
  pids(): readonly number[] {
    if (Deno.build.os !== "linux") return [];
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number)
      .filter((pid) => pid !== Deno.pid && entriesOf(pid).includes(this.#entry));
  }

  /** Ends all that bear it, at once. */
  end(): void {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const left = this.pids();
      if (left.length === 0) return;
      for (const pid of left) {
        try {
          Deno.kill(pid, "SIGKILL");
        } catch {
          // It has ended meanwhile.
        }
      }
    }
  }
}

function entriesOf(pid: number): readonly string[] {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0");
  } catch {
    // Another user's, or it has ended.
    return [];
  }
}
