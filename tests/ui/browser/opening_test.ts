/**
 * How a board opens, in a real browser: in which order things come, and how much of it at once. No time is measured: a frame is as
 * long as what is in it.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { CARDS_A_FRAME, CARDS_AT_ONCE } from "../../../ui/app/board/view/cards_in_turn.ts";
import { onPage } from "./board_stand.ts";
import { browserTest } from "./browser.ts";

interface Frame {
  readonly cards: number;
  readonly hasStage: boolean;
  readonly hasLibrary: boolean;
  readonly hasInspector: boolean;
  /** Workers that were started by then. */
  readonly workers: number;
}

/** Notes what stands in the page as each frame begins. */
function noteFrames(): void {
  const frames: Frame[] = [];
  // deno-lint-ignore no-explicit-any -- read back by the test
  const page = globalThis as any;
  page.frames1 = frames;
  page.workers = 0;
  const Plain = globalThis.Worker;
  globalThis.Worker = class extends Plain {
    constructor(address: string | URL, options?: WorkerOptions) {
      super(address, options);
      page.workers++;
    }
  };
  const has = (selector: string) => document.querySelector(selector) !== null;
  const look = () => {
    frames.push({
      cards: document.querySelectorAll(".card").length,
      hasStage: has(".stage"),
      hasLibrary: has(".side.left > *"),
      hasInspector: has(".side.right > *"),
      workers: page.workers,
    });
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** A board of 600 nodes, some fifty of them in sight. */
function manyNodes(): string {
  const nodes = Array.from({ length: 600 }, (_, i) => {
    const before = i >= 20 ? `, "in": { "text": "n${i - 20 + (i % 3)}.parts" }` : "";
    const place = `{ "x": ${Math.floor(i / 20) * 260}, "y": ${(i % 20) * 120} }`;
    return `"n${i}": { "use": "text/split"${before}, "position": ${place} }`;
  });
  return `{ "schema": 1, "id": "many", "nodes": {\n${nodes.join(",\n")}\n} }`;
}

async function opened(page: Page, address: string): Promise<readonly Frame[]> {
  await page.addInitScript(noteFrames);
  await page.goto(`${address}/#/board/many.workflow.jsonc`);
  await page.waitForSelector("#inspector");
  await page.waitForFunction(() => {
    // deno-lint-ignore no-explicit-any -- noted above
    const { frames1: frames, workers } = globalThis as any;
    const counts = frames.slice(-12).map(({ cards }: Frame) => cards);
    return workers > 0 && counts[0] > 0 && counts.every((count: number) => count === counts[0]);
  });
  // deno-lint-ignore no-explicit-any -- noted above
  return await page.evaluate(() => (globalThis as any).frames1);
}

browserTest(
  "a board that opens shows its picture first, then one large part with each frame",
  () =>
    onPage(async (page, server) => {
      await server.write("many.workflow.jsonc", manyNodes());
      const frames = await opened(page, server.address);
      const first = frames.find(({ hasStage }) => hasStage);
      assert.ok(first !== undefined);
      assert.deepEqual(
        { ...first, workers: 0 },
        { cards: 0, hasStage: true, hasLibrary: false, hasInspector: false, workers: 0 },
      );
      for (let at = 1; at < frames.length; at++) {
        const [before, now] = [frames[at - 1]!, frames[at]!];
        const grown = now.cards - before.cards;
        const parts = [
          grown > CARDS_AT_ONCE,
          now.hasStage !== before.hasStage,
          now.hasLibrary !== before.hasLibrary,
          now.hasInspector !== before.hasInspector,
        ];
        assert.ok(parts.filter(Boolean).length <= 1, `frame ${at} has more than one: ${parts}`);
        assert.ok(grown <= CARDS_A_FRAME + CARDS_AT_ONCE, `frame ${at} has ${grown} more cards`);
      }
      const { cards } = frames.at(-1)!;
      assert.ok(cards > 3 * CARDS_A_FRAME, `${cards} cards in all`);
      // Nor do the checker and the search for ways take the processor from the first pictures.
      const alone = frames.filter(({ cards, workers }) => cards > 0 && workers === 0).length;
      assert.ok(alone > 0, "a worker was started before the first card");
    }),
);

browserTest(
  "a page that opens with a board asks for it once, and for all of its scripts at once",
  () =>
    onPage(async (page, server) => {
      await server.write("many.workflow.jsonc", manyNodes());
      const asked: string[] = [];
      page.on("request", (request) => asked.push(new URL(request.url()).pathname));
      // The view's code is held back until its file is asked for.
      const file = page.waitForRequest(/\/api\/v1\/workflow\?/);
      await page.route(/\/board_view-\w+\.js/, async (route) => (await file, await route.continue()));
      await opened(page, server.address);
      const of = (path: string) => asked.filter((one) => one === path).length;
      assert.deepEqual([of("/api/v1/catalog"), of("/api/v1/templates")], [1, 1]);
      const listed = await page.evaluate(() => {
        const meta = document.querySelector('meta[name="view-board"]')?.getAttribute("content") ?? "";
        const linked = [...document.querySelectorAll<HTMLLinkElement>('link[rel="modulepreload"]')];
        return [
          ...meta.split(" ").map((name) => `/assets/${name}`),
          ...linked.map(({ href }) => new URL(href).pathname),
        ];
      });
      const shown = asked.filter((path) => /^\/assets\/.*\.js$/.test(path) && !/_worker|\/main-/.test(path));
      const view = shown.findIndex((path) => path.includes("board_view"));
      assert.ok(view >= 0);
      assert.deepEqual(shown.filter((path) => !listed.includes(path)), [], "scripts that only others name");
    }),
);

browserTest(
  "ten thousand nodes are shown, panned and found without one element for each",
  () =>
    onPage(async (page, server) => {
      const nodes = Array.from({ length: 10_000 }, (_, i) => {
        const before = i >= 100 ? `, "in": { "text": "n${i - 100 + (i % 7)}.parts" }` : "";
        return `"n${i}": { "use": "text/split"${before}, "position": { "x": ${
          Math.floor(i / 100) * 300
        }, "y": ${(i % 100) * 170} } }`;
      });
      await server.write(
        "large.workflow.jsonc",
        `{ "schema": 1, "id": "large", "nodes": {\n${nodes.join(",\n")}\n} }`,
      );
      await page.goto(`${server.address}/#/board/large.workflow.jsonc`);
      await page.waitForFunction(() =>
        document.querySelector(".status")?.textContent?.includes("10,000 nodes")
      );
      await page.keyboard.press("Control+f");
      await page.keyboard.type("n7777");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#node-n7777");
      assert.ok(await page.locator(".card").count() < 400);
    }),
);
