import assert from "node:assert/strict";
import { limitVerdict, type ResourceUse } from "../../../core/policy/resource_limits.ts";

const idle: ResourceUse = { memoryBytes: 0, cpuMsPerSec: undefined, networkBytes: 0, tokens: 0, usd: 0 };

Deno.test("limitVerdict() warns from four fifths of a limit on and ends above it", () => {
  const limits = { networkBytes: 1e6, usd: 1 };
  assert.equal(limitVerdict({ ...idle, networkBytes: 7.9e5 }, limits), undefined);
  const warned = limitVerdict({ ...idle, networkBytes: 8e5 }, limits);
  assert.equal(warned?.level, "warn");
  assert.equal(warned?.reason, "It uses 0.8 MB over the network of 1.0 MB over the network");
  assert.equal(limitVerdict({ ...idle, networkBytes: 1e6 }, limits)?.level, "warn");
  const ended = limitVerdict({ ...idle, networkBytes: 9e5, usd: 1.5 }, limits);
  assert.deepEqual([ended?.level, ended?.resource, ended?.isFinal], ["end", "usd", true]);
});

Deno.test("limitVerdict() says nothing of CPU before it was watched long enough, and nothing without limits", () => {
  assert.equal(limitVerdict(idle, { cpuMsPerSec: 1 }), undefined);
  const busy = { ...idle, cpuMsPerSec: 900, memoryBytes: 2 ** 40 };
  assert.equal(limitVerdict(busy, { cpuMsPerSec: 500 })?.isFinal, false);
  assert.equal(limitVerdict(busy, {}), undefined);
});
