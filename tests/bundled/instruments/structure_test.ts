import assert from "node:assert/strict";
import fc from "fast-check";
import { structureIn } from "../../../extensions/bundled/instrument/structure.ts";

const SCHEMA = {
  type: "object",
  properties: {
    findings: {
      type: "array",
      items: {
        type: "object",
        properties: { title: { type: "string" }, line: { type: "integer" } },
        required: ["title"],
      },
    },
  },
  required: ["findings"],
};
const GOOD = { findings: [{ title: "a } in text", line: 3 }] };

for (
  const [name, text] of [
    ["bare JSON", JSON.stringify(GOOD)],
    [
      "a fenced block after prose",
      `Here it is:\n\`\`\`json\n${JSON.stringify(GOOD, null, 2)}\n\`\`\`\nEnjoy {it}!`,
    ],
    ["JSON inside prose", `Sure! ${JSON.stringify(GOOD)} Anything else?`],
    ["a trailing comma", '{"findings":[{"title":"a } in text","line":3,},],}'],
    ["null for an optional property", '{"findings":[{"title":"a } in text","line":3}],"more":null}'],
  ] as const
) {
  Deno.test(`structureIn() finds the object in ${name}`, () => {
    const found = structureIn(text, SCHEMA);
    assert.ok(found.ok);
    assert.deepEqual(found.data["findings"], GOOD.findings);
  });
}

Deno.test("structureIn() drops null where an optional property may not be null, also inside lists", () => {
  const found = structureIn('{"findings":[{"title":"t","line":null}]}', SCHEMA);
  assert.deepEqual(found, { ok: true, data: { findings: [{ title: "t" }] } });
});

for (
  const [name, text, problem] of [
    ["prose", "I found nothing to say", /no JSON object/],
    ["a list", "[1,2]", /no JSON object/],
    ["an empty answer", "", /no JSON object/],
    ["JSON that was cut off", '{"findings":[{"title":"x"', /no JSON object/],
    ["a missing property", "{}", /findings/],
    ["a wrong type, with its place", '{"findings":[{"title":7}]}', /findings\/0\/title/],
  ] as const
) {
  Deno.test(`structureIn() refuses ${name}`, () => {
    const found = structureIn(text, SCHEMA);
    assert.ok(!found.ok);
    assert.match(found.problem, problem);
    assert.ok(found.problem.length <= 500);
  });
}

Deno.test("structureIn() gives back any object that was written as JSON, whatever prose stands around it", () => {
  const prose = fc.string().map((text) => text.replaceAll(/[{}`[\]]/g, ""));
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), prose, prose, (value, before, after) => {
    const plain = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
    const keeps = Object.fromEntries(
      Object.entries(plain).filter(([name]) => name !== "__proto__"),
    );
    const found = structureIn(`${before}${JSON.stringify(keeps)}${after}`, { type: "object" });
    assert.ok(found.ok, "an object was there");
    assert.equal(JSON.stringify(found.data), JSON.stringify(keeps));
  }));
});

Deno.test("structureIn() never throws, whatever the answer", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    structureIn(text, SCHEMA);
  }));
});
