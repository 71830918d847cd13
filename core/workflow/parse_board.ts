/**
 * What the board keeps in the file for itself: notes, groups, and where the workflow's inputs and outputs stand. It means
 * nothing to a run and is not part of the definition; it is read only so that mistakes in it are told.
 *
 * @module
 */

import { boardFields, groupFields, noteFields, positionFields } from "./fields.ts";
import type { ObjectNode } from "./json_node.ts";
import type { Reader } from "./reader.ts";

const place = { min: -1e9, max: 1e9 };
const size = { min: 1, max: 100_000 };
export const boardColours = ["grey", "blue", "green", "yellow", "red", "violet"] as const;

/** Reports what is wrong with `board`. */
export function checkBoard(tree: ObjectNode, reader: Reader): void {
  const board = reader.object(tree, "board", [], 'Expected an object { "notes": {…}, "groups": {…} }');
  if (board === undefined) return;
  reader.checkFields(board, ["board"], boardFields, '"board"');
  for (const end of ["inputs", "outputs"] as const) {
    const position = reader.object(board, end, ["board"], 'Expected an object { "x": 0, "y": 0 }');
    if (position === undefined) continue;
    const path = ["board", end];
    reader.checkFields(position, path, positionFields, `"${end}"`);
    for (const axis of positionFields) reader.number(position, axis, path, place);
  }
  for (const [note, path] of entries(board, "notes", reader)) {
    reader.checkFields(note, path, noteFields, "the note");
    reader.text(note, "text", path);
    for (const axis of positionFields) reader.number(note, axis, path, place);
    for (const side of ["width", "height"]) reader.number(note, side, path, size);
    reader.word(note, "colour", path, boardColours);
  }
  for (const [group, path] of entries(board, "groups", reader)) {
    reader.checkFields(group, path, groupFields, "the group");
    reader.text(group, "title", path, 200);
    reader.word(group, "colour", path, boardColours);
    const folded = group.members.get("folded")?.node;
    if (folded !== undefined && folded.kind !== "boolean") {
      reader.wrong([...path, "folded"], folded, "Expected true for a group that the board shows as one box");
    }
    const nodes = group.members.get("nodes")?.node;
    if (nodes === undefined) reader.missing(path, "nodes", "the group", 'Add "nodes": ["scan"]');
    else if (nodes.kind !== "array" || nodes.items.some(({ kind }) => kind !== "string")) {
      reader.wrong([...path, "nodes"], nodes, "Expected a list of names of nodes");
    }
  }
}

function* entries(
  board: ObjectNode,
  name: string,
  reader: Reader,
): Generator<readonly [ObjectNode, readonly string[]]> {
  const list = reader.object(board, name, ["board"], "Expected an object of name to entry");
  for (const id of list?.members.keys() ?? []) {
    const path = ["board", name, id];
    const entry = reader.object(list as ObjectNode, id, ["board", name], "Expected an object");
    if (entry !== undefined) yield [entry, path];
  }
}
