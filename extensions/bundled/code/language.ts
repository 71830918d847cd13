/**
 * The languages that are read as syntax trees: which file is which, the grammar, and a tree-sitter query that names what
 * matters in it. The query's captures are the whole interface between a grammar and the measures (measure.ts):
 *
 * - `function`: counts as a function; `anonymous`: a lambda or callback, which may belong to the function around it.
 * - `if`, `loop`, `catch`, `ternary`: a decision that also nests. `case`: one arm of a `switch`, which nests but decides nothing.
 * - `elif` and `else`: the other arm; `filter`: a decision inside an expression that does not nest.
 * - `logical`: an expression of short-circuit operators, with `op` on each operator; `jump`: goto, labelled break.
 * - `comment`; `import`: the node that holds the specifier; `package`: the package's own name.
 *
 * Cyclomatic complexity (McCabe, 1976) is 1 + `if` + `elif` + `loop` + `case` + `catch` + `ternary` + `filter` + `op`.
 *
 * @module
 */

export interface Language {
  readonly name: string;
  /** The asset that holds the grammar. */
  readonly asset: string;
  readonly query: string;
  /** A `case` whose text begins like this is the default arm, which decides nothing. */
  readonly defaultCase: RegExp;
}

const script = `
(function_declaration) @function
(generator_function_declaration) @function
(method_definition) @function
(function_expression) @anonymous
(generator_function) @anonymous
(arrow_function) @anonymous
(if_statement) @if
"else" @else
(for_statement) @loop
(for_in_statement) @loop
(while_statement) @loop
(do_statement) @loop
(switch_statement) @switch
(switch_case) @case
(catch_clause) @catch
(ternary_expression) @ternary
(binary_expression operator: ["&&" "||" "??"] @op) @logical
(break_statement (statement_identifier)) @jump
(continue_statement (statement_identifier)) @jump
(comment) @comment
(import_statement source: (string) @import)
(export_statement source: (string) @import)
(call_expression function: (import) arguments: (arguments . (string) @import))
((call_expression function: (identifier) @_callee arguments: (arguments . (string) @import)) (#eq? @_callee "require"))
`;

const python = `
(function_definition) @function
(lambda) @anonymous
(if_statement) @if
(elif_clause) @elif
(if_statement (else_clause "else" @else))
(for_statement) @loop
(while_statement) @loop
(match_statement) @switch
(case_clause) @case
(except_clause) @catch
(conditional_expression) @ternary
(for_in_clause) @filter
(if_clause) @filter
(boolean_operator operator: ["and" "or"] @op) @logical
(comment) @comment
(module . (expression_statement (string) @comment))
(function_definition body: (block . (expression_statement (string) @comment)))
(class_definition body: (block . (expression_statement (string) @comment)))
(import_statement name: (dotted_name) @import)
(import_statement name: (aliased_import name: (dotted_name) @import))
(import_from_statement module_name: (_) @import)
`;

const go = `
(function_declaration) @function
(method_declaration) @function
(func_literal) @anonymous
(if_statement) @if
"else" @else
(for_statement) @loop
(expression_switch_statement) @switch
(type_switch_statement) @switch
(select_statement) @switch
(expression_case) @case
(type_case) @case
(communication_case) @case
(binary_expression operator: ["&&" "||"] @op) @logical
(goto_statement) @jump
(break_statement (label_name)) @jump
(continue_statement (label_name)) @jump
(comment) @comment
(import_spec path: (_) @import)
(package_clause (package_identifier) @package)
`;

const rust = `
(function_item) @function
(closure_expression) @anonymous
(if_expression) @if
(let_declaration alternative: (block)) @filter
(if_expression (else_clause "else" @else))
(for_expression) @loop
(while_expression) @loop
(loop_expression) @loop
(match_expression) @switch
(match_arm) @case
(binary_expression operator: ["&&" "||"] @op) @logical
(let_chain "&&" @op) @logical
(break_expression (label)) @jump
(continue_expression (label)) @jump
(line_comment) @comment
(block_comment) @comment
(use_declaration argument: (_) @import)
(mod_item name: (identifier) @module !body)
`;

const java = `
(method_declaration) @function
(constructor_declaration) @function
(compact_constructor_declaration) @function
(lambda_expression) @anonymous
(if_statement) @if
"else" @else
(for_statement) @loop
(enhanced_for_statement) @loop
(while_statement) @loop
(do_statement) @loop
(switch_expression) @switch
(switch_label) @case
(catch_clause) @catch
(ternary_expression) @ternary
(binary_expression operator: ["&&" "||"] @op) @logical
(break_statement (identifier)) @jump
(continue_statement (identifier)) @jump
(line_comment) @comment
(block_comment) @comment
(import_declaration (_) @import)
(package_declaration (_) @package)
`;

const c = `
(function_definition) @function
(if_statement) @if
"else" @else
(for_statement) @loop
(while_statement) @loop
(do_statement) @loop
(switch_statement) @switch
(case_statement) @case
(conditional_expression) @ternary
(binary_expression operator: ["&&" "||"] @op) @logical
(goto_statement) @jump
(comment) @comment
(preproc_include path: (_) @import)
`;

const cpp = `${c}
(lambda_expression) @anonymous
(for_range_loop) @loop
(catch_clause) @catch
`;

const never = /^(?!)/;
const defaultWord = /^default\b/;

const languages: readonly (Language & { readonly extensions: readonly string[] })[] = [
  language(
    "typescript",
    "npm:tree-sitter-typescript/tree-sitter-typescript.wasm",
    script,
    never,
    "ts mts cts",
  ),
  language("tsx", "npm:tree-sitter-typescript/tree-sitter-tsx.wasm", script, never, "tsx"),
  language(
    "javascript",
    "npm:tree-sitter-javascript/tree-sitter-javascript.wasm",
    script,
    never,
    "js mjs cjs jsx",
  ),
  language("python", "npm:tree-sitter-python/tree-sitter-python.wasm", python, /^case\s+_\s*:/, "py pyi"),
  language("go", "npm:tree-sitter-go/tree-sitter-go.wasm", go, never, "go"),
  language("rust", "npm:tree-sitter-rust/tree-sitter-rust.wasm", rust, /^_\s*=>/, "rs"),
  language("java", "npm:tree-sitter-java/tree-sitter-java.wasm", java, defaultWord, "java"),
  language("c", "npm:tree-sitter-c/tree-sitter-c.wasm", c, defaultWord, "c h"),
  language("cpp", "npm:tree-sitter-cpp/tree-sitter-cpp.wasm", cpp, defaultWord, "cc cpp cxx c++ hh hpp hxx"),
];

function language(name: string, asset: string, query: string, defaultCase: RegExp, extensions: string) {
  return { name, asset, query, defaultCase, extensions: extensions.split(" ") };
}

const byExtension = new Map(languages.flatMap((one) => one.extensions.map((extension) => [extension, one])));
const cppHeader = /^\s*(?:class\s+\w|namespace\s+\w|template\s*<|public:|private:|protected:|using\s+\w)/m;

/** The language of a file by its extension; a C header that holds C++ is C++. Undefined where there is no grammar. */
export function languageOf(file: string, source: string): Language | undefined {
  const extension = extensionOf(file);
  const found = byExtension.get(extension);
  return extension === "h" && cppHeader.test(source) ? byExtension.get("cpp") : found;
}

/** The file's extension in lower case without the dot; empty where it has none. */
export function extensionOf(file: string): string {
  return /\.([^./]+)$/.exec(file)?.[1]?.toLowerCase() ?? "";
}

/** Names for files without a grammar, so that a report can still say what they are. */
const otherNames: Readonly<Record<string, string>> = {
  md: "markdown",
  markdown: "markdown",
  json: "json",
  jsonc: "json",
  yml: "yaml",
  yaml: "yaml",
  toml: "toml",
  css: "css",
  scss: "css",
  html: "html",
  sh: "shell",
  bash: "shell",
  rb: "ruby",
  php: "php",
  cs: "c#",
  kt: "kotlin",
  swift: "swift",
  scala: "scala",
  lua: "lua",
  sql: "sql",
  xml: "xml",
  vue: "vue",
  svelte: "svelte",
  ex: "elixir",
  erl: "erlang",
  hs: "haskell",
  clj: "clojure",
  zig: "zig",
  dart: "dart",
  r: "r",
  pl: "perl",
  proto: "protobuf",
};

/** What to call a file without a grammar; `other` where even that is unknown. */
export function plainLanguageName(file: string): string {
  return otherNames[extensionOf(file)] ?? "other";
}
