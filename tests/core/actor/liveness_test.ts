import assert from "node:assert/strict";
import { lifeless } from "../../../core/actor/liveness.ts";

const limits = { workingMs: 1_000, graceMs: 100, silentMs: 5_000 };
const base = { silentMs: 0, lostMs: 0, cpuMs: 0, wanted: true };

Deno.test("lifeless() lets a handler compute as long as somebody waits and it is within its time", () => {
  assert.equal(lifeless({ ...base, silentMs: 900, cpuMs: 900 }, limits), undefined);
  assert.match(lifeless({ ...base, silentMs: 1_100, cpuMs: 1_100 }, limits) ?? "", /burnt CPU/);
});

Deno.test("lifeless() gives only the grace to what nobody waits for", () => {
  assert.match(lifeless({ ...base, silentMs: 150, cpuMs: 150, wanted: false }, limits) ?? "", /burnt CPU/);
});

Deno.test("lifeless() is patient with silence that burns no CPU: the machine may be starved", () => {
  assert.equal(lifeless({ ...base, silentMs: 4_900, cpuMs: 50, wanted: false }, limits), undefined);
  assert.match(lifeless({ ...base, silentMs: 5_100, cpuMs: 50 }, limits) ?? "", /did not answer/);
});

Deno.test("lifeless() does not count time that the watcher itself lost", () => {
  assert.equal(lifeless({ ...base, silentMs: 3_000, lostMs: 2_500, cpuMs: 3_000 }, limits), undefined);
});

Deno.test("lifeless() goes by silence alone where the system does not tell the CPU", () => {
  assert.equal(lifeless({ ...base, silentMs: 4_000, cpuMs: undefined }, limits), undefined);
  assert.match(lifeless({ ...base, silentMs: 6_000, cpuMs: undefined }, limits) ?? "", /did not answer/);
});

Deno.test("lifeless() counts as burning what used its patience in CPU, however little of a core others left it", () => {
  assert.match(lifeless({ ...base, silentMs: 4_900, cpuMs: 1_000 }, limits) ?? "", /burnt CPU/);
  assert.equal(lifeless({ ...base, silentMs: 4_900, cpuMs: 990 }, limits), undefined);
});
