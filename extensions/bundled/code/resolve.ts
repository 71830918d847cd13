/**
 * Which of the scanned files an import means. Only those files are candidates: what is not among them is a library.
 * Resolution is by name alone, without running a package manager; a specifier that could mean two files takes the first
 * by each language's own order.
 *
 * @module
 */

import type { ModuleImports } from "./schemas.ts";

/** A name that stands for a path, as import maps and tsconfig `paths` have them. Both may end in `/` or `*`. */
export interface Alias {
  readonly from: string;
  /** Relative to the workspace. */
  readonly to: string;
}

export interface ResolveOptions {
  readonly aliases?: readonly Alias[];
  /** Go: the module path of `go.mod`, and where that file is. */
  readonly goModules?: readonly { readonly name: string; readonly folder: string }[];
}

export type Resolve = (from: ModuleImports, specifier: string, names: readonly string[]) => readonly string[];

/** Makes the function that finds the files behind an import of the file `from`. */
export function makeResolve(files: readonly ModuleImports[], options: ResolveOptions = {}): Resolve {
  const index = new FileIndex(files);
  return (from, specifier, names) => {
    switch (from.language) {
      case "typescript":
      case "tsx":
      case "javascript":
        return one(resolveScript(index, from.file, specifier, options.aliases ?? []));
      case "python":
        return resolvePython(index, from.file, specifier, names);
      case "go":
        return resolveGo(index, specifier, options.goModules ?? []);
      case "rust":
        return one(resolveRust(index, from.file, specifier));
      case "java":
        return resolveJava(index, specifier);
      case "c":
      case "cpp":
        return one(resolveInclude(index, from.file, specifier));
      default:
        return [];
    }
  };
}

function one(file: string | undefined): readonly string[] {
  return file === undefined ? [] : [file];
}

class FileIndex {
  readonly #files: ReadonlySet<string>;
  readonly #byFolder = new Map<string, string[]>();
  readonly #bySuffix = new Map<string, string[]>();
  readonly #byJavaName = new Map<string, string>();
  readonly #byJavaPackage = new Map<string, string[]>();

  constructor(files: readonly ModuleImports[]) {
    this.#files = new Set(files.map(({ file }) => file));
    for (const { file, language, package: name } of files) {
      push(this.#byFolder, folderOf(file), file);
      push(this.#bySuffix, baseOf(file), file);
      if (language !== "java") continue;
      this.#byJavaName.set(`${name ?? ""}.${baseOf(file).replace(/\.java$/, "")}`, file);
      push(this.#byJavaPackage, name ?? "", file);
    }
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  first(paths: readonly string[]): string | undefined {
    return paths.find((path) => this.#files.has(path));
  }

  inFolder(folder: string): readonly string[] {
    return this.#byFolder.get(folder) ?? [];
  }

  /** Files whose path ends in `/suffix`, the shortest path first. */
  endingIn(suffix: string): readonly string[] {
    const candidates = this.#bySuffix.get(baseOf(suffix)) ?? [];
    return candidates.filter((file) => file === suffix || file.endsWith(`/${suffix}`))
      .sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  }

  javaClass(name: string): string | undefined {
    return this.#byJavaName.get(name);
  }

  javaPackage(name: string): readonly string[] {
    return this.#byJavaPackage.get(name) ?? [];
  }
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

const scriptEndings = ["", ".ts", ".tsx", ".d.ts", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];
// TypeScript lets `./a.js` stand for the `./a.ts` that it is made from.
const emitted: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\.js$/, [".ts", ".tsx"]],
  [/\.jsx$/, [".tsx"]],
  [/\.mjs$/, [".mts"]],
  [/\.cjs$/, [".cts"]],
];

function resolveScript(index: FileIndex, from: string, specifier: string, aliases: readonly Alias[]) {
  const plain = specifier.replace(/[?#].*$/, "");
  if (plain.startsWith(".")) {
    const base = joinPath(folderOf(from), plain);
    return base === undefined ? undefined : scriptFile(index, base);
  }
  for (const base of aliased(plain, aliases)) {
    const found = scriptFile(index, base);
    if (found !== undefined) return found;
  }
  return undefined;
}

function scriptFile(index: FileIndex, base: string): string | undefined {
  const candidates = scriptEndings.map((ending) => base + ending);
  for (const [pattern, endings] of emitted) {
    if (pattern.test(base)) candidates.push(...endings.map((ending) => base.replace(pattern, ending)));
  }
  const prefix = base === "" ? "" : `${base}/`;
  candidates.push(...scriptEndings.slice(1).map((ending) => `${prefix}index${ending}`));
  return index.first(candidates);
}

function aliased(specifier: string, aliases: readonly Alias[]): string[] {
  const found: string[] = [];
  for (const { from, to } of aliases) {
    if (from === specifier) found.push(to);
    const stem = from.replace(/\*$/, "");
    if (
      (stem !== "" || from === "*") && (from.endsWith("*") || from.endsWith("/")) &&
      specifier.startsWith(stem)
    ) {
      found.push(to.replace(/\*$/, "") + specifier.slice(stem.length));
    }
  }
  return found.map((path) => joinPath("", path) ?? "").filter((path) => path !== "");
}

function resolvePython(
  index: FileIndex,
  from: string,
  specifier: string,
  names: readonly string[],
): string[] {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0;
  const path = specifier.slice(dots).replaceAll(".", "/");
  const roots = dots > 0 ? [ancestor(folderOf(from), dots - 1)] : pythonRoots(from);
  for (const root of roots) {
    const base = joinPath(root, path) ?? "";
    // `from package import module` means the module's file; a plain name means the package's.
    const modules = names.map((name) => pythonFile(index, joinPath(base, name) ?? "")).filter((file) =>
      file !== undefined
    );
    const own = pythonFile(index, base);
    if (modules.length > 0) {
      return own === undefined || modules.length === names.length ? modules : [own, ...modules];
    }
    if (own !== undefined) return [own];
  }
  return [];
}

function pythonFile(index: FileIndex, base: string): string | undefined {
  const prefix = base === "" ? "" : `${base}/`;
  return index.first([`${base}.py`, `${prefix}__init__.py`, `${base}.pyi`, `${prefix}__init__.pyi`]);
}

/** Where an absolute import may start: the top, `src`, and each folder above the file. */
function pythonRoots(from: string): string[] {
  const roots: string[] = [];
  for (let folder = folderOf(from); folder !== ""; folder = folderOf(folder)) roots.unshift(folder);
  return ["", "src", ...roots];
}

function resolveGo(
  index: FileIndex,
  specifier: string,
  modules: ResolveOptions["goModules"],
): readonly string[] {
  for (const { name, folder } of modules ?? []) {
    if (specifier !== name && !specifier.startsWith(`${name}/`)) continue;
    const path = joinPath(folder, specifier.slice(name.length + 1));
    // The package is all its files; one stands for it, so that a cycle names each package once.
    const file = index.inFolder(path ?? "").find((candidate) =>
      candidate.endsWith(".go") && !candidate.endsWith("_test.go")
    );
    if (file !== undefined) return [file];
  }
  return [];
}

function resolveRust(index: FileIndex, from: string, specifier: string): string | undefined {
  const parts = specifier.split("::").filter((part) => part !== "");
  let base = rustModuleFolder(from);
  const head = parts[0];
  if (head === "crate") base = rustCrateFolder(index, from);
  else if (head === "super") base = folderOf(base);
  else if (head !== "self") return undefined;
  let at = 1;
  for (; parts[at] === "super"; at++) base = folderOf(base);
  // The path may go on into the module, to a type or function: the longest one that is a file counts.
  for (let end = parts.length; end > at; end--) {
    const path = joinPath(base, parts.slice(at, end).join("/")) ?? "";
    const found = index.first([`${path}.rs`, `${path}/mod.rs`]);
    if (found !== undefined) return found === from ? undefined : found;
  }
  return undefined;
}

/** The folder whose files are the modules inside the module that `file` is. */
function rustModuleFolder(file: string): string {
  return /(?:^|\/)(?:mod|lib|main)\.rs$/.test(file) ? folderOf(file) : file.replace(/\.rs$/, "");
}

function rustCrateFolder(index: FileIndex, from: string): string {
  let folder = folderOf(from);
  for (let at = folder;; at = folderOf(at)) {
    const prefix = at === "" ? "" : `${at}/`;
    if (index.has(`${prefix}lib.rs`) || index.has(`${prefix}main.rs`)) return at;
    if (/(?:^|\/)src$/.test(at)) folder = at;
    if (at === "") return folder;
  }
}

function resolveJava(index: FileIndex, specifier: string): readonly string[] {
  if (specifier.endsWith(".*")) {
    const name = specifier.slice(0, -2);
    const own = index.javaClass(name);
    return own === undefined ? index.javaPackage(name) : [own];
  }
  // A nested class or a static member lies in the file of the class around it.
  for (let name = specifier; name.includes("."); name = name.slice(0, name.lastIndexOf("."))) {
    const found = index.javaClass(name);
    if (found !== undefined) return [found];
  }
  return [];
}

function resolveInclude(index: FileIndex, from: string, specifier: string): string | undefined {
  const path = specifier.replace(/^<|>$/g, "");
  if (!specifier.startsWith("<")) {
    const beside = joinPath(folderOf(from), path);
    if (beside !== undefined && index.has(beside)) return beside;
  }
  // Include folders are the build's secret: the nearest file that ends so is taken, but a bare system name never.
  if (specifier.startsWith("<") && !path.includes("/")) return undefined;
  const found = index.endingIn(path);
  return found.find((file) => file.split("/")[0] === from.split("/")[0]) ?? found[0];
}

/** The folder of a path; empty at the top. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function ancestor(folder: string, up: number): string {
  let at = folder;
  for (let step = 0; step < up; step++) at = folderOf(at);
  return at;
}

/** `folder` and a relative path as one normal path; undefined where it leads out of the workspace. */
export function joinPath(folder: string, path: string): string | undefined {
  const parts = folder === "" ? [] : folder.split("/");
  for (const step of path.split("/")) {
    if (step === "" || step === ".") continue;
    if (step !== "..") parts.push(step);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}
