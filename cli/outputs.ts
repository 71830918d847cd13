/**
 * A run's outputs for a person: documents and larger values are written to DATA/outputs/RUN, documents are printed.
 *
 * @module
 */

import type { JsonObject } from "../core/json.ts";
import type { RunId } from "../core/ids.ts";
import type { ProcessServices } from "./services.ts";
import { cleanLine, cleanText } from "./text.ts";

export interface WrittenOutput {
  readonly name: string;
  readonly path: string;
  readonly isDocument: boolean;
}

/** Largest value, in characters of JSON, that is printed beside its name rather than written to a file. */
const INLINE = 200;

/** True for text of several lines: a report, not a word. */
function isDocument(value: unknown): value is string {
  return typeof value === "string" && value.trim().includes("\n");
}

/** Writes documents as NAME.md and values too large for a line as NAME.json. @throws SymphonyError `io` | `disk-full` | … */
export async function writeOutputs(
  files: Pick<ProcessServices, "absolute" | "writeFile">,
  data: string,
  run: RunId,
  outputs: JsonObject,
): Promise<readonly WrittenOutput[]> {
  const written: WrittenOutput[] = [];
  for (const [name, value] of Object.entries(outputs)) {
    const folder = files.absolute(`outputs/${run}`, data);
    if (isDocument(value)) {
      const path = files.absolute(`${fileName(name)}.md`, folder);
      await files.writeFile(path, new TextEncoder().encode(value.endsWith("\n") ? value : `${value}\n`));
      written.push({ name, path, isDocument: true });
    } else if (JSON.stringify(value).length > INLINE) {
      const path = files.absolute(`${fileName(name)}.json`, folder);
      await files.writeFile(path, new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`));
      written.push({ name, path, isDocument: false });
    }
  }
  return written;
}

/** What standard output gets: documents whole, small values as `name: value`. */
export function outputsText(outputs: JsonObject): string {
  const parts = Object.entries(outputs).map(([name, value]) => {
    if (isDocument(value)) return `${cleanText(value).trimEnd()}\n`;
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return text.length > INLINE ? "" : `${cleanLine(name)}: ${cleanLine(text)}\n`;
  });
  return parts.filter((part) => part !== "").join("\n");
}

function fileName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]+/g, "_").slice(0, 80);
}
