import assert from "node:assert/strict";
import { relative } from "node:path";
import type { Json } from "../../../core/json.ts";
import { proposedPlaces } from "../../../extensions/capabilities/proposed_place.ts";
import { openTexts } from "../../../main.ts";
import { FileProposals } from "../../../ui/server/texts/file_proposals.ts";
import { testFileProposalPort } from "../../contracts/file_proposals_contract.ts";

testFileProposalPort("FileProposals", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "symphony-proposals-" }));
  const data = await Deno.makeTempDir({ prefix: "symphony-proposals-data-" });
  const texts = await openTexts(data);
  let isClosing = false;
  const known = new Map<string, Json>();
  const port = new FileProposals({
    state: {
      read: (name) => known.get(name),
      replace: (name, value) => Promise.resolve(void known.set(name, value)),
      remove: (name) => void known.delete(name),
    },
    root: folder,
    places: proposedPlaces,
    texts: () => Promise.resolve(texts),
    nameOf: (file) => relative(folder, file),
    onChanged: () => {},
    // A look that the end of the text core overtakes.
    onError: (what, error) => isClosing || assert.fail(`${what}: ${error}`),
  });
  return {
    port,
    folder,
    async [Symbol.asyncDispose]() {
      isClosing = true;
      await texts[Symbol.asyncDispose]();
      await Promise.all([folder, data].map((one) => Deno.remove(one, { recursive: true })));
    },
  };
});
