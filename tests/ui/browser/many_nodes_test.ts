/** The log of a run of more nodes than a list can name, in a real browser before the real server. @module */

import assert from "node:assert/strict";
import { browserTest, startBrowser } from "./browser.ts";
import { axeFaults, faultsOf, MonitorRig, waits } from "./monitor_rig.ts";

browserTest(
  "the log of a run of many nodes is narrowed by a name that is typed, not by a list of them all",
  async () => {
    await using rig = await MonitorRig.start();
    await using browser = await startBrowser();
    const run = await rig.run(waits(260));
    await rig.until(run, "completed");
    const { page, faults } = await rig.open(browser, `runs/${run}`);
    await page.getByRole("tab", { name: "Log" }).click();
    const whose = page.getByRole("combobox", { name: "Lines of" });
    await whose.waitFor();
    assert.ok(await page.locator("datalist option, .monitor-log select option").count() < 100);
    await whose.fill("n42");
    const names = page.locator(".monitor-line-node");
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".monitor-line-node")].every(({ textContent }) => textContent === "n42")
    );
    assert.ok(await names.count() > 0);
    await whose.fill("The run itself");
    await names.filter({ hasText: /^run$/ }).first().waitFor();
    await whose.fill("");
    await names.filter({ hasText: /^n\d+$/ }).first().waitFor();
    assert.deepEqual(await axeFaults(page), []);
    assert.deepEqual(faultsOf(faults), []);
  },
);
