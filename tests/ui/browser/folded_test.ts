/**
 * Groups as one box, as a person uses them: folded by keyboard, kept in the file, found from outside, moved, unfolded by pointer,
 * small in the overview and in the picture.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { onPage } from "./board_stand.ts";
import { browserTest } from "./browser.ts";
import type { FixtureServer } from "./fixture_server.ts";
import { axeFaults } from "./monitor_rig.ts";

const file = "folded.workflow.jsonc";
const text = `{
  "schema": 1,
  "id": "folded",
  "nodes": {
    "scan": { "use": "files/scan", "with": { "root": "." }, "position": { "x": 0, "y": 0 } }, // stays
    "read": { "use": "files/read", "each": "scan.files", "in": { "path": "item" }, "position": { "x": 320, "y": 0 } },
    "measure": { "use": "code/metrics", "each": "scan.files", "in": { "file": "item" }, "position": { "x": 320, "y": 240 } },
    "rank": { "use": "code/risk", "in": { "metrics": "measure.metrics" }, "position": { "x": 640, "y": 160 } },
    "say": { "use": "data/transform", "in": { "data": "rank.files" }, "with": { "expression": "$" }, "position": { "x": 960, "y": 0 } }
  },
  "outputs": { "said": "say.result" },
  "board": {
    "groups": { "work": { "title": "The work", "nodes": ["read", "measure", "rank"], "colour": "green" } }
  }
}
`;

async function open(page: Page, server: FixtureServer, content = text): Promise<void> {
  await server.write(file, content, "outside");
  await page.goto(`${server.address}/#/board/${file}`);
  await page.waitForSelector(".card");
}

const box = (page: Page) => page.getByRole("option", { name: /^The work/ });

browserTest(
  "a group is folded into one box by keyboard, kept in the file, and opens so again",
  () =>
    onPage(async (page, server) => {
      await open(page, server);
      assert.equal(await page.locator(".card").count(), 6);
      await page.locator("#node-measure .card-title").click();
      await page.keyboard.press("Shift+G");
      await box(page).waitFor();
      assert.equal(await page.locator(".card").count(), 4);
      assert.equal(await page.locator(".group-frame").count(), 0);
      assert.match(await box(page).textContent() ?? "", /3 nodes/);
      assert.equal(await box(page).getAttribute("aria-selected"), "true");
      assert.equal(await page.locator(".stage").getAttribute("aria-activedescendant"), "node-group:work");
      assert.deepEqual(await axeFaults(page), []);
      await page.keyboard.press("Control+s");
      await page.getByRole("status").filter({ hasText: /^Saved$/ }).waitFor();
      assert.match(server.text(file) ?? "", /"folded": true/);
      assert.match(server.text(file) ?? "", /\/\/ stays/);

      await page.reload();
      await box(page).waitFor();
      assert.equal(await page.locator("#node-read").count(), 0);
      // Walked to, moved and unfolded without a pointer.
      await page.locator("#node-scan .card-title").click();
      await page.keyboard.press("ArrowRight");
      assert.equal(await box(page).getAttribute("aria-selected"), "true");
      const placed = () =>
        page.locator("#node-group\\:work").evaluate((card) => (card as HTMLElement).style.transform);
      const before = await placed();
      await page.keyboard.press("Alt+ArrowDown");
      await page.waitForFunction(
        (old) => (document.getElementById("node-group:work") as HTMLElement | null)?.style.transform !== old,
        before,
      );
      await page.keyboard.press("c");
      await page.getByText("A folded group has no ports").first().waitFor();
      await page.keyboard.press("Shift+G");
      await page.locator("#node-read").waitFor();
      await page.keyboard.press("Control+z");
      await box(page).waitFor();
      await page.keyboard.press("Control+z");
      await page.waitForFunction(
        (old) => (document.getElementById("node-group:work") as HTMLElement | null)?.style.transform === old,
        before,
      );
    }),
);

browserTest(
  "search and problems reach into a folded group, which the file keeps folded",
  () =>
    onPage(async (page, server) => {
      await open(
        page,
        server,
        text.replace('"colour": "green"', '"colour": "green", "folded": true').replace(
          '"path": "item"',
          '"path": "itm"',
        ),
      );
      // The problem is counted on the box, and its place is inside.
      await box(page).locator(".card-mark.bad").waitFor();
      assert.match(await box(page).textContent() ?? "", /1 error, 1 warning inside/);
      await page.locator(".stage").focus();
      await page.keyboard.press("F4");
      await page.locator("#node-read.is-selected").waitFor();
      assert.equal(
        await page.getByRole("status").filter({ hasText: /^(Saved|Changed)$/ }).textContent(),
        "Saved",
      );
      await page.getByRole("button", { name: "Fold The work into one box" }).click();
      await box(page).waitFor();
      assert.equal(
        await page.getByRole("status").filter({ hasText: /^(Saved|Changed)$/ }).textContent(),
        "Saved",
      );
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "Find anything" }).fill("@rank");
      await page.keyboard.press("Enter");
      await page.locator("#node-rank.is-selected").waitFor();
    }),
);

browserTest(
  "a folded group is dragged as one, unfolded by pointer, laid out as a box, small in overview and picture",
  () =>
    onPage(async (page, server) => {
      await open(page, server, text.replace('"colour": "green"', '"colour": "green", "folded": true'));
      // Waits until the first look has been taken.
      await box(page).hover();
      const at = await box(page).boundingBox();
      assert.ok(at !== null);
      await page.mouse.down();
      await page.mouse.move(at.x + at.width / 2, at.y + at.height / 2 + 100, { steps: 4 });
      await page.mouse.up();
      await page.getByRole("status").filter({ hasText: /^Changed$/ }).waitFor();
      await page.keyboard.press("Control+s");
      await page.getByRole("status").filter({ hasText: /^Saved$/ }).waitFor();
      const moved = JSON.parse((server.text(file) ?? "").replace(/\/\/.*/g, "")).nodes;
      assert.ok(moved.read.position.y > 40, JSON.stringify(moved.read.position));
      assert.equal(moved.measure.position.y - moved.read.position.y, 240);
      assert.deepEqual(moved.scan.position, { x: 0, y: 0 });

      // The bundle says what is in it.
      await page.keyboard.press("Escape");
      const scan = await page.locator("#node-scan").boundingBox();
      const now = await box(page).boundingBox();
      assert.ok(scan !== null && now !== null);
      const files = await page.locator('#node-scan [data-port="files"] .port-dot').boundingBox();
      assert.ok(files !== null);
      await page.mouse.click((files.x + now.x) / 2 + 2, (files.y + files.height / 2 + now.y + 18) / 2);
      await page.getByRole("heading", { name: "2 connections" }).waitFor();
      await page.getByRole("button", { name: /scan\.files\s*read/ }).click();
      await page.locator("#node-read").waitFor();
      await page.locator(".stage").focus();
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "Find anything" }).fill("Fold all groups");
      await page.keyboard.press("Enter");
      await box(page).waitFor();

      // The picture has the box.
      const downloading = page.waitForEvent("download");
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "Find anything" }).fill("Export as SVG");
      await page.keyboard.press("Enter");
      const svg = await Deno.readTextFile(await (await downloading).path());
      assert.match(svg, />The work</);
      assert.match(svg, />3 nodes</);
      assert.doesNotMatch(svg, />measure</);

      // Far away it is painted, and found under the pointer.
      await page.locator(".stage").focus();
      for (let i = 0; i < 6; i++) await page.keyboard.press("-");
      await page.waitForFunction(() => document.querySelectorAll(".card").length === 0);
      await page.keyboard.press("Control+a");
      await page.getByText("chosen", { exact: false }).first().waitFor();
      await page.keyboard.press("0");
      await page.keyboard.press("f");
      await box(page).waitFor();
      await box(page).dblclick();
      await page.locator("#node-read").waitFor();
    }),
);
