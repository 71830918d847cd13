/**
 * The `language/…` methods of the revision protocol, whose modules are loaded with the first of them.
 *
 * @module
 */

import type { LanguagePort, TextDiagnostics } from "../../core/ports/language.ts";
import type { Desk } from "../revision/desk.ts";
import type { TreeSource } from "../structure/local_structure.ts";
import type { DefinitionIndex } from "../unaided/definition_index.ts";
import type { LazyLanguages } from "./lazy_languages.ts";
import type { Handler, LanguageMethods } from "./revision_methods.ts";

/** The names; `revision_methods.ts` says what they do. */
export const LANGUAGE_METHODS = [
  "features",
  "isServed",
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
  trees: TreeSource | undefined,
  tell: (method: "language/diagnostics", params: TextDiagnostics) => void,
): LanguageMethods {
  let made: Promise<LanguageMethods> | undefined;
  let isDisposed = false;
  const methods = () => made ??= make(desk, languages, trees, tell);
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
  trees: TreeSource | undefined,
  tell: (method: "language/diagnostics", params: TextDiagnostics) => void,
): Promise<LanguageMethods> {
  const [language, { languageMethods }] = await Promise.all([
    localLanguage(desk, languages, trees),
    import("./revision_methods.ts"),
  ]);
  return languageMethods(language, tell);
}

/** The port for one client, loaded now. Without trees only servers are asked. */
export async function localLanguage(
  desk: Desk,
  languages: LazyLanguages,
  trees: TreeSource | undefined,
): Promise<LanguagePort> {
  const clients = await languages.load();
  if (trees === undefined) {
    const { LocalLanguage } = await import("./local_language.ts");
    return new LocalLanguage(desk, clients);
  }
  const [{ UnaidedLanguage }, { DefinitionIndex }] = await Promise.all([
    import("../unaided/unaided_language.ts"),
    import("../unaided/definition_index.ts"),
  ]);
  const { clock, workspace } = languages;
  // One for all clients: it may hold the names of thousands of files.
  let index = indexes.get(languages);
  if (index === undefined) indexes.set(languages, index = new DefinitionIndex());
  return new UnaidedLanguage({ desk, clients, trees, index, clock, workspace });
}

const indexes = new WeakMap<LazyLanguages, DefinitionIndex>();
