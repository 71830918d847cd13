/**
 * Makes `dist/symphony` and `dist/symphony-editor`: what goes with a program is prepared, the program becomes one JavaScript
 * file, and `deno compile` puts them with the runtime into one executable. Run by `deno task build [symphony] [editor]`.
 *
 * A staging folder is laid out as its program finds things beside itself: `templates/`, `prebuilt/`, `ui/` (the page)
 * and lmdb's add-on for symphony, `editor-assets/` (grammars, queries, themes) for the editor.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { assetNames } from "../editor/syntax/asset_names.ts";
import { ASSET_FOLDER, copyAssets } from "../editor/syntax/assets.ts";
import { prebuildBundled } from "../extensions/loader/prebuild.ts";
import { bundleProgram } from "./bundle.ts";
import { compileProgram } from "./compile.ts";
import { ADD_ON, addOnFile } from "./lmdb_plugin.ts";
import { buildUi } from "./ui.ts";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");
const dist = `${root}/dist`;
const programs: Readonly<Record<string, () => Promise<void>>> = {
  symphony: buildSymphony,
  editor: buildEditor,
};

async function buildSymphony(): Promise<void> {
  const stage = await emptyFolder(`${dist}/stage`);
  await step("extensions", async () => {
    await prebuildBundled(`${stage}/prebuilt`);
    return size(await folderSize(`${stage}/prebuilt`));
  });
  await step("templates", async () => {
    await copyFolder(`${root}/templates`, `${stage}/templates`);
    return size(await folderSize(`${stage}/templates`));
  });
  await step("page", async () => {
    const { assets } = await buildUi({ out: `${stage}/ui` });
    return size(assets.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  });
  await Deno.copyFile(await addOnFile(root), `${stage}/${ADD_ON}`);
  await program(stage, `${root}/symphony.ts`, "symphony", ["prebuilt", "templates", "ui", ADD_ON]);
}

async function buildEditor(): Promise<void> {
  const stage = await emptyFolder(`${dist}/stage-editor`);
  await step("grammars", async () => size(await copyAssets(assetNames(), `${stage}/${ASSET_FOLDER}`)));
  await program(stage, `${root}/editor/main.ts`, "symphony-editor", [ASSET_FOLDER]);
}

/** Bundles and compiles one program. */
async function program(stage: string, entry: string, name: string, embed: readonly string[]): Promise<void> {
  const out = `${dist}/${name}${Deno.build.os === "windows" ? ".exe" : ""}`;
  await step("program", async () => {
    const { sizeBytes, largest } = await bundleProgram({
      root,
      entry,
      folder: stage,
      isSplit: name === "symphony",
    });
    const parts = largest.slice(0, 3).map(([path, bytes]) =>
      `${path.replace(/^.*node_modules\//, "")} ${size(bytes)}`
    );
    return `${size(sizeBytes)}; largest: ${parts.join(", ")}`;
  });
  await step("executable", async () => {
    await compileProgram({ stage, embed, out });
    return `${out} ${size((await Deno.stat(out)).size)}`;
  });
}

async function emptyFolder(path: string): Promise<string> {
  await Deno.remove(path, { recursive: true }).catch(() => undefined);
  await Deno.mkdir(path, { recursive: true });
  return path;
}

async function step(name: string, work: () => Promise<string>): Promise<void> {
  const began = performance.now();
  const result = await work();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  await Deno.stdout.write(
    new TextEncoder().encode(`${name.padEnd(11)} ${seconds.padStart(5)} s  ${result}\n`),
  );
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isFile } of Deno.readDir(from)) {
    if (isFile) await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
    else await copyFolder(`${from}/${name}`, `${to}/${name}`);
  }
}

async function folderSize(folder: string): Promise<number> {
  let sum = 0;
  for await (const { name, isFile } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    sum += isFile ? (await Deno.stat(path)).size : await folderSize(path);
  }
  return sum;
}

function size(bytes: number): string {
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(0)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

if (import.meta.main) {
  const chosen = Deno.args.length === 0 ? Object.keys(programs) : Deno.args;
  for (const name of chosen) {
    const build = programs[name];
    if (build === undefined) {
      throw new Error(`There is no program "${name}": expected ${Object.keys(programs).join(" or ")}`);
    }
    await build();
  }
}
