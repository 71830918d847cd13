import assert from "node:assert/strict";
import { artifactId, runId } from "../../core/ids.ts";
import { type OpenPit, openPit } from "../../pit/open_pit.ts";
import { SystemClock } from "../../system/clock.ts";
import { collect } from "../contracts/subject.ts";
import { lines } from "./lines.ts";
import { noInstances } from "./no_instances.ts";
import { easySecret } from "./pits.ts";
import { temporaryFolder } from "./temporary_store.ts";

const ROUNDS = Number(Deno.env.get("SYMPHONY_KILLS") ?? 200);
/** A folder is killed over so often; then everything in it is read, and the next begins empty, so that rounds stay cheap. */
const ROUNDS_A_FOLDER = 12;
const script = new URL("./processes/keep_forever.ts", import.meta.url).pathname;
/** What the processes do at once: the letters that say that it begins and has ended. */
const kinds = { put: "Pp", checkpoint: "Cc", archive: "Mm", collect: "Gg", rotate: "Rr" } as const;
type Kind = keyof typeof kinds;

/** A process that waits for its turn. */
function prepare(folder: string, seed: number): Deno.ChildProcess {
  const args = ["run", "-A", "--no-check", "-q", script, folder, String(seed)];
  return new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "piped", stderr: "inherit" })
    .spawn();
}

/**
 * What the child said until it was killed: `count` lines after it had begun to move, collect or rotate, or after the first of
 * those had ended.
 */
async function killed(child: Deno.ChildProcess, at: { readonly count: number; readonly afterEnd: boolean }) {
  const stdin = child.stdin.getWriter();
  await stdin.write(new TextEncoder().encode("go\n"));
  const said: string[] = [];
  const trigger = at.afterEnd ? /^[mgr]$/ : /^[MGR]$/;
  let left = Infinity;
  for await (const line of lines(child.stdout)) {
    said.push(line);
    if (left === Infinity && trigger.test(line)) left = at.count;
    // The child runs on while this is read, so the kill falls anywhere in its work.
    else if (left < Infinity) left--;
    if (left === 0) child.kill("SIGKILL");
  }
  const { signal } = await child.status;
  await stdin.close().catch(() => {});
  assert.equal(signal, "SIGKILL", "it was killed, it did not fail");
  return said;
}

function sizeOf(folder: string): number {
  return [...Deno.readDirSync(folder)].reduce((sum, { name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return sum + (isDirectory ? sizeOf(path) : (Deno.statSync(path).blocks ?? 0) * 512);
  }, 0);
}

/** What the processes of one folder acknowledged. */
interface Acknowledged {
  readonly kept: string[];
  readonly versions: Map<string, number>;
  readonly checkpoints: Map<string, number>;
}

async function checkKept(pit: OpenPit, { kept, versions, checkpoints }: Acknowledged, where: string) {
  for (const id of kept) {
    assert.ok(await pit.artifacts.info(artifactId(id)), `${id} was acknowledged, ${where}`);
  }
  for (const id of kept.slice(-5)) assert.ok(await pit.artifacts.get(artifactId(id)));
  for (const [name, version] of versions) {
    assert.ok((await pit.library.catalog.versions(`name ${name}`)).length >= version, `${name}, ${where}`);
  }
  for (const [run, seq] of checkpoints) {
    const found = await pit.dag.loadCheckpoint(runId(run));
    assert.ok(found !== undefined && found.nextSeq >= seq, `checkpoint ${seq} of ${run}, ${where}`);
    assert.ok(
      found.bytes.every((byte) => byte === (found.nextSeq - 1) % 251),
      `a whole checkpoint, ${where}`,
    );
  }
}

async function checkWhole(folder: string, pit: OpenPit, where: string) {
  assert.deepEqual(await collect(pit.library.checkup.check({ repair: false })), [], where);
  // A rotation that was cut off goes on, and leaves one key.
  const { encryption } = pit.library;
  if (await encryption.status() !== undefined) {
    await encryption.encrypt("passphrase");
    assert.equal((await encryption.status())?.keys, 1);
  }
  const gc = { name: "gc", action: "delete", when: { references: "none" } } as const;
  await pit.retention.apply(await pit.retention.preview([gc]));
  await pit.retention.purge();
  assert.deepEqual(await collect(pit.library.checkup.check({ repair: false })), [], where);
  const { contentBytes } = await pit.retention.report();
  const size = sizeOf(folder);
  assert.ok(size < 6 * contentBytes + 64e6, `${size} bytes for ${contentBytes}, ${where}`);
}

Deno.test(`openPit() loses nothing that was acknowledged and stays sound when killed ${ROUNDS} times while it stores, keeps checkpoints, archives, collects and rotates keys`, async () => {
  const interrupted: Record<Kind, number> = { put: 0, checkpoint: 0, archive: 0, collect: 0, rotate: 0 };
  const finished = { ...interrupted };
  for (let first = 0; first < ROUNDS; first += ROUNDS_A_FOLDER) {
    await using folder = temporaryFolder();
    const rounds = Math.min(ROUNDS_A_FOLDER, ROUNDS - first);
    const acknowledged: Acknowledged = { kept: [], versions: new Map(), checkpoints: new Map() };
    let next = prepare(folder.path, first);
    for (let round = first; round < first + rounds; round++) {
      const child = next;
      const count = Math.floor(Math.random() * 12);
      const said = await killed(child, { count, afterEnd: round % 4 === 3 });
      const isLast = round === first + rounds - 1;
      // The next one starts while this one's work is looked at.
      if (!isLast) next = prepare(folder.path, round + 1);
      for (const kind of Object.keys(kinds) as Kind[]) {
        const [begins, ends] = kinds[kind];
        const begun = said.filter((line) => line === begins).length;
        const ended = said.filter((line) => line.split(" ")[0] === ends).length;
        finished[kind] += ended;
        if (begun > ended) interrupted[kind]++;
      }
      for (const line of said) {
        const [what, value = "", number = "0"] = line.split(" ");
        if (what === "k") acknowledged.kept.push(value);
        else if (what === "v") acknowledged.versions.set(value, Number(number));
        else if (what === "c") acknowledged.checkpoints.set(value, Number(number));
      }
      const where = `round ${round}, killed ${count} lines after`;
      await using pit = await openPit(folder.path, noInstances, new SystemClock(), easySecret);
      await checkKept(pit, acknowledged, where);
      if (isLast) await checkWhole(folder.path, pit, where);
    }
    assert.ok(acknowledged.kept.length > 0 && acknowledged.checkpoints.size > 0);
  }
  if (ROUNDS < 60) return; // Too few for chance to have met all.
  for (const kind of Object.keys(kinds) as Kind[]) {
    assert.ok(interrupted[kind] > 0 && finished[kind] > 0, JSON.stringify({ interrupted, finished }));
  }
  if (Deno.env.get("SYMPHONY_SAY") !== undefined) {
    Deno.stderr.writeSync(new TextEncoder().encode(`${JSON.stringify({ interrupted, finished })}\n`));
  }
});
