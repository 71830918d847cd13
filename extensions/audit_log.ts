/**
 * The audit log: every check of a permission, every grant, refusal and withdrawal, and the end of every process that nobody
 * asked to end, as one JSON object a line in `audit.log` of the data folder, readable by its owner alone.
 *
 * The same check again within a second is counted, not repeated: its line follows with `count`. The sum of the counts
 * (1 where none is said) is the number of checks. Beyond 32 MB the file goes on in a new one; the last is kept beside it.
 *
 * @module
 */

import { join } from "node:path";
import { isObject, type Json } from "../core/json.ts";

const FILE = "audit.log";
const OLDER = "audit.1.log";
const MOST_BYTES = 32 << 20;
const WINDOW_MS = 1_000;
const MOST_PENDING = 1_000;

export interface AuditEntry {
  /** `allowed`, `denied`, `prompt` for checks; `granted`, `refused`, `withdrawn`, `approved`, `ended`, `quarantined`, … */
  readonly decision: string;
  readonly extension: string;
  readonly permission: string;
  readonly reason?: string;
  readonly [more: string]: Json | undefined;
}

/** An entry as it was written. */
export interface AuditLine extends AuditEntry {
  /** ISO 8601. */
  readonly at: string;
  readonly count?: number;
}

export interface AuditFilter {
  readonly extension?: string;
  readonly decision?: string;
  readonly permission?: string;
  /** Unix milliseconds. */
  readonly sinceMs?: number;
}

interface Pending {
  readonly entry: AuditEntry;
  readonly sinceMs: number;
  count: number;
}

export class AuditLog {
  readonly #folder: string;
  readonly #pending = new Map<string, Pending>();
  #buffer: string[] = [];
  #writing: Promise<void> = Promise.resolve();
  #scheduled = false;
  #lost = 0;

  /** The log of a data folder, made when something is noted. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Notes what happens once. */
  note(entry: AuditEntry): void {
    this.#append(entry);
  }

  /** Notes a check, which may come many times a second. */
  check(key: string, entry: () => AuditEntry): void {
    const now = Date.now();
    const pending = this.#pending.get(key);
    if (pending !== undefined && now - pending.sinceMs < WINDOW_MS) {
      pending.count++;
      return;
    }
    if (pending !== undefined) this.#settle(pending);
    if (this.#pending.size >= MOST_PENDING) this.#settleAll();
    const one = entry();
    this.#append(one);
    this.#pending.set(key, { entry: one, sinceMs: now, count: 0 });
  }

  /** Waits until everything is written. */
  async flush(): Promise<void> {
    this.#settleAll();
    await this.#write();
  }

  #settleAll(): void {
    for (const pending of this.#pending.values()) this.#settle(pending);
    this.#pending.clear();
  }

  #settle({ entry, count }: Pending): void {
    if (count > 0) this.#append({ ...entry, count });
  }

  #append(entry: AuditEntry): void {
    this.#buffer.push(JSON.stringify({ at: new Date().toISOString(), ...entry }));
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => void this.#write());
  }

  #write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      this.#scheduled = false;
      const lines = this.#buffer;
      if (lines.length === 0) return;
      this.#buffer = [];
      const lost = this.#lost === 0 ? [] : [JSON.stringify(lostLine(this.#lost))];
      try {
        await Deno.mkdir(this.#folder, { recursive: true });
        await this.#rotate();
        const text = [...lost, ...lines].join("\n") + "\n";
        await Deno.writeTextFile(join(this.#folder, FILE), text, { append: true, mode: 0o600 });
        this.#lost = 0;
      } catch {
        // A full disk must not stop a call; how many lines are missing is said once there is room again.
        this.#lost += lines.length;
      }
    });
    return this.#writing;
  }

  async #rotate(): Promise<void> {
    const path = join(this.#folder, FILE);
    const size = (await Deno.stat(path).catch(() => undefined))?.size ?? 0;
    if (size > MOST_BYTES) await Deno.rename(path, join(this.#folder, OLDER));
  }
}

function lostLine(count: number): AuditLine {
  const reason = `${count} lines could not be written`;
  return { at: new Date().toISOString(), decision: "lost", extension: "", permission: "", reason };
}

/** The lines of a data folder that fit, oldest first. A line that is not whole (the disk was full) is left out. */
export async function* readAudit(folder: string, filter: AuditFilter = {}): AsyncIterable<AuditLine> {
  for (const name of [OLDER, FILE]) {
    const file = await Deno.open(join(folder, name)).catch(() => undefined);
    if (file === undefined) continue;
    let rest = "";
    for await (const chunk of file.readable.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const text of lines) {
        const line = lineOf(text);
        if (line !== undefined && fits(line, filter)) yield line;
      }
    }
  }
}

function lineOf(text: string): AuditLine | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) && typeof value["at"] === "string" ? value as unknown as AuditLine : undefined;
  } catch {
    return undefined;
  }
}

function fits(line: AuditLine, { extension, decision, permission, sinceMs }: AuditFilter): boolean {
  return (extension === undefined || line.extension === extension) &&
    (decision === undefined || line.decision === decision) &&
    (permission === undefined || line.permission === permission) &&
    (sinceMs === undefined || Date.parse(line.at) >= sinceMs);
}
