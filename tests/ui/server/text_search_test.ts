/** Text in the files of the workspace: as it is written, as words, by pattern, in open texts that are not saved. @module */

import assert from "node:assert/strict";
import type { TextHits } from "../../../ui/api/files.ts";
import { searchText } from "../../../ui/server/text_search.ts";
import { WorkspaceFiles } from "../../../ui/server/workspace_files.ts";
import { UiRig } from "./ui_rig.ts";

Deno.test("GET /files/text finds places with their lines, leaves out what is no text or ignored, and says when there are more", async () => {
  await using rig = await UiRig.start();
  rig.write(".gitignore", "ignored/\n");
  await Deno.mkdir(`${rig.folder}/ignored`);
  await Deno.mkdir(`${rig.folder}/src`);
  rig.write("ignored/a.ts", "needle\n");
  rig.write("src/one.ts", "const Needle = 1;\r\nneedles; needle();\r\n");
  rig.write("src/two.md", "A needle, and a.b and axb.\n");
  await Deno.writeFile(`${rig.folder}/bin.dat`, new TextEncoder().encode("needle\0"));
  rig.write("long.txt", `${"x".repeat(5000)}needle${"y".repeat(5000)}\n`);
  const find = async (query: string) => {
    const { value, status } = await rig.call("GET /files/text", { path: `/files/text?${query}` });
    assert.equal(status, 200, JSON.stringify(value));
    const { hits, isMore } = value as TextHits;
    for (const { text, at, length } of hits) assert.equal(text.slice(at, at + length).length, length);
    return { places: hits.map(({ path, line, column }) => `${path}:${line}:${column}`), isMore, hits };
  };
  assert.deepEqual((await find("text=needle")).places, [
    "long.txt:1:5001",
    "src/one.ts:1:7",
    "src/one.ts:2:1",
    "src/one.ts:2:10",
    "src/two.md:1:3",
  ]);
  assert.ok((await find("text=needle")).hits.every(({ text }) => text.length <= 300 && !text.includes("\r")));
  assert.deepEqual((await find("text=Needle&matchCase=true")).places, ["src/one.ts:1:7"]);
  assert.deepEqual((await find("text=needle&wholeWord=true&files=src/")).places, [
    "src/one.ts:1:7",
    "src/one.ts:2:10",
    "src/two.md:1:3",
  ]);
  assert.deepEqual((await find("text=a.b&files=!long")).places, ["src/two.md:1:15"]);
  assert.deepEqual((await find("text=a.b&isPattern=true&files=.md")).places, [
    "src/two.md:1:15",
    "src/two.md:1:23",
  ]);
  assert.deepEqual((await find("text=%5E.*%24&isPattern=true&files=two")).places, ["src/two.md:1:1"]);
  const few = await find("text=needle&limit=2");
  assert.deepEqual([few.places.length, few.isMore], [2, true]);
  const refused = await rig.call("GET /files/text", { path: "/files/text?text=(&isPattern=true" });
  assert.equal(refused.status, 400);
  assert.match(JSON.stringify(refused.value), /no regular expression/);
  // Harmful for engines that go back; a text with it must not hold the server up.
  rig.write("evil.txt", `${"a".repeat(50_000)}!\n`);
  assert.deepEqual((await find(`text=${encodeURIComponent("(a+)+$")}&isPattern=true&files=evil`)).places, []);
});

Deno.test("searchText() takes an open text for its file", async () => {
  const folder = await Deno.makeTempDir({ prefix: "search-" });
  try {
    await Deno.writeTextFile(`${folder}/a.txt`, "on the disk\n");
    const open = new Map([["a.txt", "first\nin the window\n"]]);
    const { hits } = await searchText(new WorkspaceFiles(folder), { text: "the" }, open);
    assert.deepEqual(hits.map(({ line, column }) => [line, column]), [[2, 4]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
