/** Artifacts, dashboard, system and palette, walked by keys alone. @module */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { browserTest, startBrowser } from "./browser.ts";
import { walk } from "./keyboard.ts";
import { fragile, MonitorRig } from "./monitor_rig.ts";

const program = fileURLToPath(new URL("../../../symphony.ts", import.meta.url));

/** Gives the Conductor something to decide. */
const task = {
  schema: 1,
  id: "task",
  version: "1.0.0",
  nodes: { a: { use: "instrument/summarize", in: { text: "'Some text to work on'" } } },
};

const report = {
  schema: 1,
  id: "report",
  name: "Report",
  nodes: { write: { use: "trial/document", title: "Write the report", in: { title: "'Findings'" } } },
  outputs: { report: "write.artifact" },
};

/** Two versions of one text, kept before the server begins. */
async function twoVersions(data: string): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".md" });
  for (const text of ["# Plan\n\nTo be written.\n", "# Plan\n\nWritten by hand.\n"]) {
    await Deno.writeTextFile(file, text);
    const words = ["artifacts", "add", file, "--name", "plan", "--data", data];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "-q", "--unstable-worker-options", program, ...words],
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  }
  await Deno.remove(file);
}

browserTest(
  "artifacts are searched, opened, compared and traced, and charts are read, by keys alone",
  async () => {
    await using rig = await MonitorRig.start(undefined, undefined, twoVersions);
    await using browser = await startBrowser();
    const run = await rig.run(report);
    await rig.until(run, "completed");
    await rig.until(await rig.run(task), "completed");
    await walk(rig, browser, "artifacts", async (keyboard, page) => {
      keyboard.step("search");
      const rows = page.getByRole("listbox", { name: "Artifacts" }).getByRole("option");
      await rows.nth(3).waitFor();
      await keyboard.tabTo("searchbox", "Search in content and names");
      await keyboard.type("written");
      await page.waitForFunction(() => document.querySelectorAll(".monitor-hit").length === 2);
      await keyboard.tabTo("listbox", "Artifacts", { most: 8 });
      await keyboard.press("Home", "Enter");
      keyboard.step("versions");
      await page.getByRole("article", { name: "Document" }).waitFor();
      await keyboard.tabTo("tab", "Content");
      await keyboard.press("ArrowRight");
      await page.locator(".monitor-table").waitFor();
      await keyboard.tabTo("button", /^Compare with plan [12]/);
      await keyboard.press("Enter");
      await page.getByRole("listbox", { name: "Difference" }).waitFor();
      await keyboard.clean();
      await keyboard.tabTo("listbox", "Difference", { most: 4 });

      keyboard.step("back to the list");
      await keyboard.tabTo("link", "All artifacts", { back: true });
      await keyboard.press("Enter");
      await rows.nth(3).waitFor();
      await keyboard.tabTo("listbox", "Artifacts");
      await keyboard.press("Home");
      await keyboard.arrowTo("ArrowDown", /^report\.md/);
      await keyboard.press("Enter");
      await page.getByRole("tab", { name: "Content" }).waitFor();
      await keyboard.tabTo("tab", "Content");
      keyboard.step("quality and tags");
      await keyboard.press("End");
      await page.getByRole("textbox", { name: "New tag" }).waitFor();
      await keyboard.tabTo("textbox", "New tag");
      await keyboard.type("seen");
      await keyboard.press("Enter");
      await page.getByRole("link", { name: "seen" }).waitFor();
      keyboard.step("lineage");
      await keyboard.tabTo("tab", "Quality and tags", { back: true });
      await keyboard.press("ArrowLeft");
      await page.getByRole("region", { name: "Lineage" }).waitFor();
      await keyboard.tabTo("link", "node report: write", { most: 12 });
      await keyboard.clean();
      await keyboard.press("Enter");
      await page.getByRole("complementary", { name: "Chosen node" }).getByText("trial/document").waitFor();

      keyboard.step("charts");
      await keyboard.press("g", "p");
      await page.locator(".monitor-chart").first().waitFor();
      await keyboard.tabTo("slider", "Memory over time");
      const said = async () =>
        await page.evaluate(() => document.activeElement?.getAttribute("aria-valuetext") ?? "");
      await page.waitForFunction(() =>
        /MiB/.test(document.activeElement?.getAttribute("aria-valuetext") ?? "")
      );
      assert.match(await said(), /: Symphony [\d.]+ MiB, Extensions/);
      await keyboard.press("Home");
      const first = await page.evaluate(() => Number(document.activeElement?.getAttribute("aria-valuenow")));
      assert.equal(first, 0);
      assert.match(await said(), /Symphony/);
      keyboard.step("latency");
      await keyboard.tabTo("tab", "Overview", { back: true });
      await keyboard.press("ArrowRight");
      await page.getByRole("button", { name: "trial/document" }).waitFor();
      await keyboard.tabTo("button", "trial/document");
      await keyboard.press("Enter");
      await page.locator(".monitor-chart").first().waitFor();
      keyboard.step("decisions");
      await keyboard.tabTo("tab", "Latency and cost", { back: true });
      await keyboard.press("End");
      await page.getByRole("listbox", { name: "Decisions" }).getByRole("option").first().waitFor();
      await keyboard.tabTo("listbox", "Decisions");
      await keyboard.press("Home");
      await page.getByRole("region", { name: "Why" }).getByRole("link", { name: "Open its run" }).waitFor();
      await keyboard.tabTo("link", "Open its run", { most: 6 });
      await keyboard.clean();
      await keyboard.press("Enter");
      await page.locator(".monitor-state").waitFor();
    });
  },
);

browserTest(
  "leave is taken back and given, a setting and a theme changed and undone, by keys alone",
  async () => {
    await using rig = await MonitorRig.start();
    await using browser = await startBrowser();
    await rig.write("mended.txt", "yes");
    await walk(rig, browser, "system/extensions", async (keyboard, page) => {
      keyboard.step("extensions");
      await page.locator(".monitor-card").first().waitFor();
      await keyboard.tabTo("searchbox", "Search extensions");
      await keyboard.type("monitor trial");
      await keyboard.tabTo("DisclosureTriangle", /permissions granted/, { most: 3 });
      await keyboard.press("Enter");
      await page.locator(".monitor-permissions").waitFor();
      keyboard.step("permissions");
      await keyboard.tabTo("tab", "Extensions", { back: true });
      await keyboard.press("ArrowRight");
      await page.getByRole("button", { name: "Take files:read back from trial/monitor" }).waitFor();
      await keyboard.tabTo("button", "Take files:read back from trial/monitor");
      await keyboard.press("Enter");
      await page.getByRole("button", { name: "Take files:read back from trial/monitor" }).waitFor({
        state: "detached",
      });
      await keyboard.tabTo("button", "Take artifacts back from trial/monitor", { most: 1 });
      const run = await rig.run(fragile);
      await page.getByRole("button", { name: "Always" }).waitFor();
      await keyboard.tabTo("button", "Always", { back: true });
      await keyboard.clean();
      await keyboard.press("Enter");
      await page.getByText("No extension waits.", { exact: false }).waitFor();
      await rig.until(run, "completed");

      keyboard.step("settings");
      await keyboard.tabTo("tab", "Permissions", { back: true });
      await keyboard.press("ArrowRight");
      await page.getByRole("region", { name: "Settings of trial/monitor" }).waitFor();
      await keyboard.tabTo("searchbox", "Search settings");
      await keyboard.type("pause");
      await keyboard.tabTo("textbox", /^Pause ms/, { most: 3 });
      await keyboard.press("Control+a");
      await keyboard.type("40");
      const back = page.getByRole("button", { name: "pauseMs to its default" });
      await back.waitFor();
      await keyboard.tabTo("button", "pauseMs to its default", { most: 3 });
      await keyboard.press("Enter");
      await back.waitFor({ state: "detached" });
      const settings = await rig.call("GET /settings");
      const pause = settings.find(({ name }: { name: string }) => name === "pauseMs");
      assert.deepEqual([pause.value, pause.isSet], [25, false]);

      keyboard.step("storage");
      await keyboard.tabTo("tab", "Settings", { back: true });
      await keyboard.press("ArrowRight");
      await page.getByRole("heading", { name: "Data folder" }).waitFor();
      await keyboard.tabTo("region", "Storage", { most: 3 });
      keyboard.step("themes");
      await keyboard.tabTo("tab", "Storage", { back: true });
      await keyboard.press("ArrowRight");
      await page.getByRole("button", { name: "High contrast" }).waitFor();
      const surface = () =>
        page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--focus').trim()");
      const before = await surface();
      await keyboard.tabTo("button", "High contrast");
      await keyboard.press("Enter");
      await page.getByRole("button", { name: "High contrast", pressed: true }).waitFor();
      assert.equal(await surface(), "#00e5ff");
      await keyboard.tabTo("button", "As the system", { back: true, most: 3 });
      await keyboard.press("Space");
      assert.equal(await surface(), before);

      keyboard.step("palette");
      await keyboard.press("Control+k");
      await page.getByRole("dialog", { name: "Find anything" }).waitFor();
      await keyboard.type("theme dark");
      await page.getByRole("option", { name: /Theme: dark/ }).waitFor();
      await keyboard.arrowTo("ArrowDown", /Theme: dark/, 3);
      await keyboard.clean();
      await keyboard.press("Escape");
      await page.getByRole("dialog", { name: "Find anything" }).waitFor({ state: "detached" });
      await keyboard.tabTo("button", "As the system", { most: 0 });
      await keyboard.press("Control+k");
      await keyboard.type("theme dark");
      await page.getByRole("option", { name: /Theme: dark/ }).waitFor();
      await keyboard.arrowTo("ArrowDown", /Theme: dark/, 3);
      await keyboard.press("Enter");
      await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
      await keyboard.tabTo("button", "As the system", { most: 0 });

      keyboard.step("keys");
      await keyboard.press("?");
      await page.getByRole("heading", { name: "Keyboard" }).waitFor();
      await page.getByText("To the next part of the page").waitFor();
      await keyboard.press("Escape");
      await page.getByRole("button", { name: "High contrast" }).waitFor();

      keyboard.step("parts of the page");
      const parts: string[] = [];
      for (let press = 0; press < 5; press++) {
        await keyboard.press("F6");
        parts.push((await keyboard.focused()).name);
      }
      assert.ok(
        parts.includes("Harmony Board") && parts.includes("Themes") && parts.includes("Connected"),
        parts.join(),
      );
    });
  },
);
