import { MemoryRunControl } from "../../pit/dag/memory_run_control.ts";
import { ProofOfLife } from "../../pit/dag/proof_of_life.ts";
import { LmdbRunControl } from "../../pit/dag/run_control.ts";
import { openStore } from "../../pit/store.ts";
import { testRunControlPort } from "../contracts/run_control_contract.ts";
import { plain } from "../contracts/subject.ts";
import { temporaryFolder } from "./temporary_store.ts";

testRunControlPort("MemoryRunControl", () => Promise.resolve(plain(new MemoryRunControl())));
testRunControlPort("LmdbRunControl", async () => {
  const folder = temporaryFolder();
  const store = await openStore(folder.path);
  const port = new LmdbRunControl(store, new ProofOfLife(store, `${folder.path}/locks`));
  return {
    port,
    async [Symbol.asyncDispose]() {
      await port[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
});
