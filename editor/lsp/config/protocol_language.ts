/**
 * The language identifiers of the Language Server Protocol.
 *
 * @module
 */

import { basename } from "node:path";

/** Extensions, without the dot, to identifiers. */
const BY_EXTENSION: Readonly<Record<string, string>> = {
  astro: "astro",
  bash: "shellscript",
  bats: "shellscript",
  c: "c",
  cc: "cpp",
  cjs: "javascript",
  clj: "clojure",
  cljs: "clojure",
  cpp: "cpp",
  cs: "csharp",
  css: "css",
  cts: "typescript",
  cxx: "cpp",
  dart: "dart",
  erl: "erlang",
  ex: "elixir",
  exs: "elixir",
  fs: "fsharp",
  gleam: "gleam",
  go: "go",
  graphql: "graphql",
  h: "c",
  hcl: "hcl",
  hh: "cpp",
  hpp: "cpp",
  hs: "haskell",
  htm: "html",
  html: "html",
  hxx: "cpp",
  java: "java",
  jl: "julia",
  js: "javascript",
  json: "json",
  json5: "json5",
  jsonc: "jsonc",
  jsx: "javascriptreact",
  kt: "kotlin",
  kts: "kotlin",
  less: "less",
  lua: "lua",
  markdown: "markdown",
  md: "markdown",
  mdx: "mdx",
  mjs: "javascript",
  ml: "ocaml",
  mli: "ocaml.interface",
  mts: "typescript",
  nix: "nix",
  php: "php",
  pl: "perl",
  pm: "perl",
  proto: "proto3",
  ps1: "powershell",
  py: "python",
  pyi: "python",
  r: "r",
  rb: "ruby",
  rs: "rust",
  sass: "sass",
  scala: "scala",
  scss: "scss",
  sh: "shellscript",
  sql: "sql",
  svelte: "svelte",
  swift: "swift",
  tex: "latex",
  tf: "terraform",
  tfvars: "terraform-vars",
  toml: "toml",
  ts: "typescript",
  tsx: "typescriptreact",
  typ: "typst",
  vue: "vue",
  xml: "xml",
  yaml: "yaml",
  yml: "yaml",
  zig: "zig",
  zsh: "shellscript",
};

const BY_FILE_NAME: Readonly<Record<string, string>> = {
  ".bash_profile": "shellscript",
  ".bashrc": "shellscript",
  ".profile": "shellscript",
  ".zshrc": "shellscript",
  "CMakeLists.txt": "cmake",
  Containerfile: "dockerfile",
  Dockerfile: "dockerfile",
  Gemfile: "ruby",
  "go.mod": "go.mod",
  "go.sum": "go.sum",
  GNUmakefile: "makefile",
  makefile: "makefile",
  Makefile: "makefile",
  PKGBUILD: "shellscript",
  Rakefile: "ruby",
};

/** JSON files that may hold comments. */
const COMMENTED_JSON = /^(?:(?:ts|js)config(?:\..+)?|deno|\.eslintrc|\.babelrc|api-extractor)\.json$/;

/** The editor's names of languages that are not the identifier in other letters. */
const BY_NAME: Readonly<Record<string, string>> = {
  "Bourne Again Shell (bash)": "shellscript",
  "C#": "csharp",
  "C++": "cpp",
  "HTML (Rails)": "erb",
  "TypeScript (React)": "typescriptreact",
};

/**
 * The identifier of a document's language: by file name, then by the editor's name for the language. Undefined where
 * neither says anything.
 */
export function protocolLanguage(path: string | undefined, language: string): string | undefined {
  const name = path === undefined ? "" : basename(path);
  if (Object.hasOwn(BY_FILE_NAME, name)) return BY_FILE_NAME[name];
  if (COMMENTED_JSON.test(name)) return "jsonc";
  const extension = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  if (name.includes(".") && Object.hasOwn(BY_EXTENSION, extension)) return BY_EXTENSION[extension];
  if (language === "" || language === "Plain Text") return undefined;
  return Object.hasOwn(BY_NAME, language) ? BY_NAME[language] : language.toLowerCase();
}
