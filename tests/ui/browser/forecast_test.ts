/**
 * What the page says before a run: what earlier runs spent and where the budget may not do; and of a run on mock data that
 * it is one, on the board and in the list of runs.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { currentUi } from "../../../build/current_ui.ts";
import { Program } from "../server/program.ts";
import { browserTest, openPage, startBrowser } from "./browser.ts";
import { axeFaults } from "./monitor_rig.ts";

const workflow = (budget: object) =>
  JSON.stringify({
    schema: 1,
    id: "count",
    name: "Count",
    ...budget,
    inputs: { root: { type: "string", default: "." } },
    nodes: { scan: { use: "files/scan", in: { root: "inputs.root" } } },
  });

/** For people who look at it: SYMPHONY_SHOTS names a folder. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = Deno.env.get("SYMPHONY_SHOTS");
  if (folder === undefined) return;
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: `${folder}/${name}-${scheme}.png` });
  }
}

browserTest("the board tells before a run what it is likely to spend, and calls a mock run one", async () => {
  await currentUi();
  const workspace = await Deno.makeTempDir({ prefix: "symphony-work-" });
  const data = await Deno.makeTempDir({ prefix: "symphony-data-" });
  await Deno.writeTextFile(`${workspace}/plain.workflow.jsonc`, workflow({}));
  await Deno.writeTextFile(`${workspace}/count.workflow.jsonc`, workflow({ budget: { time: "1ms" } }));
  {
    await using earlier = new Program(
      ["run", `${workspace}/plain.workflow.jsonc`, "--workspace", workspace, "--data", data],
    );
    assert.equal((await earlier.child.status).code, 0);
  }
  await using program = new Program(["serve", "--port", "0", "--workspace", workspace, "--data", data]);
  const address = await program.line();
  const browser = await startBrowser();
  try {
    const { page } = await openPage(browser);
    await page.goto(address);
    await page.getByRole("link", { name: /count\.workflow/ }).click();
    await page.waitForSelector("#node-scan");
    const run = page.getByRole("button", { name: "Run", exact: true });
    await run.hover();
    const told = page.locator('button[aria-label="Run"][aria-description]');
    await told.waitFor();
    assert.match(
      await told.getAttribute("aria-description") ?? "",
      /^Likely .*, from 1 earlier run\. The budget of 1 ms may not do: one of ten runs took /,
    );
    await run.click();
    const said = page.getByRole("dialog").getByRole("group", { name: "Forecast" });
    await said.waitFor();
    assert.match(
      await said.textContent() ?? "",
      /^Likely .*, from 1 earlier runThe budget of 1 ms may not do: one of ten runs took /,
    );
    await shoot(page, "forecast-wide");
    await page.setViewportSize({ width: 360, height: 700 });
    assert.ok(await said.isVisible());
    await shoot(page, "forecast-360");
    assert.deepEqual(await axeFaults(page), []);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.keyboard.press("Escape");

    await page.goto(`${address.split("#")[0]}#/board/plain.workflow.jsonc`);
    await page.locator(".bar-file").filter({ hasText: "plain" }).waitFor();
    await page.getByRole("button", { name: "More ways to run" }).click();
    const changed = page.getByRole("menuitem", { name: /^Run only what changed.*After a first run/ });
    assert.ok(await changed.isDisabled());
    await page.getByRole("menuitem", { name: "Run with mock data" }).click();
    assert.equal(await said.count(), 0, "what is made up spends nothing");
    await page.getByRole("dialog").getByRole("button", { name: "Run" }).click();
    await page.locator(".run-head").filter({ hasText: "Completed" }).getByText("Mock").waitFor({
      timeout: 60_000,
    });
    await page.getByRole("tabpanel").getByText(/^The next run: likely .*, from 1 earlier run/).waitFor();
    await shoot(page, "forecast-panel");
    await page.goto(`${address.split("#")[0]}#/runs`);
    await page.locator(".monitor-run-row").filter({ hasText: "Mock" }).waitFor();
    assert.equal(await page.locator(".monitor-run-row").count(), 2);
    assert.equal(await page.locator(".monitor-run-row").getByText("Mock").count(), 1);
    await shoot(page, "mock-list");
  } finally {
    await browser.close();
  }
});
