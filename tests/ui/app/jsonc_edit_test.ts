import assert from "node:assert/strict";
import fc from "fast-check";
import { parse, type ParseError } from "jsonc-parser";
import type { Json, JsonObject } from "../../../core/json.ts";
import { objectAt, rootOffset } from "../../../ui/app/board/model/jsonc_members.ts";
import { insertMembers, removeMembers, sameJson, setAt } from "../../../ui/app/board/model/jsonc_edit.ts";
import {
  applyEdits,
  differenceEdit,
  inverseEdits,
  sortedEdits,
} from "../../../ui/app/board/model/text_edit.ts";
import { styleOf, valueText } from "../../../ui/app/board/model/value_text.ts";

const style = { unit: "  ", newline: "\n" };
const name = fc.constantFrom("a", "b", "c", "d e", 'q"t', "longerName", "é", "{x}");
const value: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<Json>(
      null,
      true,
      0,
      -1.5e3,
      "",
      "plain",
      'say "hi" // not a comment',
      "a\\",
      "/* no */",
      "[{,",
    ),
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(name, tie("json"), { maxKeys: 3 }),
  ),
})).json;
const object = fc.dictionary(name, value, { maxKeys: 5 });

/** The object in a random layout: spaces, lines, comments, trailing commas. Every comment has a number of its own. */
function written(given: JsonObject, random: () => number): { text: string; comments: string[] } {
  const comments: string[] = [];
  const comment = (): string => {
    const text = `note ${comments.length}!`;
    comments.push(text);
    return random() < 0.5 ? `/* ${text} */` : `// ${text}\n`;
  };
  const gap = (): string => random() < 0.3 ? ` ${comment()} ` : random() < 0.4 ? "\n   " : " ";
  const write = (json: Json): string => {
    if (typeof json !== "object" || json === null) return JSON.stringify(json);
    const parts = Array.isArray(json)
      ? json.map((item) => gap() + write(item as Json) + gap())
      : Object.entries(json).map(([key, part]) =>
        `${gap()}${JSON.stringify(key)}${random() < 0.2 ? " " : ""}:${gap()}${write(part)}${gap()}`
      );
    const trailing = parts.length > 0 && random() < 0.2 ? "," : "";
    const [open, close] = Array.isArray(json) ? "[]" : "{}";
    return open + parts.join(",") + trailing + (parts.length === 0 || trailing !== "" ? gap() : "") + close;
  };
  return { text: gap() + write(given) + gap(), comments };
}

function read(text: string): Json {
  const errors: ParseError[] = [];
  const found = parse(text, errors, { allowTrailingComma: true }) as Json;
  assert.deepEqual(errors, [], text);
  return found;
}

function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

Deno.test("objectAt() finds the members that the library finds, in any layout", () => {
  fc.assert(
    fc.property(object, fc.nat(), (given, seed) => {
      const { text } = written(given, random(seed));
      const { members } = objectAt(text, rootOffset(text));
      assert.deepEqual(
        Object.fromEntries(members.map((one) => [one.name, read(text.slice(one.valueStart, one.valueEnd))])),
        read(text),
      );
    }),
    { seed: 1, numRuns: 400 },
  );
});

Deno.test("setAt() gives the object with that one value changed, and keeps every comment outside it", () => {
  fc.assert(
    fc.property(object, fc.nat(), name, fc.option(value, { nil: undefined }), (given, seed, key, next) => {
      const { text, comments } = written(given, random(seed));
      const after = setAt(text, rootOffset(text), [key], next, style);
      const { [key]: _old, ...others } = given;
      const expected = next === undefined ? others : { ...given, [key]: next };
      assert.ok(sameJson(read(after), expected), `${text}\n→\n${after}`);
      const member = objectAt(text, rootOffset(text)).members.find((one) => one.name === key);
      if (member !== undefined && next === undefined) return;
      const inside = member === undefined ? "" : text.slice(member.valueStart, member.valueEnd);
      for (const comment of comments) {
        if (!inside.includes(comment)) {
          assert.ok(after.includes(comment), `lost ${comment}:\n${text}\n→\n${after}`);
        }
      }
    }),
    { seed: 2, numRuns: 1000 },
  );
});

Deno.test("setAt() reaches into nested objects and lists, and makes what is missing on the way", () => {
  const text = `{
  "nodes": {
    "scan": { "use": "files/scan" }, // the files
    "read": {
      // why
      "use": "files/read",
      "cases": [{ "port": "a", "when": "x" }]
    }
  }
}
`;
  const nested = setAt(text, 0, ["nodes", "scan", "in", "root"], "inputs.root", style);
  assert.equal(
    nested.split("\n")[2],
    `    "scan": { "use": "files/scan", "in": { "root": "inputs.root" } }, // the files`,
  );
  const item = setAt(text, 0, ["nodes", "read", "cases", 0, "when"], "y > 1", style);
  assert.match(
    item,
    /\/\/ why\n {6}"use": "files\/read",\n {6}"cases": \[\{ "port": "a", "when": "y > 1" \}\]/,
  );
  assert.equal(setAt(text, 0, ["nodes", "nobody", "in"], undefined, style), text);
});

Deno.test("setAt() breaks an object's line where it would grow over 110 units", () => {
  const text = `{\n  "scan": { "use": "files/scan", "title": "${"x".repeat(70)}" }\n}`;
  const after = setAt(text, 0, ["scan", "when"], "size(inputs.root) > 0", style);
  assert.equal(
    after,
    `{\n  "scan": {\n    "use": "files/scan",\n    "title": "${
      "x".repeat(70)
    }",\n    "when": "size(inputs.root) > 0"\n  }\n}`,
  );
});

Deno.test("removeMembers() leaves the object without them, whatever stands between", () => {
  fc.assert(
    fc.property(object, fc.nat(), fc.subarray(["a", "b", "c", "d e", "longerName"]), (given, seed, gone) => {
      const { text } = written(given, random(seed));
      const edits = removeMembers(text, objectAt(text, rootOffset(text)), new Set(gone));
      const after = applyEdits(text, edits);
      const expected = Object.fromEntries(Object.entries(given).filter(([key]) => !gone.includes(key)));
      assert.ok(sameJson(read(after), expected), `${text}\n→\n${after}`);
    }),
    { seed: 3, numRuns: 1000 },
  );
});

Deno.test("removeMembers() takes a member's own comments along, and no others", () => {
  const text = `{
  // About a.
  "a": 1, // a's

  // About b,
  // two lines.
  "b": 2, // b's
  // About c.
  "c": 3 // c's
}`;
  const remove = (...names: string[]) =>
    applyEdits(text, removeMembers(text, objectAt(text, 0), new Set(names)));
  assert.equal(remove("b"), `{\n  // About a.\n  "a": 1, // a's\n\n  // About c.\n  "c": 3 // c's\n}`);
  assert.equal(
    remove("c"),
    `{\n  // About a.\n  "a": 1, // a's\n\n  // About b,\n  // two lines.\n  "b": 2 // b's\n}`,
  );
});

Deno.test("insertMembers() adds at the end in the layout that is there", () => {
  fc.assert(
    fc.property(object, fc.nat(), value, fc.boolean(), (given, seed, added, isBlock) => {
      const { text, comments } = written(given, random(seed));
      const span = objectAt(text, rootOffset(text));
      const members = [{ name: "new1", value: added }, { name: "new2", value: 2 }];
      const after = applyEdits(text, sortedEdits(insertMembers(text, span, members, style, isBlock)));
      assert.ok(sameJson(read(after), { ...given, new1: added, new2: 2 }), `${text}\n→\n${after}`);
      for (const comment of comments) {
        assert.ok(after.includes(comment), `lost ${comment}:\n${text}\n→\n${after}`);
      }
    }),
    { seed: 4, numRuns: 1000 },
  );
});

Deno.test("inverseEdits() takes any edits back, and differenceEdit() finds one that makes the same", () => {
  const edit = fc.tuple(fc.nat(30), fc.nat(6), fc.string({ maxLength: 5 }));
  fc.assert(
    fc.property(
      fc.string({ minLength: 40, maxLength: 60 }),
      fc.array(edit, { maxLength: 4 }),
      (text, given) => {
        let free = 0;
        const edits = given.sort((a, b) => a[0] - b[0]).flatMap(([offset, length, added]) => {
          if (offset < free || offset + length > text.length) return [];
          free = offset + length + 1;
          return [{ offset, length, text: added }];
        });
        const after = applyEdits(text, edits);
        assert.equal(applyEdits(after, inverseEdits(text, edits)), text);
        const one = differenceEdit(text, after);
        assert.equal(one === undefined ? text : applyEdits(text, [one]), after);
      },
    ),
    { seed: 5, numRuns: 300 },
  );
});

Deno.test("valueText() is the value again, and styleOf() sees how a file is written", () => {
  fc.assert(
    fc.property(value, (given) => assert.ok(sameJson(read(valueText(given, style, "  ", 40)), given))),
    { seed: 6, numRuns: 300 },
  );
  assert.deepEqual(styleOf('{\r\n\t"a": 1\r\n}'), { unit: "\t", newline: "\r\n" });
  assert.deepEqual(styleOf("{}"), style);
});
