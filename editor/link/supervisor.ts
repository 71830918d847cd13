/**
 * Editor processes: one that works and one that is started and waits, so that a death costs no start.
 *
 * Invariants: V1. the next editor is given out only when the one before is gone for certain, so that never two write one
 * journal; V2. at most `most` deaths in `withinMs`, then it gives up; V3. closed, no process of it is left.
 *
 * @module
 */

import { clearTimeout, setTimeout } from "node:timers";
import { SymphonyError } from "../../core/errors.ts";
import { type EditorCommand, EditorProcess } from "./editor_process.ts";
import type { EditorEnd, EditorSource } from "./editor_source.ts";

export interface SupervisorOptions {
  /** How many deaths in how long are too many. Default: 20 in a minute. */
  readonly deaths?: { readonly most: number; readonly withinMs: number };
  /** How long after an editor has taken over the next spare is started. Default: 300 ms: the work comes first. */
  readonly spareAfterMs?: number;
}

const ENDING_MS = 5_000;
const DEAD_SPARE_MS = 2_000;

export class Supervisor implements EditorSource {
  readonly #command: EditorCommand;
  readonly #deaths: { readonly most: number; readonly withinMs: number };
  readonly #spareAfterMs: number;
  #current: EditorProcess | undefined;
  #spare: EditorProcess | undefined;
  #spareTimer: NodeJS.Timeout | undefined;
  #died: number[] = [];
  #lastEnd = "";
  #closed = false;
  onSpare: ((spare: EditorEnd) => void) | undefined;

  constructor(command: EditorCommand, options: SupervisorOptions = {}) {
    this.#command = command;
    this.#deaths = options.deaths ?? { most: 20, withinMs: 60_000 };
    this.#spareAfterMs = options.spareAfterMs ?? 300;
  }

  /** The editor that works now. */
  get current(): EditorProcess | undefined {
    return this.#current;
  }

  /** How the last editor that died ended; "" where none has. */
  get lastEnd(): string {
    return this.#lastEnd;
  }

  abandon(): void {
    this.#current?.kill();
  }

  /** The editor that waits; undefined while there is none. */
  get spare(): EditorProcess | undefined {
    return this.#spare?.isAlive === true ? this.#spare : undefined;
  }

  /**
   * Makes sure that the editor before is gone and gives the next one: the spare where there is one.
   * @throws SymphonyError `closed` where editors die again and again or it was closed, `io` where none can be started
   */
  async next(): Promise<EditorProcess> {
    const before = this.#current;
    if (before !== undefined) {
      before.kill();
      this.#lastEnd = await before.ended;
      before.channel.close();
      this.#current = undefined;
      this.#countDeath();
    }
    if (this.#closed) throw new SymphonyError("closed", "Cannot start an editor: the link to it was closed");
    const spare = this.#spare;
    this.#spare = undefined;
    this.#current = spare?.isAlive === true ? spare : EditorProcess.start(this.#command);
    this.#startSpareLater();
    return this.#current;
  }

  /** Ends both: the one that works may finish what it does, when its input ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#spareTimer);
    const [current, spare] = [this.#current, this.#spare];
    this.#current = this.#spare = undefined;
    spare?.kill();
    current?.channel.close();
    const timer = setTimeout(() => current?.kill(), ENDING_MS);
    await Promise.all([current?.ended, spare?.ended]);
    clearTimeout(timer);
    spare?.channel.close();
  }

  #countDeath(): void {
    const now = performance.now();
    this.#died = [...this.#died.filter((at) => now - at < this.#deaths.withinMs), now];
    if (this.#died.length <= this.#deaths.most) return;
    throw new SymphonyError(
      "closed",
      `Cannot go on with the editor: it died ${this.#died.length} times in ${
        this.#deaths.withinMs / 1000
      } s, last by ${this.#lastEnd}`,
    );
  }

  #startSpareLater(afterMs = this.#spareAfterMs): void {
    clearTimeout(this.#spareTimer);
    this.#spareTimer = setTimeout(() => {
      if (!this.#closed && this.spare === undefined) this.#startSpare();
    }, afterMs);
    this.#spareTimer.unref();
  }

  #startSpare(): void {
    try {
      const spare = EditorProcess.start(this.#command);
      this.#spare = spare;
      this.onSpare?.(spare);
      // One that dies while it waits is replaced, but not in a hurry.
      spare.ended.then(() => {
        if (this.#spare !== spare) return;
        spare.channel.close();
        this.#startSpareLater(DEAD_SPARE_MS);
      });
    } catch {
      // The next editor is then started when it is needed, and says why it cannot be.
    }
  }
}
