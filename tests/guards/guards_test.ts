/**
 * The list of guards against the tree: each line that makes one is there, once, and the list in words names it. That their
 * tests turn red is tried by try_guards.ts.
 *
 * @module
 */

import assert from "node:assert/strict";
import { guards } from "./guards.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, root));

Deno.test("every guard's line stands exactly once where the list says, and its test is there", async () => {
  const wrong: string[] = [];
  for (const { name, file, find, replace, test } of guards) {
    const count = (await read(file)).split(find).length - 1;
    if (count !== 1) wrong.push(`${name}: ${count} times in ${file}`);
    if (find === replace) wrong.push(`${name}: taking it away changes nothing`);
    if ((await read(test).catch(() => "")) === "") wrong.push(`${name}: ${test} is not there`);
  }
  assert.deepEqual(wrong, []);
});

Deno.test("extensions/GUARDS.md names every guard", async () => {
  const text = await read("extensions/GUARDS.md");
  assert.deepEqual(guards.map(({ name }) => name).filter((name) => !text.includes(`| ${name} `)), []);
});
