import assert from "node:assert/strict";
import { extensionId } from "../../core/ids.ts";
import type { ExtensionId } from "../../core/ids.ts";
import type { ComingNeed, ForecastPort, WarmWindows } from "../../core/ports/forecast.ts";
import { noLease } from "../../core/ports/pool.ts";
import { InstancePool } from "../../pit/pool/pool.ts";
import { FakeInstances, settled } from "../contracts/pool_contract.ts";
import { ManualClock } from "./manual_clock.ts";

const extension = extensionId("acme/thing");
const never = new AbortController().signal;

/** A forecast that says what it is told to say and keeps what it is told. */
class SpokenForecast implements ForecastPort {
  readonly told: string[] = [];
  windows: WarmWindows["windows"] = [];
  wanted = 1;

  asked(_: ExtensionId, __: number, loadMs?: number): void {
    this.told.push(loadMs === undefined ? "asked" : "asked cold");
  }

  idle(): WarmWindows {
    this.told.push("idle");
    return { windows: this.windows, reason: "it was said" };
  }

  coming(): readonly ComingNeed[] {
    return [];
  }

  victim(): number {
    return -1;
  }

  instances(): number {
    return this.wanted;
  }
}

function poolWith(forecast: ForecastPort, limits = { instances: 3, concurrency: 1 }) {
  const clock = new ManualClock();
  const instances = new FakeInstances();
  const pool = new InstancePool(instances, clock, { forecast });
  const kind = pool.register(extension, limits);
  const pass = async (ms: number) => {
    for (let at = 0; at < ms; at += 250) {
      clock.advance(250);
      await settled();
    }
  };
  const use = async (ms: number) => {
    const lease = await pool.acquire(kind, never);
    await pass(ms);
    pool.release(lease);
    pool.observe(kind, { durationMs: ms, failed: false });
  };
  const live = () => pool.readings().filter(({ state }) => state !== "cold").length;
  return { clock, pool, kind, pass, use, live };
}

Deno.test("InstancePool keeps an idle instance as long as the forecast says, and warms it again when it says", async () => {
  const forecast = new SpokenForecast();
  forecast.windows = [{ fromMs: 0, untilMs: 3000 }, { fromMs: 10_000, untilMs: 12_000 }];
  const { pool, kind, pass, use, live } = poolWith(forecast);
  await use(1000);
  await pass(2500);
  assert.equal(live(), 1);
  await pass(2000);
  assert.equal(live(), 0, "the first window is over");
  assert.match(pool.moves().at(-1)?.reason ?? "", /nobody used it for \d s: it was said/);
  await pass(6500);
  assert.equal(live(), 1, "the second has begun");
  assert.equal(pool.counters().prewarmed, 1);
  const lease = pool.lease(kind);
  assert.notEqual(lease, noLease, "nobody has to wait");
  assert.equal(pool.counters().coldStartsAvoided, 1);
  await pass(500);
  assert.deepEqual(forecast.told, ["asked cold", "idle", "asked cold"], "each rest ends with a use");
  pool.release(lease);
  await pool.drain();
});

Deno.test("InstancePool lets an instance go that was warmed again for nobody", async () => {
  const forecast = new SpokenForecast();
  forecast.windows = [{ fromMs: 5000, untilMs: 7000 }];
  const { pool, pass, use, live } = poolWith(forecast);
  await use(500);
  await pass(6000);
  assert.equal(live(), 1);
  await pass(3000);
  assert.equal(live(), 0);
  assert.match(pool.moves().at(-1)?.reason ?? "", /nobody came/);
  await pool.drain();
});

Deno.test("InstancePool.prewarm() with a time keeps what is there for as long, whatever the forecast says", async () => {
  const { pool, kind, pass, use, live } = poolWith(new SpokenForecast());
  await use(500);
  assert.equal(pool.prewarm(kind, 1, "a child is coming", 4000), 0, "one is there");
  await pass(3000);
  assert.equal(live(), 1);
  await pass(2000);
  assert.equal(live(), 0);
  await pool.drain();
});

Deno.test("InstancePool holds as many instances as the forecast wants for the load, and no fewer while it does", async () => {
  const forecast = new SpokenForecast();
  const { pool, pass, use, live } = poolWith(forecast);
  await use(1000);
  forecast.wanted = 2;
  for (let step = 0; step < 6; step++) await use(1000);
  assert.equal(live(), 2);
  await pass(6000);
  assert.equal(live(), 2, "they rest, and are wanted");
  forecast.wanted = 1;
  await pass(6000);
  assert.equal(live(), 0);
  await pool.drain();
});
