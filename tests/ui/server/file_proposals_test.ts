import { openTexts } from "../../../main_texts.ts";
import { testFileProposalPort } from "../../contracts/file_proposals_contract.ts";
import { proposalsOf } from "./proposals_of.ts";

testFileProposalPort("FileProposals", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "symphony-proposals-" }));
  const data = await Deno.makeTempDir({ prefix: "symphony-proposals-data-" });
  const texts = await openTexts(data);
  let isClosing = false;
  return {
    port: proposalsOf(folder, texts, () => isClosing),
    folder,
    async [Symbol.asyncDispose]() {
      isClosing = true;
      await texts[Symbol.asyncDispose]();
      await Promise.all([folder, data].map((one) => Deno.remove(one, { recursive: true })));
    },
  };
});
