import assert from "node:assert/strict";
import { artifactId, type RunId } from "../../core/ids.ts";
import { openPit } from "../../pit/open_pit.ts";
import { SystemClock } from "../../system/clock.ts";
import { freshRun } from "../contracts/dag_contract.ts";
import { collect } from "../contracts/subject.ts";
import { lines } from "./lines.ts";
import { noInstances } from "./no_instances.ts";
import { temporaryFolder } from "./temporary_store.ts";

const ROUNDS = 30;
const script = new URL("./processes/append_forever.ts", import.meta.url).pathname;

function start(folder: string, run: RunId, seed: number): Deno.ChildProcess {
  const args = ["run", "-A", "--no-check", "-q", script, folder, run, String(seed)];
  return new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
}

/** What the child acknowledged until it had said `count` lines and was killed. */
async function killedAfter(child: Deno.ChildProcess, count: number) {
  let length = 0;
  let said = -1;
  let checkpoint = 0;
  const artifacts: string[] = [];
  for await (const line of lines(child.stdout)) {
    const [kind, value = ""] = line.split(" ");
    if (kind === "ready") said = 0;
    else if (kind === "e") length = Number(value);
    else if (kind === "c") checkpoint = Number(value);
    else artifacts.push(value);
    // The child runs on while this is read, so the kill falls anywhere in its work, also inside a commit.
    if (said >= 0 && said++ === count) child.kill("SIGKILL");
  }
  await child.status;
  return { length, artifacts, checkpoint };
}

async function checkFolder(
  folder: string,
  run: RunId,
  { length, checkpoint }: { readonly length: number; readonly checkpoint: number },
  artifacts: readonly string[],
) {
  await using pit = await openPit(folder, noInstances, new SystemClock());
  const kept = await pit.dag.loadCheckpoint(run);
  const nextSeq = kept?.nextSeq ?? 0;
  assert.ok(nextSeq >= checkpoint, `checkpoint ${checkpoint} was acknowledged, ${nextSeq} is there`);
  assert.ok(kept === undefined || kept.bytes.every((byte) => byte === nextSeq % 251), "a whole checkpoint");
  const events = (await collect(pit.dag.replay(run))).flat();
  assert.ok(nextSeq <= events.length, "no checkpoint is ahead of its log");
  const tail = (await collect(pit.dag.replay(run, nextSeq))).flat();
  assert.equal(tail.length, events.length - nextSeq);
  assert.ok(events.length >= length, `${length} events were acknowledged, ${events.length} are there`);
  for (const [at, event] of events.entries()) {
    assert.equal(event.seq, at);
    assert.equal(event.at, at, "the event in each place is the one that was appended there");
  }
  for (const id of artifacts) {
    assert.ok(await pit.artifacts.get(artifactId(id)), `artifact ${id} was acknowledged`);
  }
  assert.deepEqual(await collect(pit.artifacts.verify()), []);
  return events.length;
}

Deno.test(`LmdbDag and LmdbArtifacts keep what was acknowledged when killed ${ROUNDS} times at random`, async () => {
  await using folder = temporaryFolder();
  const run = freshRun();
  const artifacts: string[] = [];
  let before = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const count = Math.floor(Math.random() * 60);
    const said = await killedAfter(start(folder.path, run, round), count);
    artifacts.push(...said.artifacts);
    const length = await checkFolder(folder.path, run, said, artifacts);
    assert.ok(length >= before, `round ${round}, killed after ${count} lines: the log became shorter`);
    before = length;
  }
  assert.ok(before > ROUNDS && artifacts.length > ROUNDS, "the killed processes had done something");
});

Deno.test("openPit() lets two processes write runs and artifacts into one folder at once", async () => {
  await using folder = temporaryFolder();
  const runs = [freshRun(), freshRun()] as const;
  const children = runs.map((run, at) => start(folder.path, run, 100 + at));
  const said = await Promise.all(children.map((child) => killedAfter(child, 300)));
  for (const [at, run] of runs.entries()) {
    const one = said[at]!;
    assert.ok(one.length > 100);
    await checkFolder(folder.path, run, one, one.artifacts);
  }
});
