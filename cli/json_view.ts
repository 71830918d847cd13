/**
 * A run as JSON lines on standard output and nothing else there. The event that may be the run's last is held back until
 * it is known to be, so that the last line carries the outputs.
 *
 * @module
 */

import type { LiveEvent, RunHandle, RunOutcome } from "../core/orchestration/run_handle.ts";
import type { LoggedEvent } from "../core/ports/dag.ts";
import { durableLine, lastLine, transientLine } from "./event_line.ts";
import { LineWriter } from "./line_writer.ts";
import type { RunAccount } from "../core/orchestration/run_account.ts";
import type { RunView } from "./run_view.ts";
import type { Output } from "./services.ts";

const endings = new Set<LoggedEvent["type"]>(["run.completed", "run.failed", "run.cancelled", "run.paused"]);

export class JsonView implements RunView {
  readonly #lines: LineWriter;
  #handle: RunHandle | undefined;
  #early: LiveEvent[] = [];
  #held: LoggedEvent | undefined;

  constructor(output: Output) {
    this.#lines = new LineWriter(output);
  }

  get broken(): Promise<unknown> {
    return this.#lines.broken;
  }

  attach(handle: RunHandle): void {
    this.#handle = handle;
    const early = this.#early;
    this.#early = [];
    for (const event of early) this.show(event);
  }

  show(live: LiveEvent): void {
    if (this.#handle === undefined) {
      this.#early.push(live);
      return;
    }
    const run = this.#handle.run;
    if (!live.durable) {
      this.#lines.write(transientLine(run, live), true);
      return;
    }
    if (this.#held !== undefined) this.#lines.write(durableLine(run, this.#held));
    this.#held = undefined;
    if (live.event.scope === undefined && endings.has(live.event.type)) this.#held = live.event;
    else this.#lines.write(durableLine(run, live.event));
  }

  async close(outcome: RunOutcome | undefined, account: RunAccount): Promise<void> {
    if (outcome !== undefined) {
      const isItsEnd = this.#held?.type === `run.${outcome.state}`;
      if (!isItsEnd && this.#held !== undefined) this.#lines.write(durableLine(outcome.run, this.#held));
      this.#lines.write(lastLine(outcome, isItsEnd ? this.#held : undefined, account.waiting));
    }
    await this.#lines.flush();
  }

  abandon(): void {}
}
