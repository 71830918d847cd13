/** A run from the board to its end, by keys alone: nothing is clicked, nothing is focused but by keys. @module */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { browserTest, startBrowser } from "./browser.ts";
import { type Keyboard, walk } from "./keyboard.ts";
import { fragile, MonitorRig } from "./monitor_rig.ts";

const release = {
  schema: 1,
  id: "release",
  name: "Release notes",
  inputs: { topic: { type: "string" } },
  nodes: {
    plan: { use: "trial/work", title: "Plan", in: { ms: "50", name: "'plan'" } },
    story: { use: "trial/work", title: "Quick work", in: { ms: "50", name: "'quick'" } },
    word: { use: "control/wait", title: "Wait for a word", after: ["plan", "story"], signal: "word" },
    ask: {
      use: "control/gate",
      title: "May it be published?",
      after: "word",
      question: "Publish the report?",
      schema: {
        type: "object",
        properties: { title: { type: "string" }, isMajor: { type: "boolean" } },
        required: ["title"],
      },
    },
    report: {
      use: "trial/document",
      title: "Write the report",
      after: "ask.approved",
      in: { title: "inputs.topic" },
    },
  },
  outputs: { report: "report.artifact" },
};

const state = (page: Page, word: string) =>
  page.locator(".monitor-state").filter({ hasText: word }).waitFor();

/** Opens the page of a run that has just been started from its board. */
async function toMonitor(keyboard: Keyboard, page: Page): Promise<string> {
  await page.getByRole("link", { name: "Open in the monitor" }).waitFor();
  await keyboard.press("F6");
  await keyboard.tabTo("link", "Open in the monitor");
  await keyboard.press("Enter");
  await page.waitForURL(/#\/runs\/r\w+/);
  await page.locator(".monitor-state").waitFor();
  return /#\/runs\/(\w+)/.exec(page.url())?.[1] ?? "";
}

browserTest("a run is started, watched, steered, answered and read to its end by keys alone", async () => {
  await using rig = await MonitorRig.start();
  await using browser = await startBrowser();
  await rig.write("release.workflow.jsonc", JSON.stringify(release, undefined, 2));
  await walk(rig, browser, "", async (keyboard, page) => {
    keyboard.step("home");
    await page.locator(".home-row").waitFor();
    await keyboard.tabTo("link", /^Release notes/);
    await keyboard.clean();
    keyboard.step("a menu of the home page");
    await keyboard.tabTo("button", "More for Release notes");
    await keyboard.press("Enter");
    await page.getByRole("menu").waitFor();
    await keyboard.arrowTo("ArrowDown", /^Copy/);
    await keyboard.clean();
    await keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await keyboard.clean();
    await keyboard.press("Escape");
    await keyboard.tabTo("button", "More for Release notes", { most: 0 });
    await keyboard.tabTo("link", /^Release notes/, { back: true, most: 1 });
    keyboard.step("board");
    await keyboard.press("Enter");
    await page.locator(".card").first().waitFor();
    await page.locator(".stage:focus").waitFor();
    keyboard.step("a node");
    await keyboard.press("n");
    await page.getByRole("dialog").waitFor();
    await keyboard.type("split text");
    await page.getByRole("option", { name: /Split text/ }).waitFor();
    await keyboard.clean();
    await keyboard.press("Enter");
    await page.locator(".card").nth(7).waitFor();
    await keyboard.tabTo("application", /^Workflow, /, { most: 0 });
    await keyboard.press("Control+z");
    await page.locator(".card").nth(7).waitFor({ state: "detached" });
    keyboard.step("a note");
    await keyboard.press("Shift+N");
    await page.locator(".note textarea:focus").waitFor();
    await keyboard.type("Read me");
    await keyboard.clean();
    await keyboard.press("Escape");
    await keyboard.tabTo("application", /^Workflow, /, { most: 0 });
    await keyboard.press("Control+z", "Control+z");
    await page.locator(".note").waitFor({ state: "detached" });
    keyboard.step("library");
    await keyboard.tabTo("searchbox", "Search nodes", { back: true });
    await keyboard.press("ArrowDown", "ArrowDown");
    await keyboard.tabTo("separator", "Width of the library", { most: 1 });
    keyboard.step("run dialog");
    await keyboard.tabTo("button", "Run", { back: true });
    await keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Run" }).waitFor();
    await keyboard.clean();
    await keyboard.press("Escape");
    await page.getByRole("dialog", { name: "Run" }).waitFor({ state: "detached" });
    await keyboard.tabTo("button", "Run", { most: 0 });
    await keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Run" }).waitFor();
    await keyboard.type("Findings");
    await keyboard.press("Enter");
    const run = await toMonitor(keyboard, page);

    keyboard.step("the live graph");
    await page.getByText("Waits for the signal").waitFor();
    await keyboard.tabTo("group", /^Graph of the run/);
    await keyboard.press("Home", "ArrowDown");
    await page.waitForFunction(() => /node=%2F(story|plan)/.test(location.hash));
    await keyboard.press("Home");
    await page.waitForFunction(() => location.hash.includes("node=%2Fplan"));

    keyboard.step("provide input");
    await keyboard.tabTo("textbox", "Value for Wait for a word", { back: true });
    await keyboard.type('{"go": true}');
    await keyboard.tabTo("button", "Send", { most: 2 });
    await keyboard.press("Enter");
    keyboard.step("a gate with a form");
    await page.getByRole("region", { name: "Questions to you" }).getByText("Publish the report?").waitFor();
    await keyboard.tabTo("textbox", /^Title/);
    await keyboard.type("Of keys");
    await keyboard.tabTo("checkbox", /major/i, { most: 2 });
    await keyboard.press("Space");
    await keyboard.tabTo("textbox", "Comment for May it be published?", { most: 2 });
    await keyboard.type("by keys");
    await keyboard.clean();
    await keyboard.tabTo("button", "Approve", { most: 2 });
    await keyboard.press("Enter");
    await state(page, "Completed");
    const { nodes } = await rig.call(`GET /runs/${run}`);
    const stateOf = (id: string) => nodes.find(({ node }: { node: string }) => node === id)?.state;
    assert.deepEqual([stateOf("word"), stateOf("report")], ["completed", "completed"]);

    keyboard.step("what a node gave");
    await keyboard.tabTo("listbox", "Nodes");
    await keyboard.press("Home");
    await keyboard.arrowTo("ArrowDown", /Write the report/);
    await page.getByRole("listbox", { name: /^Output of Write the report/ }).waitFor();
    await keyboard.tabTo("listbox", /^Output of Write the report/);
    await keyboard.press("ArrowDown", "ArrowDown");
    assert.match((await keyboard.focused()).active, /artifact|table/);
    keyboard.step("timeline");
    await keyboard.tabTo("tab", "Graph", { back: true });
    await keyboard.press("ArrowRight");
    await page.getByRole("group", { name: /^Timeline/ }).waitFor();
    await keyboard.tabTo("group", /^Timeline/);
    await keyboard.press("Home", "ArrowDown");
    await page.waitForFunction(() =>
      /Plan|Quick work/.test(document.querySelector("[role=status].hidden-text")?.textContent ?? "")
    );
    await keyboard.clean();
    keyboard.step("log");
    await keyboard.tabTo("tab", "Timeline", { back: true });
    await keyboard.press("ArrowRight");
    await page.locator(".monitor-line").first().waitFor();
    await keyboard.tabTo("combobox", "Lines of");
    await keyboard.press("Home");
    await page.getByText("run of release").waitFor();
    await keyboard.tabTo("listbox", "Log");
    await keyboard.press("Home", "ArrowDown");
    assert.match((await keyboard.focused()).active, /run started/);
    keyboard.step("outputs");
    await keyboard.tabTo("tab", "Log", { back: true });
    await keyboard.press("ArrowRight");
    await page.getByRole("link", { name: "Artifacts of this run" }).waitFor();
    await keyboard.tabTo("link", "Artifacts of this run");
    await keyboard.press("Enter");
    await page.getByRole("option", { name: /report\.md/ }).waitFor();
  });
});

browserTest("a failure is found, understood and mended, and a run cancelled, by keys alone", async () => {
  await using rig = await MonitorRig.start();
  await using browser = await startBrowser();
  const long = {
    ...fragile,
    nodes: { ...fragile.nodes, before: { use: "trial/work", in: { ms: "60000" } } },
  };
  const failed = await rig.run(fragile);
  await rig.until(failed, "failed");
  await walk(rig, browser, "runs", async (keyboard, page) => {
    keyboard.step("list of runs");
    await page.getByText(failed).waitFor();
    await keyboard.tabTo("listbox", "Runs");
    await keyboard.press("Home");
    await keyboard.arrowTo("ArrowDown", new RegExp(failed));
    await keyboard.press("Enter");
    await state(page, "Failed");
    keyboard.step("show why");
    await keyboard.tabTo("button", "Show why");
    await keyboard.press("Enter");
    await page.getByRole("complementary", { name: "Chosen node" }).getByText(/The pipe for/).first()
      .waitFor();
    await keyboard.tabTo("link", "In the error tracker", { most: 6 });
    await keyboard.press("Enter");
    keyboard.step("error tracker");
    await page.getByRole("option", { name: /The pipe for/ }).waitFor();
    await keyboard.tabTo("listbox", "Failures by cause");
    await keyboard.press("Home");
    await page.getByRole("article", { name: `mend in run ${failed}` }).waitFor();
    assert.match((await keyboard.focused()).active, /The pipe for/);
    await keyboard.clean();
    await keyboard.tabTo("DisclosureTriangle", "As it was told");
    await keyboard.press("Enter");
    await page.locator("details[open] pre").waitFor();
    await keyboard.tabTo("button", "Retry from there", { back: true });
    await rig.write("mended.txt", "yes");
    await keyboard.press("Enter");
    await state(page, "Completed");

    keyboard.step("retry a failed node");
    await rig.remove("mended.txt");
    const second = await rig.run(fragile);
    await rig.until(second, "failed");
    await keyboard.press("g", "r");
    await page.getByText(second).waitFor();
    await keyboard.tabTo("listbox", "Runs");
    await keyboard.arrowTo("ArrowDown", new RegExp(second));
    await keyboard.press("Enter");
    await state(page, "Failed");
    await keyboard.tabTo("group", /^Graph of the run/);
    await keyboard.press("Home", "ArrowRight");
    await page.waitForFunction(() => location.hash.includes("node=%2Fmend"));
    await rig.write("mended.txt", "yes");
    await keyboard.tabTo("button", "Retry");
    await keyboard.press("Enter");
    await state(page, "Completed");

    keyboard.step("skip a failed node");
    await rig.remove("mended.txt");
    const skipped = await rig.run(fragile);
    await rig.until(skipped, "failed");
    await keyboard.press("g", "r");
    await page.getByText(skipped).waitFor();
    await keyboard.tabTo("listbox", "Runs");
    await keyboard.arrowTo("ArrowDown", new RegExp(skipped));
    await keyboard.press("Enter");
    await state(page, "Failed");
    await keyboard.tabTo("button", "Show why");
    await keyboard.press("Enter");
    await keyboard.tabTo("button", "Skip", { most: 4 });
    await keyboard.press("Enter");
    await state(page, "Completed");

    keyboard.step("a long run");
    const third = await rig.run(long);
    await keyboard.press("g", "r");
    await page.getByText(third).waitFor();
    await keyboard.tabTo("listbox", "Runs");
    await keyboard.arrowTo("ArrowDown", new RegExp(third));
    await keyboard.press("Enter");
    await state(page, "Running");
    keyboard.step("pause and resume");
    await keyboard.press("p");
    await state(page, "Paused");
    await keyboard.press("r");
    await state(page, "Running");
    await keyboard.tabTo("button", "Pause");
    await keyboard.press("Enter");
    await state(page, "Paused");
    await keyboard.tabTo("button", "Resume", { most: 1 });
    await keyboard.press("Enter");
    await state(page, "Running");
    keyboard.step("skip a node that has not begun");
    await keyboard.tabTo("group", /^Graph of the run/);
    await keyboard.press("End");
    await page.waitForFunction(() => location.hash.includes("node=%2Fbehind"));
    await keyboard.tabTo("button", "Skip");
    await keyboard.press("Enter");
    await page.getByRole("complementary", { name: "Chosen node" }).getByText("Skipped").first().waitFor();
    keyboard.step("cancel");
    await keyboard.tabTo("listbox", "Nodes", { back: true });
    await keyboard.press("Shift+C");
    const dialog = page.getByRole("dialog", { name: "Cancel the run?" });
    await dialog.waitFor();
    await keyboard.clean();
    await keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await keyboard.tabTo("listbox", "Nodes", { most: 0 });
    await keyboard.press("Shift+C");
    await dialog.waitFor();
    await keyboard.type("by keys");
    await keyboard.press("Enter");
    await page.getByText("Cancelled: by keys").waitFor();
    await keyboard.tabTo("listbox", "Nodes", { most: 0 });
  });
});
