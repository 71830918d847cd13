/**
 * The page for a program that runs from source: the folder `dist/ui`, bundled anew where a source is newer. Looking takes some
 * milliseconds; the bundler is loaded only where it is needed.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");
const sources = ["ui/app", "ui/api", "core/workflow", "core/merge", "schemas", "build/ui.ts"];

/** The folder of the built page. @throws Error with the bundler's messages */
export async function currentUi(): Promise<string> {
  const out = `${root}/dist/ui`;
  if (changedAt(`${out}/manifest.json`) >= Math.max(...sources.map((path) => newest(`${root}/${path}`)))) {
    return out;
  }
  const { buildUi, stopBundler } = await import("./ui.ts");
  // Beside it first: two programs that start at once must not take each other's files away.
  const fresh = `${out}-${Deno.pid}`;
  try {
    await buildUi({ out: fresh });
    await Deno.remove(out, { recursive: true }).catch(() => undefined);
    await Deno.rename(fresh, out).catch(() => Deno.remove(fresh, { recursive: true }));
  } finally {
    await stopBundler();
  }
  return out;
}

/** When a file was changed, in Unix milliseconds; 0 where there is none. */
function changedAt(path: string): number {
  try {
    return Deno.statSync(path).mtime?.getTime() ?? 0;
  } catch {
    return 0;
  }
}

function newest(path: string): number {
  try {
    return Math.max(0, ...[...Deno.readDirSync(path)].map(({ name }) => newest(`${path}/${name}`)));
  } catch {
    return changedAt(path);
  }
}
