/** Finding anything from anywhere by its name, and the keys of the view one is in, in one page over the real server. @module */

import assert from "node:assert/strict";
import { browserTest, startBrowser } from "./browser.ts";
import { axeFaults, faultsOf, MonitorRig, watched } from "./monitor_rig.ts";

browserTest(
  "the palette finds runs, workflows, artifacts, extensions, settings and views by name, and ? lists every view's own keys",
  async () => {
    await using rig = await MonitorRig.start();
    await using browser = await startBrowser();
    await rig.write(
      "tidy.workflow.jsonc",
      JSON.stringify({ ...watched, id: "tidy", name: "Tidy things up" }),
    );
    const run = await rig.run({
      ...watched,
      nodes: { report: { use: "trial/document", in: { title: "'Findings'" } } },
    });
    await rig.until(run, "completed");
    const { page, faults } = await rig.open(browser, "performance");
    await page.getByRole("heading", { name: "Performance" }).waitFor();
    const find = async (words: string, title: RegExp, group: string) => {
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "Find anything" }).fill(words);
      const option = page.getByRole("option").filter({ hasText: title }).filter({ hasText: group }).first();
      await option.waitFor();
      return option;
    };
    // Each by name, and gone to.
    for (
      const [words, title, group, place] of [
        [run, new RegExp(`${run}.*Completed, (just now|.* ago)`), "Runs", `#/runs/${run}`],
        ["tidy", /Tidy things up/, "Workflows", "#/board/tidy.workflow.jsonc"],
        ["report", /report\.md/, "Artifacts", "#/artifacts/"],
        ["trial monitor", /trial\/monitor/, "Extensions", "#/system/extensions"],
        ["baseUrl", /symphony\/local baseUrl/, "Settings", "#/system/settings"],
        ["permissions audit", /permissions and audit/, "Views", "#/system/permissions"],
      ] as const
    ) {
      await (await find(words, title, group)).click();
      await page.waitForFunction((wanted) => decodeURIComponent(location.hash).startsWith(wanted), place);
    }
    // By keys alone: what is found first is what was typed.
    await find("tidy", /Tidy things up/, "Workflows");
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.hash.includes("tidy.workflow.jsonc"));
    await page.locator(".card").first().waitFor();
    // On the board its own nodes come first, and @ keeps to them.
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Find anything" }).fill("@report");
    await page.getByRole("option").first().waitFor();
    assert.equal(await page.getByRole("option").filter({ hasText: "Artifacts" }).count(), 0);
    await page.keyboard.press("Escape");
    for (
      const [path, title] of [
        ["board/tidy.workflow.jsonc", "Harmony Board"],
        [`runs/${run}`, "Runs"],
        ["failures", "Failures"],
        ["artifacts", "Artifacts"],
        ["performance", "Performance"],
        ["system", "System"],
        ["editor", "Editor"],
        ["panels", "Panels"],
      ] as const
    ) {
      await page.goto(`http://127.0.0.1:${rig.session.port}/#/${path}`);
      await page.waitForFunction((wanted) => document.title.startsWith(wanted), title);
      await page.locator("#main").focus();
      await page.keyboard.press("?");
      const sheet = page.getByRole("region", { name: "Keys" });
      await sheet.getByRole("region", { name: `In ${title}` }).waitFor();
      // The keys of the page are there, too, and none of another view.
      await sheet.getByRole("region", { name: "Go to" }).waitFor();
      assert.equal(await sheet.getByRole("region", { name: /^In / }).count(), 1, title);
    }
    await page.goto(`http://127.0.0.1:${rig.session.port}/#/board/tidy.workflow.jsonc`);
    await page.locator(".card").first().waitFor();
    await page.locator("#main").focus();
    await page.keyboard.press("?");
    await page.getByRole("region", { name: "Board" }).getByText("Undo").first().waitFor();
    assert.deepEqual(faultsOf(faults), []);
  },
);
