/**
 * What a file is, told from its name alone: its language, whether it is likely binary, whether a tool wrote it.
 *
 * @module
 */

const BY_EXTENSION: Readonly<Record<string, string>> = {
  ts: "typescript",
  mts: "typescript",
  cts: "typescript",
  tsx: "tsx",
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  jsx: "jsx",
  py: "python",
  pyi: "python",
  go: "go",
  rs: "rust",
  java: "java",
  c: "c",
  h: "c",
  cc: "cpp",
  cpp: "cpp",
  cxx: "cpp",
  hh: "cpp",
  hpp: "cpp",
  hxx: "cpp",
  cs: "csharp",
  rb: "ruby",
  php: "php",
  swift: "swift",
  kt: "kotlin",
  kts: "kotlin",
  scala: "scala",
  lua: "lua",
  pl: "perl",
  r: "r",
  dart: "dart",
  ex: "elixir",
  exs: "elixir",
  erl: "erlang",
  hs: "haskell",
  ml: "ocaml",
  clj: "clojure",
  zig: "zig",
  sh: "shell",
  bash: "shell",
  zsh: "shell",
  ps1: "powershell",
  sql: "sql",
  vue: "vue",
  svelte: "svelte",
  html: "html",
  htm: "html",
  css: "css",
  scss: "scss",
  less: "less",
  xml: "xml",
  svg: "svg",
  json: "json",
  jsonc: "jsonc",
  yaml: "yaml",
  yml: "yaml",
  toml: "toml",
  ini: "ini",
  md: "markdown",
  mdx: "markdown",
  rst: "restructuredtext",
  tex: "latex",
  txt: "text",
  proto: "protobuf",
  graphql: "graphql",
  gql: "graphql",
};

const BY_NAME: Readonly<Record<string, string>> = {
  dockerfile: "dockerfile",
  makefile: "make",
  gnumakefile: "make",
  "cmakelists.txt": "cmake",
  rakefile: "ruby",
  gemfile: "ruby",
};

/** Languages that hold no program: documents, data, markup. */
const NOT_CODE = new Set([
  "markdown",
  "restructuredtext",
  "latex",
  "text",
  "json",
  "jsonc",
  "yaml",
  "toml",
  "ini",
  "xml",
  "svg",
  "html",
  "css",
  "scss",
  "less",
]);

const BINARY = new Set(
  ("7z a avif bin bmp bz2 class dat db dll dylib eot exe flac gif gz ico jar jpeg jpg lib lz4 mdb mov mp3 mp4 o obj " +
    "ogg otf pdf png pyc rar so sqlite tar tgz tif tiff ttf wasm wav webm webp woff woff2 xz zip zst").split(
      " ",
    ),
);

const GENERATED_NAME =
  /(?:[.-]min\.(?:js|mjs|css)|\.bundle\.js|\.map|\.pb\.(?:go|cc|h)|_pb2?(?:_grpc)?\.pyi?|\.g\.dart|\.designer\.cs|\.d\.ts\.map)$/i;
const LOCK_NAME =
  /^(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock|cargo\.lock|poetry\.lock|uv\.lock|pipfile\.lock|composer\.lock|gemfile\.lock|go\.sum|flake\.lock)$/i;
const GENERATED_FOLDER = /(?:^|\/)(?:node_modules|vendor|third_party|dist|__generated__|generated)\//;

/** The language in lower case, or "" where the name does not tell. */
export function languageOf(path: string): string {
  const name = nameOf(path).toLowerCase();
  if (Object.hasOwn(BY_NAME, name)) return BY_NAME[name] as string;
  const extension = extensionOf(name);
  return Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension] as string : "";
}

/** True where the name says program text that people write. */
export function isSource(path: string): boolean {
  const language = languageOf(path);
  return language !== "" && !NOT_CODE.has(language) && !isGenerated(path);
}

/** True where the name says a format that is not text. */
export function isBinaryName(path: string): boolean {
  return BINARY.has(extensionOf(nameOf(path).toLowerCase()));
}

/** True for lock files, minified files, and what lies in folders that hold others' or generated code. */
export function isGenerated(path: string): boolean {
  const name = nameOf(path);
  return LOCK_NAME.test(name) || GENERATED_NAME.test(name) || GENERATED_FOLDER.test(path);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot + 1);
}
