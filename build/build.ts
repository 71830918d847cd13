/**
 * Makes `dist/symphony`: the bundled extensions are prepared, the program becomes one JavaScript file, and `deno compile`
 * puts them with the runtime into one executable. Run by `deno task build`.
 *
 * The staging folder is laid out as main.ts finds things beside itself: `templates/`, `prebuilt/` and lmdb's add-on.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { prebuildBundled } from "../extensions/loader/prebuild.ts";
import { bundleProgram } from "./bundle.ts";
import { compileProgram } from "./compile.ts";
import { ADD_ON, addOnFile } from "./lmdb_plugin.ts";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");
const dist = `${root}/dist`;
const stage = `${dist}/stage`;
const executable = `${dist}/symphony${Deno.build.os === "windows" ? ".exe" : ""}`;

async function build(): Promise<void> {
  await Deno.remove(stage, { recursive: true }).catch(() => undefined);
  await Deno.mkdir(stage, { recursive: true });
  await step("extensions", async () => {
    await prebuildBundled(`${stage}/prebuilt`);
    return size(await folderSize(`${stage}/prebuilt`));
  });
  await step("templates", async () => {
    await copyFolder(`${root}/templates`, `${stage}/templates`);
    return size(await folderSize(`${stage}/templates`));
  });
  await step("program", async () => {
    await Deno.copyFile(await addOnFile(root), `${stage}/${ADD_ON}`);
    const { sizeBytes, largest } = await bundleProgram(root, `${root}/main.ts`, `${stage}/main.js`);
    const parts = largest.slice(0, 3).map(([path, bytes]) =>
      `${path.replace(/^.*node_modules\//, "")} ${size(bytes)}`
    );
    return `${size(sizeBytes)}; largest: ${parts.join(", ")}`;
  });
  await step("executable", async () => {
    await compileProgram({ stage, embed: ["prebuilt", "templates", ADD_ON], out: executable });
    return `${executable} ${size((await Deno.stat(executable)).size)}`;
  });
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

if (import.meta.main) await build();
