import assert from "node:assert/strict";
import type { CallResult } from "../../core/ports/extension.ts";
import { Rescue } from "../../extensions/rescue.ts";
import { failed } from "../../extensions/value_check.ts";

const first = failed("crash", "It died");
const answer: CallResult = { ok: true, output: {} };
const options = { signal: new AbortController().signal };

function rescue() {
  let opened = 0;
  const one = new Rescue<{ alive: boolean }>({
    open: () => Promise.resolve({ alive: ++opened > 0 }),
    isAlive: ({ alive }) => alive,
    close: (place) => Promise.resolve(void (place.alive = false)),
  });
  return { one, opened: () => opened };
}

Deno.test("Rescue keeps the failure of a call that was alone, or had changed something, or was cancelled", async () => {
  const { one, opened } = rescue();
  const perform = () => Promise.resolve(answer);
  const alone = { hadEffects: false, wasAlone: true, isInnocent: false };
  assert.equal(await one.again(first, alone, perform, options), first);
  const changed = { hadEffects: true, wasAlone: false, isInnocent: true };
  assert.equal(await one.again(first, changed, perform, options), first);
  const innocent = { hadEffects: false, wasAlone: false, isInnocent: true };
  assert.equal(await one.again(first, innocent, perform, { signal: AbortSignal.abort() }), first);
  assert.equal(opened(), 0);
  assert.equal(await one.again(first, innocent, perform, options), answer);
  await one.close();
});

Deno.test("Rescue begins suspects again one after the other, each alone, and innocents together", async () => {
  const { one, opened } = rescue();
  let [running, most] = [0, 0];
  const perform = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running--;
    return answer;
  };
  const suspect = { hadEffects: false, wasAlone: false, isInnocent: false };
  await Promise.all(Array.from({ length: 5 }, () => one.again(first, suspect, perform, options)));
  assert.equal(most, 1);
  const innocent = { ...suspect, isInnocent: true };
  await Promise.all(Array.from({ length: 5 }, () => one.again(first, innocent, perform, options)));
  assert.equal(most, 5);
  assert.equal(opened(), 1);
  await one.close();
});

Deno.test("Rescue keeps the first failure where no process can be started", async () => {
  const one = new Rescue<object>({
    open: () => Promise.reject(new Error("in quarantine")),
    isAlive: () => true,
    close: () => Promise.resolve(),
  });
  const innocent = { hadEffects: false, wasAlone: false, isInnocent: true };
  assert.equal(await one.again(first, innocent, () => Promise.resolve(answer), options), first);
  await one.close();
});
