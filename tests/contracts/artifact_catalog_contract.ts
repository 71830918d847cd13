/**
 * What every ArtifactCatalogPort promises, beside the ArtifactPort over the same store.
 *
 * @module
 */

import assert from "node:assert/strict";
import { artifactId } from "../../core/ids.ts";
import type { ArtifactPort } from "../../core/ports/artifact.ts";
import type { ArtifactCatalogPort } from "../../core/ports/artifact_catalog.ts";
import { collect, type Make } from "./subject.ts";

export interface Catalog {
  readonly artifacts: ArtifactPort;
  readonly catalog: ArtifactCatalogPort;
}

const unknown = artifactId("0".repeat(64));

/** Registers the suite for one adapter. */
export function testArtifactCatalogPort(name: string, make: Make<Catalog>): void {
  const put = (artifacts: ArtifactPort, text: string) => artifacts.put(new TextEncoder().encode(text));

  Deno.test(`${name} numbers the versions of a name and keeps their parents`, async () => {
    await using subject = await make();
    const at = subject.port;
    const [a, b] = [await put(at.artifacts, "one"), await put(at.artifacts, "two")];
    const first = await at.catalog.addVersion("report", { artifact: a, message: "begin" });
    assert.deepEqual([first.version, first.parent], [1, undefined]);
    assert.equal(
      (await at.catalog.addVersion("report", { artifact: a })).version,
      1,
      "equal content adds none",
    );
    assert.deepEqual((await at.catalog.addVersion("report", { artifact: b })).parent, 1);
    const branch = await at.catalog.addVersion("report", { artifact: a, parent: 1, message: "back" });
    assert.deepEqual([branch.version, branch.parent], [3, 1]);
    await at.catalog.addVersion("report2", { artifact: b });
    assert.deepEqual((await at.catalog.versions("report")).map(({ artifact }) => artifact), [a, b, a]);
    assert.deepEqual(await at.catalog.versions("repor"), []);
    const names = (await collect(at.catalog.names())).map(({ name, version }) => [name, version]);
    assert.deepEqual(names, [["report", 3], ["report2", 1]]);
    const ofB = (await at.catalog.versionsOf(b)).map(({ name, version }) => [name, version]);
    assert.deepEqual(ofB, [["report", 2], ["report2", 1]]);
    assert.deepEqual(await at.catalog.versionsOf(unknown), []);
  });

  Deno.test(`${name} refuses unknown artifacts, parents that are not there, and odd names`, async () => {
    await using subject = await make();
    const at = subject.port;
    const a = await put(at.artifacts, "one");
    await assert.rejects(at.catalog.addVersion("x", { artifact: unknown }), { code: "not-found" });
    await assert.rejects(
      at.catalog.addVersion("x", { artifact: a, parent: 1 }),
      /from version 1: the latest is 0/,
    );
    for (const name of ["", "a\nb", "x".repeat(501)]) {
      await assert.rejects(at.catalog.addVersion(name, { artifact: a }), { code: "bad-input" });
    }
    await assert.rejects(at.catalog.label(a, { addTags: ["a,b"] }), { code: "bad-input" });
    await assert.rejects(at.catalog.label(a, { score: { scorer: "s", version: "1", value: 2 } }), {
      code: "bad-input",
    });
    await assert.rejects(at.catalog.label(unknown, { addTags: ["a"] }), { code: "not-found" });
    assert.deepEqual(await collect(at.catalog.names()), []);
  });

  Deno.test(`${name}.label() changes tags, hold and scores and leaves the rest`, async () => {
    await using subject = await make();
    const at = subject.port;
    const a = await put(at.artifacts, "one");
    await at.catalog.label(a, { addTags: ["draft", "b"], hold: "audit" });
    await at.catalog.label(a, { score: { scorer: "length", version: "1", value: 0.4 } });
    await at.catalog.label(a, { score: { scorer: "length", version: "1", value: 0.5 } });
    const labels = await at.catalog.label(a, {
      removeTags: ["b"],
      score: { scorer: "length", version: "2", value: 0.9 },
    });
    assert.deepEqual(labels.tags, ["draft"]);
    assert.equal(labels.hold, "audit");
    assert.deepEqual(labels.scores.map(({ version, value }) => [version, value]), [["1", 0.5], ["2", 0.9]]);
    assert.equal((await at.catalog.label(a, { hold: null })).hold, undefined);
    assert.deepEqual((await at.catalog.labels(unknown)).tags, []);
  });
}
