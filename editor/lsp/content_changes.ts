/**
 * A delta of the text core as the content changes of `textDocument/didChange`.
 *
 * The protocol applies changes one after the other, each to the text that the one before left. So they are given from
 * the end of the text to its beginning: then each range is one of the old text.
 *
 * Invariant: a server that applies the changes has exactly the text that `delta.apply` gives, in any encoding.
 *
 * @module
 */

import type { TextDocumentContentChangeEvent } from "vscode-languageserver-protocol";
import type { Delta } from "../text/delta.ts";
import type { PositionMap } from "./position.ts";

/** The changes that `delta` makes to the text of `map`. */
export function contentChanges(map: PositionMap, delta: Delta): TextDocumentContentChangeEvent[] {
  const changes: TextDocumentContentChangeEvent[] = [];
  for (let at = delta.size - 1; at >= 0; at--) {
    let from = delta.from[at] as number;
    let to = delta.to[at] as number;
    let text = delta.insert[at] as string;
    // There is no position between "\r" and "\n", so an edge that falls there takes the other half along.
    if (partsReturn(map, from)) {
      from--;
      text = "\r" + text;
    }
    if (partsReturn(map, to)) {
      to++;
      text += "\n";
    }
    changes.push({ range: map.range({ from, to }), text });
  }
  return changes;
}

function partsReturn(map: PositionMap, offset: number): boolean {
  return map.rope.charCodeAt(offset) === 10 && map.rope.charCodeAt(offset - 1) === 13;
}
