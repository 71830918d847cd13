import { memoryPit } from "../../pit/memory_pit.ts";
import { testArtifactCheckupPort } from "../contracts/artifact_checkup_contract.ts";
import { testArtifactEncryptionPort } from "../contracts/artifact_encryption_contract.ts";
import { testTrainingDataPort } from "../contracts/training_data_contract.ts";
import { ManualClock } from "./manual_clock.ts";
import { noInstances } from "./no_instances.ts";
import { easySecret, temporaryPit } from "./pits.ts";

const clock = new ManualClock();

function inMemory(decisions: readonly string[] = []) {
  const pit = memoryPit(noInstances, clock, { decisionLines: decisions });
  return Promise.resolve({ port: pit, [Symbol.asyncDispose]: () => pit[Symbol.asyncDispose]() });
}

testArtifactCheckupPort("memoryPit().checkup", () => inMemory(), clock);
testArtifactCheckupPort("openPit().checkup", () => temporaryPit(clock), clock);
testArtifactEncryptionPort("memoryPit().encryption", () => inMemory(), false);
testArtifactEncryptionPort("openPit().encryption", () => temporaryPit(clock), true);
testTrainingDataPort("memoryPit().training", inMemory);
testTrainingDataPort("openPit().training", async (lines) => {
  const decisions = await Deno.makeTempFile();
  await Deno.writeTextFile(decisions, lines.join("\n"));
  const subject = await temporaryPit(clock, { ...easySecret, decisions });
  return {
    port: subject.port,
    async [Symbol.asyncDispose]() {
      await subject[Symbol.asyncDispose]();
      await Deno.remove(decisions);
    },
  };
});
