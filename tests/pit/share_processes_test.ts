/**
 * Real processes on one data folder share its exclusive things, its processor and its rates; those that are killed free what
 * they held.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Sharing } from "./processes/share_forever.ts";
import { temporaryFolder } from "./temporary_store.ts";

const script = new URL("./processes/share_forever.ts", import.meta.url).pathname;

interface Sharer extends AsyncDisposable {
  readonly pid: number;
  kill(): Promise<void>;
  end(): Promise<void>;
}

function sharer(folder: string, what: Sharing): Sharer {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "-q", script, folder, `${folder}/log`, JSON.stringify(what)],
    stdin: "piped",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  let hasEnded = false;
  const kill = async () => {
    hasEnded = true;
    child.kill("SIGKILL");
    await child.status;
    await child.stdin.close().catch(() => {});
  };
  return {
    pid: child.pid,
    kill,
    async end() {
      hasEnded = true;
      await child.stdin.close();
      assert.equal((await child.status).code, 0);
    },
    async [Symbol.asyncDispose]() {
      if (!hasEnded) await kill();
    },
  };
}

interface Line {
  readonly kind: string;
  readonly pid: number;
  readonly claim: string;
}

async function linesIn(folder: string): Promise<readonly Line[]> {
  const text = await Deno.readTextFile(`${folder}/log`).catch(() => "");
  return text.split("\n").slice(0, -1).map((line) => {
    const [kind = "", pid = "", at = ""] = line.split(" ");
    return { kind, pid: Number(pid), claim: `${pid}/${at}` };
  });
}

/** Waits until the process has been granted so many more claims than it had. */
async function grants(folder: string, pids: readonly number[], more: number): Promise<void> {
  const count = async () =>
    (await linesIn(folder)).filter(({ kind, pid }) => kind === "G" && pids.includes(pid)).length;
  const before = await count();
  while (await count() < before + more) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** The most that was held at once, where what the killed held counts until the next line. */
function mostHeld(lines: readonly Line[], killed: ReadonlySet<number>): number {
  const held = new Map<string, number>();
  let most = 0;
  for (const { kind, pid, claim } of lines) {
    if (kind === "R") {
      held.delete(claim);
      continue;
    }
    held.set(claim, pid);
    most = Math.max(most, [...held.values()].filter((one) => !killed.has(one) || one === pid).length);
  }
  return most;
}

Deno.test("an exclusive thing is had by one of several processes at a time, and goes on when its holder is killed", async () => {
  await using folder = temporaryFolder();
  const what: Sharing = { limits: {}, exclusive: ["file:/w/a.txt", "gpu:0"], amounts: {}, holdMs: 3 };
  const whole: Sharing = { ...what, exclusive: ["file:/w"] };
  await using stays = sharer(folder.path, what);
  await using above = sharer(folder.path, whole);
  await grants(folder.path, [stays.pid], 5);
  await grants(folder.path, [above.pid], 5);
  const killed = new Set<number>();
  for (let round = 0; round < 4; round++) {
    await using victim = sharer(folder.path, round % 2 === 0 ? what : whole);
    await grants(folder.path, [victim.pid], 3);
    killed.add(victim.pid);
    await victim.kill();
    await grants(folder.path, [stays.pid], 3);
    await grants(folder.path, [above.pid], 3);
  }
  await Promise.all([stays.end(), above.end()]);
  assert.equal(mostHeld(await linesIn(folder.path), killed), 1);
});

Deno.test("processes share the processor's places, use all of them, and get back those of a killed one", async () => {
  await using folder = temporaryFolder();
  const what: Sharing = { limits: { cpu: { total: 4 } }, exclusive: [], amounts: { cpu: 1 }, holdMs: 4 };
  await using one = sharer(folder.path, what);
  await using other = sharer(folder.path, what);
  await grants(folder.path, [one.pid], 20);
  await grants(folder.path, [other.pid], 20);
  await using victim = sharer(folder.path, what);
  await grants(folder.path, [victim.pid], 20);
  await victim.kill();
  for (const { pid } of [one, other]) await grants(folder.path, [pid], 20);
  await Promise.all([one.end(), other.end()]);
  assert.equal(mostHeld(await linesIn(folder.path), new Set([victim.pid])), 4);
});

Deno.test("a rate is one for all processes of the folder", async () => {
  await using folder = temporaryFolder();
  const limits = { requests: { perMinute: 3_000, burst: 10 } };
  const what: Sharing = { limits, exclusive: [], amounts: { requests: 1 }, holdMs: 1 };
  const began = performance.now();
  await using one = sharer(folder.path, what);
  await using other = sharer(folder.path, what);
  await grants(folder.path, [one.pid, other.pid], 60);
  const mine = (await linesIn(folder.path)).filter(({ kind }) => kind === "G");
  const passedMs = performance.now() - began;
  assert.ok(mine.length <= 10 + passedMs / 60_000 * 3_000 + 1, `${mine.length} in ${passedMs} ms`);
  await grants(folder.path, [one.pid], 1);
  await grants(folder.path, [other.pid], 1);
  await Promise.all([one.end(), other.end()]);
});
