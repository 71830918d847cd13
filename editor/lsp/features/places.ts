/**
 * Places that servers name, in any file: definitions, references, symbols of the workspace. In a file that is open they are spans of its
 * newest text; in any other the file is read to count in UTF-16, where the server counts otherwise.
 *
 * @module
 */

import type { Range } from "vscode-languageserver-protocol";
import { own } from "../../../core/json.ts";
import type { TextRange } from "../../../core/ports/text_editing.ts";
import type { Buffer, Buffers } from "../../buffers.ts";
import type { Disk } from "../../files/disk.ts";

import { Rope } from "../../text/rope.ts";
import type { Answer, Asking, AskOptions } from "../asking.ts";
import { Carried } from "../asking.ts";
import type { LanguageServer } from "../language_server.ts";
import { type PositionEncoding, PositionMap } from "../position.ts";
import { pathOfUri } from "../uri.ts";
import { listOf, objectOf, rangeOf, stringIn } from "./answer_reading.ts";

/** Line from 0, and UTF-16 units in it. */
export interface LinePlace {
  readonly line: number;
  readonly character: number;
}

export interface Place {
  readonly uri: string;
  /** The file; undefined for what is none. */
  readonly path?: string;
  readonly start: LinePlace;
  readonly end: LinePlace;
  /** Where the file is open: the buffer and the span in its newest text. */
  readonly buffer?: Buffer;
  readonly span?: TextRange;
  /** The text of the first line, where it is at hand. */
  readonly text?: string;
}

const MOST_PLACES = 20_000;
/** Files that one answer makes the editor read. */
const MOST_FILES = 200;
const MOST_FILE_UNITS = 10_000_000;
const LONGEST_LINE = 300;

/** The texts that servers may name: those that are open, and the files. */
export interface OpenWorld {
  readonly buffers: Buffers;
  readonly disk: Pick<Disk, "place" | "state" | "load" | "save">;
}

/** Turns what servers name into places; one for each answer, since it remembers the files it read. */
export class PlaceReader {
  readonly #world: OpenWorld;
  readonly #files = new Map<string, Promise<Rope | undefined>>();

  constructor(world: OpenWorld) {
    this.#world = world;
  }

  /** Undefined where the URI or range is none. */
  async read(
    server: LanguageServer,
    encoding: PositionEncoding,
    uri: unknown,
    told: unknown,
  ): Promise<Place | undefined> {
    const range = rangeOf(told);
    if (typeof uri !== "string" || range === undefined) return undefined;
    const path = await nameOf(this.#world.disk, uri);
    if (path === undefined) return { uri, start: range.start, end: range.end };
    const buffer = this.#world.buffers.at(path);
    if (buffer !== undefined) return inBuffer(buffer, server, encoding, range, uri, path);
    const rope = await this.#file(path);
    if (rope === undefined) return { uri, path, start: range.start, end: range.end };
    const span = new PositionMap(rope, encoding).span(range);
    return { uri, path, ...linesOf(rope, span) };
  }

  #file(path: string): Promise<Rope | undefined> {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = this.#files.size < MOST_FILES
        ? this.#world.disk.load(path).then(
          ({ chunks }) => {
            const units = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
            return units > MOST_FILE_UNITS ? undefined : Rope.ofChunks(chunks);
          },
          () => undefined,
        )
        : Promise.resolve(undefined);
      this.#files.set(path, file);
    }
    return file;
  }
}

/** The one name of the file of a URI, or its path where there is no such file; undefined where it is no file. */
export async function nameOf(disk: Pick<Disk, "place">, uri: string): Promise<string | undefined> {
  const path = pathOfUri(uri);
  return path === undefined ? undefined : await disk.place(path).catch(() => path);
}

function inBuffer(
  buffer: Buffer,
  server: LanguageServer,
  encoding: PositionEncoding,
  range: Range,
  uri: string,
  path: string,
): Place {
  const sent = server.document(buffer)?.sent;
  // A buffer that the server does not know: it speaks of the file, which is closest to the newest text.
  const span = sent === undefined
    ? new PositionMap(buffer.text, encoding).span(range)
    : new Carried(buffer, sent).span(range);
  return { uri, path, buffer, span, ...linesOf(buffer.text, span) };
}

/** A span by lines, and the text of the first. */
export function linesOf(rope: Rope, span: TextRange): { start: LinePlace; end: LinePlace; text: string } {
  const at = (offset: number): LinePlace => {
    const line = rope.lineAt(offset);
    return { line, character: offset - rope.lineStart(line) };
  };
  const start = at(span.from);
  const from = rope.lineStart(start.line);
  const to = rope.snap(Math.min(rope.lineEnd(start.line), from + LONGEST_LINE));
  return { start, end: at(span.to), text: rope.sliceString(from, to).trimEnd() };
}

/** What the name at a place leads to. */
export type PlaceKind = "definition" | "declaration" | "typeDefinition" | "implementation";

/** Where what stands at `offset` is defined, declared, implemented. Empty where nothing is known. @throws as Asking.all */
export async function definitions(
  asking: Asking,
  world: OpenWorld,
  kind: PlaceKind,
  buffer: Buffer,
  offset: number,
  options: AskOptions = {},
): Promise<Place[]> {
  const answers = await asking.all(buffer, `textDocument/${kind}`, (question) => ({
    textDocument: question.textDocument,
    position: question.position(offset),
  }), options);
  return await placesOf(world, answers);
}

/** Where else the name at `offset` is used. @throws as Asking.all */
export async function references(
  asking: Asking,
  world: OpenWorld,
  buffer: Buffer,
  offset: number,
  options: AskOptions & { readonly includeDeclaration?: boolean } = {},
): Promise<Place[]> {
  const answers = await asking.all(buffer, "textDocument/references", (question) => ({
    textDocument: question.textDocument,
    position: question.position(offset),
    context: { includeDeclaration: options.includeDeclaration ?? true },
  }), options);
  return await placesOf(world, answers);
}

/** One place or a list, as locations or links. The same place told by two servers counts once. */
async function placesOf(world: OpenWorld, answers: readonly Answer[]): Promise<Place[]> {
  const reader = new PlaceReader(world);
  const found = new Map<string, Place>();
  for (const { server, session, value } of answers) {
    for (const item of Array.isArray(value) ? listOf(value, MOST_PLACES) : [value]) {
      const told = objectOf(item);
      if (told === undefined) continue;
      const uri = stringIn(told, "targetUri") ?? stringIn(told, "uri");
      const range = own(told, "targetSelectionRange") ?? own(told, "targetRange") ?? own(told, "range");
      const place = await reader.read(server, session.encoding, uri, range);
      if (place !== undefined) {
        found.set(`${place.path ?? place.uri}:${place.start.line}:${place.start.character}`, place);
      }
    }
  }
  return [...found.values()];
}

export type HighlightKind = "text" | "read" | "write";
const HIGHLIGHT_KINDS: readonly HighlightKind[] = ["text", "read", "write"];

export interface Highlight {
  readonly span: TextRange;
  readonly kind: HighlightKind;
}

/** The other places in the buffer of what stands at `offset`. @throws as Asking.first */
export async function highlights(
  asking: Asking,
  buffer: Buffer,
  offset: number,
  options: AskOptions = {},
): Promise<Highlight[]> {
  const answer = await asking.first(buffer, "textDocument/documentHighlight", (question) => ({
    textDocument: question.textDocument,
    position: question.position(offset),
  }), options);
  if (answer === undefined) return [];
  const found: Highlight[] = [];
  for (const item of listOf(answer.value, MOST_PLACES)) {
    const told = objectOf(item) ?? {};
    const range = rangeOf(own(told, "range"));
    const kind = HIGHLIGHT_KINDS[Number(own(told, "kind") ?? 1) - 1] ?? "text";
    if (range !== undefined) found.push({ span: answer.carried.span(range), kind });
  }
  return found;
}

/** The spans around `offset`, from the inside out: what a growing selection takes. @throws as Asking.first */
export async function selectionRanges(
  asking: Asking,
  buffer: Buffer,
  offset: number,
  options: AskOptions = {},
): Promise<TextRange[]> {
  const answer = await asking.first(buffer, "textDocument/selectionRange", (question) => ({
    textDocument: question.textDocument,
    positions: [question.position(offset)],
  }), options);
  const spans: TextRange[] = [];
  let told = objectOf(listOf(answer?.value, 1)[0]);
  while (answer !== undefined && told !== undefined && spans.length < 200) {
    const range = rangeOf(own(told, "range"));
    if (range !== undefined) spans.push(answer.carried.span(range));
    told = objectOf(own(told, "parent"));
  }
  return spans;
}
