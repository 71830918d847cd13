import assert from "node:assert/strict";
import { readKey } from "../../../ui/app/state/read_key.ts";

const readings: [string, string, string][] = [
  ["abc-_9", "abc-_9", ""],
  ["#t=abc", "abc", ""],
  [" http://127.0.0.1:4000/#t=abc\n", "abc", ""],
  ["http://127.0.0.1:4000/#t=abc/runs/r1?x=1", "abc", "/runs/r1?x=1"],
  ["abc/runs/r1", "abc", "/runs/r1"],
  ["", "", ""],
  ["/runs/r1", "", "/runs/r1"],
];

for (const [text, key, place] of readings) {
  Deno.test(`readKey() finds key and view in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(readKey(text), { key, place });
  });
}
