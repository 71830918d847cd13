/**
 * Notices that a small file was changed, made or removed, by whoever. By looking at it now and then: that is sure on every
 * file system and costs a few microseconds.
 *
 * @module
 */

import type { ClockPort } from "../core/ports/clock.ts";

export class FilePoll implements Disposable {
  readonly #file: string;
  readonly #everyMs: number;
  readonly #clock: Pick<ClockPort, "schedule">;
  readonly #changed: () => Promise<void>;
  #seen: string;
  #isOver = false;
  #cancel: () => void = () => {};

  /** Calls `changed`, which never rejects, after each change since the file had that stamp; one at a time. */
  constructor(
    { file, since, everyMs }: { readonly file: string; readonly since: string; readonly everyMs: number },
    clock: Pick<ClockPort, "schedule">,
    changed: () => Promise<void>,
  ) {
    this.#file = file;
    this.#everyMs = everyMs;
    this.#clock = clock;
    this.#changed = changed;
    this.#seen = since;
    this.#lookLater();
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#cancel();
  }

  #lookLater(): void {
    if (!this.#isOver) this.#cancel = this.#clock.schedule(this.#everyMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const stamp = fileStamp(this.#file);
    if (stamp !== this.#seen) {
      // Before it is read: what changes meanwhile is noticed at the next look.
      this.#seen = stamp;
      await this.#changed();
    }
    this.#lookLater();
  }
}

/** Differs after every change: a file that is replaced is another one. */
export function fileStamp(file: string): string {
  try {
    const { mtime, size, ino } = Deno.statSync(file);
    return `${mtime?.getTime()} ${size} ${ino}`;
  } catch {
    return "none";
  }
}
