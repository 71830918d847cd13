/** Failures by cause. @module */

import { createHash } from "node:crypto";
import type { NodeFailure } from "../../../core/policy/failure.ts";
import type { StackFrame } from "../../api/failures.ts";

/**
 * Equal for failures of one cause: the class, the node type, the place in the author's code where there is one, and the
 * message without what varies in it (numbers, ids, paths, quoted text).
 */
export function fingerprintOf(nodeType: string, failure: NodeFailure): string {
  const [frame] = stackOf(failure);
  const place = frame === undefined ? "" : `${frame.file}:${frame.line}`;
  const text = `${failure.class}\0${nodeType}\0${place}\0${plainMessage(failure.message)}`;
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** The message with what varies taken out. */
export function plainMessage(message: string): string {
  return message
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, '"…"')
    .replaceAll(/\b[0-9a-f]{8,}(-[0-9a-f]{4,})*\b/gi, "#")
    .replaceAll(/(?:\/[\w.@-]+){2,}/g, "/…")
    .replaceAll(/\br[0-9a-z]{15}\b/g, "#")
    .replaceAll(/\d+(\.\d+)?/g, "0")
    .slice(0, 400);
}

/** The frames of a stack in a failure's detail, innermost first, those of the runtime left out. */
export function stackOf({ detail = "" }: NodeFailure): StackFrame[] {
  const frames: StackFrame[] = [];
  for (const line of detail.split("\n")) {
    const match =
      /^\s*at (?:async )?(?:(.*?) \()?((?:file:\/\/|https?:\/\/|\/|\.{1,2}\/|[\w-]+\/)?[^\s()]+?):(\d+):(\d+)\)?$/
        .exec(line);
    if (match === null) continue;
    const [, name = "", file = "", row = "0", column = "0"] = match;
    if (/^(ext:|node:|internal)/.test(file)) continue;
    frames.push({ name, file, line: Number(row), column: Number(column) });
    if (frames.length === 50) break;
  }
  return frames;
}
