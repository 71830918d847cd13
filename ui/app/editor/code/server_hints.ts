/** Which language servers know a file's language, and how they are got. Pure. @module */

export interface ServerHint {
  readonly language: string;
  /** Any of these will do; the first is what most people take. */
  readonly servers: readonly { readonly program: string; readonly install: string }[];
}

const npm = (names: string) => `npm install --global ${names}`;

const script: ServerHint["servers"] = [
  { program: "typescript-language-server", install: npm("typescript-language-server typescript") },
  { program: "deno, where the project has a deno.json", install: npm("deno") },
];
const web: ServerHint["servers"] = [{
  program: "vscode-langservers-extracted",
  install: npm("vscode-langservers-extracted"),
}];
const c: ServerHint["servers"] = [{ program: "clangd", install: "apt install clangd" }];

const hints: readonly (readonly [endings: string, hint: ServerHint])[] = [
  ["ts tsx mts cts", { language: "TypeScript", servers: script }],
  ["js jsx mjs cjs", { language: "JavaScript", servers: script }],
  ["json jsonc", { language: "JSON", servers: web }],
  ["html htm", { language: "HTML", servers: web }],
  ["css scss less", { language: "CSS", servers: web }],
  ["py pyi", {
    language: "Python",
    servers: [
      { program: "pyright", install: npm("pyright") },
      { program: "ruff", install: "pip install ruff" },
    ],
  }],
  ["sh bash", {
    language: "Shell",
    servers: [{ program: "bash-language-server", install: npm("bash-language-server") }],
  }],
  ["yaml yml", {
    language: "YAML",
    servers: [{ program: "yaml-language-server", install: npm("yaml-language-server") }],
  }],
  ["rs", {
    language: "Rust",
    servers: [{ program: "rust-analyzer", install: "rustup component add rust-analyzer" }],
  }],
  ["go", {
    language: "Go",
    servers: [{ program: "gopls", install: "go install golang.org/x/tools/gopls@latest" }],
  }],
  ["c h", { language: "C", servers: c }],
  ["cpp cc cxx hpp hh", { language: "C++", servers: c }],
  ["svelte", {
    language: "Svelte",
    servers: [{ program: "svelteserver", install: npm("svelte-language-server") }],
  }],
];

/** For the file's language; undefined where none is known for it. */
export function serverHintFor(file: string): ServerHint | undefined {
  const ending = /\.(\w+)$/.exec(file)?.[1]?.toLowerCase();
  return ending === undefined
    ? undefined
    : hints.find(([endings]) => endings.split(" ").includes(ending))?.[1];
}
