/**
 * A small JSONC file of the data folder that a person may edit as well: read whole, replaced whole, private to its owner.
 *
 * @module
 */

import { dirname } from "node:path";
import { messageOf, SymphonyError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { toJson } from "../core/workflow/json_node.ts";
import { readJsonc } from "../core/workflow/jsonc.ts";

/** What the file holds; undefined where there is none. @throws SymphonyError `io` | `bad-input` with the place */
export async function readDataFile(file: string): Promise<Json | undefined> {
  const bytes = await Deno.readFile(file).catch((error) => missing(error, file));
  return bytes === undefined ? undefined : valueOf(bytes, file);
}

/** The same at once, for a file that changed under a decision. @throws SymphonyError `io` | `bad-input` with the place */
export function readDataFileNow(file: string): Json | undefined {
  let bytes: Uint8Array | undefined;
  try {
    bytes = Deno.readFileSync(file);
  } catch (error) {
    bytes = missing(error, file);
  }
  return bytes === undefined ? undefined : valueOf(bytes, file);
}

/** What tells one state of a file from another, without reading it. */
export function markOf(file: string): string {
  try {
    const { mtime, size, ino } = Deno.statSync(file);
    return `${mtime?.getTime()} ${size} ${ino}`;
  } catch {
    return "none";
  }
}

function missing(error: unknown, file: string): undefined {
  if (error instanceof Deno.errors.NotFound) return undefined;
  throw new SymphonyError("io", `Cannot read "${file}": ${messageOf(error)}`, { cause: error });
}

function valueOf(bytes: Uint8Array, file: string): Json | undefined {
  const { root, problems: [problem] } = readJsonc(bytes, file);
  if (problem !== undefined) {
    throw new SymphonyError("bad-input", `${file}:${problem.line}:${problem.column}: ${problem.message}`, {
      hint: problem.hint,
    });
  }
  return root === undefined ? undefined : toJson(root);
}

/** Replaces the file as a whole or not at all; `head` is the comment above. @throws SymphonyError `io` */
export async function writeDataFile(file: string, head: string, value: Json): Promise<void> {
  const text = `// ${head}\n${JSON.stringify(value, null, 2)}\n`;
  const temporary = `${file}.${crypto.randomUUID()}`;
  try {
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.writeTextFile(temporary, text, { mode: 0o600, createNew: true });
    await Deno.rename(temporary, file);
  } catch (cause) {
    await Deno.remove(temporary).catch(() => {});
    throw new SymphonyError("io", `Cannot write "${file}": ${messageOf(cause)}`, { cause });
  }
}
