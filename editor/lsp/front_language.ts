/**
 * Language intelligence for a xi front end that asks for it: the request `language`, an optional method beside the protocol's own.
 *
 * A front end that sends `symphony: {"language": true}` in `client_started` is told the methods with `language_methods`. It then may send
 * `language {view_id, method, params}` with an id. Places in the view are its own lines and UTF-8 columns, as everywhere in the
 * protocol; a question is about `line` and `column`, or where they are left out the last caret. What changes a text changes it as the person
 * does: an `update` follows, and it is undone as one.
 *
 * | method | params | result |
 * | --- | --- | --- |
 * | `features` | | names of what can be asked |
 * | `complete` | `trigger?`, `limit?` | `{list, items: [{item, label, kind, detail?, …}], incomplete}` |
 * | `describe_completion`, `take_completion` | `list`, `item`, `mode?` | `{detail?, documentation?}`; null |
 * | `signature` | `trigger?` | `{signatures, active}` or null |
 * | `definition`, `declaration`, `type_definition`, `implementation`, `references` | | `[{path, line, column, text?}]` |
 * | `diagnostics`, `symbols`, `folds`, `highlights` | | lists with `range: [line, column, line, column]` |
 * | `workspace_symbols` | `query` | `[{name, kind, path, line, column}]` |
 * | `renameable` | | `{range, name}` or null |
 * | `rename` | `name` | null |
 * | `fixes` | `only?` | `[{fix, title, kind?, preferred, disabled?}]` |
 * | `take_fix` | `fix` | null |
 * | `format` | `tab_size?`, `insert_spaces?` | true where something formats such a text |
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { authorId, bufferId } from "../../core/ids.ts";
import { type Json, type JsonObject, own } from "../../core/json.ts";
import type {
  ChangePlan,
  CodePlace,
  CodeSymbol,
  LanguagePort,
  PlaceQuestion,
} from "../../core/ports/language.ts";
import type { TextRange } from "../../core/ports/text_editing.ts";
import { PERSON } from "../buffers.ts";
import type { LanguagePlace, LanguageSide } from "../session/sides.ts";

const PLACES: Readonly<Record<string, PlaceQuestion>> = {
  definition: "definition",
  declaration: "declaration",
  "type_definition": "typeDefinition",
  implementation: "implementation",
  references: "references",
};

type Method = (language: LanguagePort, at: LanguagePlace, params: JsonObject) => Promise<Json>;

export class FrontLanguage implements LanguageSide {
  /** Loads what answers; each front end has its own, since lists and fixes are numbered for the one who was told of them. */
  readonly #load: () => Promise<LanguagePort>;
  #language: Promise<LanguagePort> | undefined;

  constructor(load: () => Promise<LanguagePort>) {
    this.#load = load;
  }

  get methods(): readonly string[] {
    return Object.keys(METHODS);
  }

  async ask(at: LanguagePlace, method: string, params: JsonObject): Promise<Json> {
    const known = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
    if (known === undefined) {
      throw new SymphonyError("unsupported", `There is no language method "${method.slice(0, 100)}"`);
    }
    return await known(await (this.#language ??= this.#load()), at, params);
  }
}

const by = { author: authorId(PERSON) };

const METHODS: Readonly<Record<string, Method>> = {
  features: async (language, at) => [...await language.features(bufferId(at.buffer.id))],
  async complete(language, at, params) {
    const list = await language.complete(here(at), {
      ...text(params, "trigger"),
      ...(typeof params["limit"] === "number" ? { limit: params["limit"] } : {}),
    });
    const items = list.items.map(({ range: _range, commitCharacters, ...item }) => ({
      ...item,
      commit: [...commitCharacters],
    }));
    return plain({ list: list.list, items, incomplete: list.isIncomplete || list.isStale });
  },
  "describe_completion": async (language, _at, params) =>
    plain(await language.describeCompletion(number(params, "list"), number(params, "item"))),
  async "take_completion"(language, _at, params) {
    const mode = params["mode"] === "replace" ? "replace" : "insert";
    await language.takeCompletion(number(params, "list"), number(params, "item"), mode, by);
    return null;
  },
  signature: async (language, at, params) =>
    plain(await language.signature(here(at), text(params, "trigger")) ?? null),
  ...Object.fromEntries(
    Object.entries(PLACES).map(([name, question]): [string, Method] => [
      name,
      async (language, at) => (await language.places(question, here(at))).map(placeOf),
    ]),
  ),
  async diagnostics(language, at) {
    const { diagnostics } = await language.diagnostics(bufferId(at.buffer.id));
    return diagnostics.map(({ range, ...rest }) => plain({ range: rangeOf(at, range), ...rest }));
  },
  async symbols(language, at) {
    const shown = ({ range, selection, children, ...rest }: CodeSymbol): Json =>
      plain({
        ...rest,
        range: rangeOf(at, range),
        "name_range": rangeOf(at, selection),
        children: children.map(shown),
      });
    return (await language.symbols(bufferId(at.buffer.id))).value.map(shown);
  },
  async folds(language, at) {
    const { value } = await language.folds(bufferId(at.buffer.id));
    return value.map(({ range, ...rest }) => plain({ range: rangeOf(at, range), ...rest }));
  },
  async highlights(language, at) {
    const { value } = await language.highlights(here(at));
    return value.map(({ range, kind }) => ({ range: rangeOf(at, range), kind }));
  },
  async "workspace_symbols"(language, _at, params) {
    const found = await language.workspaceSymbols(String(params["query"] ?? ""));
    return found.map(({ place, ...rest }) => plain({ ...rest, ...placeOf(place) }));
  },
  async renameable(language, at) {
    const found = await language.renameable(here(at));
    return found === undefined ? null : { range: rangeOf(at, found.value.range), name: found.value.name };
  },
  rename: (language, at, params) =>
    apply(language, language.planRename(here(at), String(params["name"] ?? ""))),
  async fixes(language, at, params) {
    const only = Array.isArray(params["only"]) ? params["only"].filter((one) => typeof one === "string") : [];
    const { buffer, offset, selection = { from: offset, to: offset } } = at;
    const part = { buffer: bufferId(buffer.id), revision: buffer.revision, range: selection };
    const fixes = await language.fixes(part, only.length === 0 ? {} : { only });
    return fixes.map(({ isPreferred, ...fix }) => plain({ ...fix, preferred: isPreferred }));
  },
  "take_fix": (language, _at, params) => apply(language, language.planFix(number(params, "fix"))),
  async format(language, { buffer }, params) {
    const style = {
      ...(typeof params["tab_size"] === "number" ? { tabSize: params["tab_size"] } : {}),
      ...(typeof params["insert_spaces"] === "boolean" ? { insertSpaces: params["insert_spaces"] } : {}),
    };
    const plan = await language.planFormat(bufferId(buffer.id), undefined, style);
    if (plan !== undefined) await language.apply(plan.plan, by);
    return plan !== undefined;
  },
};

async function apply(language: LanguagePort, planning: Promise<ChangePlan>): Promise<Json> {
  await language.apply((await planning).plan, by);
  return null;
}

function here(
  { buffer, offset }: LanguagePlace,
): { buffer: ReturnType<typeof bufferId>; revision: number; offset: number } {
  return { buffer: bufferId(buffer.id), revision: buffer.revision, offset };
}

function rangeOf({ place }: LanguagePlace, { from, to }: TextRange): number[] {
  return [...place(from), ...place(to)];
}

/** A place in a file by its own lines; the column in UTF-8 where the line is at hand. */
function placeOf({ file, uri, start, text: line }: CodePlace): JsonObject {
  const before = line === undefined ? undefined : line.padEnd(start.character).slice(0, start.character);
  const column = before === undefined ? start.character : new TextEncoder().encode(before).length;
  return { path: file ?? uri, line: start.line, column, ...(line === undefined ? {} : { text: line }) };
}

function number(params: JsonObject, name: string): number {
  const value = own(params, name);
  if (typeof value === "number") return value;
  throw new SymphonyError(
    "bad-input",
    `Expected a number "${name}", found ${JSON.stringify(value) ?? "nothing"}`,
  );
}

function text<K extends string>(params: JsonObject, name: K): { readonly [P in K]?: string } {
  const value = own(params, name);
  return typeof value === "string" ? { [name]: value } as { [P in K]: string } : {};
}

/** JSON without members that are undefined. */
function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
