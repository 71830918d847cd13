/**
 * The monitor in a real browser before the real server: how long until a run of 10,000 nodes is seen, how long from an event
 * at the server to the frame that shows it, and whether the page ever stands still meanwhile. Without a browser it says so and
 * ends.
 *
 * Event to paint: from the moment at which the server knew of the event (`StreamEvent.at`) until the frame after it was painted
 * (an animation frame, then a turn of the message loop). The floor is the same for a socket that only takes the events: the way
 * over the wire. Both clocks are this machine's.
 *
 * @module
 */

import type { Browser } from "playwright-core";
import { browserProgram, openPage, startBrowser } from "../tests/ui/browser/browser.ts";
import { MonitorRig, waits } from "../tests/ui/browser/monitor_rig.ts";
import { listenInPage, panOver } from "./ui/monitor_in_page.ts";

const sizes = [100, 1000, 10_000] as const;

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function share(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

interface Seen {
  readonly wire: readonly number[];
  readonly paint: readonly number[];
  readonly long: readonly number[];
}

async function measure(rig: MonitorRig, browser: Browser, count: number): Promise<void> {
  const first = await rig.run(waits(4));
  await rig.until(first, "completed");
  const { page } = await openPage(browser);
  const [name = "", value = ""] = rig.session.cookie.split("=", 2);
  const url = `http://127.0.0.1:${rig.session.port}`;
  await page.context().addCookies([{ name, value, url }]);
  await page.addInitScript(listenInPage);
  await page.goto(`${url}/#/runs/${first}`);
  await page.getByRole("listbox", { name: "Nodes" }).waitFor();
  // Live: it is watched from before its first node until its last.
  const run = await rig.run({ ...waits(count) }, { concurrency: 64 });
  await page.evaluate("seen.long.length = 0");
  const went = performance.now();
  await page.evaluate((hash) => location.hash = hash, `#/runs/${run}`);
  await page.locator(".monitor-canvas").waitFor({ timeout: 60_000 });
  const shown = performance.now() - went;
  await rig.until(run, "completed");
  await page.locator(".monitor-state").filter({ hasText: "Completed" }).waitFor({ timeout: 60_000 });
  const live = await page.evaluate("seen") as Seen;
  // Past: the same run opened again.
  await page.evaluate("location.hash = '#/runs'");
  await page.getByRole("heading", { name: "Runs" }).waitFor();
  await page.evaluate("seen.long.length = 0");
  const again = performance.now();
  await page.evaluate((hash) => location.hash = hash, `#/runs/${run}`);
  await page.locator(".monitor-canvas").waitFor({ timeout: 60_000 });
  const reopened = performance.now() - again;
  const elements = await page.evaluate("document.querySelectorAll('*').length");
  // Panned: a drag over the whole drawing, a move a frame.
  const canvas = await page.locator(".monitor-canvas").boundingBox();
  const gaps: number[] = canvas === null ? [] : await page.evaluate(panOver, canvas);
  const long = await page.evaluate("seen.long") as number[];
  say(
    `${String(count).padStart(6)} nodes  shown live ${ms(shown)}, again ${
      ms(reopened)
    }, ${elements} elements  ` +
      `event to paint p50 ${ms(share(live.paint, 0.5))} p95 ${ms(share(live.paint, 0.95))} p99 ${
        ms(share(live.paint, 0.99))
      } (wire p50 ${ms(share(live.wire, 0.5))} p95 ${
        ms(share(live.wire, 0.95))
      }, ${live.paint.length} events)  ` +
      `pan p50 ${ms(share(gaps, 0.5))} p95 ${ms(share(gaps, 0.95))}  ` +
      `over 50 ms: live ${live.long.length}, longest ${
        ms(Math.max(0, ...live.long))
      }; past ${long.length}, longest ${ms(Math.max(0, ...long))}`,
  );
  await page.context().close();
}

if (import.meta.main) {
  if (browserProgram() === undefined) {
    say("No browser here: install chromium, or name one in SYMPHONY_CHROMIUM");
  } else {
    await using rig = await MonitorRig.start();
    await using browser = await startBrowser();
    for (const count of sizes) await measure(rig, browser, count);
  }
}
