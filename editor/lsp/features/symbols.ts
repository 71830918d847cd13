/**
 * The symbols of a document and of the workspace.
 *
 * @module
 */

import { SymphonyError } from "../../../core/errors.ts";
import { own } from "../../../core/json.ts";
import type { TextRange } from "../../../core/ports/text_editing.ts";
import type { Buffer } from "../../buffers.ts";
import { type Asking, type AskOptions, type Carried, timeoutOf } from "../asking.ts";
import type { LanguageServer } from "../language_server.ts";
import { integerIn, listOf, objectOf, optional, rangeOf, stringIn } from "./answer_reading.ts";
import { type OpenWorld, type Place, PlaceReader } from "./places.ts";

export const SYMBOL_KINDS = [
  "file",
  "module",
  "namespace",
  "package",
  "class",
  "method",
  "property",
  "field",
  "constructor",
  "enum",
  "interface",
  "function",
  "variable",
  "constant",
  "string",
  "number",
  "boolean",
  "array",
  "object",
  "key",
  "null",
  "enumMember",
  "struct",
  "event",
  "operator",
  "typeParameter",
] as const;

export type SymbolKind = typeof SYMBOL_KINDS[number];

export interface DocumentSymbol {
  readonly name: string;
  readonly detail?: string;
  readonly kind: SymbolKind;
  readonly deprecated: boolean;
  /** All of it. */
  readonly span: TextRange;
  /** Its name. */
  readonly selection: TextRange;
  readonly children: readonly DocumentSymbol[];
}

export interface WorkspaceSymbol {
  readonly name: string;
  readonly container?: string;
  readonly kind: SymbolKind;
  readonly place: Place;
  readonly server: string;
}

const MOST_SYMBOLS = 20_000;
const DEEPEST = 100;

/** The symbols of a buffer, as a tree where the server gives one. @throws as Asking.first */
export async function documentSymbols(
  asking: Asking,
  buffer: Buffer,
  options: AskOptions = {},
): Promise<DocumentSymbol[]> {
  const answer = await asking.first(buffer, "textDocument/documentSymbol", (question) => ({
    textDocument: question.textDocument,
  }), options);
  return answer === undefined ? [] : symbolsOf(answer.value, answer.carried, { left: MOST_SYMBOLS }, 0);
}

function symbolsOf(
  value: unknown,
  carried: Carried,
  budget: { left: number },
  depth: number,
): DocumentSymbol[] {
  const symbols: DocumentSymbol[] = [];
  for (const item of listOf(value, MOST_SYMBOLS)) {
    const told = objectOf(item);
    const name = told === undefined ? undefined : stringIn(told, "name");
    if (told === undefined || name === undefined || budget.left-- <= 0) continue;
    // The older form has a location instead, and no children.
    const range = rangeOf(own(told, "range")) ?? rangeOf(own(objectOf(own(told, "location")) ?? {}, "range"));
    if (range === undefined) continue;
    const span = carried.span(range);
    const selection = rangeOf(own(told, "selectionRange"));
    symbols.push({
      name,
      kind: kindOf(told),
      deprecated: isDeprecated(told),
      span,
      selection: selection === undefined ? span : carried.span(selection),
      children: depth < DEEPEST ? symbolsOf(own(told, "children"), carried, budget, depth + 1) : [],
      ...optional("detail", stringIn(told, "detail")),
    });
  }
  return symbols;
}

/** What in the servers' workspaces is called like `query`. @throws SymphonyError where no server answers, as Channel.request */
export async function workspaceSymbols(
  servers: readonly LanguageServer[],
  world: OpenWorld,
  query: string,
  options: AskOptions = {},
): Promise<WorkspaceSymbol[]> {
  const method = "workspace/symbol";
  const able = servers.filter((server) => server.session?.features.options(method) !== undefined);
  const reader = new PlaceReader(world);
  const asked = await Promise.allSettled(able.map(async (server) => {
    const session = server.session;
    if (session === undefined) return [];
    const value = await session.request(method, { query }, {
      timeoutMs: timeoutOf(method, options),
      signal: options.signal,
    });
    const symbols: WorkspaceSymbol[] = [];
    for (const item of listOf(value, MOST_SYMBOLS)) {
      const told = objectOf(item) ?? {};
      const name = stringIn(told, "name");
      const location = objectOf(own(told, "location")) ?? {};
      const range = own(location, "range") ??
        { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
      const place = await reader.read(server, session.encoding, own(location, "uri"), range);
      if (name === undefined || place === undefined) continue;
      symbols.push({
        name,
        kind: kindOf(told),
        place,
        server: server.name,
        ...optional("container", stringIn(told, "containerName")),
      });
    }
    return symbols;
  }));
  const failed = asked.find((one) => one.status === "rejected");
  if (failed !== undefined && asked.every((one) => one.status === "rejected")) throw failed.reason;
  if (able.length === 0 && servers.length === 0) {
    throw new SymphonyError("unsupported", "Cannot look for symbols: no language server is running");
  }
  return asked.flatMap((one) => one.status === "fulfilled" ? one.value : []);
}

function kindOf(told: Parameters<typeof integerIn>[0]): SymbolKind {
  return SYMBOL_KINDS[(integerIn(told, "kind", 1, SYMBOL_KINDS.length) ?? 13) - 1] as SymbolKind;
}

function isDeprecated(told: Parameters<typeof integerIn>[0]): boolean {
  return own(told, "deprecated") === true || listOf(own(told, "tags"), 10).includes(1);
}
