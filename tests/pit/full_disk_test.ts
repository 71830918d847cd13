import assert from "node:assert/strict";
import { artifactId, nodeId, type RunId } from "../../core/ids.ts";
import { openPit } from "../../pit/open_pit.ts";
import { SystemClock } from "../../system/clock.ts";
import { freshRun } from "../contracts/dag_contract.ts";
import { collect } from "../contracts/subject.ts";
import { noInstances } from "./no_instances.ts";
import { temporaryFolder } from "./temporary_store.ts";

const script = new URL("./processes/fill_disk.ts", import.meta.url).pathname;
const deno = [Deno.execPath(), "run", "-A", "--no-check", "-q", script];

interface Said {
  readonly length: number;
  readonly readable: number;
  readonly artifacts: readonly string[];
  readonly refusals: readonly { readonly code: string; readonly message: string; readonly hint?: string }[];
}

async function output(
  command: string,
  args: string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const done = await new Deno.Command(command, { args, stdout: "piped", stderr: "piped" }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code: done.code, stdout: text(done.stdout), stderr: text(done.stderr) };
}

function checkSaid(said: Said): void {
  assert.ok(said.length > 10 && said.artifacts.length > 10, "something fitted before the disk was full");
  assert.ok(said.refusals.length >= 3);
  for (const refusal of said.refusals) {
    assert.equal(refusal.code, "disk-full");
    assert.match(refusal.message, /^Cannot .*: the disk is full$/);
    assert.match(refusal.hint ?? "", /--data/);
  }
  assert.equal(
    said.readable,
    said.length,
    "the process that met the full disk still reads what it had stored",
  );
}

/** After room was made: everything acknowledged is there, and the log goes on. */
async function checkIntact(folder: string, run: RunId, said: Said): Promise<void> {
  await using pit = await openPit(folder, noInstances, new SystemClock());
  const events = (await collect(pit.dag.replay(run))).flat();
  assert.equal(events.length, said.length, "what was refused is not there");
  for (const [at, event] of events.entries()) assert.equal(event.at, at);
  for (const id of said.artifacts) assert.ok(await pit.artifacts.get(artifactId(id)));
  assert.deepEqual(await collect(pit.artifacts.verify()), []);
  await pit.dag.append(run, events.length, [{
    type: "node.skipped",
    at: 0,
    node: nodeId("a"),
    reason: "room again",
  }]);
  assert.equal((await collect(pit.dag.replay(run))).flat().length, events.length + 1);
}

async function onTmpfs(folder: string): Promise<boolean> {
  const mounted = await output("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder]).catch(() =>
    undefined
  );
  return mounted?.code === 0;
}

Deno.test({
  name:
    "openPit() on a full tmpfs refuses with disk-full, keeps what was acknowledged, goes on when there is room",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using folder = temporaryFolder();
    if (!await onTmpfs(folder.path)) {
      // Mounting needs root; the next test meets the same limit by the size of a file, which any user may set.
      await Deno.stderr.write(
        new TextEncoder().encode("(no right to mount a tmpfs: nothing was tested here) "),
      );
      return;
    }
    try {
      const run = freshRun();
      const { stdout } = await output(deno[0] as string, [...deno.slice(1), folder.path, run]);
      const said = JSON.parse(stdout) as Said;
      checkSaid(said);
      const grown = await output("mount", ["-o", "remount,size=16m", folder.path]);
      assert.equal(grown.code, 0, grown.stderr);
      await checkIntact(folder.path, run, said);
    } finally {
      await output("umount", [folder.path]);
    }
  },
});

Deno.test({
  name: "openPit() under a limit on the file's size refuses with disk-full and keeps what was acknowledged",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = temporaryFolder();
    const run = freshRun();
    // Blocks of 512 bytes. The signal would end the process; ignored, the write fails with EFBIG instead.
    const limited = `trap '' XFSZ; ulimit -f 8192; exec "$@"`;
    const { stdout, stderr } = await output("sh", ["-c", limited, "sh", ...deno, folder.path, run]);
    assert.notEqual(stdout, "", stderr);
    const said = JSON.parse(stdout) as Said;
    checkSaid(said);
    await checkIntact(folder.path, run, said);
  },
});
