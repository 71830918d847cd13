/**
 * An installation is killed before each single change that it makes to the disk: afterwards the old version is there or the
 * new one, whole, and the next installation leaves no rubbish behind.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { ExtensionLoader } from "../../../extensions/loader/loader.ts";
import { inFolder, manifestText, namesIn, operatorText, put } from "../dev/bench.ts";

const installer = new URL("./installer_process.ts", import.meta.url).pathname;

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

Deno.test("an installation that is killed before any of its changes leaves the old version or the new one, whole", async () => {
  await inFolder({}, async (folder) => {
    const data = join(folder, "data");
    const write = (version: string) =>
      put(folder, {
        "source/symphony.jsonc": manifestText({ version }),
        "source/main.ts": operatorText(`    void context; void input; return { text: "of ${version}" };`),
      });
    const install = async (step: string) => {
      const { code, signal, stdout } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          "-q",
          "--no-prompt",
          "--unstable-worker-options",
          installer,
          data,
          join(folder, "source"),
          step,
        ],
        stdin: "null",
      }).output();
      return { code, signal, changes: Number(new TextDecoder().decode(stdout)) };
    };
    await write("1.0.0");
    assert.equal((await install("0")).code, 0);
    await write("1.1.0");
    const { changes } = await install("0");
    assert.ok(changes >= 6, `only ${changes} changes`);
    let before = await versionOf(data);
    assert.equal(before, "1.1.0");
    const seen: string[] = [];
    for (const step of ["-2", "-5", ...Array.from({ length: changes }, (_, at) => String(at + 1))]) {
      const next = `2.${seen.length}.0`;
      await write(next);
      assert.equal((await install(step)).signal, "SIGKILL", `step ${step}`);
      const now = await versionOf(data);
      assert.ok(now === before || now === next, `step ${step}: found ${now}, expected ${before} or ${next}`);
      seen.push(now === before ? "old" : "new");
      before = now;
      // What comes after the third is the same sweeping.
      if (seen.filter((one) => one === "new").length === 3) break;
    }
    // There is one moment before which it is the old one and after which it is the new one.
    assert.match(seen.join(" "), /^(old )+(new ?)+$/);
    await write("3.0.0");
    assert.equal((await install("0")).code, 0);
    assert.equal(await versionOf(data), "3.0.0");
    const store = join(data, "extensions/.store");
    assert.deepEqual(await namesIn(store), [".lock", "acme.tool"]);
    assert.ok((await namesIn(join(store, "acme.tool"))).length <= 2);
    const beside = (await namesIn(join(data, "extensions"))).filter((name) => name !== ".store");
    assert.deepEqual(beside.filter((name) => name !== "installed.jsonc"), []);
  });
});
