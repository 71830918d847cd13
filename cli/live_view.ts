/**
 * A run in a terminal: the picture of live_lines.ts on standard error, painted over at most ten times a second.
 *
 * Invariant: whatever happens, `close` or `abandon` shows the cursor again and leaves it below the picture.
 *
 * @module
 */

import type { LiveEvent, RunHandle, RunOutcome } from "../core/orchestration/run_handle.ts";
import type { ClockPort } from "../core/ports/clock.ts";
import { liveLines } from "./live_lines.ts";
import { label } from "./plain_view.ts";
import type { RunAccount } from "../core/orchestration/run_account.ts";
import type { RunView } from "./run_view.ts";
import type { Output } from "./services.ts";
import type { Style } from "./style.ts";
import { cleanLine, displayWidth } from "./text.ts";

const PAINT_EVERY_MS = 100;
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const CLEAR_BELOW = "\x1b[J";
/** Warnings kept for the next painting; more in a tenth of a second are only counted. */
const NOTES_KEPT = 20;

export class LiveView implements RunView {
  readonly #output: Output;
  readonly #clock: ClockPort;
  readonly #style: Style;
  readonly #title: string;
  #handle: RunHandle | undefined;
  #painted: readonly string[] = [];
  #notes: string[] = [];
  #notesLost = 0;
  #frame = 0;
  #isPainting = false;
  #isClosed = false;
  #isHeld = false;
  #cancelTick: () => void = () => {};
  #fail: (error: unknown) => void = () => {};
  readonly broken: Promise<unknown>;

  constructor(output: Output, clock: ClockPort, look: { readonly style: Style; readonly title: string }) {
    this.#output = output;
    this.#clock = clock;
    this.#style = look.style;
    this.#title = look.title;
    this.broken = new Promise((resolve) => this.#fail = resolve);
  }

  attach(handle: RunHandle): void {
    this.#handle = handle;
    this.#tick();
  }

  show(live: LiveEvent): void {
    if (live.durable || live.event.kind !== "log" && live.event.kind !== "notice") return;
    const { event } = live;
    const { level, text } = event;
    if (event.kind === "log" && level !== "warn" && level !== "error") return;
    const who = event.kind === "notice" ? event.extension : label(live.scope, live.node, live.item);
    if (this.#notes.length >= NOTES_KEPT) this.#notesLost++;
    else this.#notes.push(cleanLine(`${who}: ${level}: ${text}`));
  }

  async close(_outcome: RunOutcome | undefined, _account: RunAccount): Promise<void> {
    this.#cancelTick();
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#write(`${this.#picture()}${SHOW_CURSOR}`);
  }

  abandon(): void {
    this.#cancelTick();
    this.#isClosed = true;
    void this.#write(`${SHOW_CURSOR}\n`);
  }

  /** Leaves the picture where it is and the terminal to a question. */
  async hold(): Promise<void> {
    this.#cancelTick();
    this.#isHeld = true;
    await this.#write(SHOW_CURSOR);
    this.#painted = [];
  }

  resume(): void {
    this.#isHeld = false;
    if (!this.#isClosed && this.#handle !== undefined) this.#tick();
  }

  #tick(): void {
    if (this.#isHeld) return;
    // A slow terminal is not given a second picture before it has taken the first.
    if (!this.#isPainting) {
      this.#isPainting = true;
      void this.#write(`${HIDE_CURSOR}${this.#picture()}`).then(() => this.#isPainting = false);
    }
    this.#cancelTick = this.#clock.schedule(PAINT_EVERY_MS, () => this.#tick());
  }

  #picture(): string {
    const columns = Math.max(20, this.#output.columns());
    const lines = this.#handle === undefined ? [] : liveLines(this.#title, this.#handle.progress(), {
      columns,
      rows: Math.max(4, this.#output.rows() - 1),
      style: this.#style,
      frame: this.#frame++,
    });
    // The terminal may have become narrower since: what was one line may be several now.
    const up = this.#painted.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)),
      0,
    );
    const notes = this.#notes.splice(0);
    if (this.#notesLost > 0) notes.push(`… and ${this.#notesLost} more warnings`);
    this.#notesLost = 0;
    this.#painted = lines;
    const back = up > 0 ? `\x1b[${up}A\r` : "\r";
    return `${back}${CLEAR_BELOW}${[...notes, ...lines].map((line) => `${line}\n`).join("")}`;
  }

  async #write(text: string): Promise<void> {
    try {
      await this.#output.write(text);
    } catch (error) {
      this.#fail(error);
    }
  }
}
