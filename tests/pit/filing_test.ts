import { memoryPit } from "../../pit/memory_pit.ts";
import { openPit } from "../../pit/open_pit.ts";
import { testArtifactLineagePorts } from "../contracts/artifact_lineage_contract.ts";
import { ManualClock } from "./manual_clock.ts";
import { noInstances } from "./no_instances.ts";
import { temporaryFolder } from "./temporary_store.ts";

const clock = new ManualClock();
const tick = () => clock.advance(1);

testArtifactLineagePorts(
  "memoryPit()",
  () => {
    const pit = memoryPit(noInstances, clock);
    return Promise.resolve({ port: pit, [Symbol.asyncDispose]: () => pit[Symbol.asyncDispose]() });
  },
  clock,
  tick,
);

testArtifactLineagePorts(
  "openPit()",
  async () => {
    const folder = temporaryFolder();
    const pit = await openPit(folder.path, noInstances, clock);
    return {
      port: pit,
      async [Symbol.asyncDispose]() {
        await pit[Symbol.asyncDispose]();
        await folder[Symbol.asyncDispose]();
      },
    };
  },
  clock,
  tick,
);
