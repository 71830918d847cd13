/**
 * A log of one JSON object a line, readable by its owner alone, that goes on in a new file beyond 32 MB; the last is kept
 * beside it. What cannot be written is counted, and the count is the next line that can.
 *
 * @module
 */

import { dirname } from "node:path";

const MOST_BYTES = 32 << 20;
/** Lines that wait for the disk; those beyond are counted as lost. */
const MOST_WAITING = 20_000;

export class LineFile {
  readonly #file: string;
  readonly #older: string;
  readonly #lostLine: (count: number) => object;
  #buffer: string[] = [];
  #writing: Promise<void> = Promise.resolve();
  #scheduled = false;
  #lost = 0;

  /** `lostLine` says how many lines are missing. */
  constructor(file: string, older: string, lostLine: (count: number) => object) {
    this.#file = file;
    this.#older = older;
    this.#lostLine = lostLine;
  }

  append(line: object): void {
    if (this.#buffer.length >= MOST_WAITING) {
      this.#lost++;
      return;
    }
    this.#buffer.push(JSON.stringify(line));
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => void this.write());
  }

  /** Waits until everything is written. */
  write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      this.#scheduled = false;
      const lines = this.#buffer;
      if (lines.length === 0) return;
      this.#buffer = [];
      const lost = this.#lost;
      const said = lost === 0 ? [] : [JSON.stringify(this.#lostLine(lost))];
      try {
        await Deno.mkdir(dirname(this.#file), { recursive: true });
        await this.#rotate();
        const text = [...said, ...lines].join("\n") + "\n";
        await Deno.writeTextFile(this.#file, text, { append: true, mode: 0o600 });
        this.#lost -= lost;
      } catch {
        // A full disk must not stop a call; how many lines are missing is said once there is room again.
        this.#lost += lines.length;
      }
    });
    return this.#writing;
  }

  async #rotate(): Promise<void> {
    const size = (await Deno.stat(this.#file).catch(() => undefined))?.size ?? 0;
    if (size > MOST_BYTES) await Deno.rename(this.#file, this.#older);
  }
}
