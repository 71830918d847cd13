import assert from "node:assert/strict";
import { orderFindings } from "../../../ui/app/shell/finding_order.ts";

interface Entry {
  readonly title: string;
  readonly isBehind?: true;
}

const runs: Entry[] = ["watch r0mwy1z0wwueegpc", "watch r0mwy1zm2ns4haag"].map((title) => ({ title }));
const artifact: Entry = { title: "watch.definition.json", isBehind: true };
const own: Entry[] = [{ title: "Watch the run" }];

function titles(words: string, isOwnFirst: boolean, most = 80, everywhere = [artifact, ...runs]) {
  return orderFindings(words, { own, everywhere, isOwnFirst, most }).map(({ entry }) => entry.title);
}

Deno.test("orderFindings() puts runs before the artifacts of the same name, the newest first, and a view's own where it is to", () => {
  const found = [...runs.map(({ title }) => title), artifact.title];
  assert.deepEqual(titles("watch", false), ["Watch the run", ...found]);
  assert.deepEqual(titles("watch r0", true), ["watch r0mwy1z0wwueegpc", "watch r0mwy1zm2ns4haag"]);
  assert.deepEqual(titles("watch.d", true), [artifact.title], "what matches alone is found all the same");
});

Deno.test("orderFindings() keeps room for what comes behind", () => {
  assert.deepEqual(titles("watch", false, 2), ["Watch the run", artifact.title]);
  assert.deepEqual(titles("nothing like it", false), []);
});
