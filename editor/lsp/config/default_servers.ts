/**
 * Well-known servers: used where they are found, silent where they are not. Several may serve one language; the order
 * here is the order in which they are asked.
 *
 * @module
 */

import type { ServerDefinition, ServerLaunch } from "./server_definition.ts";

const SCRIPT = ["typescript", "typescriptreact", "javascript", "javascriptreact"];
const NODE_ROOT = ["tsconfig.json", "jsconfig.json", "package.json", ".git"];
const DENO_ROOT = ["deno.json", "deno.jsonc"];
const GIT = [".git"];

function stdio(command: string, ...args: string[]): ServerLaunch {
  return { command, args: args.length === 0 ? ["--stdio"] : args };
}

function bare(command: string): ServerLaunch {
  return { command, args: [] };
}

export const DEFAULT_SERVERS: readonly ServerDefinition[] = [
  {
    name: "deno",
    languages: SCRIPT,
    launches: [{ command: "deno", args: ["lsp"] }],
    rootMarkers: DENO_ROOT,
    needsRoot: true,
    yieldsToInner: ["package.json", "tsconfig.json"],
    initializationOptions: { enable: true, lint: true, unstable: [] },
    settings: { deno: { enable: true, lint: true }, typescript: {}, javascript: {} },
  },
  {
    name: "typescript",
    languages: SCRIPT,
    launches: [
      { command: "tsc", args: ["--lsp", "--stdio"], atLeastMajor: 7 },
      { command: "tsgo", args: ["--lsp", "--stdio"] },
      stdio("vtsls"),
      stdio("typescript-language-server"),
    ],
    rootMarkers: NODE_ROOT,
    yieldsTo: DENO_ROOT,
    settings: { typescript: {}, javascript: {}, "js/ts": {} },
  },
  {
    name: "json",
    languages: ["json", "jsonc"],
    launches: [stdio("vscode-json-language-server"), stdio("vscode-json-languageserver")],
    rootMarkers: GIT,
    initializationOptions: { provideFormatter: true },
    settings: { json: { validate: { enable: true }, format: { enable: true } } },
  },
  {
    name: "html",
    languages: ["html"],
    launches: [stdio("vscode-html-language-server"), stdio("html-languageserver")],
    rootMarkers: ["package.json", ".git"],
    initializationOptions: { provideFormatter: true, embeddedLanguages: { css: true, javascript: true } },
    settings: { html: {}, css: {}, javascript: {} },
  },
  {
    name: "css",
    languages: ["css", "scss", "less"],
    launches: [stdio("vscode-css-language-server"), stdio("css-languageserver")],
    rootMarkers: ["package.json", ".git"],
    initializationOptions: { provideFormatter: true },
    settings: { css: { validate: true }, scss: { validate: true }, less: { validate: true } },
  },
  {
    name: "python",
    languages: ["python"],
    launches: [
      stdio("basedpyright-langserver"),
      stdio("pyright-langserver"),
      bare("pylsp"),
      bare("jedi-language-server"),
    ],
    rootMarkers: [
      "pyproject.toml",
      "pyrightconfig.json",
      "setup.py",
      "setup.cfg",
      "requirements.txt",
      ".git",
    ],
    settings: { python: { analysis: { diagnosticMode: "openFilesOnly" } } },
  },
  {
    name: "ruff",
    languages: ["python"],
    launches: [{ command: "ruff", args: ["server"] }],
    rootMarkers: ["pyproject.toml", "ruff.toml", ".ruff.toml", ".git"],
  },
  {
    name: "bash",
    languages: ["shellscript"],
    launches: [{ command: "bash-language-server", args: ["start"] }],
    rootMarkers: GIT,
    settings: { bashIde: { globPattern: "*@(.sh|.inc|.bash|.command)" } },
  },
  {
    name: "yaml",
    languages: ["yaml"],
    launches: [stdio("yaml-language-server")],
    rootMarkers: GIT,
    settings: { yaml: { validate: true, hover: true, completion: true, format: { enable: true } } },
  },
  {
    name: "rust-analyzer",
    languages: ["rust"],
    launches: [bare("rust-analyzer")],
    rootMarkers: ["Cargo.toml", "rust-project.json"],
  },
  {
    name: "gopls",
    languages: ["go", "go.mod", "go.sum"],
    launches: [bare("gopls")],
    rootMarkers: ["go.work", "go.mod", ".git"],
  },
  {
    name: "clangd",
    languages: ["c", "cpp", "objective-c", "objective-cpp"],
    launches: [bare("clangd")],
    rootMarkers: ["compile_commands.json", "compile_flags.txt", ".clangd", ".git"],
  },
  {
    name: "svelte",
    languages: ["svelte"],
    launches: [stdio("svelteserver")],
    rootMarkers: ["package.json", ".git"],
  },
  {
    name: "markdown",
    languages: ["markdown"],
    launches: [{ command: "marksman", args: ["server"] }],
    rootMarkers: [".marksman.toml", ".git"],
  },
  {
    name: "dockerfile",
    languages: ["dockerfile"],
    launches: [stdio("docker-langserver")],
    rootMarkers: GIT,
  },
  {
    name: "toml",
    languages: ["toml"],
    launches: [{ command: "taplo", args: ["lsp", "stdio"] }],
    rootMarkers: GIT,
  },
  {
    name: "lua",
    languages: ["lua"],
    launches: [bare("lua-language-server")],
    rootMarkers: [".luarc.json", ".luarc.jsonc", ".git"],
  },
  { name: "zls", languages: ["zig"], launches: [bare("zls")], rootMarkers: ["build.zig", ".git"] },
  {
    name: "php",
    languages: ["php"],
    launches: [stdio("intelephense"), { command: "phpactor", args: ["language-server"] }],
    rootMarkers: ["composer.json", ".git"],
  },
  {
    name: "ruby",
    languages: ["ruby", "erb"],
    launches: [bare("ruby-lsp"), { command: "solargraph", args: ["stdio"] }],
    rootMarkers: ["Gemfile", ".git"],
  },
  {
    name: "java",
    languages: ["java"],
    launches: [bare("jdtls")],
    rootMarkers: ["pom.xml", "build.gradle", "build.gradle.kts", ".git"],
    startTimeoutMs: 120_000,
  },
  {
    name: "csharp",
    languages: ["csharp"],
    launches: [bare("csharp-ls"), { command: "OmniSharp", args: ["--languageserver"] }],
    rootMarkers: [".git"],
    startTimeoutMs: 120_000,
  },
  {
    name: "kotlin",
    languages: ["kotlin"],
    launches: [stdio("kotlin-lsp"), bare("kotlin-language-server")],
    rootMarkers: ["settings.gradle.kts", "settings.gradle", "pom.xml", ".git"],
    startTimeoutMs: 120_000,
  },
  {
    name: "elixir",
    languages: ["elixir"],
    launches: [{ command: "expert", args: ["--stdio"] }, bare("elixir-ls")],
    rootMarkers: ["mix.exs", ".git"],
  },
  {
    name: "haskell",
    languages: ["haskell"],
    launches: [{ command: "haskell-language-server-wrapper", args: ["--lsp"] }],
    rootMarkers: ["hie.yaml", "stack.yaml", "cabal.project", ".git"],
    startTimeoutMs: 120_000,
  },
  {
    name: "ocaml",
    languages: ["ocaml", "ocaml.interface"],
    launches: [bare("ocamllsp")],
    rootMarkers: ["dune-project", "dune-workspace", ".git"],
  },
  {
    name: "scala",
    languages: ["scala"],
    launches: [bare("metals")],
    rootMarkers: ["build.sbt", "build.sc", ".git"],
  },
  {
    name: "terraform",
    languages: ["terraform", "terraform-vars"],
    launches: [{ command: "terraform-ls", args: ["serve"] }],
    rootMarkers: [".terraform", ".git"],
  },
  {
    name: "nix",
    languages: ["nix"],
    launches: [bare("nixd"), bare("nil")],
    rootMarkers: ["flake.nix", ".git"],
  },
  {
    name: "swift",
    languages: ["swift", "objective-c", "objective-cpp"],
    launches: [bare("sourcekit-lsp")],
    rootMarkers: ["Package.swift"],
    needsRoot: true,
  },
  {
    name: "dart",
    languages: ["dart"],
    launches: [{ command: "dart", args: ["language-server", "--client-id", "symphony"] }],
    rootMarkers: ["pubspec.yaml", ".git"],
  },
];
