/**
 * The editor in a real browser, with the real server and the text core in its own process: from a key to its frame, from a key
 * to another window, opening and typing in large files, a line of 1.5 million units. Without a browser it says so and ends.
 *
 * From a key to its frame is from the `keydown` event to the animation frame after the one in which the text has it, measured in
 * the page; the floor is one frame of 16.7 ms.
 *
 * @module
 */

import * as esbuild from "esbuild";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { currentUi } from "../build/current_ui.ts";
import { openTexts } from "../main_texts.ts";
import { browserProgram, openPage, startBrowser } from "../tests/ui/browser/browser.ts";
import { UiRig } from "../tests/ui/server/ui_rig.ts";

const KEYS = 150;

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function tell(what: string, values: readonly number[]): void {
  const sorted = [...values].sort((a, b) => a - b);
  const share = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  say(
    `${what.padEnd(44)} p50 ${share(0.5).toFixed(1)} ms, p95 ${share(0.95).toFixed(1)} ms, most ${
      share(1).toFixed(1)
    } ms`,
  );
}

/** Times of keys: until CodeMirror has the key, and until the frame after it. */
async function keys(page: Page, what: string, count = KEYS): Promise<void> {
  await page.evaluate(`
    globalThis.times = { text: [], frame: [] };
    globalThis.removeKeys?.();
    const at = (event) => {
      if (event.key.length !== 1) return;
      const began = performance.now();
      const look = new MutationObserver(() => {
        look.disconnect();
        times.text.push(performance.now() - began);
      });
      look.observe(document.querySelector(".cm-content"), { subtree: true, childList: true, characterData: true });
      requestAnimationFrame(() => requestAnimationFrame(() => times.frame.push(performance.now() - began)));
    };
    addEventListener("keydown", at, true);
    globalThis.removeKeys = () => removeEventListener("keydown", at, true);
  `);
  for (let at = 0; at < count; at++) {
    await page.keyboard.press("abcdefgh"[at % 8] as string);
    await page.waitForTimeout(10);
  }
  await page.waitForTimeout(100);
  const { text, frame } = await page.evaluate<{ text: number[]; frame: number[] }>("globalThis.times");
  tell(`${what}: a key to the text`, text);
  tell(`${what}: a key to the frame after next`, frame);
}

async function opened(page: Page, origin: string, file: string): Promise<number> {
  const began = performance.now();
  await page.goto(`${origin}/#/editor/${file}`);
  await page.getByRole("textbox", { name: `Text of ${file}` }).waitFor({ timeout: 60_000 });
  return performance.now() - began;
}

if (browserProgram() === undefined) {
  say("no browser here: install chromium, or name one in SYMPHONY_CHROMIUM");
} else {
  const assets = fileURLToPath(new URL("../dist/ui", import.meta.url));
  await currentUi();
  await using rig: UiRig = await UiRig.start({ openTexts: () => openTexts(rig.data), assets });
  const line = "export const value = compute(1, 'two'); // a line of source\n";
  rig.write("small.ts", line.repeat(200));
  rig.write("large.ts", line.repeat(Math.ceil(10_000_000 / line.length)));
  rig.write("line.json", `[${"1234567,".repeat(187_500)}0]`);
  const browser = await startBrowser();
  const { page } = await openPage(browser);
  page.context().setDefaultTimeout(30_000);
  await page.goto(rig.address());
  await page.waitForTimeout(500);
  const { origin } = rig;
  say(`opened, 12 KB: ${(await opened(page, origin, "small.ts")).toFixed(0)} ms`);
  await page.keyboard.press("Control+End");
  await keys(page, "12 KB");
  const other = await page.context().newPage();
  await opened(other, origin, "small.ts");
  const far: number[] = [];
  await other.keyboard.press("Control+End");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(300);
  for (let at = 0; at < 40; at++) {
    const mark = `mark${at}x`;
    await other.evaluate(`globalThis.seen = new Promise((resolve) => {
      const look = () => document.querySelector(".cm-content").textContent.includes("${mark}") ? resolve(Date.now()) : setTimeout(look, 0);
      look();
    }); undefined`);
    const began = await page.evaluate(`(() => {
      const began = Date.now();
      document.execCommand("insertText", false, "${mark}");
      return began;
    })()`) as number;
    const seen = await Promise.race([other.evaluate("globalThis.seen"), page.waitForTimeout(3000)]);
    if (typeof seen === "number") far.push(seen - began);
  }
  tell("an edit to the text of another window", far.slice(1));
  await other.close();
  say(`opened, 10 MB: ${(await opened(page, origin, "large.ts")).toFixed(0)} ms`);
  await keys(page, "10 MB, at its beginning", 60);
  await page.keyboard.press("Control+End");
  await page.waitForTimeout(500);
  await keys(page, "10 MB, at its end", 60);
  say(`opened, a line of 1.5 M: ${(await opened(page, origin, "line.json")).toFixed(0)} ms`);
  await keys(page, "a line of 1.5 M, at its beginning", 40);
  await page.keyboard.press("End");
  await page.waitForTimeout(500);
  await keys(page, "a line of 1.5 M, at its end", 40);
  await browser.close();
}
await esbuild.stop();
Deno.exit(0);
