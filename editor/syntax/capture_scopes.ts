/**
 * From the captures of highlight queries to the scopes of TextMate themes. Grammars name captures in several dialects; themes know TextMate's.
 *
 * @module
 */

import type { Language } from "./language.ts";

/** What a capture gives the text under it. */
export type CaptureScope =
  /** A scope on top of those around it. */
  | { readonly kind: "scope"; readonly scope: string }
  /** A keyword: its scope depends on the word. */
  | { readonly kind: "keyword"; readonly suffix: string }
  /** Back to the scope of the file, as code inside a string. */
  | { readonly kind: "reset" };

const SCOPES: Readonly<Record<string, string>> = {
  "attribute": "entity.other.attribute-name",
  "boolean": "constant.language.boolean",
  "character": "constant.character",
  "character.special": "constant.character.escape",
  "charset": "keyword.control.at-rule.charset",
  "color": "constant.other.color",
  "comment": "comment",
  "comment.doc": "comment.block.documentation",
  "comment.documentation": "comment.block.documentation",
  "comment.unused": "comment",
  "conditional": "keyword.control.flow.conditional",
  "constant": "variable.other.constant",
  "constant.builtin": "constant.language",
  "constant.character": "constant.character",
  "constant.macro": "entity.name.function.macro",
  "constructor": "entity.name.type.class",
  "delimiter": "punctuation.separator",
  "error": "invalid",
  "escape": "constant.character.escape",
  "exception": "keyword.control.flow.exception",
  "field": "variable.other.member",
  "float": "constant.numeric.float",
  "function": "entity.name.function",
  "function.builtin": "support.function",
  "function.call": "entity.name.function.call",
  "function.macro": "entity.name.function.macro",
  "function.method": "entity.name.function.member",
  "function.method.builtin": "support.function",
  "function.special": "entity.name.function.preprocessor",
  "import": "keyword.control.import",
  "include": "keyword.control.import",
  "keyframes": "keyword.control.at-rule.keyframes",
  "label": "entity.name.label",
  "media": "keyword.control.at-rule.media",
  "method": "entity.name.function.member",
  "method.call": "entity.name.function.member",
  "module": "entity.name.namespace",
  "module.builtin": "support.module",
  "namespace": "entity.name.namespace",
  "number": "constant.numeric",
  "number.float": "constant.numeric.float",
  "operator": "keyword.operator",
  "parameter": "variable.parameter",
  "preproc": "keyword.control.directive",
  "property": "variable.other.property",
  "property.definition": "variable.other.property",
  "punctuation": "punctuation",
  "punctuation.bracket": "punctuation.section.brackets",
  "punctuation.delimiter": "punctuation.separator",
  "punctuation.special": "punctuation.section.embedded",
  "repeat": "keyword.control.flow.loop",
  "storageclass": "storage.modifier",
  "string": "string.quoted",
  "string.escape": "constant.character.escape",
  "string.regex": "string.regexp",
  "string.special": "string.other",
  "string.special.key": "support.type.property-name",
  "string.special.regex": "string.regexp",
  "string.special.symbol": "constant.other.symbol",
  "supports": "keyword.control.at-rule.supports",
  "tag": "entity.name.tag",
  "tag.error": "invalid.illegal.tag",
  "text.danger": "keyword.codetag.error",
  "text.note": "keyword.codetag.note",
  "text.warning": "keyword.codetag.warning",
  "type": "entity.name.type",
  "type.builtin": "support.type.builtin",
  "type.definition": "entity.name.type",
  "type.qualifier": "storage.modifier",
  "unit": "keyword.other.unit",
  "variable": "variable.other",
  "variable.builtin": "variable.language",
  "variable.member": "variable.other.member",
  "variable.parameter": "variable.parameter",
  "markup.bold": "markup.bold",
  "markup.heading": "markup.heading entity.name.section",
  "markup.italic": "markup.italic",
  "markup.link": "markup.underline.link",
  "markup.list": "markup.list punctuation.definition.list",
  "markup.quote": "markup.quote",
  "markup.raw": "markup.raw",
};

/** Languages whose properties are keys of data, which themes tell from members of objects. */
const DATA = new Set(["css", "hcl", "json", "makefile", "terraform", "toml", "yaml"]);

const IGNORED = new Set(["spell", "nospell", "clean", "conceal", "fold"]);
const RESETTING = new Set(["embedded", "none"]);

/** Words that declare something, in the languages that have them. */
const TYPE_WORDS = words(
  "class const def defp defmodule defmacro enum fn fun func function interface lambda let local macro_rules! mod module namespace " +
    "object package protocol record resource struct trait type typedef union val var variable concept delegate event given",
);
const MODIFIER_WORDS = words(
  "abstract async auto const constexpr crate declare default dyn explicit export extern final friend global implicit impl " +
    "inline internal lazy move mut mutable native open override partial priv private protected pub public readonly ref register restrict " +
    "sealed static strictfp synchronized threadlocal transient transparent unsafe var virtual volatile comptime noalias",
);
const IMPORT_WORDS = words("import include require use using from as extern alias source #include");
const OPERATOR_WORDS = words(
  "and or not in is instanceof typeof new delete sizeof void xor div rem of keyof satisfies await yield when",
);
const DIRECTIVE = /^(?:#|@)/;

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}

/** What each capture of a language's highlight query means. Captures that say nothing of looks are left out. */
export function captureScopes(
  names: readonly string[],
  language: Language,
): ReadonlyMap<string, CaptureScope> {
  const suffix = language.scope.slice(language.scope.lastIndexOf(".") + 1);
  const scopes = new Map<string, CaptureScope>();
  for (const name of names) {
    const scope = captureScope(name, suffix);
    if (scope !== undefined) scopes.set(name, scope);
  }
  return scopes;
}

function captureScope(name: string, suffix: string): CaptureScope | undefined {
  if (name.startsWith("_") || IGNORED.has(name)) return undefined;
  if (RESETTING.has(name)) return { kind: "reset" };
  if (name === "keyword" || name.startsWith("keyword.")) return { kind: "keyword", suffix };
  // The longest part of the name that is known, as the dialects only ever add to the right.
  for (let known = name; known !== ""; known = known.slice(0, Math.max(0, known.lastIndexOf(".")))) {
    const scope = known === "property" && DATA.has(suffix) ? SCOPES["string.special.key"] : SCOPES[known];
    if (scope !== undefined) return { kind: "scope", scope: scope.replaceAll(/(?= |$)/g, `.${suffix}`) };
  }
  return undefined;
}

/** The scope of a keyword, by its word. */
export function keywordScope(word: string, suffix: string): string {
  const lower = word.toLowerCase();
  if (TYPE_WORDS.has(lower)) return `storage.type.${suffix}`;
  if (MODIFIER_WORDS.has(lower)) return `storage.modifier.${suffix}`;
  if (IMPORT_WORDS.has(lower)) return `keyword.control.import.${suffix}`;
  if (OPERATOR_WORDS.has(lower)) return `keyword.operator.word.${suffix}`;
  if (DIRECTIVE.test(word)) return `keyword.control.directive.${suffix}`;
  return `keyword.control.flow.${suffix}`;
}
