import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSnippet } from "../../../editor/lsp/features/snippet.ts";

const variables: Record<string, string> = { TM_FILENAME: "main.ts", EMPTY: "" };
const parse = (source: string) => parseSnippet(source, (name) => variables[name]);
/** Each stop as `number: texts of its places`. */
function filled(source: string): { text: string; stops: string[] } {
  const { text, stops } = parse(source);
  return {
    text,
    stops: stops.map((stop) =>
      `${stop.number}: ${stop.places.map((p) => text.slice(p.from, p.to)).join("|")}`
    ),
  };
}

Deno.test("parseSnippet() reads stops, placeholders, choices, variables and nesting", () => {
  assert.deepEqual(filled("f($1, ${2:b})$0"), { text: "f(, b)", stops: ["1: ", "2: b", "0: "] });
  assert.deepEqual(filled("${1:outer ${2:inner}}"), {
    text: "outer inner",
    stops: ["1: outer inner", "2: inner", "0: "],
  });
  assert.deepEqual(parse("${1|let,const,a\\,b|}").stops[0], {
    number: 1,
    places: [{ from: 0, to: 3 }],
    choices: ["let", "const", "a,b"],
  });
  assert.deepEqual(
    filled("$TM_FILENAME ${NOPE:other} ${TM_FILENAME:x} ${EMPTY:x}$NOPE").text,
    "main.ts other main.ts ",
  );
});

Deno.test("parseSnippet() gives later places of a number the text of the first, and earlier ones too", () => {
  assert.deepEqual(filled("<${1:div}>$0</$1>"), { text: "<div></div>", stops: ["1: div|div", "0: "] });
  assert.deepEqual(filled("$1-${1:ab}-$1 ${2:$1}"), {
    text: "ab-ab-ab ab",
    stops: ["1: ab|ab|ab|ab", "2: ab", "0: "],
  });
});

Deno.test("parseSnippet() keeps what is escaped or malformed as text", () => {
  assert.equal(filled("\\$1 \\} \\\\ \\n $ ${ ${1 ${a-b} $").text, "$1 } \\ \\n $ ${ ${1 ${a-b} $");
  assert.equal(filled("${1:never closed").text, "${1:never closed");
  assert.equal(filled("${1|a,b").text, "${1|a,b");
});

Deno.test("parseSnippet() does not run a transformation's pattern", () => {
  assert.deepEqual(filled("${1:name} ${1/(a+)+$/${1:/upcase}/g}").text, "name name");
  assert.equal(filled("${TM_FILENAME/(.*)\\..+$/$1/}").text, "main.ts");
});

Deno.test("parseSnippet() ends with places inside its text, whatever it is given", () => {
  const parts = fc.array(
    fc.constantFrom(
      "$",
      "{",
      "}",
      "1",
      "2",
      "0",
      ":",
      "|",
      "a",
      ",",
      "/",
      "\\",
      "${1:",
      "${2|",
      "TM_FILENAME",
      "\n",
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(parts, (pieces) => {
      const { text, stops } = parse(pieces.join(""));
      assert.equal(stops.at(-1)?.number, 0);
      for (const { places } of stops) {
        for (const { from, to } of places) assert.ok(0 <= from && from <= to && to <= text.length);
      }
    }),
    { seed: 1, numRuns: 3000 },
  );
});

Deno.test("parseSnippet() takes a snippet that would grow without end as plain text", () => {
  const doubling = Array.from({ length: 60 }, (_, i) => `\${${i + 1}:$${i + 2}$${i + 2}}`).join("");
  assert.equal(parse(doubling).text, doubling);
  const large = "${1:" + "x".repeat(1000) + "}" + "$1".repeat(1000);
  assert.equal(parse(large).text, large);
  assert.equal(parse("${1:".repeat(5000)).text.length, 20_000);
  assert.equal(parse("${1/" + "${a}".repeat(3000) + "}").stops.length, 1);
});
