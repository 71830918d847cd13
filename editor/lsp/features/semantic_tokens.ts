/**
 * Semantic tokens: what each name is, as the server knows it. The whole of a document, only what changed since the last time, or a
 * range.
 *
 * @module
 */

import { isObject, type JsonObject, own } from "../../../core/json.ts";
import type { TextRange } from "../../../core/ports/text_editing.ts";
import type { Buffer } from "../../buffers.ts";
import type { Answer, Asking, AskOptions, Carried } from "../asking.ts";
import type { LanguageServer } from "../language_server.ts";
import type { Session } from "../session.ts";
import { listOf, objectOf, stringIn } from "./answer_reading.ts";

export interface SemanticToken {
  readonly span: TextRange;
  readonly type: string;
  readonly modifiers: readonly string[];
}

const MOST_TOKENS = 500_000;
const METHOD = "textDocument/semanticTokens";
/** Five numbers a token: lines and units since the one before, length, type, modifiers. */
const WIDTH = 5;

interface Known {
  readonly session: Session;
  readonly resultId: string;
  readonly data: readonly number[];
}

/** Asks for tokens and keeps the last answer of each server about each buffer, of which it then only wants the difference. */
export class SemanticTokens {
  readonly #asking: Asking;
  readonly #known = new WeakMap<Buffer, Map<LanguageServer, Known>>();

  constructor(asking: Asking) {
    this.#asking = asking;
  }

  /**
   * The tokens of the first server that has any, by place; of `range` alone where one is given and the server can do that.
   * @throws as Asking.first
   */
  async of(buffer: Buffer, range: TextRange | undefined, options: AskOptions = {}): Promise<SemanticToken[]> {
    for (const server of await this.#asking.serversFor(buffer, METHOD, options)) {
      const provider = server.session?.features.options(METHOD) ?? {};
      const answer = await this.#ask(server, provider, buffer, range, options);
      if (answer !== undefined) return decode(answer.data, provider, answer.carried);
    }
    return [];
  }

  async #ask(
    server: LanguageServer,
    provider: JsonObject,
    buffer: Buffer,
    range: TextRange | undefined,
    options: AskOptions,
  ): Promise<{ readonly data: readonly number[]; readonly carried: Carried } | undefined> {
    const full = own(provider, "full");
    if (range !== undefined && own(provider, "range") !== undefined && own(provider, "range") !== false) {
      const answer = await this.#asking.one(server, buffer, `${METHOD}/range`, (question) => ({
        textDocument: question.textDocument,
        range: question.range(range),
      }), options);
      return { data: numbersOf(own(objectOf(answer.value), "data")), carried: answer.carried };
    }
    if (full === undefined || full === false) return undefined;
    const known = this.#known.get(buffer)?.get(server);
    const session = server.session;
    if (isObject(full) && own(full, "delta") === true && known !== undefined && known.session === session) {
      const answer = await this.#asking.one(server, buffer, `${METHOD}/full/delta`, (question) => ({
        textDocument: question.textDocument,
        previousResultId: known.resultId,
      }), options);
      return this.#keep(buffer, answer, known.data);
    }
    const answer = await this.#asking.one(server, buffer, `${METHOD}/full`, (question) => ({
      textDocument: question.textDocument,
    }), options);
    return this.#keep(buffer, answer, []);
  }

  #keep(
    buffer: Buffer,
    answer: Answer,
    before: readonly number[],
  ): { readonly data: readonly number[]; readonly carried: Carried } | undefined {
    const told = objectOf(answer.value);
    if (told === undefined) return undefined;
    const edits = own(told, "edits");
    const data = Array.isArray(edits) ? edited(before, edits) : numbersOf(own(told, "data"));
    const resultId = stringIn(told, "resultId");
    const servers = this.#known.get(buffer) ?? new Map<LanguageServer, Known>();
    this.#known.set(buffer, servers);
    if (resultId === undefined || data === undefined) servers.delete(answer.server);
    else servers.set(answer.server, { session: answer.session, resultId, data });
    return data === undefined ? undefined : { data, carried: answer.carried };
  }
}

/** `before` with the server's edits; undefined where they do not fit it. */
function edited(before: readonly number[], edits: unknown): readonly number[] | undefined {
  const sorted = listOf(edits, MOST_TOKENS).map((item) => {
    const told = objectOf(item) ?? {};
    return {
      start: Number(own(told, "start")),
      count: Number(own(told, "deleteCount")),
      data: numbersOf(own(told, "data") ?? []),
    };
  }).sort((a, b) => a.start - b.start);
  const parts: number[][] = [];
  let done = 0;
  for (const { start, count, data } of sorted) {
    if (
      !(Number.isInteger(start) && Number.isInteger(count) && start >= done && count >= 0 &&
        start + count <= before.length)
    ) {
      return undefined;
    }
    parts.push(before.slice(done, start), [...data]);
    done = start + count;
  }
  parts.push(before.slice(done));
  return parts.flat();
}

function numbersOf(value: unknown): readonly number[] {
  const list = listOf(value, MOST_TOKENS * WIDTH);
  return list.every((one) => typeof one === "number" && Number.isInteger(one) && one >= 0)
    ? list as number[]
    : [];
}

/** Five numbers a token become spans and names. */
function decode(data: readonly number[], provider: JsonObject, carried: Carried): SemanticToken[] {
  const legend = objectOf(own(provider, "legend")) ?? {};
  const types = listOf(own(legend, "tokenTypes"), 1000).map(String);
  const modifierNames = listOf(own(legend, "tokenModifiers"), 31).map(String);
  const { map } = carried;
  const tokens: SemanticToken[] = [];
  let line = 0;
  let character = 0;
  for (let at = 0; at + WIDTH <= data.length; at += WIDTH) {
    const [lines, units, length, type, bits] = data.slice(at, at + WIDTH) as [
      number,
      number,
      number,
      number,
      number,
    ];
    character = lines === 0 ? character + units : units;
    line += lines;
    if (line >= map.lines) break;
    const start = { line, character };
    const span = carried.carry(map.span({ start, end: { line, character: character + length } }));
    const name = types[type];
    if (name === undefined || span.from === span.to) continue;
    tokens.push({ span, type: name, modifiers: modifierNames.filter((_, bit) => (bits & 1 << bit) !== 0) });
  }
  return tokens;
}
