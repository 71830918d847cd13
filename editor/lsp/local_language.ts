/**
 * LanguagePort over the language servers of this process.
 *
 * One for each client: lists, fixes and plans are numbered for the one who was told of them.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { type BufferId, bufferId } from "../../core/ids.ts";
import type {
  At,
  CallSignatures,
  ChangeAuthor,
  ChangePlan,
  CodeFix,
  CodeFold,
  CodeHint,
  CodePlace,
  CodeSymbol,
  CodeToken,
  CompletionDetails,
  Completions,
  FormatStyle,
  FoundSymbol,
  HoverText,
  LanguageFeature,
  LanguagePort,
  LanguageServerInfo,
  PlaceQuestion,
  QuestionOptions,
  TakenCompletion,
  TextDiagnostics,
  TextPart,
  TextPlace,
} from "../../core/ports/language.ts";
import type { TextRange } from "../../core/ports/text_editing.ts";
import type { Desk, OpenText } from "../revision/desk.ts";
import { editAs } from "../revision/edit_as.ts";
import { newestPart, newestPlace } from "../revision/newest_place.ts";
import { foldingRanges, inlayHints } from "./features/annotations.ts";
import { optional } from "./features/answer_reading.ts";
import { type ActionEffect, type CodeAction, codeActions, effectOf } from "./features/code_actions.ts";
import { complete, type CompletionItem, resolveCompletion } from "./features/completion.ts";
import { completionEdit } from "./features/completion_edit.ts";
import { type BufferDelta, formatDocument, formatOnType, formatRange } from "./features/formatting.ts";
import { hover, signatureHelp } from "./features/hover.ts";
import { definitions, highlights, references, selectionRanges } from "./features/places.ts";
import { prepareRename, rename } from "./features/rename.ts";
import { documentSymbols, workspaceSymbols } from "./features/symbols.ts";
import type { ApplyOptions, ChangeStep } from "./features/workspace_edit.ts";
import type { LanguageClients } from "./language_clients.ts";
import {
  featuresOf,
  toCompletion,
  toDiagnostic,
  toPlace,
  toPlan,
  toServer,
  toSignatures,
  toSymbol,
} from "./port_values.ts";
import { Recent } from "./recent.ts";

const MOST_LISTS = 8;
const MOST_FIXES = 1000;
const MOST_PLANS = 64;
/** Features that start with the server are waited for so long. */
const START_MS = 10_000;

interface KnownList {
  readonly text: OpenText;
  readonly items: CompletionItem[];
}

interface KnownPlan {
  readonly effect: ActionEffect;
}

export class LocalLanguage implements LanguagePort {
  readonly #desk: Desk;
  readonly #languages: LanguageClients;
  readonly #lists = new Recent<KnownList>("list", MOST_LISTS);
  readonly #fixes = new Recent<CodeAction>("fix", MOST_FIXES);
  readonly #plans = new Recent<KnownPlan>("plan", MOST_PLANS);

  constructor(desk: Desk, languages: LanguageClients) {
    this.#desk = desk;
    this.#languages = languages;
  }

  async features(buffer: BufferId): Promise<readonly LanguageFeature[]> {
    const text = this.#desk.text(buffer);
    const servers = await this.#languages.serversOf(text.buffer);
    await Promise.all(servers.map((server) => server.ready(START_MS)));
    return featuresOf(await this.#languages.methods(text.buffer));
  }

  async isServed(buffer: BufferId): Promise<boolean> {
    return (await this.features(buffer)).length > 0;
  }

  servers(): Promise<readonly LanguageServerInfo[]> {
    const { status } = this.#languages;
    return Promise.resolve(status.map((one) => toServer(one, this.#languages.progress(one.name))));
  }

  restart(server: string): Promise<void> {
    this.#languages.restart(server);
    return Promise.resolve();
  }

  async diagnostics(buffer: BufferId): Promise<TextDiagnostics> {
    return await Promise.resolve(this.#diagnosticsOf(this.#desk.text(buffer)));
  }

  watchDiagnostics(buffer: BufferId, listener: (diagnostics: TextDiagnostics) => void): () => void {
    const text = this.#desk.text(buffer);
    const stop = this.#languages.listen({
      diagnosticsChanged: (changed) => changed === text.buffer && listener(this.#diagnosticsOf(text)),
    });
    listener(this.#diagnosticsOf(text));
    return stop;
  }

  async complete(
    at: TextPlace,
    options: QuestionOptions & { readonly trigger?: string; readonly limit?: number } = {},
  ): Promise<Completions> {
    const { text, offset } = newestPlace(this.#desk, at);
    const { items, ...list } = await complete(this.#languages.asking, text.buffer, offset, options);
    const number = this.#lists.add({ text, items: [...items] });
    return { ...list, list: number, items: items.map(toCompletion) };
  }

  async describeCompletion(
    list: number,
    item: number,
    options: QuestionOptions = {},
  ): Promise<CompletionDetails> {
    const known = this.#lists.get(list);
    const resolved = await resolveCompletion(itemOf(known, item), options);
    known.items[item] = resolved;
    return { ...optional("detail", resolved.detail), ...optional("documentation", resolved.documentation) };
  }

  async takeCompletion(
    list: number,
    item: number,
    mode: "insert" | "replace",
    by: ChangeAuthor,
  ): Promise<TakenCompletion> {
    const known = this.#lists.get(list);
    // What it needs elsewhere, such as an import, is often told only now. A server that no longer answers is no reason not to take it.
    const resolved = await resolveCompletion(itemOf(known, item)).catch(() => itemOf(known, item));
    const { delta, revision, stops } = completionEdit(known.text.buffer, resolved, mode);
    const edited = editAs(this.#desk, known.text, revision, delta, by);
    await this.#desk.durable();
    return { ...edited, stops: stops.map(({ places, ...stop }) => ({ ...stop, ranges: places })) };
  }

  async hover(at: TextPlace, options: QuestionOptions = {}): Promise<HoverText | undefined> {
    const { text, offset } = newestPlace(this.#desk, at);
    const found = await hover(this.#languages.asking, text.buffer, offset, options);
    return found === undefined
      ? undefined
      : { revision: found.revision, contents: found.contents, ...optional("range", found.span) };
  }

  async signature(
    at: TextPlace,
    options: QuestionOptions & { readonly trigger?: string } = {},
  ): Promise<CallSignatures | undefined> {
    const { text, offset } = newestPlace(this.#desk, at);
    const help = await signatureHelp(this.#languages.asking, text.buffer, offset, options);
    return help === undefined ? undefined : toSignatures(help);
  }

  async places(
    question: PlaceQuestion,
    at: TextPlace,
    options: QuestionOptions = {},
  ): Promise<readonly CodePlace[]> {
    const { text, offset } = newestPlace(this.#desk, at);
    const { asking, world } = this.#languages;
    const found = question === "references"
      ? await references(asking, world, text.buffer, offset, options)
      : await definitions(asking, world, question, text.buffer, offset, options);
    return found.map(toPlace);
  }

  async highlights(
    at: TextPlace,
    options: QuestionOptions = {},
  ): Promise<At<readonly { readonly range: TextRange; readonly kind: "text" | "read" | "write" }[]>> {
    const { text, offset } = newestPlace(this.#desk, at);
    const found = await highlights(this.#languages.asking, text.buffer, offset, options);
    return this.#at(text, found.map(({ span, kind }) => ({ range: span, kind })));
  }

  async selectionRanges(at: TextPlace, options: QuestionOptions = {}): Promise<At<readonly TextRange[]>> {
    const { text, offset } = newestPlace(this.#desk, at);
    return this.#at(text, await selectionRanges(this.#languages.asking, text.buffer, offset, options));
  }

  async symbols(buffer: BufferId, options: QuestionOptions = {}): Promise<At<readonly CodeSymbol[]>> {
    const text = this.#desk.text(buffer);
    return this.#at(
      text,
      (await documentSymbols(this.#languages.asking, text.buffer, options)).map(toSymbol),
    );
  }

  async workspaceSymbols(query: string, options: QuestionOptions = {}): Promise<readonly FoundSymbol[]> {
    const { running, world } = this.#languages;
    if (running.length === 0) return [];
    const found = await workspaceSymbols(running, world, query, options);
    return found.map(({ name, kind, container, place }) => ({
      name,
      kind,
      place: toPlace(place),
      ...optional("container", container),
    }));
  }

  async semanticTokens(
    buffer: BufferId,
    part: TextPart | undefined,
    options: QuestionOptions = {},
  ): Promise<At<readonly CodeToken[]>> {
    const text = this.#desk.text(buffer);
    const range = part === undefined ? undefined : newestPart(this.#desk, part).range;
    const tokens = await this.#languages.semanticTokens.of(text.buffer, range, options);
    return this.#at(text, tokens.map(({ span, ...token }) => ({ range: span, ...token })));
  }

  async folds(buffer: BufferId, options: QuestionOptions = {}): Promise<At<readonly CodeFold[]>> {
    const text = this.#desk.text(buffer);
    const folds = await foldingRanges(this.#languages.asking, text.buffer, options);
    return this.#at(text, folds.map(({ span, ...fold }) => ({ range: span, ...fold })));
  }

  async inlayHints(part: TextPart, options: QuestionOptions = {}): Promise<At<readonly CodeHint[]>> {
    const { text, range } = newestPart(this.#desk, part);
    return this.#at(text, await inlayHints(this.#languages.asking, text.buffer, range, options));
  }

  async renameable(
    at: TextPlace,
    options: QuestionOptions = {},
  ): Promise<At<{ readonly range: TextRange; readonly name: string }> | undefined> {
    const { text, offset } = newestPlace(this.#desk, at);
    const found = await prepareRename(this.#languages.asking, text.buffer, offset, options);
    return found === undefined ? undefined : this.#at(text, { range: found.span, name: found.name });
  }

  async planRename(at: TextPlace, name: string, options: QuestionOptions = {}): Promise<ChangePlan> {
    const { text, offset } = newestPlace(this.#desk, at);
    const { asking, world } = this.#languages;
    const change = await rename(asking, world, text.buffer, offset, name, options);
    return this.plan(`Rename to ${name}`, { change });
  }

  async fixes(
    part: TextPart,
    options: QuestionOptions & { readonly only?: readonly string[] } = {},
  ): Promise<readonly CodeFix[]> {
    const { text, range } = newestPart(this.#desk, part);
    const known = this.#languages.diagnostics(text.buffer);
    const actions = await codeActions(this.#languages.asking, text.buffer, range, known, options);
    return actions.map((action) => ({ fix: this.#fixes.add(action), ...action }));
  }

  async planFix(fix: number, options: QuestionOptions = {}): Promise<ChangePlan> {
    const action = this.#fixes.get(fix);
    return this.plan(action.title, await effectOf(action, this.#languages.world, options));
  }

  async planFormat(
    buffer: BufferId,
    part: TextPart | undefined,
    style: FormatStyle,
    options: QuestionOptions = {},
  ): Promise<ChangePlan | undefined> {
    const text = this.#desk.text(buffer);
    const { asking } = this.#languages;
    const formatted = part === undefined
      ? await formatDocument(asking, text.buffer, { ...style, ...options })
      : await formatRange(asking, text.buffer, newestPart(this.#desk, part).range, { ...style, ...options });
    return formatted === undefined ? undefined : this.#formatPlan(text, formatted);
  }

  async planFormatOnType(
    at: TextPlace,
    typed: string,
    style: FormatStyle,
    options: QuestionOptions = {},
  ): Promise<ChangePlan | undefined> {
    const { text, offset } = newestPlace(this.#desk, at);
    const formatted = await formatOnType(this.#languages.asking, text.buffer, offset, typed, {
      ...style,
      ...options,
    });
    return formatted === undefined ? undefined : this.#formatPlan(text, formatted);
  }

  async apply(plan: number, by: ChangeAuthor): Promise<void> {
    const { effect } = this.#plans.get(plan);
    await this.#languages.perform(effect, this.#editAs(by));
    this.#plans.delete(plan);
    await this.#desk.durable();
  }

  /** Keeps a change until it is carried out. */
  protected plan(title: string, effect: ActionEffect): ChangePlan {
    const steps = effect.change?.steps ?? [];
    return toPlan(this.#plans.add({ effect }), title, steps, effect.command !== undefined);
  }

  #formatPlan({ buffer }: OpenText, { delta, revision, server }: BufferDelta): ChangePlan {
    const steps: readonly ChangeStep[] = delta.isIdentity
      ? []
      : [{ kind: "buffer", path: buffer.path, buffer, revision, delta }];
    return this.plan("Format", { change: { steps, server } });
  }

  #editAs(by: ChangeAuthor): ApplyOptions {
    return {
      edit: ({ buffer, revision, delta }) => {
        editAs(this.#desk, this.#desk.text(bufferId(buffer.id)), revision, delta, by);
      },
    };
  }

  #diagnosticsOf({ id, buffer }: OpenText): TextDiagnostics {
    const diagnostics = this.#languages.diagnostics(buffer).map(toDiagnostic);
    return { buffer: id, revision: buffer.revision, diagnostics };
  }

  #at<T>({ buffer }: OpenText, value: T): At<T> {
    return { revision: buffer.revision, value };
  }
}

/** @throws SymphonyError `not-found` */
function itemOf({ items }: KnownList, number: number): CompletionItem {
  const item = items[number];
  if (item === undefined) {
    throw new SymphonyError("not-found", `Cannot find item ${number}: the list has ${items.length}`);
  }
  return item;
}
