import assert from "node:assert/strict";
import { Arbitration, MOST_DEFERRED, MOST_NAMES } from "../../pit/arbitration/arbitration.ts";
import { claimOf, testArbitrationPort } from "../contracts/arbitration_contract.ts";

testArbitrationPort("Arbitration", () => new Arbitration());

Deno.test("Arbitration.request() denies a claim with too many names", () => {
  const names = Array.from({ length: MOST_NAMES + 1 }, (_, at) => `file:${at}`);
  const verdict = new Arbitration().request(claimOf("a", names));
  assert.equal(verdict.verdict, "denied");
  assert.match(verdict.reason, /1001/);
});

Deno.test("Arbitration.request() denies one more when too many wait", () => {
  const port = new Arbitration();
  port.request(claimOf("holder", ["x"]));
  for (let at = 0; at < MOST_DEFERRED; at++) {
    assert.equal(port.request(claimOf(`n${at}`, ["x"])).verdict, "deferred");
  }
  assert.equal(port.request(claimOf("late", ["x"])).verdict, "denied");
  assert.equal(port.request(claimOf("n7", ["x"])).verdict, "deferred", "who waits already keeps its place");
});
