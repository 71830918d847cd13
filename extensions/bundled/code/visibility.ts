/**
 * What a node declares and who sees it, language by language.
 *
 * @module
 */

import type { Node } from "web-tree-sitter";

/** Nodes that hold declarations without being one. */
const containers = new Set([
  "export_statement",
  "ambient_declaration",
  "decorated_definition",
  "declaration_list",
  "linkage_specification",
  "template_declaration",
  "preproc_ifdef",
  "preproc_if",
  "preproc_else",
  "enum_body_declarations",
]);

/** True for a node whose children may be declarations of the scope around it. */
export function isContainer(type: string): boolean {
  return containers.has(type);
}

const kinds: ReadonlyMap<string, string> = new Map([
  ["function_declaration", "function"],
  ["generator_function_declaration", "function"],
  ["function_signature", "function"],
  ["method_definition", "method"],
  ["method_signature", "method"],
  ["abstract_method_signature", "method"],
  ["property_signature", "field"],
  ["public_field_definition", "field"],
  ["class_declaration", "class"],
  ["abstract_class_declaration", "class"],
  ["interface_declaration", "interface"],
  ["type_alias_declaration", "type"],
  ["enum_declaration", "enum"],
  ["internal_module", "namespace"],
  ["module", "namespace"],
  ["lexical_declaration", "constant"],
  ["variable_declaration", "variable"],
  ["function_definition", "function"],
  ["class_definition", "class"],
  ["method_declaration", "method"],
  ["constructor_declaration", "method"],
  ["record_declaration", "record"],
  ["annotation_type_declaration", "interface"],
  ["type_declaration", "type"],
  ["const_declaration", "constant"],
  ["var_declaration", "variable"],
  ["function_item", "function"],
  ["function_signature_item", "function"],
  ["struct_item", "struct"],
  ["enum_item", "enum"],
  ["trait_item", "trait"],
  ["impl_item", "impl"],
  ["type_item", "type"],
  ["const_item", "constant"],
  ["static_item", "variable"],
  ["mod_item", "module"],
  ["macro_definition", "macro"],
  ["struct_specifier", "struct"],
  ["class_specifier", "class"],
  ["enum_specifier", "enum"],
  ["union_specifier", "struct"],
  ["namespace_definition", "namespace"],
  ["type_definition", "type"],
  ["preproc_function_def", "macro"],
]);

/** What a node inside a `holder` (a class, an impl …; empty at the top) declares; undefined where nothing worth naming. */
export function declarationKind(language: string, node: Node, holder: string): string | undefined {
  const inside = holder !== "";
  const kind = kinds.get(node.type);
  if (language === "python") {
    if (kind === "function" && inside) return "method";
    return kind ?? pythonConstant(node, inside);
  }
  if (language === "java" && node.type === "field_declaration") return "field";
  if (language === "c" || language === "cpp") {
    // A struct without a body is only a mention; a prototype declares a function.
    if (/_specifier$/.test(node.type)) return node.childForFieldName("body") === null ? undefined : kind;
    if (node.type === "declaration" || node.type === "field_declaration") return prototypeKind(node);
    if (kind === "function" && inside && holder !== "namespace") return "method";
  }
  if (language === "rust" && kind === "function" && (holder === "impl" || holder === "trait")) {
    return "method";
  }
  return kind;
}

function pythonConstant(node: Node, inside: boolean): string | undefined {
  if (inside || node.type !== "expression_statement") return undefined;
  const target = node.firstNamedChild;
  const left = target?.type === "assignment" ? target.childForFieldName("left") : null;
  return left?.type === "identifier" && /^[A-Z][A-Z0-9_]*$/.test(left.text) ? "constant" : undefined;
}

function prototypeKind(node: Node): string | undefined {
  for (let at = node.childForFieldName("declarator"); at !== null; at = at.childForFieldName("declarator")) {
    if (at.type === "function_declarator") return "function";
  }
  return undefined;
}

/** True where a declaration is seen outside its file (Go, Java: its package; Python: by its name's custom). */
export function isPublic(
  language: string,
  node: Node,
  name: string,
  scope: { readonly parent: string; readonly exported: boolean },
): boolean {
  const inside = scope.parent !== "";
  switch (language) {
    case "python":
      return !name.startsWith("_") && (!inside || scope.exported);
    case "go":
      return /^\p{Lu}/u.test(name);
    case "rust":
      return node.type === "impl_item"
        ? false
        : node.namedChildren.some(({ type }) => type === "visibility_modifier");
    case "java":
      return /\bpublic\b/.test(modifiers(node)) ||
        (inside && scope.exported && node.parent?.type === "interface_body");
    case "c":
    case "cpp":
      return !/^\s*(?:static|private)\b/.test(node.text.slice(0, 60));
    default:
      if (!inside) return scope.exported;
      return scope.exported && !name.startsWith("#") &&
        !/^(?:private|protected)\b/.test(node.text.slice(0, 12));
  }
}

function modifiers(node: Node): string {
  return node.namedChildren.find(({ type }) => type === "modifiers")?.text ?? "";
}
