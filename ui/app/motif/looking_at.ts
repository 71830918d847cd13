/** What the person looks at, for commands of motifs: a view says more than the address does, while it is shown. @module */

import type { JsonObject } from "../../../core/json.ts";
import { route } from "../state/route.ts";

/** A request takes a megabyte; a longer text is left out. */
const MAX_TEXT = 200_000;

let more: (() => JsonObject) | undefined;

/** Adds to what commands are told until the returned function is called. */
export function lookAt(say: () => JsonObject): () => void {
  more = say;
  return () => {
    if (more === say) more = undefined;
  };
}

/** `view` and `path` of the address; a file's `text`, a chosen `node` where there is one. */
export function lookingAt(): JsonObject {
  const { view, path } = route.peek();
  const { text, ...rest } = more?.() ?? {};
  const isShort = typeof text === "string" && text.length <= MAX_TEXT;
  return { view, path, ...rest, ...isShort ? { text } : {} };
}
