/**
 * What every RetentionPort promises, over the Pit whose artifacts it keeps.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { SymphonyError } from "../../core/errors.ts";
import { type ArtifactId, nodeId, type RunId } from "../../core/ids.ts";
import type { PitPort } from "../../core/ports/pit.ts";
import type { RetentionPolicy } from "../../core/ports/retention.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import { endRun, writeRun } from "./artifact_lineage_contract.ts";
import { freshRun } from "./dag_contract.ts";
import type { Make } from "./subject.ts";

const DAY = 86_400_000;
const unused: RetentionPolicy = { name: "unused", action: "delete", when: { unusedForDays: 10 } };
const warm: RetentionPolicy = { name: "to warm", action: "warm", when: { olderThanDays: 7 } };

export interface Time extends ClockPort {
  advance(ms: number): void;
}

/** Registers the suite for one adapter. */
export function testRetentionPort(name: string, make: Make<PitPort>, time: Time): void {
  const put = async (pit: PitPort, text: string, run?: RunId) =>
    await pit.artifacts.put(new TextEncoder().encode(text.repeat(50)), {
      type: "text/plain",
      name: text,
      ...(run === undefined ? {} : { origin: { run, node: nodeId("a") } }),
    });
  const begin = async (pit: PitPort): Promise<RunId> => {
    const run = freshRun();
    await pit.dag.create({ run, workflow: "w", state: "running", startedAt: time.now() });
    return run;
  };
  const end = async (pit: PitPort, run: RunId) => {
    await pit.dag.summarize({ run, workflow: "w", state: "completed", startedAt: 0, endedAt: time.now() });
    await pit.stale.settle(run, time.now());
  };
  const chosen = async (pit: PitPort, ...policies: RetentionPolicy[]) =>
    new Set((await pit.retention.preview(policies)).items.map(({ artifact }) => artifact));

  Deno.test(`${name}.preview() chooses by age, use, quality, size, type, tags and references, and says why`, async () => {
    await using subject = await make();
    const pit = subject.port;
    const old = await put(pit, "old");
    time.advance(20 * DAY);
    const young = await put(pit, "young and longer");
    await pit.library.catalog.label(young, {
      addTags: ["draft"],
      score: { scorer: "s", version: "1", value: 0.2 },
    });
    const by = (when: RetentionPolicy["when"]) => chosen(pit, { name: "p", action: "delete", when });
    assert.deepEqual(await by({ olderThanDays: 20 }), new Set([old]));
    assert.deepEqual(await by({ olderThanDays: 21 }), new Set());
    assert.deepEqual(await by({ unusedForDays: 1 }), new Set([old]));
    assert.deepEqual(await by({ qualityBelow: 0.3 }), new Set([young]));
    assert.deepEqual(await by({ qualityBelow: 0.2 }), new Set());
    assert.deepEqual(await by({ largerThanBytes: 300 }), new Set([young]));
    assert.deepEqual(await by({ smallerThanBytes: 300 }), new Set([old]));
    assert.deepEqual(await by({ types: ["text/*"] }), new Set([old, young]));
    assert.deepEqual(await by({ types: ["image/png"] }), new Set());
    assert.deepEqual(await by({ tags: ["draft"] }), new Set([young]));
    assert.deepEqual(await by({ withoutTags: ["draft"] }), new Set([old]));
    assert.deepEqual(await by({ references: "none" }), new Set([old, young]));
    await pit.artifacts.get(old);
    assert.deepEqual(await by({ usedAtMost: 0 }), new Set([young]), "it was read");
    assert.deepEqual(await by({ unusedForDays: 1 }), new Set());
    const keep: RetentionPolicy = { name: "keep", action: "keep", priority: 1, when: { tags: ["draft"] } };
    const all: RetentionPolicy = { name: "all", action: "delete", when: { olderThanDays: 0 } };
    assert.deepEqual(await chosen(pit, all, keep), new Set([old]));
    assert.deepEqual(await chosen(pit, { ...all, enabled: false }), new Set());
    const { items: [item], looked } = await pit.retention.preview([{
      name: "p",
      action: "delete",
      when: { olderThanDays: 5 },
    }]);
    assert.deepEqual([item?.policy, item?.reason, item?.sizeBytes, looked], [
      "p",
      "made 20 days ago",
      150,
      2,
    ]);
  });

  Deno.test(`${name} never touches what a hold or a run under way refers to, nor deletes a version or what a run refers to`, async () => {
    await using subject = await make();
    const pit = subject.port;
    const [open, ended] = [await begin(pit), await begin(pit)];
    const free = await put(pit, "free");
    const held = await put(pit, "held");
    await pit.library.catalog.label(held, { hold: "law" });
    const version = await put(pit, "version");
    await pit.library.catalog.addVersion("name", { artifact: version });
    const training = await put(pit, "training");
    await pit.library.catalog.label(training, { addTags: ["training-data"] });
    const ofOpen = await put(pit, "of the open run", open);
    const ofEnded = await put(pit, "of the ended run", ended);
    const named = await put(pit, "named in the open run's log");
    await pit.dag.append(open, 0, [
      { type: "run.paused", at: time.now(), reason: `waits for ${named}` },
    ]);
    await end(pit, ended);
    time.advance(30 * DAY);
    const plan = await pit.retention.preview([unused]);
    assert.deepEqual(plan.items.map(({ artifact }) => artifact), [free]);
    assert.deepEqual(plan.spared, {
      "it is held": 1,
      "it is a version of a name": 1,
      "it is tagged training-data": 1,
      "a run that has not ended refers to it": 2,
      "a run refers to it": 1,
    });
    const bold: RetentionPolicy = { ...unused, when: { unusedForDays: 10, references: "ended-runs" } };
    assert.deepEqual(await chosen(pit, bold), new Set([free, ofEnded]));
    assert.deepEqual(await chosen(pit, warm), new Set([free, version, training, ofEnded]));
    const batch = await pit.retention.apply(await pit.retention.preview([warm]));
    assert.deepEqual([batch.warm, batch.failures], [4, []]);
    for (const id of [free, held, version, training, ofOpen, ofEnded, named]) {
      assert.ok(await pit.artifacts.get(id));
    }
  });

  Deno.test(`${name} never deletes what only the log of a run names: its definition, its outputs, ids in its inputs`, async () => {
    await using subject = await make();
    const pit = subject.port;
    const given = await put(pit, "given by its id");
    const { run, kept } = await writeRun(pit, time, "Dear reader", { source: given });
    await endRun(pit, time, run);
    const loose = await put(pit, "loose");
    time.advance(30 * DAY);
    const plan = await pit.retention.preview([unused]);
    assert.deepEqual(plan.items.map(({ artifact }) => artifact), [loose]);
    await pit.retention.apply(plan);
    time.advance(30 * DAY);
    await pit.retention.purge();
    for (const id of [given, kept]) assert.ok(await pit.artifacts.get(id));
    assert.equal(await pit.artifacts.get(loose), undefined);
  });

  Deno.test(`${name} deletes in two phases: marked, brought back by undo or use, gone only after the grace time`, async () => {
    await using subject = await make();
    const pit = subject.port;
    await pit.retention.configure({ policies: [], graceDays: 3 });
    const ids = await Promise.all(["a", "b", "c", "d"].map((text) => put(pit, text)));
    const [a, b, c, d] = ids as [ArtifactId, ArtifactId, ArtifactId, ArtifactId];
    time.advance(11 * DAY);
    const plan = await pit.retention.preview([unused]);
    const batch = await pit.retention.apply(plan);
    assert.deepEqual([batch.deleted, batch.state, batch.until], [4, "waiting", time.now() + 3 * DAY]);
    assert.ok(await pit.artifacts.get(a), "it is there until the time has passed, and reading keeps it");
    assert.deepEqual(await pit.retention.preview([unused]).then(({ items }) => items), [], "marked already");
    assert.equal((await pit.retention.purge()).artifacts, 0);
    assert.equal(await put(pit, "b"), b, "storing it again keeps it");
    await pit.library.catalog.label(c, { hold: "no" });
    time.advance(3 * DAY);
    assert.equal((await pit.retention.purge()).artifacts, 1);
    for (const id of [a, b, c]) assert.ok(await pit.artifacts.get(id));
    assert.equal(await pit.artifacts.get(d), undefined);
    assert.deepEqual(await pit.retention.undo(batch.id), { artifacts: 0, gone: 4 });
    await assert.rejects(pit.retention.undo("nothing"), { code: "not-found" });
  });

  Deno.test(`${name}.undo() brings back what was marked and what was moved`, async () => {
    await using subject = await make();
    const pit = subject.port;
    const [a, b] = [await put(pit, "a"), await put(pit, "b")];
    await pit.library.catalog.label(a, { addTags: ["x"] });
    time.advance(20 * DAY);
    const first: RetentionPolicy = { name: "first", priority: 1, action: "warm", when: { tags: ["x"] } };
    const batch = await pit.retention.apply(await pit.retention.preview([first, unused]));
    assert.deepEqual([batch.warm, batch.deleted], [1, 1]);
    assert.equal((await pit.retention.report()).tiers.warm.artifacts, 1);
    assert.deepEqual(await pit.retention.undo(batch.id), { artifacts: 2, gone: 0 });
    assert.equal((await pit.retention.batches())[0]?.state, "undone");
    time.advance(100 * DAY);
    assert.equal((await pit.retention.purge()).artifacts, 0);
    assert.equal((await pit.retention.report()).tiers.hot.artifacts, 2);
    assert.ok(await pit.artifacts.get(b));
  });

  Deno.test(`${name}.batches() remembers every batch whose grace time has not passed, and the newest of the others`, async () => {
    await using subject = await make();
    const pit = subject.port;
    const made: string[] = [];
    const some: RetentionPolicy = { name: "some", action: "delete", when: { tags: ["some"] } };
    for (let at = 0; at < 120; at++) {
      const id = await put(pit, `text ${at}`);
      await pit.library.catalog.label(id, { addTags: ["some"] });
      time.advance(1000);
      made.unshift((await pit.retention.apply(await pit.retention.preview([some]))).id);
    }
    const kept = async () => (await pit.retention.batches()).map(({ id }) => id);
    assert.deepEqual(await kept(), made);
    assert.deepEqual(await pit.retention.undo(made.at(-1) as string), { artifacts: 1, gone: 0 });
    assert.deepEqual(await kept(), made, "one is over, and one is not too many");
    time.advance(8 * DAY);
    await put(pit, "another");
    const { id: newest } = await pit.retention.apply(await pit.retention.preview([some]));
    assert.deepEqual(await kept(), [newest, ...made.slice(0, 100)]);
  });

  Deno.test(`${name} takes nothing away while the log of a run that has not ended cannot be read`, async () => {
    await using subject = await make();
    const pit = subject.port;
    const run = await begin(pit);
    const named = await put(pit, "named by the log alone");
    await pit.dag.append(run, 0, [{ type: "run.paused", at: time.now(), reason: `waits for ${named}` }]);
    time.advance(30 * DAY);
    const { replay } = pit.dag;
    let isDamaged = true;
    pit.dag.replay = async function* (...args) {
      yield* replay.apply(pit.dag, args);
      if (isDamaged) throw new SymphonyError("corrupt", `Cannot replay run "${args[0]}": event 1 is damaged`);
    };
    const refused = {
      code: "corrupt",
      message: /Cannot tell what run \S+ refers to.*event 1 is damaged.*Nothing was/,
    };
    await assert.rejects(pit.retention.preview([unused]), refused);
    const plan = { at: time.now(), items: [], freesBytes: 0, spared: {}, looked: 0 };
    await assert.rejects(pit.retention.apply(plan), refused);
    isDamaged = false;
    assert.deepEqual(await chosen(pit, unused), new Set(), "the log names it");
    await end(pit, run);
    await pit.library.filing.catchUp();
    isDamaged = true;
    assert.deepEqual(
      (await pit.retention.preview([unused])).looked,
      1,
      "a run that has ended is known by its list",
    );
  });

  Deno.test(`${name}.preview() goes only as far as a bound asks, the least valuable first`, async () => {
    await using subject = await make();
    const pit = subject.port;
    for (const text of ["a", "b", "c", "d"]) {
      await put(pit, text.repeat(20));
      time.advance(DAY);
    }
    const { tiers } = await pit.retention.report();
    assert.equal(tiers.hot.artifacts, 4);
    const plan = await pit.retention.preview([{
      name: "small",
      action: "warm",
      when: {},
      untilHotBytes: 2_500,
    }]);
    assert.ok(plan.items.length >= 1 && plan.items.length < 4, `${plan.items.length}`);
    assert.equal(plan.items[0]?.name, "a".repeat(20), "the oldest is worth least");
    assert.match(plan.items[0]?.reason ?? "", /worth 0\.\d\d of 1/);
    assert.deepEqual(
      (await pit.retention.preview([{ name: "s", action: "warm", when: {}, untilHotBytes: 1e9 }])).items,
      [],
    );
  });

  Deno.test(`${name}.configure() refuses what it does not understand, with its place`, async () => {
    await using subject = await make();
    const { retention } = subject.port;
    const table: readonly (readonly [unknown, RegExp])[] = [
      [{ policies: {} }, /policies: found \{\}, expected a list/],
      [{ policies: [{ name: "", action: "warm" }] }, /policies\[0\]\.name/],
      [{ policies: [{ name: "a", action: "burn" }] }, /policies\[0\]\.action: found "burn"/],
      [{ policies: [{ name: "a", action: "delete", when: {} }] }, /would delete everything/],
      [
        { policies: [{ name: "a", action: "warm", when: { olderThan: 3 } }] },
        /"olderThan" in policies\[0\]\.when/,
      ],
      [{ policies: [{ name: "a", action: "warm", when: { olderThanDays: -1 } }] }, /a number from 0/],
      [{ policies: [{ name: "a", action: "warm" }, { name: "a", action: "cold" }] }, /"a" is there twice/],
      [{ graceDays: "7" }, /graceDays: found "7"/],
      [{ cold: { endpoint: "ftp://x", bucket: "abc" } }, /cold\.endpoint/],
      [{ cold: { endpoint: "http://example.org", bucket: "abc" } }, /https; http only to this machine/],
      [{ cold: { endpoint: "https://x", bucket: "A" } }, /cold\.bucket/],
      [{ colour: 1 }, /"colour" in the settings/],
    ];
    for (const [settings, expected] of table) {
      await assert.rejects(retention.configure(settings as never), (error: Error & { code?: string }) => {
        assert.equal(error.code, "bad-input");
        assert.match(error.message, expected);
        return true;
      });
    }
    assert.deepEqual(await retention.settings(), { policies: [], graceDays: 7 });
    await retention.configure({ policies: [warm, unused], graceDays: 1, everyHours: 24 });
    assert.deepEqual(await retention.settings(), { policies: [warm, unused], graceDays: 1, everyHours: 24 });
  });

  Deno.test(`${name} loses nothing that is referred to, whatever is put, used, labelled, applied, undone and purged`, async () => {
    const step = fc.record({
      what: fc.constantFrom(
        "put",
        "run",
        "end",
        "hold",
        "free",
        "version",
        "delete",
        "warm",
        "undo",
        "purge",
        "read",
        "wait",
      ),
      which: fc.nat(5),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        await using subject = await make();
        const pit = subject.port;
        await pit.retention.configure({ policies: [], graceDays: 2 });
        const ids = new Map<number, ArtifactId>();
        const held = new Set<ArtifactId>();
        const versions = new Set<ArtifactId>();
        const used = new Set<ArtifactId>();
        let open: RunId | undefined;
        for (const { what, which } of steps) {
          const id = ids.get(which);
          if (what === "put") ids.set(which, await put(pit, `text ${which}`));
          else if (what === "run") {
            open ??= await begin(pit);
            const made = await put(pit, `text ${which}`, open);
            ids.set(which, made);
            used.add(made);
          } else if (what === "end" && open !== undefined) {
            await end(pit, open);
            open = undefined;
          } else if (what === "wait") time.advance((which + 1) * 5 * DAY);
          else if (what === "purge") await pit.retention.purge();
          else if (what === "undo") {
            const [batch] = await pit.retention.batches();
            if (batch !== undefined) await pit.retention.undo(batch.id);
          } else if (what === "delete") await pit.retention.apply(await pit.retention.preview([unused]));
          else if (what === "warm") await pit.retention.apply(await pit.retention.preview([warm]));
          else if (id !== undefined && await pit.artifacts.info(id) !== undefined) {
            if (what === "hold") {
              await pit.library.catalog.label(id, { hold: "h" });
              held.add(id);
            } else if (what === "free") {
              await pit.library.catalog.label(id, { hold: null });
              held.delete(id);
            } else if (what === "version") {
              await pit.library.catalog.addVersion(`name ${which}`, { artifact: id });
              versions.add(id);
            } else await pit.artifacts.get(id);
          }
          for (const kept of [...held, ...versions, ...used]) {
            assert.ok(await pit.artifacts.info(kept), `${kept} is referred to, after ${what}`);
          }
        }
        for (const kept of [...held, ...versions, ...used]) assert.ok(await pit.artifacts.get(kept));
        for await (const fault of pit.artifacts.verify()) assert.fail(`${fault.id} is ${fault.fault}`);
      }),
      { numRuns: 25, seed: 20261126 },
    );
  });
}
