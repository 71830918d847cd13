/**
 * Stores, names, labels, keeps checkpoints, archives, collects, rotates keys and files runs, all at once, until it is killed. It
 * begins once it has a line on stdin, so that its start costs nobody time. Each line on stdout is something that was
 * acknowledged: `k HASH` an artifact that nothing may take away (it is held, a version, or of an open run), `v NAME N` a
 * version, `c RUN N` a checkpoint; or what it begins and ends: `P`, `p` a put, `C` and `c` a checkpoint, `M`, `m` a move,
 * `G`, `g` a collection, `R`, `r` a key rotation. Arguments: folder, seed.
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
await Deno.stdin.read(new Uint8Array(8));
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
    say("P");
    if (at % 3 === 0) {
      say(`k ${await pit.artifacts.put(content(at, 1), { origin: { run, node: nodeId("a") } })}`);
    } else if (at % 3 === 1) {
      const id = await pit.artifacts.put(content(at, 2), { type: "text/plain" });
      const named = await unlessTaken(library.catalog.addVersion(`name ${at % 5}`, { artifact: id }));
      if (named !== undefined) {
        say(`v ${at % 5} ${named.version}`);
        say(`k ${id}`);
      }
    } else {
      const id = await library.streams.putStream(pieces(content(at, 3)));
      const label = library.catalog.label(id, { hold: "kept", addTags: ["kept"] });
      if (await unlessTaken(label.then(() => true))) say(`k ${id}`);
    }
    say("p");
    // What floods the store is never done being tended.
    await pause(2);
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
  for (let at = 0;; at++) {
    await pit.artifacts.put(content(at, 4), { type: "text/plain", name: "loose" });
    await pause(5);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Keeps checkpoints of a log that grows. */
async function mark(): Promise<never> {
  for (let seq = 0;; seq++) {
    await pit.dag.append(run, seq, [{ type: "node.skipped", at: seq, node: nodeId("a"), reason: "marked" }]);
    say("C");
    await pit.dag.saveCheckpoint(run, { nextSeq: seq + 1, bytes: new Uint8Array(5_000).fill(seq % 251) });
    say(`c ${run} ${seq + 1}`);
    await pause(5);
  }
}

async function tend(): Promise<never> {
  for (let at = seed;; at++) {
    say("MGR"[at % 3] as string);
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
await Promise.all([keep(), loose(), mark(), tend()]);
