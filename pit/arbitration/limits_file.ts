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
}

/** The limits. @throws SymphonyError `bad-input` that names the file and the kind */
export async function limitsIn(source: LimitsFile): Promise<Limits> {
  return Object.fromEntries(
    Object.entries(await keptIn(source)).map(([kind, text]) => {
      try {
        return [kind, readLimit(kind, String(text))];
      } catch (cause) {
        throw new SymphonyError("bad-input", `${source.file}: ${messageOf(cause)}`, { cause });
      }
    }),
  );
}

/** As they are written, by kind. @throws SymphonyError `bad-input` */
export async function listLimits(source: LimitsFile): Promise<{ kind: string; limit: string }[]> {
  const kept = Object.entries(await keptIn(source));
  return kept.map(([kind, limit]) => ({ kind, limit: String(limit) })).sort((a, b) =>
    a.kind < b.kind ? -1 : 1
  );
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
