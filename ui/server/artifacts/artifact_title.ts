/**
 * What an artifact is called where it has no name: the node that made it and the first words of what is in it, so that nobody has
 * to tell hashes apart.
 *
 * @module
 */

import type { ArtifactInfo } from "../../../core/ports/artifact.ts";
import type { ArtifactStreamPort } from "../../../core/ports/artifact_stream.ts";

const LOOKED_BYTES = 1024;
const MOST_UNITS = 70;

/** The name, or what says most in its place; never empty. */
export async function titleOf(
  streams: Pick<ArtifactStreamPort, "read">,
  info: ArtifactInfo,
): Promise<string> {
  if (info.name !== undefined && info.name !== "") return info.name;
  const { origin } = info;
  const node = origin === undefined
    ? undefined
    : `${origin.node}${origin.item === undefined ? "" : `[${origin.item}]`}`;
  const words = wordsIn(info.type, await beginningOf(streams, info));
  if (words === "") return node === undefined ? kindOf(info.type) : `${node}: ${kindOf(info.type)}`;
  return node === undefined ? words : `${node}: ${words}`;
}

/** What is in it, as far as its first bytes tell; empty for what is no text. */
export function wordsIn(type: string, beginning: string): string {
  if (/^(image|audio|video)\//.test(type) || beginning.includes("\0") || beginning.includes("\ufffd")) {
    return "";
  }
  const text = beginning.trim();
  if (!/^[[{]/.test(text)) return shortened(text.replace(/^"|"$/g, "").replaceAll(/\\[nrt]/g, " "));
  // Of a record its fields, of a list its first one's.
  const fields = [...text.matchAll(/"((?:[^"\\]|\\.){1,40})"\s*:/g)].map(([, name = ""]) => name);
  const distinct = [...new Set(fields)].slice(0, 6).join(", ");
  if (distinct === "") return shortened(text);
  return shortened(text.startsWith("[") ? `list of ${distinct}` : distinct);
}

async function beginningOf(
  streams: Pick<ArtifactStreamPort, "read">,
  { id, sizeBytes }: ArtifactInfo,
): Promise<string> {
  if (sizeBytes === 0) return "";
  const parts: string[] = [];
  const decoder = new TextDecoder();
  try {
    for await (const chunk of streams.read(id, { from: 0, to: Math.min(sizeBytes, LOOKED_BYTES) })) {
      parts.push(decoder.decode(chunk, { stream: true }));
    }
  } catch {
    // A damaged one has a title all the same; opening it says what is wrong.
    return "";
  }
  return parts.join("");
}

function kindOf(type: string): string {
  return type.includes("json") ? "JSON" : type;
}

function shortened(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  return line.length <= MOST_UNITS ? line : `${line.slice(0, MOST_UNITS - 1).trimEnd()}…`;
}
