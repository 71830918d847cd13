/** What runs propose to files of a folder, over a real text core, with its book in memory. @module */

import assert from "node:assert/strict";
import { relative } from "node:path";
import type { Json } from "../../../core/json.ts";
import { proposedPlaces } from "../../../extensions/capabilities/proposed_place.ts";
import type { OpenTexts } from "../../../main_texts.ts";
import { FileProposals } from "../../../ui/server/texts/file_proposals.ts";

/** `isClosing`: a look that the end of the text core overtakes is no fault then. */
export function proposalsOf(root: string, texts: OpenTexts, isClosing = () => false): FileProposals {
  const known = new Map<string, Json>();
  return new FileProposals({
    state: {
      read: (name) => known.get(name),
      replace: (name, value) => Promise.resolve(void known.set(name, value)),
      remove: (name) => void known.delete(name),
    },
    root,
    places: proposedPlaces,
    texts: () => Promise.resolve(texts),
    nameOf: (file) => relative(root, file),
    onChanged: () => {},
    onError: (what, error) => isClosing() || assert.fail(`${what}: ${error}`),
  });
}
