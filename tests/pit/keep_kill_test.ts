import assert from "node:assert/strict";
import { artifactId } from "../../core/ids.ts";
import { openPit } from "../../pit/open_pit.ts";
import { SystemClock } from "../../system/clock.ts";
import { collect } from "../contracts/subject.ts";
import { lines } from "./lines.ts";
import { noInstances } from "./no_instances.ts";
import { easySecret } from "./pits.ts";
import { temporaryFolder } from "./temporary_store.ts";

const ROUNDS = Number(Deno.env.get("SYMPHONY_KILLS") ?? 80);
const script = new URL("./processes/keep_forever.ts", import.meta.url).pathname;

/** What the child acknowledged until it had said `count` lines and was killed. */
async function killedAfter(folder: string, seed: number, count: number) {
  const args = ["run", "-A", "--no-check", "-q", script, folder, String(seed)];
  const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
  const said: string[] = [];
  let isReady = false;
  for await (const line of lines(child.stdout)) {
    if (line === "ready") isReady = true;
    else said.push(line);
    // The child runs on while this is read, so the kill falls anywhere in its work.
    if (isReady && said.length === count) child.kill("SIGKILL");
  }
  const { signal } = await child.status;
  assert.equal(signal, "SIGKILL", "it was killed, it did not fail");
  return said;
}

function sizeOf(folder: string): number {
  return [...Deno.readDirSync(folder)].reduce((sum, { name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return sum + (isDirectory ? sizeOf(path) : (Deno.statSync(path).blocks ?? 0) * 512);
  }, 0);
}

Deno.test(`openPit() loses nothing that was acknowledged and stays sound when killed ${ROUNDS} times while it stores, archives, collects and rotates keys`, async () => {
  await using folder = temporaryFolder();
  const kept: string[] = [];
  const versions = new Map<string, number>();
  const tended = { m: 0, g: 0, r: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const count = 1 + Math.floor(Math.random() * 20);
    for (const line of await killedAfter(folder.path, round, count)) {
      const [kind, value = "", number = "0"] = line.split(" ");
      if (kind === "k") kept.push(value);
      else if (kind === "v") versions.set(value, Number(number));
      else if (kind === "m" || kind === "g" || kind === "r") tended[kind]++;
    }
    await using pit = await openPit(folder.path, noInstances, new SystemClock(), easySecret);
    const { library } = pit;
    // Reading everything takes longer than all else; what a round breaks is still broken then.
    if (round % 8 === 0 || round === ROUNDS - 1) {
      const faults = await collect(library.checkup.check({ repair: false }));
      assert.deepEqual(faults, [], `round ${round}, killed after ${count} lines`);
    }
    for (const id of kept) {
      assert.ok(await pit.artifacts.info(artifactId(id)), `${id} was acknowledged, round ${round}`);
    }
    for (const id of kept.slice(-5)) assert.ok(await pit.artifacts.get(artifactId(id)));
    for (const [name, version] of versions) {
      assert.ok((await library.catalog.versions(`name ${name}`)).length >= version);
    }
    if (round % 10 !== 9) continue;
    // A rotation that was cut off goes on, and leaves one key.
    if (await library.encryption.status() !== undefined) {
      await library.encryption.encrypt("passphrase");
      assert.equal((await library.encryption.status())?.keys, 1);
    }
    await pit.retention.apply(
      await pit.retention.preview([{ name: "gc", action: "delete", when: { references: "none" } }]),
    );
    await pit.retention.purge();
    const { contentBytes } = await pit.retention.report();
    assert.ok(
      sizeOf(folder.path) < 6 * contentBytes + 64e6,
      `${sizeOf(folder.path)} bytes for ${contentBytes}`,
    );
  }
  assert.ok(kept.length > ROUNDS && tended.m + tended.g + tended.r > 0, JSON.stringify(tended));
});
