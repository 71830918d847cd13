/**
 * LanguagePort as methods of the revision protocol: `language/…`. Optional: a client asks `language/features` what there is of it.
 *
 * | method | params |
 * | --- | --- |
 * | `language/features`, `isServed`, `diagnostics`, `symbols`, `folds`, `watch`, `unwatch` | `{buffer}` |
 * | `language/servers` | `{}` |
 * | `language/restart` | `{server}` |
 * | `language/complete`, `signature` | `{buffer, revision, offset, trigger?, limit?}` |
 * | `language/describeCompletion` | `{list, item}` |
 * | `language/takeCompletion` | `{list, item, mode, author, step?, changeSet?}` |
 * | `language/hover`, `highlights`, `selectionRanges`, `renameable` | `{buffer, revision, offset}` |
 * | `language/places` | `{question, buffer, revision, offset}` |
 * | `language/workspaceSymbols` | `{query}` |
 * | `language/semanticTokens` | `{buffer, revision?, range?}` |
 * | `language/inlayHints`, `fixes` | `{buffer, revision, range, only?}` |
 * | `language/planRename` | `{buffer, revision, offset, name}` |
 * | `language/planFix` | `{fix}` |
 * | `language/planFormat` | `{buffer, revision?, range?, tabSize?, insertSpaces?}` |
 * | `language/planFormatOnType` | `{buffer, revision, offset, typed, tabSize?, insertSpaces?}` |
 * | `language/apply` | `{plan, author, step?, changeSet?}` |
 * | `language/cancel` | `{call}`: gives up the question that came with this `call` |
 *
 * Every question may carry a `call`, a number of the client's. `language/watch` is followed by notifications `language/diagnostics`.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { BufferId } from "../../core/ids.ts";
import type {
  ChangeAuthor,
  FormatStyle,
  LanguagePort,
  PlaceQuestion,
  QuestionOptions,
  TextDiagnostics,
  TextPart,
  TextPlace,
} from "../../core/ports/language.ts";
import type { Params } from "../revision/params.ts";
import { optional } from "./features/answer_reading.ts";

const QUESTIONS: readonly PlaceQuestion[] = [
  "definition",
  "declaration",
  "typeDefinition",
  "implementation",
  "references",
];
/** Questions of one client that may be given up. */
const MOST_CALLS = 1000;

/** What a method does with its parameters. */
export type Handler = (params: Params) => unknown;

export interface LanguageMethods extends Disposable {
  readonly handlers: Readonly<Record<string, Handler>>;
}

/** The methods for one client. `tell` sends it a notification. */
export function languageMethods(
  language: LanguagePort,
  tell: (method: "language/diagnostics", params: TextDiagnostics) => void,
): LanguageMethods {
  const watches = new Map<BufferId, () => void>();
  const calls = new Calls();
  const at = (params: Params): TextPlace => ({
    buffer: params.buffer(),
    revision: params.number("revision"),
    offset: params.number("offset"),
  });
  const part = (params: Params): TextPart => ({
    buffer: params.buffer(),
    revision: params.number("revision"),
    range: params.range("range"),
  });
  const maybePart = (params: Params) => params.has("range") ? part(params) : undefined;
  const handlers: Record<string, Handler> = {
    "language/features": (params) => language.features(params.buffer()),
    "language/isServed": (params) => language.isServed(params.buffer()),
    "language/servers": () => language.servers(),
    "language/restart": (params) => language.restart(params.text("server")),
    "language/diagnostics": (params) => language.diagnostics(params.buffer()),
    "language/watch": (params) => {
      const buffer = params.buffer();
      watches.get(buffer)?.();
      watches.set(buffer, language.watchDiagnostics(buffer, (found) => tell("language/diagnostics", found)));
    },
    "language/unwatch": (params) => {
      watches.get(params.buffer())?.();
      watches.delete(params.buffer());
    },
    "language/complete": (params) =>
      calls.run(params, (options) =>
        language.complete(at(params), {
          ...options,
          ...optional("trigger", params.maybeText("trigger")),
          ...optional("limit", params.maybeNumber("limit")),
        })),
    "language/describeCompletion": (params) =>
      calls.run(
        params,
        (options) => language.describeCompletion(params.number("list"), params.number("item"), options),
      ),
    "language/takeCompletion": (params) => {
      const mode = params.text("mode") === "replace" ? "replace" : "insert";
      return language.takeCompletion(params.number("list"), params.number("item"), mode, authorOf(params));
    },
    "language/hover": (params) => calls.run(params, (options) => language.hover(at(params), options)),
    "language/signature": (params) =>
      calls.run(
        params,
        (options) =>
          language.signature(at(params), { ...options, ...optional("trigger", params.maybeText("trigger")) }),
      ),
    "language/places": (params) => {
      const told = params.text("question");
      const question = QUESTIONS.find((one) => one === told);
      if (question === undefined) {
        throw new SymphonyError(
          "bad-input",
          `Cannot find "${told}": "question" is one of ${QUESTIONS.join(", ")}`,
        );
      }
      return calls.run(params, (options) => language.places(question, at(params), options));
    },
    "language/highlights": (params) =>
      calls.run(params, (options) => language.highlights(at(params), options)),
    "language/selectionRanges": (params) =>
      calls.run(params, (options) => language.selectionRanges(at(params), options)),
    "language/symbols": (params) =>
      calls.run(params, (options) => language.symbols(params.buffer(), options)),
    "language/workspaceSymbols": (params) =>
      calls.run(params, (options) => language.workspaceSymbols(params.text("query"), options)),
    "language/semanticTokens": (params) =>
      calls.run(params, (options) => language.semanticTokens(params.buffer(), maybePart(params), options)),
    "language/folds": (params) => calls.run(params, (options) => language.folds(params.buffer(), options)),
    "language/inlayHints": (params) =>
      calls.run(params, (options) => language.inlayHints(part(params), options)),
    "language/renameable": (params) =>
      calls.run(params, (options) => language.renameable(at(params), options)),
    "language/planRename": (params) =>
      calls.run(params, (options) => language.planRename(at(params), params.text("name"), options)),
    "language/fixes": (params) => {
      const only = params.list("only").filter((one) => typeof one === "string");
      return calls.run(
        params,
        (options) =>
          language.fixes(part(params), {
            ...options,
            ...optional("only", only.length > 0 ? only : undefined),
          }),
      );
    },
    "language/planFix": (params) =>
      calls.run(params, (options) => language.planFix(params.number("fix"), options)),
    "language/planFormat": (params) =>
      calls.run(
        params,
        (options) => language.planFormat(params.buffer(), maybePart(params), styleOf(params), options),
      ),
    "language/planFormatOnType": (params) =>
      calls.run(
        params,
        (options) => language.planFormatOnType(at(params), params.text("typed"), styleOf(params), options),
      ),
    "language/apply": (params) => language.apply(params.number("plan"), authorOf(params)),
    "language/cancel": (params) => calls.cancel(params.number("call")),
  };
  return {
    handlers,
    [Symbol.dispose]() {
      for (const stop of watches.values()) stop();
      watches.clear();
      calls.cancelAll();
    },
  };
}

/** Questions that are under way and can be given up. */
class Calls {
  readonly #running = new Map<number, AbortController>();

  async run<T>(params: Params, ask: (options: QuestionOptions) => Promise<T>): Promise<T | null> {
    const call = params.maybeNumber("call");
    const controller = new AbortController();
    if (call !== undefined && this.#running.size < MOST_CALLS) this.#running.set(call, controller);
    try {
      return await ask({ signal: controller.signal }) ?? null;
    } finally {
      if (call !== undefined && this.#running.get(call) === controller) this.#running.delete(call);
    }
  }

  cancel(call: number): void {
    this.#running.get(call)?.abort();
  }

  cancelAll(): void {
    for (const controller of this.#running.values()) controller.abort();
  }
}

function authorOf(params: Params): ChangeAuthor {
  return {
    author: params.author(),
    ...optional("step", params.maybeText("step")),
    ...optional("changeSet", params.maybeText("changeSet")),
  };
}

function styleOf(params: Params): FormatStyle {
  return {
    ...optional("tabSize", params.maybeNumber("tabSize")),
    ...(params.has("insertSpaces") ? { insertSpaces: params.flag("insertSpaces") } : {}),
  };
}
