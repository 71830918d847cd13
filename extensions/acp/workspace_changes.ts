/**
 * What an agent changed: the files of a folder before and after, as a unified diff. It sees also what the agent wrote
 * without asking.
 *
 * @module
 */

import type { createTwoFilesPatch } from "diff";
import { join } from "node:path";

export interface FileChange {
  readonly path: string;
  readonly change: "added" | "modified" | "removed";
}

export interface Changes {
  readonly files: readonly FileChange[];
  readonly diff: string;
  /** What each file of `files` is now; lacks what is gone, no text, or too large to keep. */
  readonly texts: ReadonlyMap<string, string>;
}

interface Seen {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Undefined for what is no text, or too large to keep. */
  readonly text: string | undefined;
}

const MOST_FILES = 20_000;
const MOST_FILE_BYTES = 512 << 10;
const MOST_KEPT_BYTES = 96 << 20;
const SKIPPED = new Set([".git", "node_modules", ".hg", ".svn"]);

export class WorkspaceChanges {
  readonly #folder: string;
  readonly #before: ReadonlyMap<string, Seen>;

  /** Looks at the folder as it is now. */
  static async begin(folder: string): Promise<WorkspaceChanges> {
    return new WorkspaceChanges(folder, await look(folder, undefined));
  }

  private constructor(folder: string, before: ReadonlyMap<string, Seen>) {
    this.#folder = folder;
    this.#before = before;
  }

  /** What a file was in the beginning; undefined where it was not there, no text, or too large to keep. */
  textBefore(path: string): string | undefined {
    return this.#before.get(path)?.text;
  }

  /** What is different now. */
  async end(): Promise<Changes> {
    const after = await look(this.#folder, this.#before);
    const { createTwoFilesPatch } = await import("diff");
    const files: FileChange[] = [];
    const patches: string[] = [];
    const texts = new Map<string, string>();
    for (const path of [...new Set([...this.#before.keys(), ...after.keys()])].sort()) {
      const [was, is] = [this.#before.get(path), after.get(path)];
      if (
        was === is ||
        (was !== undefined && is !== undefined && was.text !== undefined && was.text === is.text)
      ) {
        continue;
      }
      files.push({ path, change: was === undefined ? "added" : is === undefined ? "removed" : "modified" });
      if (is?.text !== undefined) texts.set(path, is.text);
      patches.push(patchOf(path, was, is, createTwoFilesPatch));
    }
    return { files, diff: patches.join(""), texts };
  }
}

function patchOf(
  path: string,
  was: Seen | undefined,
  is: Seen | undefined,
  make: typeof createTwoFilesPatch,
): string {
  const isKnown = (was === undefined || was.text !== undefined) &&
    (is === undefined || is.text !== undefined);
  if (!isKnown) return `Binary or large files a/${path} and b/${path} differ\n`;
  const from = was === undefined ? "/dev/null" : `a/${path}`;
  const to = is === undefined ? "/dev/null" : `b/${path}`;
  const patch = make(from, to, was?.text ?? "", is?.text ?? "", "", "", { context: 3 });
  // Without the line of equals signs and the empty times.
  return patch.replace(/^=+\n/, "").replace(/^(---|\+\+\+) ([^\t\n]*)\t?$/gm, "$1 $2");
}

/** What did not change since `before` is not read again. */
async function look(
  folder: string,
  before: ReadonlyMap<string, Seen> | undefined,
): Promise<ReadonlyMap<string, Seen>> {
  const seen = new Map<string, Seen>();
  let kept = 0;
  const walk = async (below: string): Promise<void> => {
    for await (const { name, isDirectory, isFile } of Deno.readDir(join(folder, below))) {
      if (seen.size >= MOST_FILES) return;
      const path = below === "" ? name : `${below}/${name}`;
      if (isDirectory && !SKIPPED.has(name)) await walk(path);
      if (!isFile) continue;
      const info = await Deno.stat(join(folder, path)).catch(() => undefined);
      if (info === undefined) continue;
      const modifiedMs = info.mtime?.getTime() ?? 0;
      const was = before?.get(path);
      if (was !== undefined && was.sizeBytes === info.size && was.modifiedMs === modifiedMs) {
        seen.set(path, was);
        continue;
      }
      const isSmall = info.size <= MOST_FILE_BYTES && kept + info.size <= MOST_KEPT_BYTES;
      if (isSmall) kept += info.size;
      const text = isSmall ? await textAt(join(folder, path)) : undefined;
      seen.set(path, { sizeBytes: info.size, modifiedMs, text });
    }
  };
  await walk("");
  return seen;
}

async function textAt(path: string): Promise<string | undefined> {
  const bytes = await Deno.readFile(path).catch(() => undefined);
  if (bytes === undefined || bytes.subarray(0, 8192).includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
