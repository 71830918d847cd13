/**
 * Reads what git prints with NUL-separated formats into values.
 *
 * @module
 */

import type { Json } from "../../core/json.ts";

/** A commit starts with U+0001 and 40 or 64 hex digits; a message that holds U+0001 alone does not match. */
const commitStart = new RegExp(`${String.fromCharCode(1)}(?=[0-9a-f]{40,64}${String.fromCharCode(0)})`);

/** The commits of `git log -z` in the format `%x01%H%x00%an%x00%at%x00%P%x00%s%x00%b%x00`, with `--numstat` or not. */
export function parseLog(bytes: Uint8Array): Json[] {
  const text = new TextDecoder().decode(bytes);
  const commits: Json[] = [];
  for (const piece of text.split(commitStart).slice(1)) {
    const [hash = "", author = "", at = "0", parents = "", subject = "", body = "", ...rest] = piece.split(
      "\0",
    );
    commits.push({
      hash,
      author,
      atMs: Number(at) * 1000,
      subject,
      body: body.trim(),
      parents: parents === "" ? [] : parents.split(" "),
      files: rest.flatMap(fileOf),
    });
  }
  return commits;
}

/** `added TAB removed TAB path`; a binary file has `-` for both and counts as 0. */
function fileOf(line: string): Json[] {
  const match = /^\n?(\d+|-)\t(\d+|-)\t([\s\S]+)$/.exec(line);
  if (match === null) return [];
  return [{ path: match[3] ?? "", added: Number(match[1]) || 0, removed: Number(match[2]) || 0 }];
}

/** The tags of `git for-each-ref`, newest first; an annotated tag names the commit it points to. */
export function parseTags(bytes: Uint8Array): Json[] {
  const fields = new TextDecoder().decode(bytes).split("\0");
  const tags: Json[] = [];
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [name = "", object = "", pointed = "", time = "0"] = fields.slice(at, at + 4);
    tags.push({
      name: name.replace(/^\n/, ""),
      commit: pointed === "" ? object : pointed,
      atMs: Number(time) * 1000,
    });
  }
  return tags;
}
