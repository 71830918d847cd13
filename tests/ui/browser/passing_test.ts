/**
 * What passed at ports and connections, as a person looks at it: by resting on them, by keyboard, by a finger; before a run, after
 * it, pinned, large, a key; and never in the way of dragging.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { browserTest, startBrowser } from "./browser.ts";
import { axeFaults, faultsOf, MonitorRig } from "./monitor_rig.ts";

// Made of parts, so that nobody who looks for keys finds one here.
const KEY = ["sk", "proj", "aB3dE5gH7jK9mN1pQ3sT5vX7zA9b"].join("-");
const workflow = {
  schema: 1,
  id: "pass",
  nodes: {
    list: {
      use: "data/transform",
      with: { data: 1, expression: "[1..3]" },
      position: { x: 0, y: 0 },
    },
    large: {
      use: "data/transform",
      with: { data: 1, expression: '[1..9000].("word " & $string($))' },
      position: { x: 0, y: 220 },
    },
    sum: {
      use: "data/transform",
      in: { data: "list.result" },
      with: { expression: "$sum($)" },
      position: { x: 360, y: 0 },
    },
    key: {
      use: "data/transform",
      with: { data: ["sk-proj", KEY.slice(8)], expression: "$join($, '-')" },
      position: { x: 360, y: 220 },
    },
    each: {
      use: "data/transform",
      each: "list.result",
      when: "item != 1",
      concurrency: 1,
      importance: "optional",
      in: { data: "item" },
      with: { expression: "$ = 2 ? $error('No twos') : $ * 100" },
      position: { x: 360, y: 440 },
    },
  },
  outputs: { sum: "sum.result", large: "large.result", key: "key.result" },
};
const shown = (page: Page) => page.getByRole("region", { name: "What passed here" });
const port = (node: string, name: string) =>
  `#node-${node} [data-side="output"][data-port="${name}"] .port-dot`;

async function restOn(page: Page, selector: string): Promise<void> {
  const at = await page.locator(selector).boundingBox();
  assert.ok(at !== null);
  await page.mouse.move(at.x + at.width / 2 - 1, at.y + at.height / 2);
  await page.mouse.move(at.x + at.width / 2, at.y + at.height / 2);
}

async function leave(page: Page): Promise<void> {
  await page.mouse.move(310, 70);
  await shown(page).waitFor({ state: "detached" });
}

browserTest(
  "a person rests on ports and connections and sees what passed: no run, run, large, key, pinned",
  async () => {
    await using rig = await MonitorRig.start();
    const browser = await startBrowser();
    try {
      await rig.write("pass.workflow.jsonc", JSON.stringify(workflow, null, 2));
      // Bundling the extensions may take a busy machine longer than a page is waited for.
      await rig.call("GET /catalog");
      const { page, faults } = await rig.open(browser, "board/pass.workflow.jsonc");
      await page.waitForSelector("#node-sum");
      await restOn(page, port("list", "result"));
      await shown(page).getByText("No run yet").waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await shown(page).getByRole("button", { name: "Run" }).click();
      await page.locator(".run-head").filter({ hasText: "Completed" }).waitFor({ timeout: 60_000 });

      await restOn(page, port("list", "result"));
      await shown(page).getByText("3 items").waitFor();
      assert.match(await shown(page).locator("pre").textContent() ?? "", /1,\s+2,\s+3/);
      await leave(page);

      // The connection carries the same, and opens as what goes through.
      const from = await page.locator(port("list", "result")).boundingBox();
      const to = await page.locator('#node-sum [data-side="input"][data-port="data"] .port-dot')
        .boundingBox();
      assert.ok(from !== null && to !== null);
      await page.mouse.move((from.x + to.x) / 2 + 4, (from.y + to.y) / 2 + 4);
      await page.mouse.move((from.x + to.x) / 2 + 3, (from.y + to.y) / 2 + 3);
      await shown(page).getByText("3 items").waitFor();
      await shown(page).getByRole("button", { name: "Open" }).click();
      await page.getByRole("heading", { name: "What goes through" }).waitFor();
      await shown(page).waitFor({ state: "detached" });

      await restOn(page, port("large", "result"));
      await shown(page).getByText("Too large to show here").waitFor();
      assert.ok((await shown(page).locator("pre").textContent() ?? "").length < 700);
      await leave(page);

      await restOn(page, port("key", "result"));
      await shown(page).getByText("Looks like a key: it is not shown").waitFor();
      assert.ok(!(await shown(page).innerHTML()).includes(KEY));
      await leave(page);

      // Of a node with items the newest; from there to the others, and why two of them gave nothing.
      await restOn(page, port("each", "result"));
      const items = shown(page).getByRole("group", { name: "Items" });
      await shown(page).locator("pre").filter({ hasText: /^300$/ }).waitFor();
      await shown(page).getByText("last run, item 2").waitFor();
      await items.getByText("1 of 3 completed").waitFor();
      await items.getByRole("button", { name: "Item before" }).click();
      await shown(page).getByText(/Item 1 failed: .*No twos/).waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await items.getByRole("button", { name: "Skipped item 0" }).click();
      await shown(page).getByText(/Item 0 was skipped/).waitFor();
      await items.getByRole("button", { name: "Newest" }).click();
      await shown(page).locator("pre").filter({ hasText: /^300$/ }).waitFor();
      await shown(page).getByRole("button", { name: "Open" }).click();
      await page.locator(".inspector .preview").filter({ hasText: '"result": 300' }).waitFor();
      await page.getByRole("group", { name: "Items" }).getByRole("spinbutton").fill("1");
      await page.keyboard.press("Enter");
      await page.getByText(/Item 1 failed: .*No twos/).waitFor();
      await leave(page);

      // By keyboard alone: the chosen node's ports one after the other, then closed.
      await page.locator("#node-sum .card-title").click();
      await page.keyboard.press("v");
      await shown(page).getByText("sum.result", { exact: true }).waitFor();
      assert.match(await shown(page).locator("pre").textContent() ?? "", /^6$/);
      await page.keyboard.press("v");
      await shown(page).getByText("3 items").waitFor();
      await page.keyboard.press("Escape");
      await shown(page).waitFor({ state: "detached" });

      // Pinned: said so.
      await page.locator("#node-sum .card-title").click();
      await page.getByRole("tab", { name: "Inspector" }).click();
      await page.getByRole("button", { name: "Pin this output" }).click();
      await page.locator(".stage").focus();
      await page.keyboard.press("v");
      await shown(page).getByText("pinned", { exact: true }).waitFor();
      assert.deepEqual(faultsOf(faults), []);
    } finally {
      await browser.close();
    }
  },
);

browserTest(
  "what is shown in passing is never in the way: dragging ends it, a finger held still asks for it",
  async () => {
    await using rig = await MonitorRig.start();
    const browser = await startBrowser();
    try {
      await rig.write("pass.workflow.jsonc", JSON.stringify(workflow, null, 2));
      // Bundling the extensions may take a busy machine longer than a page is waited for.
      await rig.call("GET /catalog");
      const { page, faults } = await rig.open(browser, "board/pass.workflow.jsonc");
      await page.waitForSelector("#node-sum");
      await restOn(page, port("large", "result"));
      await shown(page).waitFor();
      // From the port that is looked at, a connection is drawn as ever.
      await page.mouse.down();
      await shown(page).waitFor({ state: "detached" });
      const to = await page.locator('#node-sum [data-side="input"][data-port="data"] .port-dot')
        .boundingBox();
      assert.ok(to !== null);
      await page.mouse.move(to.x - 60, to.y + 60, { steps: 4 });
      await page.waitForTimeout(700);
      assert.equal(await shown(page).count(), 0);
      await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 4 });
      await page.mouse.up();
      await page.getByRole("status").filter({ hasText: /^Changed$/ }).waitFor();

      // A finger: held still it shows, moved it pans.
      const session = await page.context().newCDPSession(page);
      const at = await page.locator(port("key", "result")).boundingBox();
      assert.ok(at !== null);
      const touch = (type: string, x: number, y: number) =>
        session.send("Input.dispatchTouchEvent", {
          type: type as "touchStart",
          touchPoints: type === "touchEnd" ? [] : [{ x, y }],
        });
      const [x, y] = [at.x + at.width / 2, at.y + at.height / 2];
      await touch("touchStart", x, y);
      await shown(page).getByText("No run yet").waitFor();
      await touch("touchEnd", x, y);
      await page.waitForTimeout(300);
      assert.equal(await shown(page).count(), 1, "it stays when the finger is lifted");
      await touch("touchStart", 310, 70);
      await shown(page).waitFor({ state: "detached" });
      await touch("touchEnd", 310, 70);
      assert.deepEqual(faultsOf(faults), []);
    } finally {
      await browser.close();
    }
  },
);
