import assert from "node:assert/strict";
import { counted } from "../../../ui/app/parts/counted.ts";

Deno.test("counted() names one thing and many, with thousands apart", () => {
  assert.equal(counted(0, "node"), "0 nodes");
  assert.equal(counted(1, "node"), "1 node");
  assert.equal(counted(999, "item"), "999 items");
  for (const count of [1_000, 12_345, 1_234_567]) {
    assert.equal(counted(count, "node"), `${count.toLocaleString("en")} nodes`);
  }
});
