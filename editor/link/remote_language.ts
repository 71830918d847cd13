/**
 * LanguagePort over an editor process, over its deaths: what was watched is watched in the next one too. Lists, fixes and plans die with
 * the editor that made them; speaking of them is then `not-found`.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { BufferId } from "../../core/ids.ts";
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

/** Asks the editor; `EditorLink` does. */
export interface AskEditor {
  request(method: string, params: object): Promise<unknown>;
}

export class RemoteLanguage implements LanguagePort {
  readonly #link: AskEditor;
  readonly #watches = new Map<BufferId, Set<(diagnostics: TextDiagnostics) => void>>();
  readonly #known = new Map<BufferId, TextDiagnostics>();
  #lastCall = 0;

  constructor(link: AskEditor) {
    this.#link = link;
  }

  /** Takes what the editor tells; false where it is not of languages. */
  notification(method: string, params: unknown): boolean {
    if (method !== "language/diagnostics") return method.startsWith("language/");
    const found = params as TextDiagnostics;
    const listeners = this.#watches.get(found.buffer);
    if (listeners === undefined) return true;
    this.#known.set(found.buffer, found);
    for (const listener of [...listeners]) listener(found);
    return true;
  }

  /** Another editor has taken over. */
  resumed(): void {
    for (const buffer of this.#watches.keys()) this.#tell("language/watch", { buffer });
  }

  features(buffer: BufferId): Promise<readonly LanguageFeature[]> {
    return this.#ask("features", { buffer });
  }

  isServed(buffer: BufferId): Promise<boolean> {
    return this.#ask("isServed", { buffer });
  }

  servers(): Promise<readonly LanguageServerInfo[]> {
    return this.#ask("servers", {});
  }

  async restart(server: string): Promise<void> {
    await this.#ask("restart", { server });
  }

  diagnostics(buffer: BufferId): Promise<TextDiagnostics> {
    return this.#ask("diagnostics", { buffer });
  }

  watchDiagnostics(buffer: BufferId, listener: (diagnostics: TextDiagnostics) => void): () => void {
    const listeners = this.#watches.get(buffer) ?? new Set();
    const isFirst = listeners.size === 0;
    this.#watches.set(buffer, listeners.add(listener));
    if (isFirst) this.#tell("language/watch", { buffer });
    else {
      const known = this.#known.get(buffer);
      if (known !== undefined) listener(known);
    }
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      this.#watches.delete(buffer);
      this.#known.delete(buffer);
      this.#tell("language/unwatch", { buffer });
    };
  }

  complete(
    at: TextPlace,
    options: QuestionOptions & { readonly trigger?: string; readonly limit?: number } = {},
  ): Promise<Completions> {
    return this.#question("complete", at, options);
  }

  describeCompletion(list: number, item: number, options: QuestionOptions = {}): Promise<CompletionDetails> {
    return this.#question("describeCompletion", { list, item }, options);
  }

  takeCompletion(
    list: number,
    item: number,
    mode: "insert" | "replace",
    by: ChangeAuthor,
  ): Promise<TakenCompletion> {
    return this.#ask("takeCompletion", { list, item, mode, ...by });
  }

  hover(at: TextPlace, options: QuestionOptions = {}): Promise<HoverText | undefined> {
    return this.#maybe("hover", at, options);
  }

  signature(
    at: TextPlace,
    options: QuestionOptions & { readonly trigger?: string } = {},
  ): Promise<CallSignatures | undefined> {
    return this.#maybe("signature", at, options);
  }

  places(
    question: PlaceQuestion,
    at: TextPlace,
    options: QuestionOptions = {},
  ): Promise<readonly CodePlace[]> {
    return this.#question("places", { ...at, question }, options);
  }

  highlights(
    at: TextPlace,
    options: QuestionOptions = {},
  ): Promise<At<readonly { readonly range: TextRange; readonly kind: "text" | "read" | "write" }[]>> {
    return this.#question("highlights", at, options);
  }

  selectionRanges(at: TextPlace, options: QuestionOptions = {}): Promise<At<readonly TextRange[]>> {
    return this.#question("selectionRanges", at, options);
  }

  symbols(buffer: BufferId, options: QuestionOptions = {}): Promise<At<readonly CodeSymbol[]>> {
    return this.#question("symbols", { buffer }, options);
  }

  workspaceSymbols(query: string, options: QuestionOptions = {}): Promise<readonly FoundSymbol[]> {
    return this.#question("workspaceSymbols", { query }, options);
  }

  semanticTokens(
    buffer: BufferId,
    part: TextPart | undefined,
    options: QuestionOptions = {},
  ): Promise<At<readonly CodeToken[]>> {
    return this.#question("semanticTokens", { buffer, ...part }, options);
  }

  folds(buffer: BufferId, options: QuestionOptions = {}): Promise<At<readonly CodeFold[]>> {
    return this.#question("folds", { buffer }, options);
  }

  inlayHints(part: TextPart, options: QuestionOptions = {}): Promise<At<readonly CodeHint[]>> {
    return this.#question("inlayHints", part, options);
  }

  renameable(
    at: TextPlace,
    options: QuestionOptions = {},
  ): Promise<At<{ readonly range: TextRange; readonly name: string }> | undefined> {
    return this.#maybe("renameable", at, options);
  }

  planRename(at: TextPlace, name: string, options: QuestionOptions = {}): Promise<ChangePlan> {
    return this.#question("planRename", { ...at, name }, options);
  }

  fixes(
    part: TextPart,
    options: QuestionOptions & { readonly only?: readonly string[] } = {},
  ): Promise<readonly CodeFix[]> {
    return this.#question("fixes", part, options);
  }

  planFix(fix: number, options: QuestionOptions = {}): Promise<ChangePlan> {
    return this.#question("planFix", { fix }, options);
  }

  planFormat(
    buffer: BufferId,
    part: TextPart | undefined,
    style: FormatStyle,
    options: QuestionOptions = {},
  ): Promise<ChangePlan | undefined> {
    return this.#maybe("planFormat", { buffer, ...part, ...style }, options);
  }

  planFormatOnType(
    at: TextPlace,
    typed: string,
    style: FormatStyle,
    options: QuestionOptions = {},
  ): Promise<ChangePlan | undefined> {
    return this.#maybe("planFormatOnType", { ...at, typed, ...style }, options);
  }

  async apply(plan: number, by: ChangeAuthor): Promise<void> {
    await this.#ask("apply", { plan, ...by });
  }

  /** Asks; the answer is as the editor made it, whose types these are. */
  async #ask<T>(method: string, params: object): Promise<T> {
    return await this.#link.request(`language/${method}`, params) as T;
  }

  /** Asks what may be given up; who gives it up does not wait for the editor. */
  async #question<T>(method: string, params: object, options: QuestionOptions): Promise<T> {
    const { signal, ...rest } = options;
    if (signal === undefined) return await this.#ask(method, { ...params, ...rest });
    const call = ++this.#lastCall;
    const aborted = () => new SymphonyError("aborted", `Gave up "language/${method}"`);
    if (signal.aborted) throw aborted();
    let giveUp = () => {};
    const givenUp = new Promise<never>((_, reject) => {
      giveUp = () => {
        this.#tell("language/cancel", { call });
        reject(aborted());
      };
      signal.addEventListener("abort", giveUp, { once: true });
    });
    try {
      return await Promise.race([this.#ask<T>(method, { ...params, ...rest, call }), givenUp]);
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** JSON has no undefined: where there is nothing, null comes. */
  async #maybe<T>(method: string, params: object, options: QuestionOptions): Promise<T | undefined> {
    return await this.#question<T | null>(method, params, options) ?? undefined;
  }

  /** Says something whose answer does not matter. */
  #tell(method: string, params: object): void {
    this.#link.request(method, params).catch(() => {});
  }
}
