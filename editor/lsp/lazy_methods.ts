/**
 * The `language/…` methods of the revision protocol, whose modules are loaded with the first of them.
 *
 * @module
 */

import type { LanguagePort, TextDiagnostics } from "../../core/ports/language.ts";
import type { Desk } from "../revision/desk.ts";
import type { LazyLanguages } from "./lazy_languages.ts";
import type { Handler, LanguageMethods } from "./revision_methods.ts";

/** The names; `revision_methods.ts` says what they do. */
export const LANGUAGE_METHODS = [
  "features",
  "servers",
  "restart",
  "diagnostics",
  "watch",
  "unwatch",
  "complete",
  "describeCompletion",
  "takeCompletion",
  "hover",
  "signature",
  "places",
  "highlights",
  "selectionRanges",
  "symbols",
  "workspaceSymbols",
  "semanticTokens",
  "folds",
  "inlayHints",
  "renameable",
  "planRename",
  "fixes",
  "planFix",
  "planFormat",
  "planFormatOnType",
  "apply",
  "cancel",
].map((name) => `language/${name}`);

/** The methods for one client. `tell` sends it a notification. */
export function lazyLanguageMethods(
  desk: Desk,
  languages: LazyLanguages,
  tell: (method: "language/diagnostics", params: TextDiagnostics) => void,
): LanguageMethods {
  let made: Promise<LanguageMethods> | undefined;
  let isDisposed = false;
  const methods = () => made ??= make(desk, languages, tell);
  const handlers = Object.fromEntries(LANGUAGE_METHODS.map((name): [string, Handler] => [
    name,
    async (params) => {
      const { handlers } = await methods();
      if (isDisposed) return null;
      return await handlers[name]?.(params) ?? null;
    },
  ]));
  return {
    handlers,
    [Symbol.dispose]() {
      isDisposed = true;
      made?.then((all) => all[Symbol.dispose](), () => {});
    },
  };
}

async function make(
  desk: Desk,
  languages: LazyLanguages,
  tell: (method: "language/diagnostics", params: TextDiagnostics) => void,
): Promise<LanguageMethods> {
  const [language, { languageMethods }] = await Promise.all([
    localLanguage(desk, languages),
    import("./revision_methods.ts"),
  ]);
  return languageMethods(language, tell);
}

/** The port for one client, loaded now. */
export async function localLanguage(desk: Desk, languages: LazyLanguages): Promise<LanguagePort> {
  const [clients, { LocalLanguage }] = await Promise.all([languages.load(), import("./local_language.ts")]);
  return new LocalLanguage(desk, clients);
}
