/**
 * Reading a source file for the measures: decides what is text worth measuring, so that a picture, a minified bundle or
 * a file that has gone away is a note in the report and never a failure.
 *
 * @module
 */

import { ExtensionFailure } from "symphony/sdk";
import type { CallContext } from "symphony/sdk";

/** Larger files are generated or data. */
export const MAX_BYTES = 1_000_000;
/** A text whose mean line is longer was written by a program. */
const MAX_MEAN_LINE = 400;

export type SourceFile =
  | { readonly kind: "text"; readonly source: string }
  | { readonly kind: "skipped"; readonly note: string };

const decoder = new TextDecoder("utf-8", { fatal: false });

/** The text of `file`, or why it is not measured. @throws ExtensionFailure `permission` */
export async function readSource(file: string, context: CallContext): Promise<SourceFile> {
  let bytes: Uint8Array;
  try {
    const stat = await context.files.stat(file);
    if (stat === undefined) return { kind: "skipped", note: "it is not there any more" };
    if (stat.kind === "directory") return { kind: "skipped", note: "it is a folder" };
    if (stat.sizeBytes > MAX_BYTES) return { kind: "skipped", note: tooLarge(stat.sizeBytes) };
    bytes = await context.files.read(file);
  } catch (error) {
    if (isPermission(error) || context.signal.aborted) throw error;
    return {
      kind: "skipped",
      note: `it cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  if (bytes.length > MAX_BYTES) return { kind: "skipped", note: tooLarge(bytes.length) };
  return judgeText(bytes);
}

/** Decodes bytes, refusing binary and machine-written text. */
export function judgeText(bytes: Uint8Array): SourceFile {
  if (bytes.subarray(0, 8192).includes(0)) return { kind: "skipped", note: "it is binary" };
  return judgeSource(decoder.decode(bytes));
}

/** As judgeText, for text that is already decoded. */
export function judgeSource(source: string): SourceFile {
  if (source.length > MAX_BYTES) return { kind: "skipped", note: tooLarge(source.length) };
  const lines = countLines(source);
  if (source.length > 5000 && source.length / lines > MAX_MEAN_LINE) {
    return {
      kind: "skipped",
      note: `its lines are ${Math.round(source.length / lines)} characters long on average: minified or data`,
    };
  }
  return { kind: "text", source };
}

/** Lines of a text; a last line break opens no new line. */
export function countLines(source: string): number {
  if (source.length === 0) return 0;
  let lines = source.endsWith("\n") ? 0 : 1;
  for (let at = source.indexOf("\n"); at !== -1; at = source.indexOf("\n", at + 1)) lines++;
  return lines;
}

function isPermission(error: unknown): boolean {
  return error instanceof ExtensionFailure && error.failureClass === "permission";
}

function tooLarge(bytes: number): string {
  return `it has ${Math.round(bytes / 1000)} kB, more than the ${MAX_BYTES / 1000} kB that are measured`;
}
