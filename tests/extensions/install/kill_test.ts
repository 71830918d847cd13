/**
 * Processes that install are killed at random moments: afterwards the old version is there or the new one, whole, and the
 * next installation leaves no rubbish behind.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { ExtensionLoader } from "../../../extensions/loader/loader.ts";
import { inFolder, manifestText, namesIn, operatorText, put } from "../dev/bench.ts";

const installer = new URL("./installer_process.ts", import.meta.url).pathname;
const KILLS = Number(Deno.env.get("SYMPHONY_KILLS") ?? 12);

async function versionOf(data: string): Promise<string> {
  const { installed, problems } = await new ExtensionLoader({
    user: join(data, "extensions"),
    cache: join(data, "cache"),
  }).load();
  assert.deepEqual(problems, []);
  assert.equal(installed.length, 1);
  const [one] = installed;
  const code = new TextDecoder().decode(await one?.code());
  const version = one?.manifest.version ?? "";
  assert.ok(code.includes(`"of ${version}"`), `the module is not that of ${version}`);
  return version;
}

Deno.test("an installation that is killed leaves the old version or the new one, and rubbish for one turn only", async () => {
  await inFolder({}, async (folder) => {
    const data = join(folder, "data");
    const write = (version: string) =>
      put(folder, {
        "source/symphony.jsonc": manifestText({ version }),
        "source/main.ts": operatorText(`    void context; void input; return { text: "of ${version}" };`),
      });
    const start = () =>
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          "-q",
          "--no-prompt",
          "--unstable-worker-options",
          installer,
          data,
          join(folder, "source"),
        ],
        stdin: "null",
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
    await write("1.0.0");
    const first = await start().output();
    assert.equal(first.success, true);
    let before = await versionOf(data);
    const seen = { old: 0, new: 0 };
    // The moments after the check, in which something is written, are told by the installer itself.
    for (let turn = 1; turn <= KILLS; turn++) {
      const next = `1.0.${turn}`;
      await write(next);
      const child = start();
      const reader = child.stdout.getReader();
      await reader.read();
      await new Promise((resolve) => setTimeout(resolve, (turn * 7) % 20));
      try {
        child.kill("SIGKILL");
      } catch {
        // It was done.
      }
      await reader.cancel();
      await child.status;
      const now = await versionOf(data);
      assert.ok(now === before || now === next, `found ${now}, expected ${before} or ${next}`);
      seen[now === before ? "old" : "new"]++;
      before = now;
    }
    await write("2.0.0");
    assert.equal((await start().output()).success, true);
    assert.equal(await versionOf(data), "2.0.0");
    const store = join(data, "extensions/.store");
    const left = await namesIn(store);
    assert.deepEqual(left, [".lock", "acme.tool"], `after ${seen.old} old, ${seen.new} new`);
    assert.ok((await namesIn(join(store, "acme.tool"))).length <= 2);
  });
});
