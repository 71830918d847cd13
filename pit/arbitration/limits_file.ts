/**
 * The limits of a data folder, kept as a person writes them: `{ "requests:symphony/openai": "60/min" }`.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../../core/errors.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { readLimit } from "./limit_text.ts";
import type { Limits } from "./limits.ts";

/** A file of JSON that is read and replaced whole. */
export interface LimitsFile {
  readonly file: string;
  read(): Promise<Json | undefined>;
  write(value: Json): Promise<void>;
  /** As it stands, to say in which line something is wrong. */
  text?(): Promise<string>;
}

/** What the machine has, for what the file says nothing of. */
export interface MachineCapacity {
  /** Cores. */
  readonly cpu: number;
  readonly memoryBytes: number;
}

/** The limits. @throws SymphonyError `bad-input` that names the file, the line and the kind */
export async function limitsIn(source: LimitsFile, machine: MachineCapacity): Promise<Limits> {
  const kept: (readonly [string, Limits[string]])[] = [];
  for (const [kind, text] of Object.entries(await keptIn(source))) {
    try {
      kept.push([kind, readLimit(kind, String(text))]);
    } catch (cause) {
      const place = `${source.file}${await lineOf(source, kind)}`;
      const hint = `Correct it there, or take it away with \`symphony limits remove ${kind}\`.`;
      throw new SymphonyError("bad-input", `${place}: ${messageOf(cause)}`, { cause, hint });
    }
  }
  return {
    cpu: { total: machine.cpu },
    memory: { total: machine.memoryBytes, isMeasured: true },
    ...Object.fromEntries(kept),
  };
}

/** One limit as it is written, and who said it. */
export interface ListedLimit {
  readonly kind: string;
  readonly limit: string;
  readonly from: "machine" | "set";
}

/** As they are written, by kind. @throws SymphonyError `bad-input` */
export async function listLimits(source: LimitsFile, machine: MachineCapacity): Promise<ListedLimit[]> {
  const kept = await keptIn(source);
  const set = Object.entries(kept).map(([kind, limit]): ListedLimit => ({
    kind,
    limit: String(limit),
    from: "set",
  }));
  const own: ListedLimit[] = [
    { kind: "cpu", limit: String(machine.cpu), from: "machine" },
    { kind: "memory", limit: `${Math.round(machine.memoryBytes / 1e6)}M`, from: "machine" },
  ];
  return [...set, ...own.filter(({ kind }) => !Object.hasOwn(kept, kind))]
    .sort((a, b) => a.kind < b.kind ? -1 : 1);
}

/** Sets a limit, or without one takes it away; false where there was none to take. @throws SymphonyError `bad-input` */
export async function changeLimit(
  source: LimitsFile,
  kind: string,
  limit: string | undefined,
): Promise<boolean> {
  const { [kind]: before, ...rest } = await keptIn(source);
  if (limit === undefined && before === undefined) return false;
  if (limit !== undefined) readLimit(kind, limit);
  await source.write(limit === undefined ? rest : { ...rest, [kind]: limit });
  return true;
}

async function keptIn({ file, read }: LimitsFile): Promise<JsonObject> {
  const kept = await read() ?? {};
  if (!isObject(kept)) throw new SymphonyError("bad-input", `${file}: expected { "KIND": "LIMIT" }`);
  return kept;
}

/** `:3` where the kind stands in the third line. */
async function lineOf(source: LimitsFile, kind: string): Promise<string> {
  const text = await source.text?.() ?? "";
  const at = text.indexOf(JSON.stringify(kind));
  return at < 0 ? "" : `:${text.slice(0, at).split("\n").length}`;
}
