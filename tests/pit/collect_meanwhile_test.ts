import assert from "node:assert/strict";
import { artifactId } from "../../core/ids.ts";
import { openPit } from "../../pit/open_pit.ts";
import { SystemClock } from "../../system/clock.ts";
import { collect } from "../contracts/subject.ts";
import { lines } from "./lines.ts";
import { noInstances } from "./no_instances.ts";
import { easySecret } from "./pits.ts";
import { temporaryFolder } from "./temporary_store.ts";

const script = new URL("./processes/keep_forever.ts", import.meta.url).pathname;

Deno.test("Retention collects and archives in one process what another, which goes on storing, does not refer to, and nothing else", async () => {
  await using folder = temporaryFolder();
  const args = ["run", "-A", "--no-check", "-q", script, folder.path, "7"];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
  const kept: string[] = [];
  let isOver = false;
  const reading = (async () => {
    for await (const line of lines(child.stdout)) if (line.startsWith("k ")) kept.push(line.slice(2));
    isOver = true;
  })();
  let removed = 0;
  {
    await using pit = await openPit(folder.path, noInstances, new SystemClock(), easySecret);
    const gc = { name: "gc", action: "delete", when: { references: "none" } } as const;
    const warm = { name: "warm", action: "warm", when: { smallerThanBytes: 100_000 } } as const;
    while (kept.length < 60 && !isOver) {
      await pit.retention.apply(await pit.retention.preview([gc, warm]));
      removed += (await pit.retention.purge()).artifacts;
    }
  }
  child.kill("SIGKILL");
  assert.equal((await child.status).signal, "SIGKILL", "the other one did not fail");
  await reading;
  await using pit = await openPit(folder.path, noInstances, new SystemClock(), easySecret);
  for (const id of kept) assert.ok(await pit.artifacts.get(artifactId(id)), id);
  assert.ok(removed > 0);
  assert.deepEqual(await collect(pit.library.checkup.check({ repair: false })), []);
});
