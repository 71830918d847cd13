import assert from "node:assert/strict";
import { openPit } from "../../pit/open_pit.ts";
import { SystemClock } from "../../system/clock.ts";
import { lines } from "./lines.ts";
import { noInstances } from "./no_instances.ts";
import { temporaryFolder } from "./temporary_store.ts";

const script = new URL("./processes/apply_policies.ts", import.meta.url).pathname;
const TIMES = 25;

/** Starts a process that applies a policy TIMES times; `go` lets it begin and gives what it says. */
async function applier(folder: string, name: string): Promise<{ go(): Promise<readonly string[]> }> {
  const args = ["run", "-A", "--no-check", "-q", script, folder, name, String(TIMES)];
  const child = new Deno.Command(Deno.execPath(), {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  })
    .spawn();
  const said = lines(child.stdout);
  assert.equal((await said.next()).value, "ready");
  return {
    async go() {
      const input = child.stdin.getWriter();
      await input.write(new TextEncoder().encode("go\n"));
      const batches = [];
      for await (const line of said) batches.push(line);
      await input.close().catch(() => {});
      assert.equal((await child.status).code, 0);
      return batches;
    },
  };
}

Deno.test("Retention remembers every batch that two processes apply at once, each can be undone, and a turn is one process's", async () => {
  await using folder = temporaryFolder();
  const appliers = await Promise.all(["one", "two"].map((name) => applier(folder.path, name)));
  const said = (await Promise.all(appliers.map(({ go }) => go()))).flat();
  const turns = said.filter((line) => line.startsWith("turn "));
  const made = said.filter((line) => !line.startsWith("turn "));
  assert.equal(made.length, 2 * TIMES);
  assert.equal(new Set(turns).size, turns.length, "a turn was taken by both");
  assert.ok(turns.includes(`turn ${TIMES - 1}`));
  await using pit = await openPit(folder.path, noInstances, new SystemClock());
  const kept = (await pit.retention.batches()).map(({ id }) => id);
  assert.deepEqual([...kept].sort(), [...made].sort());
  for (const id of made) assert.deepEqual(await pit.retention.undo(id), { artifacts: 1, gone: 0 });
});
