/**
 * Who cannot see well, has no mouse, a small window or a very large one: axe-core finds nothing in any view or theme, every
 * button has a name, nothing runs out of the window.
 *
 * @module
 */

import assert from "node:assert/strict";
import * as esbuild from "esbuild";
import type { Browser, Page } from "playwright-core";
import { buildUi } from "../../../build/ui.ts";
import type { Catalog } from "../../../core/workflow/catalog.ts";
import { browserTest, openPage, startBrowser } from "./browser.ts";
import { FixtureServer } from "./fixture_server.ts";
import { realCatalog } from "./real_catalog.ts";

const axe = await Deno.readTextFile(new URL("../../../node_modules/axe-core/axe.min.js", import.meta.url))
  .catch(() => "");
const review = new URL("../../../templates/code-review.workflow.jsonc", import.meta.url);
let stand: Promise<{ browser: Browser; catalog: Catalog; folder: string }> | undefined;

async function makeStand() {
  const folder = await Deno.makeTempDir({ prefix: "symphony-page-" });
  const [browser, catalog] = await Promise.all([
    startBrowser(),
    realCatalog(),
    buildUi({ out: folder, isReadable: true }),
  ]);
  await esbuild.stop();
  return { browser, catalog, folder };
}

async function onPage(
  run: (page: Page, address: string) => Promise<void>,
  options: Parameters<typeof openPage>[1] = {},
): Promise<void> {
  const { browser, catalog, folder } = await (stand ??= makeStand());
  await using server = FixtureServer.start(folder, catalog);
  await server.write("code-review.workflow.jsonc", await Deno.readTextFile(review));
  await server.write(
    "broken.workflow.jsonc",
    `{ "schema": 1, "id": "b", "nodes": { "read": { "use": "files/read" }, "odd": { "use": "no/such" } } }`,
  );
  const { page, faults } = await openPage(browser, options);
  try {
    await run(page, server.address);
    assert.deepEqual(faults, []);
  } finally {
    await page.context().close();
  }
}

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe-core has against the page, by WCAG 2.2 AA and its own best practice. */
async function violations(page: Page, where: string): Promise<string[]> {
  // Through the debugger: the page's policy rightly refuses scripts that are put into it.
  const found = await page.evaluate(
    `${axe}; axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations)`,
  ) as readonly Violation[];
  return found.map(({ id, help, nodes }) =>
    `${where}: ${id}: ${help}\n${
      nodes.slice(0, 3).map(({ html, failureSummary }) =>
        `  ${html.slice(0, 160)}\n  ${failureSummary.slice(0, 300)}`
      ).join("\n")
    }`
  );
}

for (const theme of ["light", "dark", "contrast"] as const) {
  browserTest(`axe-core finds nothing on the board in ${theme}`, () =>
    onPage(async (page, address) => {
      await page.addInitScript(`localStorage.setItem("symphony.theme", ${JSON.stringify(theme)})`);
      const found: string[] = [];
      await page.goto(`${address}/#/board`);
      await page.waitForSelector(".home-row");
      found.push(...await violations(page, "home"));
      await page.getByRole("button", { name: "Templates" }).click();
      await page.waitForSelector(".graph-preview");
      found.push(...await violations(page, "templates"));
      await page.keyboard.press("Escape");
      await page.goto(`${address}/#/board/code-review.workflow.jsonc`);
      await page.waitForSelector(".card");
      found.push(...await violations(page, "board"));
      await page.locator("#node-measure .card-head").click();
      for (const fold of await page.locator(".fold summary").all()) {
        if (await fold.isVisible()) await fold.click();
      }
      found.push(...await violations(page, "inspector"));
      await page.getByRole("tab", { name: "Outline" }).click();
      await page.getByRole("tab", { name: "Run" }).click();
      found.push(...await violations(page, "outline and run"));
      await page.getByRole("tab", { name: "Versions" }).click();
      await page.waitForSelector(".versions");
      found.push(...await violations(page, "versions"));
      await page.locator(".stage").focus();
      await page.keyboard.press("n");
      found.push(...await violations(page, "add"));
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+k");
      found.push(...await violations(page, "palette"));
      await page.keyboard.press("Escape");
      await page.goto(`${address}/#/board/broken.workflow.jsonc`);
      await page.waitForSelector(".card.has-error");
      await page.getByRole("tab", { name: /Problems/ }).click();
      await page.waitForSelector(".problem");
      found.push(...await violations(page, "problems"));
      await page.goto(`${address}/#/keys`);
      await page.waitForSelector(".keys-sheet");
      found.push(...await violations(page, "keys"));
      assert.deepEqual(found, []);
    }));
}

browserTest(
  "at 360 pixels nothing runs out of the window, and everything is still there",
  () =>
    onPage(async (page, address) => {
      for (const path of ["#/board", "#/board/code-review.workflow.jsonc", "#/keys"]) {
        await page.goto(`${address}/${path}`);
        await page.waitForSelector(".bar");
        await page.waitForTimeout(200);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= 360, `${path} is ${wide} wide`);
      }
      await page.goto(`${address}/#/board/code-review.workflow.jsonc`);
      await page.waitForSelector(".stage");
      await page.locator(".stage").focus();
      const run = await page.getByRole("button", { name: "Run", exact: true }).boundingBox();
      assert.ok(run !== null && run.x + run.width <= 360, "Run can be reached");
      await page.getByRole("button", { name: "Inspector" }).click();
      await page.getByRole("tab", { name: "Inspector" }).waitFor();
      assert.deepEqual(await violations(page, "360 px"), []);
    }, { viewport: { width: 360, height: 720 } }),
);

browserTest("at 4K the board fills the window", () =>
  onPage(async (page, address) => {
    await page.goto(`${address}/#/board/code-review.workflow.jsonc`);
    await page.waitForSelector(".card");
    const stage = await page.locator(".stage").boundingBox();
    assert.ok(stage !== null && stage.width > 3000 && stage.height > 1900);
  }, { viewport: { width: 3840, height: 2160 } }));

browserTest(
  "tabs of the keyboard reach every part of the board in order, and none is a trap",
  () =>
    onPage(async (page, address) => {
      await page.goto(`${address}/#/board/code-review.workflow.jsonc`);
      await page.waitForSelector(".card");
      const seen: string[] = [];
      for (let step = 0; step < 140; step++) {
        await page.keyboard.press("Tab");
        seen.push(
          await page.evaluate(() => {
            const at = document.activeElement;
            if (at === null || at === document.body) return "body";
            if (at.closest(".rail") !== null) return "rail";
            if (at.closest(".side.left") !== null) return "library";
            if (at.classList.contains("stage")) return "stage";
            if (at.closest(".side.right") !== null) return "inspector";
            if (at.closest(".bar") !== null) return "bar";
            if (at.closest(".status") !== null) return "status";
            return at.className;
          }),
        );
        if (seen.includes("status")) break;
      }
      for (const part of ["rail", "bar", "library", "stage", "inspector", "status"]) {
        assert.ok(seen.includes(part), `${part} in ${[...new Set(seen)]}`);
      }
      assert.deepEqual(
        [...new Set(seen)].filter((part) =>
          ["rail", "bar", "library", "stage", "inspector", "status"].includes(part)
        ),
        ["rail", "bar", "library", "stage", "inspector", "status"],
      );
    }),
);
