/**
 * What every MemoPort promises.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { NodeId } from "../../core/ids.ts";
import type { MemoPort, MemoRecord } from "../../core/ports/memo.ts";
import { freshRun } from "./dag_contract.ts";
import { collect, type Make } from "./subject.ts";

const run = freshRun();

function record(key: string, at: number, more: Partial<MemoRecord["parts"]> = {}): MemoRecord {
  return {
    entry: {
      key,
      output: { value: { text: key } },
      run,
      node: "it" as NodeId,
      at,
      durationMs: 3,
      costUsd: 0.5,
    },
    parts: {
      use: "a/b",
      code: "c0de",
      version: "1.0.0",
      model: "",
      prompt: "",
      settings: "s",
      inputs: { text: key },
      ...more,
    },
    place: "flow//it",
  };
}

/** Registers the suite for one adapter. */
export function testMemoPort(name: string, make: Make<MemoPort>): void {
  Deno.test(`${name}.digest() is SHA-256 as hex`, async () => {
    await using subject = await make();
    assert.equal(
      subject.port.digest("abc"),
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });

  Deno.test(`${name}.find() gives what was kept under the key, and nothing for another`, async () => {
    await using subject = await make();
    assert.equal(await subject.port.find("k1"), undefined);
    const first = record("k1", 1);
    await subject.port.keep(first);
    assert.deepEqual(await subject.port.find("k1"), first.entry);
    assert.equal(await subject.port.find("k2"), undefined);
    const newer = record("k1", 2);
    await subject.port.keep(newer);
    assert.deepEqual(await subject.port.find("k1"), newer.entry);
  });

  Deno.test(`${name}.latest() gives the parts of the newest result at a place, however long its name`, async () => {
    await using subject = await make();
    assert.equal(await subject.port.latest("flow//it"), undefined);
    await subject.port.keep(record("k1", 1));
    await subject.port.keep(record("k2", 2));
    assert.deepEqual((await subject.port.latest("flow//it"))?.inputs, { text: "k2" });
    const place = `flow/${"deep[3]#2/".repeat(300)}it`;
    await subject.port.keep({ ...record("k3", 3), place });
    assert.deepEqual((await subject.port.latest(place))?.inputs, { text: "k3" });
  });

  Deno.test(`${name}.knows() tells of which code results are kept`, async () => {
    await using subject = await make();
    assert.equal(subject.port.knows("a/b", "c0de"), false);
    await subject.port.keep(record("k1", 1));
    assert.equal(subject.port.knows("a/b", "c0de"), true);
    assert.equal(subject.port.knows("a/b", "other"), false);
  });

  Deno.test(`${name}.forget() drops what is older and leaves the rest`, async () => {
    await using subject = await make();
    for (let i = 0; i < 1200; i++) await keepLater(subject.port, i);
    assert.equal(await subject.port.forget(700), 700);
    const left = await collect(subject.port.list());
    assert.equal(left.length, 500);
    assert.ok(left.every(({ at }) => at >= 700));
    assert.deepEqual(left.map(({ key }) => key), left.map(({ key }) => key).toSorted());
    assert.equal(await subject.port.forget(0), 0);
  });
}

const waiting: Promise<void>[] = [];

/** Many at once share a commit. */
async function keepLater(port: MemoPort, i: number): Promise<void> {
  waiting.push(port.keep(record(`key-${i}`, i)));
  if (waiting.length >= 300) await Promise.all(waiting.splice(0));
}
