/**
 * What filing and lineage promise over every Pit: outputs become versions, what a run refers to is noted, and an artifact
 * knows where it comes from and what it went into.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type ArtifactId, artifactId, nodeId, type RunId } from "../../core/ids.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { RunEvent, ValueRef } from "../../core/orchestration/event.ts";
import { keepDefinition } from "../../core/orchestration/run_definition.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { PitPort } from "../../core/ports/pit.ts";
import { parseWorkflow } from "../../core/workflow/parse.ts";
import { freshRun } from "./dag_contract.ts";
import { collect, type Make } from "./subject.ts";

const workflow = {
  schema: 1,
  id: "letters",
  name: "Letters",
  version: "1.2.0",
  inputs: { topic: { type: "string" }, source: { type: "string", default: "" } },
  nodes: {
    read: { use: "trial/read", in: { topic: "inputs.topic" } },
    write: { use: "trial/write", each: "read.parts", in: { part: "item", all: "read.parts" } },
    join: { use: "trial/join", in: { parts: "write.text" } },
  },
  outputs: { letter: "join.text", words: "join.count" },
};

const encoder = new TextEncoder();

/** Writes the log of a run of `workflow` as the engine would, with every node's result an artifact; gives their ids. */
export async function writeRun(
  pit: PitPort,
  clock: ClockPort,
  letter: string,
  options: {
    readonly run?: RunId;
    readonly isOpen?: boolean;
    readonly source?: string;
    readonly gives?: JsonObject;
    /** Only as far as these nodes. */
    readonly to?: readonly string[];
  } = {},
) {
  const run = options.run ?? freshRun();
  const beside = Object.fromEntries((options.to ?? []).map((node) => [node, node]));
  const outputs = { ...beside, ...workflow.outputs };
  const text = JSON.stringify({ ...workflow, outputs });
  const { definition } = parseWorkflow(text, "letters.workflow.jsonc");
  assert.ok(definition !== undefined);
  const catalog = { nodes: new Map(), tasks: new Map(), problems: [], limits: new Map() };
  const kept = await keepDefinition(pit.artifacts, definition, catalog);
  const at = clock.now();
  const store = async (
    value: Json,
    node: string,
    item?: number,
  ): Promise<ValueRef & { artifact: never } | ValueRef> => {
    const bytes = encoder.encode(JSON.stringify(value));
    const origin = { run, node: nodeId(node), ...(item === undefined ? {} : { item }) };
    return { artifact: await pit.artifacts.put(bytes, { origin }), sizeBytes: bytes.length };
  };
  const read = options.gives !== undefined
    ? { value: options.gives }
    : await store({ parts: [`${letter} one`, `${letter} two`] }, "read");
  const first = await store({ text: `${letter} first` }, "write", 0);
  const second = await store({ text: `${letter} second` }, "write", 1);
  const join = await store({ text: letter, count: letter.length }, "join");
  const done = (node: string, output: ValueRef, item?: number): RunEvent => ({
    type: "node.completed",
    at,
    node: nodeId(node),
    attempt: 1,
    output,
    durationMs: 1,
    ...(item === undefined ? {} : { item }),
  });
  const inputs = { topic: "tea", source: options.source ?? "" };
  const events: RunEvent[] = [
    {
      type: "run.created",
      at,
      workflow: "letters",
      version: "1.2.0",
      definition: kept,
      inputs,
      workspace: "/",
      mayWrite: false,
      ...(options.to === undefined ? {} : { part: { to: options.to.map(nodeId), nodes: [], outputs: [] } }),
    },
    done("read", read),
    done("write", first, 0),
    done("write", second, 1),
    done("join", join),
  ];
  if (options.isOpen !== true) {
    events.push({
      type: "run.completed",
      at,
      outputs: {
        value: {
          letter,
          words: { count: letter.length },
          ...options.to === undefined ? {} : { join: letter },
        },
      },
      degraded: [],
    });
  }
  await pit.dag.create({ run, workflow: "letters", state: "running", startedAt: at });
  await pit.dag.append(run, 0, events);
  const idOf = (ref: ValueRef) => "artifact" in ref ? ref.artifact : artifactId("0".repeat(64));
  return { run, kept, read: idOf(read), first: idOf(first), second: idOf(second), join: idOf(join) };
}

/** Ends a run as the engine does. */
export async function endRun(pit: PitPort, clock: ClockPort, run: RunId): Promise<void> {
  const now = clock.now();
  await pit.dag.summarize({ run, workflow: "letters", state: "completed", startedAt: now, endedAt: now });
  await pit.stale.settle(run, now);
}

/** Registers the suite for one Pit; `tick` moves its clock on. */
export function testArtifactLineagePorts(
  name: string,
  make: Make<PitPort>,
  clock: ClockPort,
  tick: () => void,
): void {
  Deno.test(`${name} files of a run of a part what the workflow gives, not what the run gives beside it`, async () => {
    await using subject = await make();
    const { library } = subject.port;
    const { run } = await writeRun(subject.port, clock, "Dear reader", { to: ["join"] });
    await endRun(subject.port, clock, run);
    await library.filing.catchUp();
    const names = (await collect(library.catalog.names())).map(({ name }) => name);
    assert.deepEqual(names, ["letters/letter", "letters/words"]);
  });

  Deno.test(`${name} files an output of the workflow that bears the name of the node that a run went to`, async () => {
    await using subject = await make();
    const { library } = subject.port;
    const { run } = await writeRun(subject.port, clock, "Dear reader", { to: ["words"] });
    await endRun(subject.port, clock, run);
    await library.filing.catchUp();
    const names = (await collect(library.catalog.names())).map(({ name }) => name);
    assert.ok(names.includes("letters/words"), names.join());
  });

  Deno.test(`${name} makes every output of a run that ended a version, once, in the order of their ends`, async () => {
    await using subject = await make();
    const { library, artifacts } = subject.port;
    const one = await writeRun(subject.port, clock, "Dear reader");
    await endRun(subject.port, clock, one.run);
    tick();
    const two = await writeRun(subject.port, clock, "Dear listener");
    await endRun(subject.port, clock, two.run);
    tick();
    const same = await writeRun(subject.port, clock, "Dear listener");
    await endRun(subject.port, clock, same.run);
    assert.equal(await library.filing.catchUp(), 3);
    assert.equal(await library.filing.catchUp(), 0);
    const names = (await collect(library.catalog.names())).map(({ name, version }) => [name, version]);
    assert.deepEqual(names, [["letters/letter", 2], ["letters/words", 2]]);
    const versions = await library.catalog.versions("letters/letter");
    assert.deepEqual(versions.map(({ run }) => run), [one.run, two.run]);
    assert.deepEqual(versions.map(({ message }) => message), ["letters 1.2.0", "letters 1.2.0"]);
    const text = async (id: typeof versions[number]["artifact"]) =>
      new TextDecoder().decode(await artifacts.get(id));
    assert.deepEqual(await Promise.all(versions.map(({ artifact }) => text(artifact))), [
      "Dear reader",
      "Dear listener",
    ]);
    const [words] = await library.catalog.versions("letters/words");
    assert.equal(await text(words!.artifact), '{\n  "count": 11\n}\n');
    const found = await library.search.search({ text: "listener", type: "text/plain" });
    assert.deepEqual(found.hits.map(({ artifact }) => artifact), [versions[1]?.artifact]);
  });

  Deno.test(`${name} tells where an artifact comes from and what it went into`, async () => {
    await using subject = await make();
    const { library } = subject.port;
    const { run, read, first, join } = await writeRun(subject.port, clock, "Dear reader");
    await endRun(subject.port, clock, run);
    await library.filing.catchUp();
    const [letter] = await library.catalog.versions("letters/letter");
    const place = { run, workflow: "letters" };
    const ofFirst = await library.lineage.lineage(first);
    assert.deepEqual(ofFirst.madeBy.map((made) => made.place), [{
      ...place,
      node: nodeId("write"),
      item: 0,
    }]);
    assert.deepEqual(ofFirst.madeBy[0]?.sources, [{
      kind: "node",
      node: nodeId("read"),
      value: { artifact: read },
    }]);
    assert.deepEqual(ofFirst.wentInto, [{ place: { ...place, node: nodeId("join") }, gave: [join] }]);
    const ofRead = await library.lineage.lineage(read);
    assert.deepEqual(ofRead.madeBy[0]?.sources, [{
      kind: "input",
      name: "topic",
      value: { preview: '"tea"' },
    }]);
    assert.deepEqual(ofRead.wentInto.map(({ place: { node, item } }) => [node, item]), [["write", 0], [
      "write",
      1,
    ]]);
    const ofJoin = await library.lineage.lineage(join);
    assert.deepEqual(ofJoin.madeBy[0]?.sources.length, 2, "both items");
    assert.deepEqual(ofJoin.wentInto.map(({ place: { output } }) => output), ["letter", "words"]);
    assert.deepEqual(ofJoin.wentInto[0]?.gave, [letter?.artifact]);
    const ofLetter = await library.lineage.lineage(letter!.artifact);
    assert.deepEqual(ofLetter.madeBy.map((made) => made.place), [{ ...place, output: "letter" }]);
    assert.deepEqual(ofLetter.madeBy[0]?.sources, [{
      kind: "node",
      node: nodeId("join"),
      value: { artifact: join },
    }]);
    const nothing = await library.lineage.lineage(artifactId("0".repeat(64)));
    assert.deepEqual([nothing.madeBy, nothing.wentInto], [[], []]);
  });

  Deno.test(`${name} says that an artifact went only into what read the port that names it`, async () => {
    await using subject = await make();
    const { library, artifacts } = subject.port;
    const run = freshRun();
    const origin = { run, node: nodeId("read") };
    const [named, aside, read] = await Promise.all(
      ["named", "aside", "read"].map((text) => artifacts.put(encoder.encode(text), { origin })),
    ) as [ArtifactId, ArtifactId, ArtifactId];
    await writeRun(subject.port, clock, "Dear reader", {
      run,
      gives: { parts: [read, "two"], picture: named },
    });
    await endRun(subject.port, clock, run);
    await library.filing.catchUp();
    for (const id of [named, aside]) {
      const { madeBy, wentInto } = await library.lineage.lineage(id);
      assert.deepEqual(madeBy.map(({ place }) => place.node), ["read"]);
      assert.deepEqual(wentInto, [], "nothing read it");
    }
    const { wentInto } = await library.lineage.lineage(read);
    assert.deepEqual(wentInto.map(({ place: { node, item } }) => [node, item]), [["write", 0], ["write", 1]]);
  });

  Deno.test(`${name} follows an artifact into the run that was given its id`, async () => {
    await using subject = await make();
    const { library } = subject.port;
    const one = await writeRun(subject.port, clock, "Dear reader");
    await endRun(subject.port, clock, one.run);
    await library.filing.catchUp();
    const [letter] = await library.catalog.versions("letters/letter");
    tick();
    const two = await writeRun(subject.port, clock, "Dear other", { source: letter!.artifact });
    await endRun(subject.port, clock, two.run);
    await library.filing.catchUp();
    const { madeBy, wentInto } = await library.lineage.lineage(letter!.artifact);
    assert.deepEqual(madeBy.map((made) => made.place.run), [one.run]);
    assert.deepEqual(wentInto, [], "no node of the other run reads that input");
  });

  Deno.test(`${name} knows the lineage of a run under way, and files nothing of it`, async () => {
    await using subject = await make();
    const { library } = subject.port;
    const { first, join } = await writeRun(subject.port, clock, "Dear reader", { isOpen: true });
    assert.equal(await library.filing.catchUp(), 0);
    const { madeBy, wentInto } = await library.lineage.lineage(first);
    assert.equal(madeBy.length, 1);
    assert.deepEqual(wentInto.flatMap(({ gave }) => gave), [join]);
    assert.deepEqual(await collect(library.catalog.names()), []);
  });

  Deno.test(`${name} files a run whose process died between its end and the note of it`, async () => {
    await using subject = await make();
    const { library } = subject.port;
    await writeRun(subject.port, clock, "Dear reader");
    assert.equal(await library.filing.catchUp(), 1);
    assert.equal((await library.catalog.versions("letters/letter")).length, 1);
  });
}
