import assert from "node:assert/strict";
import { declaredNeeds, NeedsForecast } from "../../../extensions/monitor/call_needs.ts";

const MB = 2 ** 20;
const resources = { memoryMb: 256, instances: 2, concurrency: 4 };

Deno.test("declaredNeeds() shares an instance's thread among its calls, and takes limits of the manifest for less", () => {
  const operator = { kind: "operator", resources } as const;
  assert.deepEqual(declaredNeeds(operator, "full"), { cpu: 0.25, memoryBytes: (128 + 256) * MB });
  assert.deepEqual(declaredNeeds(operator, "light"), { cpu: 0.25, memoryBytes: 256 * MB });
  const bounded = { kind: "operator", resources: { ...resources, cpuMsPerSec: 400 } } as const;
  assert.equal(declaredNeeds(bounded, "full").cpu, 0.05, "0.2 of a core for each of two instances");
  assert.equal(declaredNeeds({ kind: "instrument", resources }, "full").cpu, 0.05, "it waits for others");
});

Deno.test("NeedsForecast says what is declared, then more and more what was measured, and never more memory than granted", () => {
  const declared = { cpu: 1, memoryBytes: 400 * MB };
  const forecast = new NeedsForecast();
  assert.deepEqual(forecast.needs(declared), declared);
  forecast.measured({ cpuMs: 200, callMs: 2_000, memoryBytes: 80 * MB });
  const half = forecast.needs(declared);
  assert.ok(half.cpu > 0.5 && half.cpu < 0.6, `${half.cpu}`);
  assert.equal(half.memoryBytes, 100 * MB);
  assert.equal(forecast.needs(declared), half, "the same object while nothing was measured");
  for (let i = 0; i < 60; i++) forecast.measured({ cpuMs: 100, callMs: 5_000, memoryBytes: 81 * MB });
  assert.ok(Math.abs(forecast.needs(declared).cpu - 0.04) < 0.01, `${forecast.needs(declared).cpu}`);
  forecast.measured({ cpuMs: 0, callMs: 0, memoryBytes: 900 * MB });
  assert.equal(forecast.needs(declared).memoryBytes, declared.memoryBytes);
});

Deno.test("NeedsForecast follows what changes, within minutes of calls", () => {
  const declared = { cpu: 0.25, memoryBytes: MB };
  const forecast = new NeedsForecast();
  for (let i = 0; i < 100; i++) forecast.measured({ cpuMs: 10, callMs: 1_000, memoryBytes: 0 });
  assert.ok(forecast.needs(declared).cpu < 0.05);
  for (let i = 0; i < 240; i++) forecast.measured({ cpuMs: 900, callMs: 1_000, memoryBytes: 0 });
  assert.ok(forecast.needs(declared).cpu > 0.75, `${forecast.needs(declared).cpu}`);
});
