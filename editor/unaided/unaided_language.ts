/**
 * LanguagePort that also has answers where no language server does: faults by the grammar, completion by names and words, definition and
 * hover by the definitions that grammars find in the project. A server that can be asked has precedence, question by question.
 *
 * Limits: names and faults of texts over `LONGEST_TEXT` are not looked for (colours, and words around the caret, are there); other files as
 * `definition_index.ts` says.
 *
 * @module
 */

import { relative } from "node:path";
import type { BufferId } from "../../core/ids.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type {
  ChangeAuthor,
  ChangePlan,
  CodePlace,
  CompletionDetails,
  Completions,
  HoverText,
  LanguageFeature,
  PlaceQuestion,
  QuestionOptions,
  TakenCompletion,
  TextDiagnostic,
  TextDiagnostics,
  TextPlace,
} from "../../core/ports/language.ts";
import type { Buffer } from "../buffers.ts";
import type { LanguageClients } from "../lsp/language_clients.ts";
import { LocalLanguage } from "../lsp/local_language.ts";
import { uriOfPath } from "../lsp/uri.ts";
import type { Desk } from "../revision/desk.ts";
import { newestPlace } from "../revision/newest_place.ts";
import type { TreeSource } from "../structure/local_structure.ts";
import type { Language } from "../syntax/language.ts";
import { languageNamed, languageOf, openingLines } from "../syntax/language_of.ts";
import { Delta } from "../text/delta.ts";
import { Rope } from "../text/rope.ts";
import { OwnCompletions } from "./completions.ts";
import type { DefinitionIndex } from "./definition_index.ts";
import { definitionText } from "./definition_text.ts";
import { Definitions, type Found } from "./definitions.ts";
import { jsonFaults, LONGEST_JSON } from "./json_faults.ts";
import { MOST_FAULTS, type SyntaxFault, syntaxFaults, WINDOW } from "./syntax_faults.ts";
import { renameIn, usesIn } from "./renames.ts";
import { wordAt } from "./words.ts";

/** After the last key, faults are looked for. */
const QUIET_MS = 300;
/** Longer texts have no names and no faults, in UTF-16 units. */
export const LONGEST_TEXT = 16_000_000;
/** Of a line that names a place, in UTF-16 units. */
const MOST_SHOWN = 300;
/** Numbers of lists below are the servers'. */
const OWN_LISTS = 1_000_000_000;

/** What the answers are taken from. */
export interface UnaidedSources {
  readonly desk: Desk;
  readonly clients: LanguageClients;
  readonly trees: TreeSource;
  readonly index: DefinitionIndex;
  readonly clock: ClockPort;
  /** The folder whose files belong together; undefined where nobody said. */
  readonly workspace?: string | undefined;
}

export class UnaidedLanguage extends LocalLanguage {
  readonly #sources: UnaidedSources;
  readonly #definitions: Definitions;
  readonly #completions: OwnCompletions;
  /** By buffer: what was found at which revision. */
  readonly #faults = new WeakMap<
    Buffer,
    { readonly revision: number; readonly found: readonly TextDiagnostic[] }
  >();

  constructor(sources: UnaidedSources) {
    super(sources.desk, sources.clients);
    this.#sources = sources;
    this.#definitions = new Definitions(sources);
    this.#completions = new OwnCompletions(sources.desk, this.#definitions);
  }

  override async features(buffer: BufferId): Promise<readonly LanguageFeature[]> {
    const served = await super.features(buffer);
    const own: LanguageFeature[] = languageOfBuffer(this.#buffer(buffer)).grammar === undefined
      ? ["completion"]
      : ["diagnostics", "completion", "hover", "definition", "references", "rename"];
    return served.length > 0 ? served : own;
  }

  override async isServed(buffer: BufferId): Promise<boolean> {
    return (await super.features(buffer)).length > 0;
  }

  override async diagnostics(buffer: BufferId): Promise<TextDiagnostics> {
    const told = await super.diagnostics(buffer);
    return { ...told, diagnostics: [...told.diagnostics, ...await this.#faultsOf(this.#buffer(buffer))] };
  }

  override watchDiagnostics(id: BufferId, listener: (diagnostics: TextDiagnostics) => void): () => void {
    const buffer = this.#buffer(id);
    const { clients, clock, desk } = this.#sources;
    let told: TextDiagnostics | undefined;
    let own: readonly TextDiagnostic[] = [];
    let isEnded = false;
    let stopTimer: (() => void) | undefined;
    const tell = () => {
      if (told !== undefined) listener({ ...told, diagnostics: [...told.diagnostics, ...own] });
    };
    const look = async () => {
      stopTimer = undefined;
      const found = await this.#faultsOf(buffer);
      if (isEnded || found.length === 0 && own.length === 0) return;
      own = found;
      if (told !== undefined) told = await super.diagnostics(id).catch(() => told) ?? told;
      if (!isEnded) tell();
    };
    const soon = (delay: number) => {
      stopTimer?.();
      stopTimer = clock.schedule(delay, () => void look().catch(() => undefined));
    };
    const stops = [
      super.watchDiagnostics(id, (found) => {
        told = found;
        tell();
      }),
      clients.listen({ serverChanged: () => soon(0) }),
      desk.buffers.listen({
        edited: (change) => change.buffer === buffer && soon(QUIET_MS),
        languageChanged: (changed) => changed === buffer && soon(0),
      }),
    ];
    soon(0);
    return () => {
      isEnded = true;
      stopTimer?.();
      for (const stop of stops) stop();
    };
  }

  override async complete(
    at: TextPlace,
    options: QuestionOptions & { readonly trigger?: string; readonly limit?: number } = {},
  ): Promise<Completions> {
    if (await this.#canServe(at.buffer, "completion")) return await super.complete(at, options);
    const { text, offset } = newestPlace(this.#sources.desk, at);
    const found = await this.#completions.complete(text, offset, languageOfBuffer(text.buffer), options);
    return { ...found, list: OWN_LISTS + found.list };
  }

  override describeCompletion(
    list: number,
    item: number,
    options: QuestionOptions = {},
  ): Promise<CompletionDetails> {
    if (list < OWN_LISTS) return super.describeCompletion(list, item, options);
    return Promise.resolve(this.#completions.describe(list - OWN_LISTS, item));
  }

  override async takeCompletion(
    list: number,
    item: number,
    mode: "insert" | "replace",
    by: ChangeAuthor,
  ): Promise<TakenCompletion> {
    if (list < OWN_LISTS) return await super.takeCompletion(list, item, mode, by);
    const taken = this.#completions.take(list - OWN_LISTS, item, mode, by);
    await this.#sources.desk.durable();
    return taken;
  }

  override async hover(at: TextPlace, options: QuestionOptions = {}): Promise<HoverText | undefined> {
    if (await this.#canServe(at.buffer, "hover")) return await super.hover(at, options);
    const { text: { buffer }, offset } = newestPlace(this.#sources.desk, at);
    const [found, ...more] = await this.#definitions.find(
      buffer,
      offset,
      languageOfBuffer(buffer),
      options.signal,
    );
    const text = found === undefined ? undefined : await textOf(found);
    if (found === undefined || text === undefined) return undefined;
    const language = languageNamed(found.language) ?? languageOfBuffer(buffer);
    const { code, comment } = definitionText(text, found.range, found.nameRange, language);
    const place = found.buffer === buffer ? "" : `${this.#nameOf(found)}, `;
    const others = more.length === 0
      ? ""
      : `, and ${more.length === 1 ? "one more" : `${more.length} more`} of this name`;
    const source = `By the grammar, not a language server: ${place}line ${found.line + 1}${others}`;
    const fence = code.includes("```") ? "````" : "```";
    const parts = [`${fence}${language.extensions[0] ?? ""}\n${code}\n${fence}`, comment, source];
    return {
      revision: buffer.revision,
      range: wordAt(buffer.text, Math.min(offset, buffer.text.length)),
      contents: { kind: "markdown", text: parts.filter((part) => part !== "").join("\n\n") },
    };
  }

  override async places(
    question: PlaceQuestion,
    at: TextPlace,
    options: QuestionOptions = {},
  ): Promise<readonly CodePlace[]> {
    const isOwn = (question === "definition" || question === "references") &&
      !await this.#canServe(at.buffer, question);
    if (isOwn && question === "references") return await this.#uses(at, options);
    if (!isOwn) return await super.places(question, at, options);
    const { text: { buffer }, offset } = newestPlace(this.#sources.desk, at);
    const found = await this.#definitions.find(buffer, offset, languageOfBuffer(buffer), options.signal);
    return await Promise.all(found.map(async (one) => placeOf(one, await textOf(one))));
  }

  override async planRename(
    at: TextPlace,
    name: string,
    options: QuestionOptions = {},
  ): Promise<ChangePlan> {
    if (await this.#canServe(at.buffer, "rename")) return await super.planRename(at, name, options);
    const { text: { buffer } } = newestPlace(this.#sources.desk, at);
    const planned = await this.#sources.trees.withTree(buffer, (view) => {
      const { offset } = newestPlace(this.#sources.desk, at);
      const delta = Delta.of(buffer.text.length, renameIn(view, offset, name));
      return { revision: buffer.revision, delta };
    }, options.signal);
    // Says why there is none.
    if (planned === undefined) return await super.planRename(at, name, options);
    const step = { kind: "buffer" as const, path: buffer.path, buffer, ...planned };
    return this.plan(`Rename to ${name}`, { change: { steps: [step], server: "grammar" } });
  }

  /** In the text alone. */
  async #uses(at: TextPlace, { signal }: QuestionOptions): Promise<readonly CodePlace[]> {
    const { text: { buffer } } = newestPlace(this.#sources.desk, at);
    const found = await this.#sources.trees.withTree(buffer, (view) => {
      const { text } = view;
      return usesIn(view, newestPlace(this.#sources.desk, at).offset).map((nameRange) => {
        const line = text.lineAt(nameRange.from);
        const place = { line, character: nameRange.from - text.lineStart(line), nameRange, buffer };
        return placeOf(buffer.path === undefined ? place : { ...place, path: buffer.path }, text);
      });
    }, signal);
    return found ?? [];
  }

  #buffer(id: BufferId): Buffer {
    return this.#sources.desk.text(id).buffer;
  }

  async #canServe(buffer: BufferId, feature: LanguageFeature): Promise<boolean> {
    return (await super.features(buffer)).includes(feature);
  }

  #nameOf({ path }: Found): string {
    const { workspace } = this.#sources;
    if (path === undefined) return "an unnamed text";
    const name = workspace === undefined ? path : relative(workspace, path);
    return name.startsWith("..") ? path : name;
  }

  async #faultsOf(buffer: Buffer): Promise<readonly TextDiagnostic[]> {
    if (buffer.text.length > LONGEST_TEXT || (await this.#sources.clients.methods(buffer)).length > 0) {
      return [];
    }
    const known = this.#faults.get(buffer);
    if (known?.revision === buffer.revision) return known.found;
    const language = languageOfBuffer(buffer);
    const isJson = language.name === "JSON";
    const { revision, path = ".json" } = buffer;
    // JSON5 is more than the grammar knows.
    if (isJson && /\.json5$/i.test(path)) return [];
    const faults = isJson && !/\.(?:jsonl|ndjson)$/i.test(path) && buffer.text.length <= LONGEST_JSON
      ? jsonFaults(buffer.text)
      : await this.#byTree(buffer, revision);
    // Newer text is looked at next.
    if (faults === undefined) return known?.found ?? [];
    const found = faults.map(({ range, severity, message }): TextDiagnostic => ({
      range,
      severity,
      message,
      server: "grammar",
      source: isJson ? "JSON" : "syntax",
      unnecessary: false,
      deprecated: false,
    }));
    this.#faults.set(buffer, { revision, found });
    return found;
  }

  /** A part of the text a turn; undefined where it was edited meanwhile. */
  async #byTree(buffer: Buffer, revision: number): Promise<readonly SyntaxFault[] | undefined> {
    const found: SyntaxFault[] = [];
    for (let from = 0; from <= buffer.text.length && found.length < MOST_FAULTS; from += WINDOW) {
      if (from > 0) await new Promise((resolve) => setTimeout(resolve, 0));
      const part = await this.#sources.trees.withTree(
        buffer,
        (view) => buffer.revision === revision ? syntaxFaults(view, { from, to: from + WINDOW }) : undefined,
      );
      if (buffer.revision !== revision) return undefined;
      // A language without a grammar has no tree.
      if (part === undefined) return [];
      found.push(...part);
    }
    return found.slice(0, MOST_FAULTS);
  }
}

/** The language of a buffer: its own, or what its file says where no front end has looked yet. */
export function languageOfBuffer({ language, path, text }: Buffer): Language {
  return languageNamed(language) ?? languageOf({ path, ...openingLines(text) });
}

async function textOf({ buffer, path }: Found): Promise<Rope | undefined> {
  if (buffer !== undefined) return buffer.text;
  const text = path === undefined ? undefined : await Deno.readTextFile(path).catch(() => undefined);
  return text === undefined ? undefined : Rope.of(text);
}

function placeOf(
  { buffer, path, line, character, nameRange }: Omit<Found, "name" | "kind" | "range" | "language">,
  text: Rope | undefined,
): CodePlace {
  const length = nameRange.to - nameRange.from;
  return {
    uri: path === undefined ? `untitled:untitled-${buffer?.id ?? 0}` : uriOfPath(path),
    ...(path === undefined ? {} : { file: path }),
    start: { line, character },
    end: { line, character: character + length },
    ...(text === undefined || line >= text.lines ? {} : {
      text: text.sliceString(
        text.lineStart(line),
        Math.min(text.lineEnd(line), text.lineStart(line) + MOST_SHOWN),
      ),
    }),
    ...(buffer === undefined
      ? {}
      : { open: { buffer: buffer.id as BufferId, revision: buffer.revision, range: nameRange } }),
  };
}
