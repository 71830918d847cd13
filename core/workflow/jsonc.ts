/**
 * The seam over `jsonc-parser`: text or bytes to a tree with places. Refuses what is not UTF-8 text, texts over 4 MiB and
 * nesting over 100 before the library sees them, because it recurses. Comments and trailing commas are allowed.
 *
 * @module
 */

import { visit } from "jsonc-parser";
import type { ArrayNode, JsonMember, JsonNode, ObjectNode, ScalarNode } from "./json_node.ts";
import type { Problem } from "./problem.ts";
import { type Fault, Positions, Source } from "./source.ts";

/** 4 MiB: a workflow of 100,000 small nodes fits. */
export const MAX_BYTES = 4 * 1024 * 1024;
export const MAX_DEPTH = 100;

export interface ReadText {
  readonly source: Source;
  readonly root: JsonNode | undefined;
  readonly problems: readonly Problem[];
}

/** Reads a JSONC text. Never throws; the tree is there where some of it could be read. */
export function readJsonc(input: string | Uint8Array, file: string): ReadText {
  const decoded = decode(input);
  if (typeof decoded !== "string") return refused(new Source(file, ""), 0, decoded);
  const source = new Source(file, decoded);
  const bad = firstBadUnit(decoded);
  if (bad !== undefined) return refused(source, bad.offset, bad.fault);
  const deep = tooDeepAt(decoded);
  if (deep !== undefined) {
    return refused(source, deep, {
      code: "too-deep",
      message: `Found nesting of more than ${MAX_DEPTH} levels`,
      hint: `Keep objects and arrays within ${MAX_DEPTH} levels`,
    });
  }
  return build(source);
}

function refused(source: Source, offset: number, fault: Fault): ReadText {
  return { source, root: undefined, problems: [at(source, offset, fault)] };
}

function at(source: Source, offset: number, fault: Fault): Problem {
  const { severity = "error", code, message, hint } = fault;
  return { severity, code, message, hint, file: source.file, ...source.placeAt(offset), path: "" };
}

function decode(input: string | Uint8Array): string | Fault {
  if (input.length > MAX_BYTES) {
    return {
      code: "too-large",
      message: `Found ${input.length.toLocaleString("en")} ${
        typeof input === "string" ? "characters" : "bytes"
      }`,
      hint: `A workflow file has at most ${
        MAX_BYTES.toLocaleString("en")
      } bytes; move data into files that nodes read`,
    };
  }
  // A byte order mark is dropped, so that columns are those an editor shows.
  if (typeof input === "string") return input.startsWith("\uFEFF") ? input.slice(1) : input;
  const wide = wideEncoding(input);
  if (wide !== undefined) {
    return { code: "encoding", message: `Found ${wide} text`, hint: "Save the file as UTF-8" };
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(input);
  } catch {
    return {
      code: "encoding",
      message: `Found bytes that are not UTF-8, the first at offset ${firstInvalidByte(input)}`,
      hint: "Save the file as UTF-8",
    };
  }
}

function wideEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff)) {
    return "UTF-32";
  }
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return "UTF-16";
  if (a !== undefined && b !== undefined && (a === 0) !== (b === 0) && bytes.length % 2 === 0) {
    return "UTF-16";
  }
  return undefined;
}

/** By halving: the longest prefix that decodes ends at the first bad byte. */
function firstInvalidByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return good;
}

function firstBadUnit(text: string): { offset: number; fault: Fault } | undefined {
  const nul = text.indexOf("\0");
  if (nul >= 0) {
    const fault = { code: "encoding", message: "Found a NUL character", hint: "Save the file as UTF-8 text" };
    return { offset: nul, fault };
  }
  if (text.trim() !== "") return undefined;
  const hint = 'A workflow starts as { "schema": 1, "id": "my-workflow", "nodes": {} }';
  return { offset: 0, fault: { code: "empty", message: "Found an empty file", hint } };
}

/** The offset of the bracket that opens one level too many, strings and comments left out. */
function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text[at];
    if (unit === '"') {
      for (at++; at < text.length && text[at] !== '"' && text[at] !== "\n"; at++) if (text[at] === "\\") at++;
    } else if (unit === "/" && text[at + 1] === "/") {
      while (at + 1 < text.length && text[at + 1] !== "\n" && text[at + 1] !== "\r") at++;
    } else if (unit === "/" && text[at + 1] === "*") {
      const end = text.indexOf("*/", at + 2);
      at = end < 0 ? text.length : end + 1;
    } else if (unit === "{" || unit === "[") {
      if (++depth > MAX_DEPTH) return at;
    } else if (unit === "}" || unit === "]") depth--;
  }
  return undefined;
}

/** Places in jsonc-parser's `ParseErrorCode`, which is a const enum and so not importable. */
const syntaxFaults: Readonly<Record<number, readonly [string, string]>> = {
  1: ["Found a symbol that JSON does not have", "Names and strings stand in double quotes; values are JSON"],
  2: ["Found a malformed number", "Write it as 12, -3.5 or 1e6"],
  3: ["Found no name where a member starts", 'Members are written "name": value'],
  4: ["Found no value", "Write a JSON value here, or remove the comma or name before it"],
  5: ["Found no colon after the name", 'Members are written "name": value'],
  6: ["Found no comma between two parts", "Put a comma after the part before this place"],
  7: ["Found no closing }", "Close the object with }"],
  8: ["Found no closing ]", "Close the array with ]"],
  9: ["Found more text after the end", "A file holds one object; remove what follows it"],
  11: ["Found a comment without its end", "Close the comment with */"],
  12: ["Found a string without its closing quote", "Close the string with a double quote on the same line"],
  13: ["Found a number that breaks off", "Write digits after the point or the exponent"],
  14: ["Found a malformed \\u escape", "Write \\u and four hex digits"],
  15: [
    "Found an unknown escape in a string",
    'Use \\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u and four hex digits',
  ],
  16: ["Found a control character in a string", "Write it as an escape, for example \\n or \\t"],
};

interface Frame {
  readonly offset: number;
  readonly items: JsonNode[] | undefined;
  readonly members: Map<string, JsonMember> | undefined;
  name: string;
  nameOffset: number;
}

function build(source: Source): ReadText {
  const problems: Problem[] = [];
  const stack: Frame[] = [];
  let root: JsonNode | undefined;
  const put = (node: JsonNode) => {
    const frame = stack.at(-1);
    if (frame === undefined) root ??= node;
    else if (frame.items !== undefined) frame.items.push(node);
    else if (frame.members !== undefined && frame.name !== "__proto__") {
      frame.members.set(frame.name, { name: frame.name, nameOffset: frame.nameOffset, node });
    }
  };
  const open = (offset: number, list: boolean) => {
    stack.push({
      offset,
      items: list ? [] : undefined,
      members: list ? undefined : new Map(),
      name: "",
      nameOffset: offset,
    });
  };
  const close = (end: number) => {
    const frame = stack.pop() as Frame;
    const placed = { offset: frame.offset, length: end - frame.offset };
    if (frame.items !== undefined) put({ kind: "array", items: frame.items, ...placed } satisfies ArrayNode);
    else put({ kind: "object", members: frame.members ?? new Map(), ...placed } satisfies ObjectNode);
  };
  visit(source.text, {
    onObjectBegin: (offset) => open(offset, false),
    onArrayBegin: (offset) => open(offset, true),
    onObjectEnd: (offset, length) => close(offset + length),
    onArrayEnd: (offset, length) => close(offset + length),
    onObjectProperty: (name, offset) => {
      const frame = stack.at(-1) as Frame;
      const fault = memberFault(name, frame);
      if (fault !== undefined) problems.push(at(source, offset, fault));
      frame.name = name;
      frame.nameOffset = offset;
    },
    onLiteralValue: (value: ScalarNode["value"], offset, length) => {
      const kind = value === null ? "null" : typeof value as "string" | "number" | "boolean";
      if (kind === "number" && !Number.isFinite(value)) {
        const hint = "Numbers stay below 1.8e308";
        problems.push(at(source, offset, { code: "bad-value", message: "Found a number too large", hint }));
      }
      put({ kind, value, offset, length });
    },
    onError: (error, offset) => {
      const [message, hint] = syntaxFaults[error] ?? ["Found text that is not JSON", "Write JSON"];
      problems.push(at(source, offset, { code: "syntax", message, hint }));
    },
  }, { allowTrailingComma: true, disallowComments: false });
  while (stack.length > 0) close(source.text.length);
  return { source, root, problems };
}

function memberFault(name: string, frame: Frame): Fault | undefined {
  if (name === "__proto__") {
    return { code: "reserved-name", message: 'Found the name "__proto__"', hint: "Choose another name" };
  }
  if (frame.members?.has(name) !== true) return undefined;
  return {
    code: "duplicate-key",
    message: `Found "${name}" twice in one object`,
    hint: "Remove or rename one of the two",
  };
}

/** The positions of a whole file. */
export function positionsOf(read: ReadText): Positions {
  return new Positions(read.source, read.root);
}
