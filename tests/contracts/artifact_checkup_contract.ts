/**
 * What every ArtifactCheckupPort promises of a sound store, and where it can be damaged, what it finds and mends.
 *
 * @module
 */

import assert from "node:assert/strict";
import { nodeId } from "../../core/ids.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { PitPort } from "../../core/ports/pit.ts";
import { endRun, writeRun } from "./artifact_lineage_contract.ts";
import { collect, type Make } from "./subject.ts";

/** Registers the suite for one Pit. */
export function testArtifactCheckupPort(name: string, make: Make<PitPort>, clock: ClockPort): void {
  Deno.test(`${name}.check() finds nothing wrong with what runs, people and policies leave, and changes nothing`, async () => {
    await using subject = await make();
    const pit = subject.port;
    const { library } = pit;
    const { run, join } = await writeRun(pit, clock, "Dear reader");
    await endRun(pit, clock, run);
    const { run: open } = await writeRun(pit, clock, "Dear other", { isOpen: true });
    await library.filing.catchUp();
    await library.catalog.label(join, {
      addTags: ["a"],
      hold: "b",
      score: { scorer: "s", version: "1", value: 1 },
    });
    const bytes = new Uint8Array(300_000).map((_, at) => at * at);
    const big = await pit.artifacts.put(bytes, { origin: { run: open, node: nodeId("big") } });
    await library.catalog.addVersion("big", { artifact: big });
    const loose = await pit.artifacts.put(new TextEncoder().encode("loose"));
    await library.search.refresh();
    await library.reclaim.remove([loose]);
    const kinds = async (repair: boolean) => await collect(library.checkup.check({ repair }));
    assert.deepEqual(await kinds(false), []);
    assert.deepEqual(await kinds(true), []);
    assert.deepEqual(await pit.artifacts.get(big), bytes);
    assert.equal((await library.catalog.versions("letters/letter")).length, 1);
  });
}
