/**
 * A unified diff as edits of files. Lines carry their own ends, so that a missing one at the end of a file is data
 * like any other.
 *
 * @module
 */

import { parsePatch } from "diff";
import { ExtensionFailure } from "symphony/sdk";

export interface HunkLine {
  readonly sign: " " | "+" | "-";
  /** With its line end, where it has one. */
  readonly text: string;
}

export interface Hunk {
  /** Index of the first line, 0 for the top, in the file as it was. */
  readonly at: number;
  readonly lines: readonly HunkLine[];
}

export interface FileEdit {
  readonly kind: "modify" | "create" | "delete" | "rename" | "copy";
  readonly from: string;
  readonly to: string;
  readonly hunks: readonly Hunk[];
}

type Patch = ReturnType<typeof parsePatch>[number];

/**
 * The edits in the order of the diff.
 *
 * @throws ExtensionFailure `input` where the text is no unified diff, changes binary files, or leaves its root
 */
export function parseDiff(diff: string): readonly FileEdit[] {
  const patches = parsed(withoutTransportEnds(diff)).filter((patch) =>
    patch.hunks.length > 0 || patch.isGit === true
  );
  if (patches.length === 0 && diff.trim() !== "") {
    throw new ExtensionFailure("input", `Text is no unified diff: found "${diff.trim().slice(0, 80)}"`);
  }
  return patches.map(editOf);
}

/** Sent by mail or through Windows, even the headers end in CR LF; then the ends say nothing about the files. */
function withoutTransportEnds(diff: string): string {
  return /^@@ .* @@.*\r$/m.test(diff) && !/^@@ .* @@[^\r\n]*\n/m.test(diff)
    ? diff.replaceAll("\r\n", "\n")
    : diff;
}

function parsed(diff: string): readonly Patch[] {
  try {
    return parsePatch(diff);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ExtensionFailure("input", `Diff cannot be read: ${reason}`, { cause });
  }
}

function editOf(patch: Patch): FileEdit {
  const { oldFileName, newFileName } = patch;
  if (oldFileName === undefined || newFileName === undefined) {
    throw new ExtensionFailure("input", "Diff names no file: a hunk needs lines --- and +++ before it");
  }
  if (patch.isBinary === true) {
    throw new ExtensionFailure(
      "input",
      `Diff changes the binary file "${newFileName}": only text can be changed`,
    );
  }
  const kind = kindOf(patch);
  const prefixed = patch.isGit === true || (hasPrefix(oldFileName, "a") && hasPrefix(newFileName, "b"));
  const from = fileName(oldFileName, prefixed);
  const to = fileName(newFileName, prefixed);
  return {
    kind,
    from: kind === "create" ? to : from,
    to: kind === "delete" ? from : to,
    hunks: patch.hunks.map(hunkOf),
  };
}

function kindOf(patch: Patch): FileEdit["kind"] {
  if (patch.isRename === true) return "rename";
  if (patch.isCopy === true) return "copy";
  if (patch.isCreate === true || patch.oldFileName === "/dev/null") return "create";
  if (patch.isDelete === true || patch.newFileName === "/dev/null") return "delete";
  return "modify";
}

function hasPrefix(name: string, letter: string): boolean {
  return name === "/dev/null" || name.startsWith(`${letter}/`);
}

function fileName(name: string, prefixed: boolean): string {
  if (name === "/dev/null") return name;
  const plain = prefixed ? name.replace(/^[ab]\//, "") : name;
  if (plain === "" || plain.startsWith("/") || /(?:^|[/\\])\.\.(?:[/\\]|$)/.test(plain)) {
    throw new ExtensionFailure("input", `Diff names "${name}": a path below the root is needed`);
  }
  return plain.replace(/^(?:\.\/)+/, "");
}

function hunkOf(hunk: Patch["hunks"][number]): Hunk {
  const lines: HunkLine[] = [];
  for (const line of hunk.lines) {
    const sign = line.charAt(0);
    if (sign === "\\") {
      // "\ No newline at end of file" speaks of the line before it.
      const last = lines.pop();
      if (last !== undefined) lines.push({ sign: last.sign, text: last.text.replace(/\r?\n$/, "") });
    } else if (sign === "+" || sign === "-") {
      lines.push({ sign, text: `${line.slice(1)}\n` });
    } else {
      lines.push({ sign: " ", text: `${line.slice(1)}\n` });
    }
  }
  return { at: Math.max(0, hunk.oldStart - 1), lines };
}
