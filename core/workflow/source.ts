/**
 * Places in a text: offsets to lines and columns, JSON paths to offsets. A `Positions` covers one workflow definition;
 * the body of a loop or sub-workflow has its own, which may be of another file.
 *
 * @module
 */

import type { JsonNode } from "./json_node.ts";
import type { Problem } from "./problem.ts";

export type JsonPath = readonly (string | number)[];

/** 1-based; columns count UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export class Source {
  readonly file: string;
  readonly text: string;
  #lineStarts: Uint32Array | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  /** Line and column of an offset; offsets past the end stand at the end. */
  placeAt(offset: number): Place {
    const starts = this.#lineStarts ??= lineStarts(this.text);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    const column = Math.min(offset, this.text.length) - (starts[low] as number) + 1;
    return { line: low + 1, column };
  }
}

function lineStarts(text: string): Uint32Array {
  const starts = [0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1);
  }
  return Uint32Array.from(starts);
}

/** Where in the place's value a problem is: at the member's name, at the value, or inside the string. */
export type Anchor = "name" | "value" | { readonly inString: number };

export class Positions {
  readonly source: Source;
  /** Names in `nodes` whose definition could not be read: references to them are not reported again. */
  readonly unreadable: Set<string> = new Set();
  readonly #root: JsonNode | undefined;
  readonly #prefix: JsonPath;
  readonly #bodies = new Map<string, Positions>();

  constructor(source: Source, root: JsonNode | undefined, prefix: JsonPath = []) {
    this.source = source;
    this.#root = root;
    this.#prefix = prefix;
  }

  /** Notes the positions of a node's body. */
  addBody(node: string, positions: Positions): void {
    this.#bodies.set(node, positions);
  }

  /** The positions of the body of a loop or sub-workflow; places are unknown for a body that was not parsed here. */
  body(node: string): Positions {
    return this.#bodies.get(node) ?? new Positions(this.source, undefined, [...this.#prefix, "nodes", node]);
  }

  /** True where the file has a value at `path`. */
  has(path: JsonPath): boolean {
    let node = this.#root;
    for (const key of path) {
      if (node?.kind === "object") node = node.members.get(String(key))?.node;
      else node = node?.kind === "array" ? node.items[Number(key)] : undefined;
    }
    return node !== undefined;
  }

  /** The path from the root of the file. */
  absolute(path: JsonPath): JsonPath {
    return [...this.#prefix, ...path];
  }

  /** Where `path` stands: the deepest part of it that the file has. */
  placeOf(path: JsonPath, anchor: Anchor = "value"): Place {
    let node = this.#root;
    let offset = node?.offset ?? 0;
    let complete = node !== undefined;
    for (const key of path) {
      const member = node?.kind === "object" ? node.members.get(String(key)) : undefined;
      const next = member?.node ?? (node?.kind === "array" ? node.items[Number(key)] : undefined);
      if (next === undefined) {
        complete = false;
        break;
      }
      node = next;
      offset = anchor === "name" && member !== undefined ? member.nameOffset : next.offset;
    }
    if (complete && typeof anchor === "object" && node?.kind === "string") {
      offset = rawOffset(this.source.text, node.offset, anchor.inString);
    }
    return this.source.placeAt(offset);
  }

  /** A problem at `path`. */
  problem(path: JsonPath, anchor: Anchor, fault: Fault): Problem {
    return {
      severity: fault.severity ?? "error",
      code: fault.code,
      message: fault.message,
      hint: fault.hint,
      file: this.source.file,
      ...this.placeOf(path, anchor),
      path: [...this.#prefix, ...path].join("."),
    };
  }
}

/** What is wrong, before it has a place. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly severity?: "error" | "warning";
}

/** The offset in the text of unit `index` of the string literal at `start`, escapes counted as what they stand for. */
function rawOffset(text: string, start: number, index: number): number {
  let at = start + 1;
  for (let unit = 0; unit < index && at < text.length; unit++) {
    if (text[at] !== "\\") at++;
    else at += text[at + 1] === "u" ? 6 : 2;
  }
  return at;
}
