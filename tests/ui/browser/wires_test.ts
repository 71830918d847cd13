import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { onPage, openBoard } from "./board_stand.ts";
import { browserTest } from "./browser.ts";

const zoom = async (page: Page) => Number.parseInt(await page.locator(".stage-tools .zoom").innerText());

async function boxOf(page: Page, selector: string) {
  const box = await page.locator(selector).boundingBox();
  assert.ok(box !== null, `${selector} is not to be seen`);
  return box;
}

browserTest(
  "a workflow that is wider than its window opens readably, at its beginning",
  () =>
    onPage(async (page, server) => {
      await openBoard(page, server, "repo-map");
      assert.ok(await zoom(page) >= 75, String(await zoom(page)));
      const [stage, first] = [await boxOf(page, ".stage"), await boxOf(page, "[id='node-$inputs']")];
      assert.ok(first.x >= stage.x && first.x < stage.x + 80 && first.y > stage.y);
      // All of it, where it is asked for, takes the width that there is.
      await page.locator(".stage").focus();
      await page.keyboard.press("f");
      await page.waitForTimeout(100);
      const last = await page.evaluate(() => {
        const map = document.querySelector(".minimap-frame")!.getBoundingClientRect();
        return map.width;
      });
      assert.ok(last > 0);
      assert.ok(await zoom(page) < 75 && await zoom(page) >= 42, String(await zoom(page)));
    }),
);

browserTest(
  "pointing at a card or a port lifts its wires; the pointer gone, all are alike again",
  () =>
    onPage(async (page, server) => {
      await openBoard(page, server, "repo-map");
      const lifted = page.locator(".lifted-wires g");
      assert.equal(await lifted.count(), 0);
      await page.locator("#node-scan .card-head").hover();
      await page.waitForFunction(() => document.querySelectorAll(".lifted-wires g").length >= 6);
      await page.locator('#node-scan [data-side="output"][data-port="entries"]').hover();
      await page.waitForFunction(() => document.querySelectorAll(".lifted-wires g").length === 1);
      const data = await page.locator(".lifted-wires .line").first().getAttribute("d");
      // Past two cards, one in the way: more than one piece.
      assert.ok((data ?? "").split("C").length > 2, data ?? "");
      await page.mouse.move(5, 5);
      await page.waitForFunction(() => document.querySelector(".lifted-wires") === null);
      await page.locator("#node-graph .card-head").click();
      await page.mouse.move(5, 5);
      await page.waitForFunction(() => document.querySelectorAll(".lifted-wires g").length >= 3);
    }),
);

browserTest(
  "a view that nobody moved follows the window, one that was moved stays",
  () =>
    onPage(async (page, server) => {
      await openBoard(page, server, "repo-map");
      assert.equal(await zoom(page), 75);
      await page.setViewportSize({ width: 2560, height: 1200 });
      await page.waitForFunction(() => document.querySelector(".stage-tools .zoom")?.textContent === "100%");
      await page.getByRole("button", { name: "Zoom out" }).click();
      const moved = await zoom(page);
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.waitForTimeout(200);
      assert.equal(await zoom(page), moved);
    }),
);

browserTest(
  "what is added finds a free place, and a note is written in at once",
  () =>
    onPage(async (page, server) => {
      await openBoard(page, server, "repo-map");
      for (let added = 0; added < 4; added++) {
        await page.locator(".stage").focus();
        await page.keyboard.press("Escape");
        await page.getByRole("button", { name: /^Generate text/ }).click();
      }
      await page.waitForFunction(() => document.querySelectorAll("[data-node^='generate']").length === 4);
      const boxes = await page.locator(".card").evaluateAll((all) =>
        all.map((one) => one.getBoundingClientRect()).map((
          { left, top, right, bottom },
        ) => [left, top, right, bottom])
      );
      for (const [at, a] of boxes.entries()) {
        for (const b of boxes.slice(at + 1)) {
          const apart = a[2]! <= b[0]! || b[2]! <= a[0]! || a[3]! <= b[1]! || b[3]! <= a[1]!;
          assert.ok(apart, `${a} lies over ${b}`);
        }
      }
      await page.locator(".stage").focus();
      await page.keyboard.press("Shift+N");
      await page.waitForFunction(() => document.activeElement?.closest(".note") !== null);
      await page.keyboard.type("n stays a letter");
      assert.equal(await page.locator(".note textarea").inputValue(), "n stays a letter");
    }),
);

browserTest("a wire gives way to a card while that is dragged over it", () =>
  onPage(async (page, server) => {
    const node = (id: string, x: number, y: number, from?: string) =>
      `"${id}": { "use": "data/transform", "in": { "data": ${
        from === undefined ? "1" : `"${from}.result"`
      } }, "with": { "expression": "$" }, "position": { "x": ${x}, "y": ${y} } }`;
    await server.write(
      "row.workflow.jsonc",
      `{ "schema": 1, "id": "row", "nodes": { ${node("a", 0, 0)}, ${node("b", 500, 0, "a")}, ${
        node("c", 250, 260)
      } } }`,
    );
    await page.goto(`${server.address}/#/board/row.workflow.jsonc`);
    await page.locator('#node-a [data-side="output"][data-port="result"]').hover();
    const line = page.locator(".lifted-wires .line");
    await line.waitFor({ state: "attached" });
    const pieces = async () => ((await line.first().getAttribute("d")) ?? "").split("C").length - 1;
    assert.equal(await pieces(), 1);
    const card = await boxOf(page, "#node-c");
    const [x, y] = [card.x + 70, card.y + 12];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 4, y - 100, { steps: 4 });
    await page.mouse.move(x + 4, y - 258, { steps: 4 });
    await page.mouse.up();
    await page.locator('#node-a [data-side="output"][data-port="result"]').hover();
    await page.waitForFunction(() => {
      const data = document.querySelector(".lifted-wires .line")?.getAttribute("d") ?? "";
      return data.split("C").length > 3;
    });
  }));
