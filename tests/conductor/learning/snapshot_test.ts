import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeSnapshot, encodeSnapshot } from "../../../conductor/learning/snapshot.ts";

const snapshot = {
  facts: { policy: "p0001", position: 7 },
  parts: [
    {
      name: "routing",
      facts: { version: 1, kinds: ["a", "ü"] },
      numbers: Float64Array.of(1.5, -0, NaN, 1e300),
    },
    { name: "gate", facts: {}, numbers: new Float64Array(0) },
  ],
};

Deno.test("decodeSnapshot() gives back what encodeSnapshot() was given, bit for bit", () => {
  const bytes = encodeSnapshot(snapshot);
  const back = decodeSnapshot(bytes);
  assert.deepEqual(back, snapshot);
  assert.ok(Object.is(back.parts[0]?.numbers[1], -0));
  assert.deepEqual(encodeSnapshot(back), bytes);
});

Deno.test("decodeSnapshot() refuses every changed and every missing byte", () => {
  const bytes = encodeSnapshot(snapshot);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] as number) ^ change;
      assert.throws(() => decodeSnapshot(damaged), /Cannot read the policy/);
      assert.throws(() => decodeSnapshot(bytes.subarray(0, at)), /Cannot read the policy/);
    }),
    { seed: 7, numRuns: 200 },
  );
});

Deno.test("decodeSnapshot() names another format as unsupported", () => {
  const bytes = encodeSnapshot(snapshot);
  bytes.set(new TextEncoder().encode("SYMPOL99"));
  assert.throws(() => decodeSnapshot(bytes), (error: { code?: string }) => error.code === "unsupported");
});
