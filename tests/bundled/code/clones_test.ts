import assert from "node:assert/strict";
import fc from "fast-check";
import { type CloneFile, findClones } from "../../../extensions/bundled/code/clones.ts";

/** A file of one token a line, so that a token's place is its line. */
function fileOf(file: string, tokens: readonly number[]): CloneFile {
  return {
    file,
    tokens: { hashes: Uint16Array.from(tokens), lines: Uint32Array.from(tokens.map((_, at) => at + 1)) },
  };
}

const fresh = (start: number, length: number) => Array.from({ length }, (_, at) => start + at);

Deno.test("findClones() finds a planted copy exactly, across files", () => {
  const copy = fresh(1000, 40);
  const files = [
    fileOf("a", [...fresh(1, 17), ...copy, ...fresh(200, 9)]),
    fileOf("b", [...fresh(300, 5), ...copy]),
  ];
  assert.deepEqual(findClones(files, 30), [{
    tokens: 40,
    lines: 40,
    places: [{ file: "a", line: 18, endLine: 57 }, { file: "b", line: 6, endLine: 45 }],
  }]);
});

Deno.test("findClones() gathers every copy of one block into one group, within a file too", () => {
  const copy = fresh(1000, 30);
  const files = [fileOf("a", [...copy, 1, ...copy, 2]), fileOf("b", [3, ...copy]), fileOf("c", [...copy, 4])];
  const [group, ...others] = findClones(files, 20);
  assert.deepEqual(others, []);
  assert.deepEqual(group?.places.map(({ file, line }) => `${file}:${line}`), ["a:1", "a:32", "b:2", "c:1"]);
});

Deno.test("findClones() leaves out what is shorter than asked, and what is hardly varied", () => {
  const short = fresh(1000, 29);
  assert.deepEqual(findClones([fileOf("a", short), fileOf("b", short)], 30), []);
  const table = fresh(0, 200).map((at) => at % 5);
  assert.deepEqual(findClones([fileOf("a", table), fileOf("b", table)], 30), []);
});

Deno.test("findClones() takes the longer of two overlapping copies", () => {
  const long = fresh(1000, 60);
  const files = [fileOf("a", long), fileOf("b", long), fileOf("c", long.slice(20, 55))];
  const groups = findClones(files, 30);
  assert.equal(groups[0]?.tokens, 60);
  assert.deepEqual(groups[0]?.places.map(({ file }) => file), ["a", "b"]);
});

Deno.test("findClones() gives only equal, long enough, disjoint places, and finds what a naive search finds", () => {
  const body = fc.array(fc.nat(3), { maxLength: 40 });
  const MIN = 16;
  fc.assert(fc.property(fc.array(body, { minLength: 1, maxLength: 4 }), fc.nat(200), (bodies, seed) => {
    // A shared block of many different tokens, put somewhere into the noise of each file.
    const block = fresh(5000 + seed, MIN + (seed % 7));
    const files = bodies.map((noise, at) => {
      const cut = noise.length === 0 ? 0 : (seed * (at + 1)) % noise.length;
      return fileOf(`f${at}`, [...noise.slice(0, cut), 100 + at, ...block, 200 + at, ...noise.slice(cut)]);
    });
    const groups = findClones(files, MIN);
    const taken = new Set<string>();
    for (const { tokens, places } of groups) {
      assert.ok(tokens >= MIN && places.length >= 2);
      const texts = places.map(({ file, line, endLine }) => {
        assert.equal(endLine - line + 1, tokens);
        for (let at = line; at <= endLine; at++) {
          assert.ok(!taken.has(`${file}:${at}`), "no token belongs to two places");
          taken.add(`${file}:${at}`);
        }
        return files.find((one) => one.file === file)?.tokens.hashes.slice(line - 1, endLine).join(",");
      });
      assert.equal(new Set(texts).size, 1);
    }
    const whole = groups.filter(({ tokens }) => tokens === block.length);
    assert.equal(whole.length, files.length > 1 ? 1 : 0);
    if (files.length > 1) assert.equal(whole[0]?.places.length, files.length);
  }));
});
