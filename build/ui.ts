/**
 * Makes the browser application: `ui/app` becomes a folder of files with hashed names, an `index.html` that names them, and
 * `manifest.json` that says what each is and how large. Run by `deno task ui [OUT]` (default `dist/ui`); `deno task build`
 * puts the same folder into the executable.
 *
 * The first view's code is one chunk of its own; the others, the checker and the layout (workers) load when they are needed.
 * React's name stands for Preact's compatible layer, for components that were written for it.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/** Workers by the name that the application knows them by. */
const workers = {
  CHECK_WORKER: "ui/app/board/check/check_worker.ts",
  LAYOUT_WORKER: "ui/app/board/layout/layout_worker.ts",
} as const;

/** What is hardly smaller is not packed: share of its size. */
const MOST_PACKED = 0.9;

/** Files that are taken over as they are. */
const copies = { ELK_WORKER: "node_modules/elkjs/lib/elk-worker.min.js" } as const;

export interface UiAsset {
  /** As the page asks for it: `/assets/main-ABC.js`. */
  readonly path: string;
  readonly type: string;
  readonly sizeBytes: number;
  readonly gzipBytes: number;
}

export interface UiManifest {
  readonly assets: readonly UiAsset[];
  /** Scripts and styles that the page asks for before anything is shown, by path. */
  readonly first: readonly string[];
}

const types: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  html: "text/html; charset=utf-8",
  map: "application/json",
};

const shared: esbuild.BuildOptions = {
  bundle: true,
  format: "esm",
  platform: "browser",
  target: ["chrome123", "firefox120", "safari17.5"],
  jsx: "automatic",
  jsxImportSource: "preact",
  alias: {
    react: "preact/compat",
    "react-dom": "preact/compat",
    "react-dom/client": "preact/compat/client",
    "react/jsx-runtime": "preact/jsx-runtime",
  },
  absWorkingDir: root,
  metafile: true,
  write: true,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  logLevel: "warning",
};

export interface UiOptions {
  readonly out: string;
  /** Readable names and source maps, for working on it. */
  readonly isReadable?: boolean;
}

/** Builds into `out`, which is emptied first. @throws Error with esbuild's messages */
export async function buildUi({ out, isReadable = false }: UiOptions): Promise<UiManifest> {
  const assets = `${out}/assets`;
  await Deno.remove(out, { recursive: true }).catch(() => undefined);
  await Deno.mkdir(assets, { recursive: true });
  const looks = { minify: !isReadable, sourcemap: isReadable, outdir: assets };
  const define: Record<string, string> = {};
  for (const [name, path] of Object.entries(workers)) {
    if (!await exists(`${root}/${path}`)) continue;
    const { metafile } = await esbuild.build({ ...shared, ...looks, entryPoints: [path] });
    define[name] = JSON.stringify(`/assets/${entryOf(metafile as esbuild.Metafile, path)}`);
  }
  for (const [name, path] of Object.entries(copies)) {
    const bytes = await Deno.readFile(`${root}/${path}`);
    const file = `${path.split("/").at(-1)?.replace(/\.js$/, "")}-${await hashOf(bytes)}.js`;
    await Deno.writeFile(`${assets}/${file}`, bytes);
    define[name] = JSON.stringify(`/assets/${file}`);
  }
  const entries = ["ui/app/main.tsx", "ui/app/styles/app.css"];
  const { metafile } = await esbuild.build({
    ...shared,
    ...looks,
    splitting: true,
    define,
    entryPoints: entries,
  });
  await Deno.copyFile(`${root}/ui/app/icon.svg`, `${assets}/icon.svg`);
  const first = await writePage(out, metafile as esbuild.Metafile);
  const manifest: UiManifest = { assets: await packAssets(out), first };
  await Deno.writeTextFile(`${out}/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** The page with the names of what it begins with. */
async function writePage(out: string, metafile: esbuild.Metafile): Promise<string[]> {
  const script = entryOf(metafile, "ui/app/main.tsx");
  const styles = entryOf(metafile, "ui/app/styles/app.css");
  const chunks = staticChunks(metafile, script);
  const views = Object.entries(viewChunks(metafile, new Set([script, ...chunks])));
  const lines = [
    `<link rel="stylesheet" href="/assets/${styles}">`,
    ...views.map(([view, names]) => `<meta name="view-${view}" content="${names.join(" ")}">`),
    ...chunks.map((chunk) => `<link rel="modulepreload" href="/assets/${chunk}">`),
    `<script type="module" src="/assets/${script}"></script>`,
  ];
  const page = await Deno.readTextFile(`${root}/ui/app/index.html`);
  const mark = "<!-- build: styles and scripts -->";
  if (!page.includes(mark)) throw new Error(`Cannot make the page: ui/app/index.html lacks "${mark}"`);
  await Deno.writeTextFile(`${out}/index.html`, page.replace(mark, lines.join("\n    ")));
  return [styles, script, ...chunks].map((name) => `/assets/${name}`);
}

function entryOf(metafile: esbuild.Metafile, entry: string): string {
  const found = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === entry);
  if (found === undefined) throw new Error(`Cannot find what became of ${entry}`);
  return found[0].split("/").at(-1) as string;
}

/** The scripts of each view by its name, besides those of the page: asked for together instead of as each names the next. */
function viewChunks(
  metafile: esbuild.Metafile,
  known: ReadonlySet<string>,
): Record<string, readonly string[]> {
  const views: Record<string, readonly string[]> = {};
  for (const { entryPoint } of Object.values(metafile.outputs)) {
    const view = /^ui\/app\/.*\/(\w+)_view\.tsx$/.exec(entryPoint ?? "")?.[1];
    if (entryPoint === undefined || view === undefined) continue;
    const script = entryOf(metafile, entryPoint);
    views[view] = [script, ...staticChunks(metafile, script)].filter((name) => !known.has(name));
  }
  return views;
}

/** What a script imports at once, and what that imports. */
function staticChunks(metafile: esbuild.Metafile, script: string): string[] {
  const byName = new Map(
    Object.entries(metafile.outputs).map(([path, output]) => [path.split("/").at(-1), output]),
  );
  const found = new Set<string>();
  const open = [script];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const { path, kind } of byName.get(name)?.imports ?? []) {
      const chunk = path.split("/").at(-1) as string;
      if (kind !== "import-statement" || found.has(chunk)) continue;
      found.add(chunk);
      open.push(chunk);
    }
  }
  return [...found];
}

/** Lists the files, and puts a smaller one of each beside it (`NAME.gz`) where there is something to be gained. */
async function packAssets(out: string): Promise<UiAsset[]> {
  const assets: UiAsset[] = [];
  for (const folder of ["", "assets/"]) {
    const names = (await Array.fromAsync(Deno.readDir(`${out}/${folder}`))).filter(({ isFile }) => isFile);
    for (const { name } of names) {
      if (name === "manifest.json") continue;
      const bytes = await Deno.readFile(`${out}/${folder}${name}`);
      const packed = gzipSync(bytes, { level: 9 });
      // The page itself gets a nonce with each answer.
      const isWorth = !name.endsWith(".html") && packed.length < MOST_PACKED * bytes.length;
      if (isWorth) await Deno.writeFile(`${out}/${folder}${name}.gz`, packed);
      assets.push({
        path: `/${folder}${name}`,
        type: types[name.split(".").at(-1) as string] ?? "application/octet-stream",
        sizeBytes: bytes.length,
        gzipBytes: packed.length,
      });
    }
  }
  return assets.sort((a, b) => a.path < b.path ? -1 : 1);
}

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest.slice(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("").toUpperCase();
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Ends the bundler's process. */
export async function stopBundler(): Promise<void> {
  await esbuild.stop();
}

if (import.meta.main) {
  const readable = Deno.args.includes("--readable");
  const out = Deno.args.find((arg) => !arg.startsWith("-")) ?? `${root}/dist/ui`;
  const { assets, first } = await buildUi({ out, isReadable: readable });
  const kb = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`.padStart(10);
  const lines = assets.map(({ path, sizeBytes, gzipBytes }) =>
    `${kb(sizeBytes)} ${kb(gzipBytes)} gz  ${first.includes(path) ? "first " : "      "}${path}`
  );
  const sum = assets.filter(({ path }) => first.includes(path)).reduce(
    (total, { gzipBytes }) => total + gzipBytes,
    0,
  );
  await Deno.stdout.write(
    new TextEncoder().encode(`${lines.join("\n")}\n${kb(sum)} gz before the first view\n`),
  );
  await stopBundler();
}
