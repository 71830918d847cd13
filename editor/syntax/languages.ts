/**
 * The languages of the editor: name, files, grammar, comments, indentation. `language_of.ts` picks one for a file.
 *
 * The names are those of xi's own highlighter where it has the language, so that settings files and front ends keep working.
 *
 * @module
 */

import type { CommentForm, IndentRules, Language } from "./language.ts";

const C_COMMENTS: CommentForm = { line: "//", block: ["/*", "*/"] };
const HASH: CommentForm = { line: "#" };
const MARKUP: CommentForm = { block: ["<!--", "-->"] };

const BRACES: IndentRules = { opens: /[{([]$/, closes: /^[})\]]/, closers: "})]" };
const CASES: IndentRules = {
  opens: /[{([]$|^(?:case\b.*|default\s*):$/,
  closes: /^(?:[})\]]|(?:case\b.*|default\s*):)/,
  closers: "})]:",
};
const COLON: IndentRules = {
  opens: /[:{([]$/,
  closes: /^(?:[})\]]|(?:else|elif|except|finally)\b.*:$)/,
  closers: "})]:",
  significant: true,
};
const SHELL: IndentRules = {
  opens: /[{([]$|(?:^|[\s;])(?:then|do|else)$|\bin$/,
  closes: /^(?:[})\]]|(?:fi|done|esac|elif|else)\b)/,
  closers: "})]iecf",
};
const RUBY: IndentRules = {
  opens:
    /[{([]$|^(?:class|module|def|if|unless|while|until|for|case|when|begin|else|elsif|ensure|rescue|in)\b(?!.*\bend$).*$|\bdo(?:\s*\|[^|]*\|)?$|=\s*(?:if|case|begin)\b(?!.*\bend$).*$/,
  closes: /^(?:[})\]]|(?:end|else|elsif|when|ensure|rescue|in)\b)/,
  closers: "})]defn",
};
const LUA: IndentRules = {
  opens: /[{([]$|\b(?:then|do|else|repeat)$|\bfunction\b[^)]*\)$/,
  closes: /^(?:[})\]]|(?:end|else|elseif|until)\b)/,
  closers: "})]del",
};
const ELIXIR: IndentRules = {
  opens: /[{([]$|\b(?:do|else|rescue|catch|after)$|(?:->|\bfn)$/,
  closes: /^(?:[})\]]|(?:end|else|rescue|catch|after)\b)/,
  closers: "})]der",
};
const TAGS: IndentRules = {
  opens:
    /<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)([a-zA-Z][\w:-]*)(?:\s[^<>]*)?(?<!\/)>$|[{([]$/,
  closes: /^(?:<\/|[})\]])/,
  closers: "})]>/",
};
const YAML: IndentRules = { opens: /:$|^-$|[{[]$/, closes: /^[}\]]/, closers: "}]", significant: true };

const JS = "tree-sitter-javascript/queries";
const ROUND: readonly (readonly [string, string])[] = [["{", "}"], ["[", "]"], ["(", ")"]];
const OWN = "own:";

/** Plain text: what has no grammar. */
export const PLAIN_TEXT: Language = { name: "Plain Text", scope: "text.plain", extensions: ["txt", "text"] };

export const LANGUAGES: readonly Language[] = [
  {
    name: "Bourne Again Shell (bash)",
    scope: "source.shell.bash",
    extensions: ["sh", "bash", "zsh", "ksh", "bats", "ebuild"],
    fileNames: [".bashrc", ".bash_profile", ".bash_logout", ".profile", ".zshrc", ".zprofile", "PKGBUILD"],
    aliases: ["bash", "sh", "zsh", "ksh", "dash", "ash", "shell", "shell-script"],
    grammar: {
      wasm: "tree-sitter-bash/tree-sitter-bash.wasm",
      highlights: ["tree-sitter-bash/queries/highlights.scm", `${OWN}bash`],
      tags: [`${OWN}bash-tags`],
    },
    comments: HASH,
    indent: SHELL,
    brackets: ROUND,
  },
  {
    name: "C",
    scope: "source.c",
    extensions: ["c", "h"],
    aliases: ["c"],
    grammar: {
      wasm: "tree-sitter-c/tree-sitter-c.wasm",
      highlights: ["tree-sitter-c/queries/highlights.scm"],
      tags: ["tree-sitter-c/queries/tags.scm"],
    },
    comments: C_COMMENTS,
    indent: CASES,
    brackets: ROUND,
  },
  {
    name: "C#",
    scope: "source.cs",
    extensions: ["cs", "csx"],
    aliases: ["csharp", "c#", "cs", "dotnet-script"],
    grammar: {
      wasm: "tree-sitter-c-sharp/tree-sitter-c_sharp.wasm",
      highlights: ["tree-sitter-c-sharp/queries/highlights.scm"],
      tags: ["tree-sitter-c-sharp/queries/tags.scm"],
    },
    comments: C_COMMENTS,
    indent: CASES,
    brackets: ROUND,
  },
  {
    name: "C++",
    scope: "source.c++",
    extensions: ["cpp", "cc", "cp", "cxx", "c++", "hpp", "hh", "hxx", "h++", "inl", "ipp", "ixx", "cppm", "cu", "cuh"],
    firstLine: /-\*-\s*C\+\+\s*-\*-/,
    aliases: ["cpp", "c++", "cxx"],
    grammar: {
      wasm: "tree-sitter-cpp/tree-sitter-cpp.wasm",
      highlights: ["tree-sitter-c/queries/highlights.scm", "tree-sitter-cpp/queries/highlights.scm"],
      tags: ["tree-sitter-cpp/queries/tags.scm"],
    },
    comments: C_COMMENTS,
    indent: CASES,
    brackets: ROUND,
  },
  {
    name: "CSS",
    scope: "source.css",
    extensions: ["css"],
    aliases: ["css"],
    grammar: {
      wasm: "tree-sitter-css/tree-sitter-css.wasm",
      highlights: ["tree-sitter-css/queries/highlights.scm"],
      tags: [`${OWN}css-tags`],
    },
    comments: { block: ["/*", "*/"] },
    indent: BRACES,
    brackets: ROUND,
  },
  {
    name: "EJS",
    scope: "text.html.ejs",
    extensions: ["ejs"],
    aliases: ["ejs"],
    grammar: {
      wasm: "tree-sitter-embedded-template/tree-sitter-embedded_template.wasm",
      highlights: ["tree-sitter-embedded-template/queries/highlights.scm"],
      injections: ["tree-sitter-embedded-template/queries/injections-ejs.scm"],
    },
    comments: { block: ["<%#", "%>"] },
    indent: TAGS,
  },
  {
    name: "Elixir",
    scope: "source.elixir",
    extensions: ["ex", "exs"],
    fileNames: ["mix.lock"],
    aliases: ["elixir"],
    grammar: {
      wasm: "tree-sitter-elixir/tree-sitter-elixir.wasm",
      highlights: ["tree-sitter-elixir/queries/highlights.scm"],
      injections: ["tree-sitter-elixir/queries/injections.scm"],
      tags: ["tree-sitter-elixir/queries/tags.scm"],
    },
    comments: HASH,
    indent: ELIXIR,
    brackets: ROUND,
  },
  {
    name: "Go",
    scope: "source.go",
    extensions: ["go"],
    aliases: ["go", "golang"],
    grammar: {
      wasm: "tree-sitter-go/tree-sitter-go.wasm",
      highlights: ["tree-sitter-go/queries/highlights.scm"],
      tags: ["tree-sitter-go/queries/tags.scm"],
    },
    comments: C_COMMENTS,
    indent: CASES,
    brackets: ROUND,
    spaces: false,
  },
  {
    name: "HCL",
    scope: "source.hcl",
    extensions: ["hcl", "nomad"],
    fileNames: [".terraform.lock.hcl"],
    aliases: ["hcl"],
    grammar: {
      wasm: "@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-hcl.wasm",
      highlights: [`${OWN}hcl`],
      tags: [`${OWN}hcl-tags`],
    },
    comments: { line: "#", block: ["/*", "*/"] },
    indent: BRACES,
    brackets: ROUND,
  },
  {
    name: "HTML",
    scope: "text.html.basic",
    extensions: ["html", "htm", "shtml", "xhtml"],
    firstLine: /^\s*<(?:!doctype\s+html|html)\b/i,
    aliases: ["html", "xhtml", "heex", "glimmer", "hbs"],
    grammar: {
      wasm: "tree-sitter-html/tree-sitter-html.wasm",
      highlights: ["tree-sitter-html/queries/highlights.scm"],
      injections: ["tree-sitter-html/queries/injections.scm"],
      tags: [`${OWN}html-tags`],
    },
    comments: MARKUP,
    indent: TAGS,
  },
  {
    name: "HTML (Rails)",
    scope: "text.html.ruby",
    extensions: ["erb", "rhtml"],
    aliases: ["erb", "eruby"],
    grammar: {
      wasm: "tree-sitter-embedded-template/tree-sitter-embedded_template.wasm",
      highlights: ["tree-sitter-embedded-template/queries/highlights.scm"],
      injections: ["tree-sitter-embedded-template/queries/injections-erb.scm"],
    },
    comments: { block: ["<%#", "%>"] },
    indent: TAGS,
  },
  {
    name: "Java",
    scope: "source.java",
    extensions: ["java", "jav"],
    aliases: ["java"],
    grammar: {
      wasm: "tree-sitter-java/tree-sitter-java.wasm",
      highlights: ["tree-sitter-java/queries/highlights.scm"],
      tags: ["tree-sitter-java/queries/tags.scm"],
    },
    comments: C_COMMENTS,
    indent: CASES,
    brackets: ROUND,
  },
  {
    name: "JavaScript",
    scope: "source.js",
    extensions: ["js", "mjs", "cjs", "jsx", "es6"],
    fileNames: ["Jakefile"],
    aliases: ["javascript", "js", "node", "nodejs", "bun", "jsx", "js2"],
    grammar: {
      wasm: "tree-sitter-javascript/tree-sitter-javascript.wasm",
      highlights: [`${JS}/highlights.scm`, `${JS}/highlights-jsx.scm`, `${JS}/highlights-params.scm`],
      injections: [`${JS}/injections.scm`],
      tags: [`${JS}/tags.scm`],
    },
    comments: C_COMMENTS,
    indent: CASES,
    brackets: ROUND,
  },
  {
    name: "JSON",
    scope: "source.json",
    extensions: [
      "json",
      "jsonc",
      "json5",
      "jsonl",
      "ndjson",
      "geojson",
      "webmanifest",
      "code-workspace",
      "har",
      "ipynb",
    ],
    fileNames: [".prettierrc", ".eslintrc", ".babelrc", ".swcrc", "composer.lock", "deno.lock", "flake.lock"],
    aliases: ["json", "jsonc", "json5"],
    grammar: {
      wasm: "tree-sitter-json/tree-sitter-json.wasm",
      highlights: ["tree-sitter-json/queries/highlights.scm"],
      tags: [`${OWN}json-tags`],
    },
    comments: C_COMMENTS,
    indent: BRACES,
    brackets: ROUND,
  },
  {
    name: "Lua",
    scope: "source.lua",
    extensions: ["lua", "rockspec"],
    aliases: ["lua", "luajit"],
    grammar: {
      wasm: "@tree-sitter-grammars/tree-sitter-lua/tree-sitter-lua.wasm",
      highlights: ["@tree-sitter-grammars/tree-sitter-lua/queries/highlights.scm"],
      injections: ["@tree-sitter-grammars/tree-sitter-lua/queries/injections.scm"],
      tags: ["@tree-sitter-grammars/tree-sitter-lua/queries/tags.scm"],
    },
    comments: { line: "--", block: ["--[[", "]]"] },
    indent: LUA,
    brackets: ROUND,
  },
  {
    name: "Makefile",
    scope: "source.makefile",
    extensions: ["mk", "mak", "make"],
    fileNames: ["Makefile", "makefile", "GNUmakefile", "BSDmakefile", "OCamlMakefile"],
    aliases: ["make", "makefile", "gmake"],
    grammar: {
      wasm: "tree-sitter-make/tree-sitter-make.wasm",
      highlights: ["tree-sitter-make/queries/highlights.scm"],
      tags: [`${OWN}make-tags`],
    },
    comments: HASH,
    indent: { opens: /^[^\s#:=]+\s*:(?!=).*$/, closes: /^[^\s\S]/, closers: "", significant: true },
    spaces: false,
  },
  {
    name: "Markdown",
    scope: "text.html.markdown",
    extensions: ["md", "markdown", "mdown", "mkd", "mdx"],
    aliases: ["markdown", "md", "gfm"],
    comments: MARKUP,
  },
  {
    name: "PHP",
    scope: "source.php",
    extensions: ["php", "php3", "php4", "php5", "php7", "phps", "phpt", "phtml"],
    firstLine: /^<\?php\b/,
    aliases: ["php"],
    grammar: {
      wasm: "tree-sitter-php/tree-sitter-php.wasm",
      highlights: ["tree-sitter-php/queries/highlights.scm"],
      injections: ["tree-sitter-php/queries/injections-text.scm"],
      tags: ["tree-sitter-php/queries/tags.scm"],
    },
    comments: C_COMMENTS,
    indent: CASES,
    brackets: ROUND,
  },
  {
    name: "Python",
    scope: "source.python",
    extensions: ["py", "pyi", "pyw", "py3", "rpy", "cpy", "gyp", "gypi", "bzl"],
    fileNames: ["SConstruct", "SConscript", "BUILD", "WORKSPACE", "Snakefile", "wscript"],
    aliases: ["python", "python2", "python3", "py", "pypy", "pypy3", "starlark", "uv"],
    grammar: {
      wasm: "tree-sitter-python/tree-sitter-python.wasm",
      highlights: ["tree-sitter-python/queries/highlights.scm", `${OWN}python`],
      tags: ["tree-sitter-python/queries/tags.scm", `${OWN}python-tags`],
    },
    comments: HASH,
    indent: COLON,
    brackets: ROUND,
  },
  {
    name: "Regular Expression",
    scope: "source.regexp",
    extensions: ["re"],
    aliases: ["regex", "regexp", "re"],
    grammar: {
      wasm: "tree-sitter-regex/tree-sitter-regex.wasm",
      highlights: ["tree-sitter-regex/queries/highlights.scm"],
    },
    brackets: ROUND,
  },
  {
    name: "Ruby",
    scope: "source.ruby",
    extensions: ["rb", "rake", "gemspec", "ru", "rbx", "rjs", "thor", "podspec", "cgi"],
    fileNames: ["Gemfile", "Rakefile", "Guardfile", "Capfile", "Vagrantfile", "Brewfile", "Podfile", "Fastfile"],
    aliases: ["ruby", "rb", "jruby", "macruby", "rake"],
    grammar: {
      wasm: "tree-sitter-ruby/tree-sitter-ruby.wasm",
      highlights: ["tree-sitter-ruby/queries/highlights.scm"],
      tags: ["tree-sitter-ruby/queries/tags.scm"],
    },
    comments: HASH,
    indent: RUBY,
    brackets: ROUND,
  },
  {
    name: "Rust",
    scope: "source.rust",
    extensions: ["rs"],
    aliases: ["rust", "rs", "rust-script"],
    grammar: {
      wasm: "tree-sitter-rust/tree-sitter-rust.wasm",
      highlights: ["tree-sitter-rust/queries/highlights.scm"],
      injections: ["tree-sitter-rust/queries/injections.scm"],
      tags: ["tree-sitter-rust/queries/tags.scm"],
    },
    comments: C_COMMENTS,
    indent: BRACES,
    brackets: ROUND,
  },
  {
    name: "Scala",
    scope: "source.scala",
    extensions: ["scala", "sbt", "sc"],
    aliases: ["scala", "scala-cli"],
    grammar: {
      wasm: "tree-sitter-scala/tree-sitter-scala.wasm",
      highlights: ["tree-sitter-scala/queries/highlights.scm"],
      tags: ["tree-sitter-scala/queries/tags.scm"],
    },
    comments: C_COMMENTS,
    indent: { ...BRACES, opens: /[{([]$|=>?$|\b(?:then|do|else|with|match)$/ },
    brackets: ROUND,
  },
  {
    name: "Svelte",
    scope: "text.html.svelte",
    extensions: ["svelte"],
    aliases: ["svelte"],
    grammar: {
      wasm: "tree-sitter-html/tree-sitter-html.wasm",
      highlights: ["tree-sitter-html/queries/highlights.scm"],
      injections: [`${OWN}component-injections`],
    },
    comments: MARKUP,
    indent: TAGS,
  },
  {
    name: "Terraform",
    scope: "source.terraform",
    extensions: ["tf", "tfvars"],
    aliases: ["terraform", "opentofu"],
    grammar: {
      wasm: "@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-terraform.wasm",
      highlights: [`${OWN}hcl`],
      tags: [`${OWN}hcl-tags`],
    },
    comments: { line: "#", block: ["/*", "*/"] },
    indent: BRACES,
    brackets: ROUND,
  },
  {
    name: "TOML",
    scope: "source.toml",
    extensions: ["toml", "xiconfig"],
    fileNames: ["Cargo.lock", "Gopkg.lock", "Pipfile", "poetry.lock", "uv.lock", "pdm.lock"],
    aliases: ["toml"],
    grammar: {
      wasm: "@tree-sitter-grammars/tree-sitter-toml/tree-sitter-toml.wasm",
      highlights: ["@tree-sitter-grammars/tree-sitter-toml/queries/highlights.scm"],
      tags: [`${OWN}toml-tags`],
    },
    comments: HASH,
    indent: { opens: /[{[]$/, closes: /^[}\]](?!.*=)/, closers: "}]" },
    brackets: ROUND,
  },
  {
    name: "TypeScript",
    scope: "source.ts",
    extensions: ["ts", "mts", "cts"],
    aliases: ["typescript", "ts", "deno", "ts-node", "tsx-node"],
    grammar: {
      wasm: "tree-sitter-typescript/tree-sitter-typescript.wasm",
      highlights: [`${JS}/highlights.scm`, "tree-sitter-typescript/queries/highlights.scm"],
      injections: [`${JS}/injections.scm`],
      tags: [`${JS}/tags.scm`, "tree-sitter-typescript/queries/tags.scm", `${OWN}typescript-tags`],
    },
    comments: C_COMMENTS,
    indent: CASES,
    brackets: ROUND,
  },
  {
    name: "TypeScript (React)",
    scope: "source.tsx",
    extensions: ["tsx"],
    aliases: ["tsx", "typescriptreact"],
    grammar: {
      wasm: "tree-sitter-typescript/tree-sitter-tsx.wasm",
      highlights: [
        `${JS}/highlights.scm`,
        `${JS}/highlights-jsx.scm`,
        "tree-sitter-typescript/queries/highlights.scm",
      ],
      injections: [`${JS}/injections.scm`],
      tags: [`${JS}/tags.scm`, "tree-sitter-typescript/queries/tags.scm", `${OWN}typescript-tags`],
    },
    comments: C_COMMENTS,
    indent: CASES,
    brackets: ROUND,
  },
  {
    name: "Vue",
    scope: "text.html.vue",
    extensions: ["vue"],
    aliases: ["vue"],
    grammar: {
      wasm: "tree-sitter-html/tree-sitter-html.wasm",
      highlights: ["tree-sitter-html/queries/highlights.scm"],
      injections: [`${OWN}component-injections`],
    },
    comments: MARKUP,
    indent: TAGS,
  },
  {
    name: "XML",
    scope: "text.xml",
    extensions: ["xml", "svg", "xsd", "xsl", "xslt", "rss", "atom", "plist", "tmtheme", "xaml", "csproj", "props", "wsdl"],
    firstLine: /^\s*<\?xml\b/,
    aliases: ["xml", "nxml", "svg"],
    grammar: {
      wasm: "tree-sitter-html/tree-sitter-html.wasm",
      highlights: ["tree-sitter-html/queries/highlights.scm"],
      tags: [`${OWN}html-tags`],
    },
    comments: MARKUP,
    indent: TAGS,
  },
  {
    name: "YAML",
    scope: "source.yaml",
    extensions: ["yaml", "yml", "eyaml", "sublime-syntax", "clang-format"],
    fileNames: [".clang-format", ".clang-tidy", ".clangd", ".gemrc", "pixi.lock", "pubspec.lock"],
    firstLine: /^(?:%YAML\b|---\s*$)/,
    aliases: ["yaml", "yml"],
    grammar: {
      wasm: "@tree-sitter-grammars/tree-sitter-yaml/tree-sitter-yaml.wasm",
      highlights: ["@tree-sitter-grammars/tree-sitter-yaml/queries/highlights.scm"],
      tags: [`${OWN}yaml-tags`],
    },
    comments: HASH,
    indent: YAML,
    brackets: ROUND,
  },
  {
    name: "Zig",
    scope: "source.zig",
    extensions: ["zig", "zon"],
    aliases: ["zig"],
    grammar: {
      wasm: "@tree-sitter-grammars/tree-sitter-zig/tree-sitter-zig.wasm",
      highlights: ["@tree-sitter-grammars/tree-sitter-zig/queries/highlights.scm"],
      tags: [`${OWN}zig-tags`],
    },
    comments: { line: "//" },
    indent: BRACES,
    brackets: ROUND,
  },
  PLAIN_TEXT,
];

/** What JavaScript's own queries name as an injected language; never a file's. */
export const JSDOC: Language = {
  name: "JSDoc",
  scope: "comment.block.documentation",
  extensions: [],
  aliases: ["jsdoc"],
  grammar: {
    wasm: "tree-sitter-jsdoc/tree-sitter-jsdoc.wasm",
    highlights: ["tree-sitter-jsdoc/queries/highlights.scm"],
  },
};
