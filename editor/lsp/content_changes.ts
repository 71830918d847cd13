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

import type { Position, TextDocumentContentChangeEvent } from "vscode-languageserver-protocol";
import type { Delta } from "../text/delta.ts";
import type { PositionMap } from "./position.ts";
import { walkPositions } from "./position_walk.ts";

/** From so many changes on, the text is walked once in place of being asked for each place. */
const MANY = 48;

/** The changes that `delta` makes to the text of `map`. */
export function contentChanges(map: PositionMap, delta: Delta): TextDocumentContentChangeEvent[] {
  const edges = delta.size >= MANY && !map.hasLoneReturns ? walkedEdges(map, delta) : askedEdges(map, delta);
  const changes: TextDocumentContentChangeEvent[] = [];
  for (let at = delta.size - 1; at >= 0; at--) {
    let text = delta.insert[at] as string;
    let { position: start, partsReturn } = edges[2 * at] as Edge;
    // There is no position between "\r" and "\n", so an edge that falls there takes the other half along.
    if (partsReturn) {
      start = { line: start.line, character: start.character - 1 };
      text = "\r" + text;
    }
    let end: Position;
    ({ position: end, partsReturn } = edges[2 * at + 1] as Edge);
    if (partsReturn) {
      end = { line: end.line + 1, character: 0 };
      text += "\n";
    }
    changes.push({ range: { start, end }, text });
  }
  return changes;
}

/** Where a change begins or ends, and whether that is between "\r" and "\n". */
interface Edge {
  readonly position: Position;
  readonly partsReturn: boolean;
}

function askedEdges(map: PositionMap, delta: Delta): Edge[] {
  const edge = (offset: number): Edge => ({
    position: map.position(offset),
    partsReturn: map.rope.charCodeAt(offset) === 10 && map.rope.charCodeAt(offset - 1) === 13,
  });
  return delta.from.flatMap((from, at) => {
    const first = edge(from);
    return [first, delta.to[at] === from ? first : edge(delta.to[at] as number)];
  });
}

function walkedEdges(map: PositionMap, delta: Delta): Edge[] {
  const offsets = delta.from.flatMap((from, at) => [from, delta.to[at] as number]);
  return walkPositions(map.rope, map.encoding, offsets);
}
