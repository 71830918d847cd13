/**
 * Stores, names, labels, archives, collects, rotates keys and files runs, all at once, until it is killed. Each line on stdout is
 * something that was acknowledged: `k HASH` an artifact that nothing may take away (it is held, a version, or of an open
 * run), `v NAME N` a version, `r N` a pass of key rotation, `m` a move, `g` a collection. Arguments: folder, seed.
 *
 * @module
 */

import { SymphonyError } from "../../../core/errors.ts";
import { newRunId, nodeId } from "../../../core/ids.ts";
import { openPit } from "../../../pit/open_pit.ts";
import { SystemClock } from "../../../system/clock.ts";
import { noInstances } from "../no_instances.ts";
import { easySecret } from "../pits.ts";

const [folder = "", seedText = "1"] = Deno.args;
const pit = await openPit(folder, noInstances, new SystemClock(), easySecret);
const { library, retention } = pit;
const encoder = new TextEncoder();
const say = (line: string) => Deno.stdout.writeSync(encoder.encode(`${line}\n`));
const seed = Number(seedText);
const run = newRunId(Date.now(), Math.random);
await pit.dag.create({ run, workflow: "w", state: "running", startedAt: Date.now() });
await retention.configure({ policies: [], graceDays: 0 });

function content(at: number, salt: number): Uint8Array {
  const size = [40, 3_000, 90_000, 150_000][at % 4] as number;
  const bytes = new Uint8Array(size);
  // Text and noise by turns, with parts that others have as well.
  for (let i = 0; i < size; i += 4) bytes[i] = at % 3 === 0 ? (i * 2654435761 >>> 13) & 255 : 65 + i % 26;
  new DataView(bytes.buffer).setFloat64(0, seed * 1e6 + salt * 1e5 + at);
  return bytes;
}

async function keep(): Promise<never> {
  for (let at = 0;; at++) {
    if (at % 3 === 0) {
      say(`k ${await pit.artifacts.put(content(at, 1), { origin: { run, node: nodeId("a") } })}`);
    } else if (at % 3 === 1) {
      const id = await pit.artifacts.put(content(at, 2), { type: "text/plain" });
      const named = await unlessTaken(library.catalog.addVersion(`name ${at % 5}`, { artifact: id }));
      if (named === undefined) continue;
      const { version } = named;
      say(`v ${at % 5} ${version}`);
      say(`k ${id}`);
    } else {
      const id = await library.streams.putStream(pieces(content(at, 3)));
      const label = library.catalog.label(id, { hold: "kept", addTags: ["kept"] });
      if (await unlessTaken(label.then(() => true))) say(`k ${id}`);
    }
  }
}

/** What nothing refers to yet, another process may take away where there is no grace time; whoever names it is told so. */
async function unlessTaken<T>(naming: Promise<T>): Promise<T | undefined> {
  return await naming.catch((error) => {
    if (error instanceof SymphonyError && error.code === "not-found") return undefined;
    throw error;
  });
}

async function* pieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 50_000) yield await Promise.resolve(bytes.slice(at, at + 50_000));
}

async function loose(): Promise<never> {
  for (let at = 0;; at++) await pit.artifacts.put(content(at, 4), { type: "text/plain", name: "loose" });
}

async function tend(): Promise<never> {
  for (let at = seed;; at++) {
    if (at % 3 === 0) {
      await retention.apply(await retention.preview([{ name: "w", action: "warm", when: {} }]));
      say("m");
    } else if (at % 3 === 1) {
      const gc = { name: "gc", action: "delete", when: { references: "none" } } as const;
      await retention.apply(await retention.preview([gc]));
      await retention.purge();
      say("g");
    } else {
      await library.encryption.encrypt("passphrase");
      await library.encryption.rotate();
      say("r");
    }
  }
}

say("ready");
await Promise.all([keep(), loose(), tend()]);
