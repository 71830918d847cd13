/**
 * An extension's folder as its author has it: the manifest with its problems, and the files that belong to it. What lies
 * in node_modules, hidden folders and `dist` does not.
 *
 * @module
 */

import { join } from "node:path";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { Problem } from "../../core/workflow/problem.ts";
import { type Manifest, MANIFEST_FILE } from "../manifest/manifest.ts";
import { readManifest } from "../manifest/read_manifest.ts";

/** What a package may hold at most; the marketplace takes no more. */
export const MAX_FILES = 2_000;
export const MAX_BYTES = 20 << 20;

export interface AuthorFile {
  /** Relative to the folder, with slashes. */
  readonly path: string;
  readonly sizeBytes: number;
}

export interface ExtensionFolder {
  /** Absolute. */
  readonly folder: string;
  readonly manifestFile: string;
  readonly manifest: Manifest | undefined;
  readonly files: readonly AuthorFile[];
  readonly problems: readonly Problem[];
}

/** Reads the folder. @throws SymphonyError `not-found` where it holds no manifest */
export async function readExtensionFolder(folder: string): Promise<ExtensionFolder> {
  const manifestFile = join(folder, MANIFEST_FILE);
  const bytes = await Deno.readFile(manifestFile).catch((cause) => {
    throw new SymphonyError("not-found", `Cannot find ${MANIFEST_FILE} in "${folder}": ${messageOf(cause)}`, {
      cause,
      hint: "symphony ext new NAME makes an extension to begin with",
    });
  });
  const { manifest, problems } = readManifest(bytes, manifestFile);
  const files: AuthorFile[] = [];
  const found: Problem[] = [...problems];
  await walk(folder, "", files, found);
  files.sort((a, b) => a.path < b.path ? -1 : 1);
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (files.length > MAX_FILES) {
    const message = `Found ${files.length} files`;
    found.push(
      problemAt(folder, { code: "size", message, hint: `Keep an extension within ${MAX_FILES} files` }),
    );
  }
  if (total > MAX_BYTES) {
    const message = `Found ${(total / (1 << 20)).toFixed(1)} MB of files`;
    found.push(
      problemAt(folder, { code: "size", message, hint: `Keep an extension within ${MAX_BYTES >> 20} MB` }),
    );
  }
  return { folder, manifestFile, manifest, files, problems: found };
}

async function walk(folder: string, below: string, files: AuthorFile[], problems: Problem[]): Promise<void> {
  if (files.length > MAX_FILES * 5) return;
  for await (const entry of Deno.readDir(join(folder, below))) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isSymlink) {
      const hint = "Put the file itself there: what a link points at is not the extension's";
      problems.push(problemAt(join(folder, path), { code: "link", message: "Found a link", hint }));
    } else if (entry.isDirectory) {
      const isOwn = entry.name !== "node_modules" && !entry.name.startsWith(".") &&
        !(below === "" && entry.name === "dist");
      if (isOwn) await walk(folder, path, files, problems);
    } else if (entry.isFile) {
      if (!entry.name.startsWith(".")) {
        files.push({ path, sizeBytes: (await Deno.stat(join(folder, path))).size });
      }
    } else {
      const hint = "Keep only plain files";
      problems.push(problemAt(join(folder, path), { code: "link", message: "Found no plain file", hint }));
    }
  }
}

/** A problem; without a line it is about the file as a whole. */
export function problemAt(
  file: string,
  { line = 1, column = 1, path = "", severity = "error", ...rest }:
    & Pick<Problem, "code" | "message" | "hint">
    & Partial<Problem>,
): Problem {
  return { severity, file, line, column, path, ...rest };
}
