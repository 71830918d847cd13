import assert from "node:assert/strict";
import { FileDecisionLog } from "../../../conductor/learning/file_log.ts";
import { FolderPolicies } from "../../../conductor/learning/folder_policies.ts";
import { MemoryDecisionLog } from "../../../conductor/learning/memory_log.ts";
import { PolicySession } from "../../../conductor/learning/policy_session.ts";
import { replayLog } from "../../../conductor/learning/replay.ts";
import { entry, testDecisionLogPort } from "../../contracts/decision_log_contract.ts";
import { plain } from "../../contracts/subject.ts";
import { lines } from "../../pit/lines.ts";
import { live, opened } from "./living.ts";

testDecisionLogPort("MemoryDecisionLog", () => Promise.resolve(plain(new MemoryDecisionLog())));

testDecisionLogPort("FileDecisionLog", async () => {
  const folder = await Deno.makeTempDir();
  const port = new FileDecisionLog(`${folder}/log/decisions.jsonl`);
  return {
    port,
    async [Symbol.asyncDispose]() {
      await port[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
});

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("FileDecisionLog leaves a torn line out, wherever it was torn, and writes behind it", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/decisions.jsonl`;
    const line = `${JSON.stringify(entry(1))}\n`;
    const bytes = new TextEncoder().encode(line);
    for (let cut = 1; cut < bytes.length; cut++) {
      await Deno.writeFile(path, new Uint8Array([...bytes, ...bytes.subarray(0, cut)]));
      await using log = new FileDecisionLog(path);
      log.append([entry(2)]);
      await log.flush();
      const read = await Array.fromAsync(log.read());
      // Torn just before its line end the entry is whole.
      const torn = cut === bytes.length - 1 ? [entry(1)] : [];
      assert.deepEqual(read.map((one) => one.entry), [entry(1), ...torn, entry(2)], `cut at ${cut}`);
    }
  });
});

Deno.test("FileDecisionLog.flush() tells what could not be written, and writes it when it can be", async () => {
  await inFolder(async (folder) => {
    // A folder where the file should be: every write fails.
    const path = `${folder}/decisions.jsonl`;
    await Deno.mkdir(path);
    await using log = new FileDecisionLog(path);
    log.append([entry(1)]);
    await assert.rejects(log.flush(), /Cannot write the decision log/);
    await Deno.remove(path);
    log.append([entry(2)]);
    await log.flush();
    assert.deepEqual((await Array.fromAsync(log.read())).map((one) => one.entry), [entry(1), entry(2)]);
  });
});

Deno.test("FileDecisionLog of several processes keeps every entry whole", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/decisions.jsonl`;
    const logs = Array.from({ length: 4 }, () => new FileDecisionLog(path));
    for (let round = 0; round < 50; round++) {
      logs.forEach((log, at) => log.append([entry(round * 4 + at)]));
      if (round % 7 === 0) await Promise.all(logs.map((log) => log.flush()));
    }
    for (const log of logs) await log[Symbol.asyncDispose]();
    await using log = new FileDecisionLog(path);
    const read = await Array.fromAsync(log.read());
    const numbers = read.map((one) => one.entry.entry === "outcome" ? one.entry.outcome.at : -1);
    assert.deepEqual(numbers.sort((a, b) => a - b), Array.from({ length: 200 }, (_, at) => at));
  });
});

Deno.test("LearningConductor killed with SIGKILL loses nothing that was flushed, and its log replays the same", async () => {
  await inFolder(async (folder) => {
    const script = new URL("./processes/log_forever.ts", import.meta.url).pathname;
    const args = ["run", "-A", "--no-check", "-q", script, folder];
    let acknowledged = 0;
    for (const killAt of [3, 40, 61]) {
      const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
      let said = 0;
      for await (const line of lines(child.stdout)) {
        said = Number(line);
        // It goes on while this is read, so the kill falls anywhere, also into a snapshot.
        if (said === killAt) child.kill("SIGKILL");
      }
      await child.status;
      acknowledged += said;
    }
    await using log = new FileDecisionLog(`${folder}/decisions.jsonl`);
    const session = await PolicySession.open(log, new FolderPolicies(folder));
    assert.ok(session.incumbent.router.observations >= acknowledged, `${acknowledged} were acknowledged`);
    const replay = await replayLog(log);
    assert.equal(replay.firstDifference, undefined);
    assert.ok(replay.decisions >= acknowledged);
  });
});

Deno.test("FolderPolicies.write() replaces a policy as a whole or not at all", async () => {
  await inFolder(async (folder) => {
    const policies = new FolderPolicies(`${folder}/conductor`);
    assert.deepEqual(await policies.names(), []);
    await policies.write("a", Uint8Array.of(1, 2, 3));
    await policies.write("a", Uint8Array.of(4));
    assert.deepEqual(await policies.read("a"), Uint8Array.of(4));
    assert.deepEqual(await policies.names(), ["a"]);
    // A folder in the way: the old bytes stay, nothing is left beside them.
    await Deno.mkdir(`${folder}/conductor/b`);
    await assert.rejects(policies.write("b", Uint8Array.of(1)), /Cannot write policy/);
    assert.deepEqual(await policies.names(), ["a"]);
    await policies.remove("a");
    await policies.remove("a");
    assert.equal(await policies.read("a"), undefined);
  });
});

Deno.test("LearningConductor goes on deciding when nothing can be written, and says so", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/decisions.jsonl`);
    const log = new FileDecisionLog(`${folder}/decisions.jsonl`);
    const conductor = await opened(
      new MemoryDecisionLog(),
      new FolderPolicies(`${folder}/decisions.jsonl/no`),
    );
    assert.equal(live(conductor, 0, 10).length, 10);
    await Deno.writeTextFile(`${folder}/decisions.jsonl/no`, "a file where the folder should be");
    await conductor[Symbol.asyncDispose]();
    assert.match(conductor.problem ?? "", /could not be kept/);
    await log[Symbol.asyncDispose]();
  });
});
