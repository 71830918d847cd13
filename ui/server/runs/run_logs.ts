/**
 * What calls logged, for each run that this server carried out: one JSON object a line in the data folder, up to a limit.
 *
 * @module
 */

import { engineLine } from "../../../core/orchestration/engine_words.ts";
import type { DagPort } from "../../../core/ports/dag.ts";
import type { RunId } from "../../../core/ids.ts";
import type { LiveEvent } from "../../../core/orchestration/run_handle.ts";
import type { ClockPort } from "../../../core/ports/clock.ts";
import type { LogLevel, LogLine, LogPage, LogQuery } from "../../api/runs.ts";
import type { RunObserver } from "./run_book.ts";

const MAX_BYTES = 8 * 1024 * 1024;
const WRITE_AFTER_MS = 200;
const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

interface Writing {
  pending: string[];
  bytes: number;
  dropped: number;
  isScheduled: boolean;
  done: Promise<void>;
}

export class RunLogs implements RunObserver {
  readonly #folder: string;
  readonly #clock: ClockPort;
  readonly #writing = new Map<RunId, Writing>();

  constructor(stateFolder: string, clock: ClockPort) {
    this.#folder = `${stateFolder}/logs`;
    this.#clock = clock;
  }

  started(run: RunId): void {
    const bytes = sizeOf(this.#fileOf(run));
    this.#writing.set(run, { pending: [], bytes, dropped: 0, isScheduled: false, done: Promise.resolve() });
  }

  heard(run: RunId, live: LiveEvent): void {
    if (live.durable || live.event.kind !== "log" && live.event.kind !== "notice") return;
    const { event } = live;
    const writing = this.#writing.get(run);
    if (writing === undefined) return;
    const line: LogLine = {
      at: this.#clock.now(),
      node: live.node,
      ...live.scope === undefined ? {} : { scope: live.scope },
      ...live.item === undefined ? {} : { item: live.item },
      level: event.level,
      text: event.kind === "notice" ? `${event.extension}: ${event.text}` : event.text,
      ...live.isEngine === true ? { isEngine: true } : {},
    };
    const text = `${JSON.stringify(line)}\n`;
    if (writing.bytes + text.length > MAX_BYTES) {
      writing.dropped++;
      return;
    }
    writing.bytes += text.length;
    writing.pending.push(text);
    if (writing.isScheduled) return;
    writing.isScheduled = true;
    this.#clock.schedule(WRITE_AFTER_MS, () => void this.#write(run, writing));
  }

  stopped(run: RunId): void {
    const writing = this.#writing.get(run);
    if (writing === undefined) return;
    void this.#write(run, writing).finally(() => {
      if (this.#writing.get(run) === writing) this.#writing.delete(run);
    });
  }

  /** Lines that fit the query, those of the run's own log among what was said, by time. */
  async read(run: RunId, query: LogQuery, dag: Pick<DagPort, "replay">): Promise<LogPage> {
    const writing = this.#writing.get(run);
    if (writing !== undefined) await this.#write(run, writing);
    const least = levels.indexOf(query.level ?? "debug");
    const wanted = query.text?.toLowerCase();
    const fits = ({ node, level, text, isEngine }: LogLine) =>
      (query.node === undefined || node === query.node) && levels.indexOf(level) >= least &&
      (query.by === undefined || (query.by === "engine") === (isEngine === true)) &&
      (wanted === undefined || text.toLowerCase().includes(wanted));
    const said = (await this.#linesOf(run)).filter(fits);
    const steps: Step[] = [];
    if (query.by !== "calls") {
      for await (const batch of dag.replay(run)) {
        for (const event of batch) {
          const line = engineLine(event);
          if (line !== undefined && fits(line)) steps.push({ line, isEnd: ends.has(event.type) });
        }
      }
    }
    const lines = byTime(steps, said);
    const offset = query.offset ?? 0;
    const limit = Math.min(query.limit ?? 1000, 10_000);
    return {
      lines: lines.slice(offset, offset + limit),
      total: lines.length,
      dropped: writing?.dropped ?? 0,
    };
  }

  /** Everything that was heard is on the disk. */
  async flush(): Promise<void> {
    await Promise.all([...this.#writing].map(([run, writing]) => this.#write(run, writing)));
  }

  #write(run: RunId, writing: Writing): Promise<void> {
    writing.isScheduled = false;
    const text = writing.pending.join("");
    writing.pending = [];
    if (text === "") return writing.done;
    return writing.done = writing.done.then(async () => {
      await Deno.mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await Deno.writeTextFile(this.#fileOf(run), text, { append: true, mode: 0o600 });
    }).catch(() => {
      // A full disk must not stop a run; its own log is elsewhere.
      writing.dropped++;
    });
  }

  async #linesOf(run: RunId): Promise<LogLine[]> {
    const text = await Deno.readTextFile(this.#fileOf(run)).catch(() => "");
    return text.split("\n").flatMap((line): LogLine[] => {
      try {
        return line === "" ? [] : [JSON.parse(line) as LogLine];
      } catch {
        // The last line of a server that was killed.
        return [];
      }
    });
  }

  #fileOf(run: RunId): string {
    return `${this.#folder}/${run}.jsonl`;
  }
}

interface Step {
  readonly line: LogLine;
  /** A call has ended with it. */
  readonly isEnd: boolean;
}

const ends: ReadonlySet<string> = new Set(["node.completed", "node.failed", "node.retrying"]);

/** Both in their own order; of the same moment, what a call said comes after its beginning and before its end. */
function byTime(steps: readonly Step[], said: readonly LogLine[]): readonly LogLine[] {
  const lines: LogLine[] = [];
  let next = 0;
  for (const line of said) {
    for (let step = steps[next]; step !== undefined; step = steps[++next]) {
      if (step.line.at > line.at || (step.line.at === line.at && step.isEnd)) break;
      lines.push(step.line);
    }
    lines.push(line);
  }
  for (const { line } of steps.slice(next)) lines.push(line);
  return lines;
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}
