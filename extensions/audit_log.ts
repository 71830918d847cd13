/**
 * The audit log: every grant, refusal and withdrawal, and the end of every process that nobody asked to end, as one JSON
 * object a line in `audit.log` of the data folder; every check of a permission in `audit-checks.log` beside it, so that no
 * number of checks pushes a decision out.
 *
 * The same check again within a second is counted, not repeated: its line follows with `count`. An extension that has many
 * different ones checked has those beyond 200 a minute counted together. The sum of the counts (1 where none is said) is the
 * number of checks.
 *
 * @module
 */

import { join } from "node:path";
import { isObject, type Json } from "../core/json.ts";
import { LineFile } from "./line_file.ts";

/** Each with the older one before it. */
export const AUDIT_FILES = [["audit.1.log", "audit.log"], [
  "audit-checks.1.log",
  "audit-checks.log",
]] as const;
const [[OLDER, FILE], [OLDER_CHECKS, CHECKS]] = AUDIT_FILES;
const WINDOW_MS = 1_000;
const MOST_PENDING = 1_000;
/** Different checks of one extension a minute that have a line of their own. */
const MOST_DIFFERENT = 200;
const MINUTE_MS = 60_000;
/** A stranger's words in a line, in UTF-16 units each. */
const MOST_WORDS = 1_000;

export interface AuditEntry {
  /** `allowed`, `denied`, `prompt` for checks; `used` for what was done with models, the editor and messages; `granted`, `refused`, `withdrawn`, `approved`, `ended`, `quarantined`, … */
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
  readonly #decisions: LineFile;
  readonly #checks: LineFile;
  readonly #pending = new Map<string, Pending>();
  readonly #different = new Map<string, { sinceMs: number; count: number }>();

  /** The log of a data folder, made when something is noted. */
  constructor(folder: string) {
    this.#decisions = new LineFile(join(folder, FILE), join(folder, OLDER), lostLine);
    this.#checks = new LineFile(join(folder, CHECKS), join(folder, OLDER_CHECKS), lostLine);
  }

  /** Notes what happens once. */
  note(entry: AuditEntry): void {
    this.#decisions.append(lineWith(entry));
  }

  /** Notes a check, which may come many times a second. */
  check(key: string, entry: () => AuditEntry): void {
    if (this.#isCounted(key)) return;
    const own = entry();
    if (this.#mayDiffer(own.extension)) return this.#begin(key, own);
    const together = `${own.extension} ${own.decision} …`;
    if (this.#isCounted(together)) return;
    const reason = `more than ${MOST_DIFFERENT} different checks in a minute are counted together`;
    this.#begin(together, { decision: own.decision, extension: own.extension, permission: "…", reason });
  }

  /** Waits until everything is written. */
  async flush(): Promise<void> {
    this.#settleAll();
    await Promise.all([this.#decisions.write(), this.#checks.write()]);
  }

  #isCounted(key: string): boolean {
    const pending = this.#pending.get(key);
    if (pending === undefined || Date.now() - pending.sinceMs >= WINDOW_MS) return false;
    pending.count++;
    return true;
  }

  #begin(key: string, entry: AuditEntry): void {
    const pending = this.#pending.get(key);
    if (pending !== undefined) this.#settle(pending);
    if (this.#pending.size >= MOST_PENDING) this.#settleAll();
    this.#checks.append(lineWith(entry));
    this.#pending.set(key, { entry, sinceMs: Date.now(), count: 0 });
  }

  #mayDiffer(extension: string): boolean {
    const now = Date.now();
    const known = this.#different.get(extension);
    if (known === undefined || now - known.sinceMs >= MINUTE_MS) {
      this.#different.set(extension, { sinceMs: now, count: 1 });
      return true;
    }
    return ++known.count <= MOST_DIFFERENT;
  }

  #settleAll(): void {
    for (const pending of this.#pending.values()) this.#settle(pending);
    this.#pending.clear();
  }

  #settle({ entry, count }: Pending): void {
    if (count > 0) this.#checks.append(lineWith({ ...entry, count }));
  }
}

function lineWith(entry: AuditEntry): AuditLine {
  const cut = (text: string) => text.length > MOST_WORDS ? `${text.slice(0, MOST_WORDS)}…` : text;
  const { permission, reason } = entry;
  return {
    at: new Date().toISOString(),
    ...entry,
    permission: cut(permission),
    ...(reason === undefined ? {} : { reason: cut(reason) }),
  };
}

function lostLine(count: number): AuditLine {
  const reason = `${count} lines could not be written`;
  return { at: new Date().toISOString(), decision: "lost", extension: "", permission: "", reason };
}

/** The lines of a data folder that fit, oldest first. A line that is not whole (the disk was full) is left out. */
export async function* readAudit(folder: string, filter: AuditFilter = {}): AsyncIterable<AuditLine> {
  const [decisions, checks] = AUDIT_FILES.map((names) => linesOf(folder, names, filter));
  yield* byTime(decisions as AsyncGenerator<AuditLine>, checks as AsyncGenerator<AuditLine>);
}

async function* byTime(
  a: AsyncGenerator<AuditLine>,
  b: AsyncGenerator<AuditLine>,
): AsyncGenerator<AuditLine> {
  try {
    let [first, second] = [await a.next(), await b.next()];
    while (first.done !== true || second.done !== true) {
      if (second.done === true || first.done !== true && first.value.at < second.value.at) {
        yield first.value as AuditLine;
        first = await a.next();
      } else {
        yield second.value;
        second = await b.next();
      }
    }
  } finally {
    await Promise.all([a.return(undefined), b.return(undefined)]);
  }
}

async function* linesOf(
  folder: string,
  names: readonly string[],
  filter: AuditFilter,
): AsyncGenerator<AuditLine> {
  for (const name of names) {
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
