/**
 * The edit that taking a completion makes: the item's text, and what it needs elsewhere (an import), as one delta; and where to type next.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { SymphonyError } from "../../../core/errors.ts";
import { own } from "../../../core/json.ts";
import type { Buffer } from "../../buffers.ts";
import { Delta } from "../../text/delta.ts";
import { deltaOfTextEdits } from "../text_edits.ts";
import { type CompletionItem, originOf } from "./completion.ts";
import { parseSnippet, plain, type SnippetStop } from "./snippet.ts";

/** An edit of the newest text, and the stops of the snippet in the text it makes. */
export interface CompletionEdit {
  readonly revision: number;
  readonly delta: Delta;
  readonly stops: readonly SnippetStop[];
}

/**
 * What taking `item` changes. `mode` says whether text behind the caret is kept (`insert`) or replaced.
 * @throws SymphonyError `aborted` where the text moved on too far, `protocol` where the item's further edits cannot be
 */
export function completionEdit(
  buffer: Buffer,
  item: CompletionItem,
  mode: "insert" | "replace",
): CompletionEdit {
  const { raw, carried } = originOf(item);
  const { document, text } = buffer;
  let later: Delta;
  let sinceSent: Delta;
  try {
    later = document.changesSince(carried.revision);
    sinceSent = document.changesSince(carried.sent.revision);
  } catch {
    throw new SymphonyError("aborted", `Cannot take "${item.label}": the text has moved on`);
  }
  const listed = mode === "insert" ? item.insert : item.replace;
  const from = later.mapOffset(listed.from, -1);
  const to = Math.max(from, later.mapOffset(listed.to, 1));
  const further = deltaOfTextEdits(carried.map, own(raw, "additionalTextEdits") ?? []);
  if (!further.ok) throw new SymphonyError("protocol", `Cannot take "${item.label}": ${further.error}`);
  const elsewhere = further.value.transform(sinceSent, "before");
  const snippet = item.isSnippet
    ? parseSnippet(
      indented(text.sliceString(text.lineStart(text.lineAt(from)), from), item.newText),
      variables(buffer, from, to),
    )
    : plain(item.newText);
  const changes = [...elsewhere.changes()];
  if (changes.some((change) => change.from < to && change.to > from)) {
    throw new SymphonyError("protocol", `Cannot take "${item.label}": its further edits overlap it`);
  }
  const at = changes.findIndex((change) => change.from >= to && change.to > from);
  changes.splice(at < 0 ? changes.length : at, 0, { from, to, insert: snippet.text });
  const delta = Delta.of(text.length, changes);
  // The text before the item may grow by an import.
  const start = elsewhere.mapOffset(from, 1);
  const stops = snippet.stops.map((stop) => ({
    ...stop,
    places: stop.places.map((place) => ({ from: place.from + start, to: place.to + start })),
  }));
  return { revision: document.revision, delta, stops };
}

/** The snippet's further lines take the indentation of the line it is put in. */
function indented(before: string, snippet: string): string {
  const indentation = /^[ \t]*/.exec(before)?.[0] ?? "";
  return indentation === "" ? snippet : snippet.replaceAll("\n", `\n${indentation}`);
}

function variables(buffer: Buffer, from: number, to: number): (name: string) => string | undefined {
  const { text, path = "" } = buffer;
  const line = text.lineAt(from);
  return (name) => {
    switch (name) {
      case "TM_SELECTED_TEXT":
      case "TM_CURRENT_WORD":
        return text.sliceString(from, to);
      case "TM_CURRENT_LINE":
        return text.sliceString(text.lineStart(line), text.lineEnd(line));
      case "TM_LINE_INDEX":
        return String(line);
      case "TM_LINE_NUMBER":
        return String(line + 1);
      case "TM_FILENAME":
        return basename(path);
      case "TM_FILENAME_BASE":
        return basename(path).replace(/\.[^.]*$/, "");
      case "TM_DIRECTORY":
        return dirname(path);
      case "TM_FILEPATH":
        return path;
    }
    return undefined;
  };
}
