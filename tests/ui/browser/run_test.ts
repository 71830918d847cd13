/**
 * The board with the program itself behind it: what a person composes runs, is watched, shows what went through; what the board
 * saved runs unchanged from the command line; the program is killed and comes back, and the page goes on without a reload.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { currentUi } from "../../../build/current_ui.ts";
import { Program } from "../server/program.ts";
import { axeFaults } from "./monitor_rig.ts";
import { browserTest, openPage, startBrowser } from "./browser.ts";

const workflow = `// Counts the lines of every source file.
{
  "schema": 1,
  "id": "count",
  "name": "Count",
  "inputs": { "root": { "type": "string", "default": "." }, "most": { "type": "integer", "default": 5 } },
  "nodes": {
    "scan": { "use": "files/scan", "in": { "root": "inputs.root" } },
    "read": { "use": "files/read", "each": "scan.files", "in": { "path": "item" } }, // once a file
    "sum": { "use": "data/transform", "in": { "data": "read.lines" }, "with": { "expression": "$sum($)" } },
    "ask": { "use": "control/gate", "question": "Is that right?", "in": { "lines": "sum.result" } },
    "say": { "use": "data/transform", "in": { "data": "sum.result" }, "after": ["ask.approved"], "with": { "expression": "\\"lines: \\" & $string($)" } }
  },
  "outputs": { "said": "say.result" }
}
`;

interface Place {
  readonly workspace: string;
  readonly data: string;
}

async function makePlace(): Promise<Place> {
  const workspace = await Deno.makeTempDir({ prefix: "symphony-work-" });
  const data = await Deno.makeTempDir({ prefix: "symphony-data-" });
  await Deno.mkdir(`${workspace}/src`);
  for (let i = 1; i <= 4; i++) await Deno.writeTextFile(`${workspace}/src/${i}.txt`, "line\n".repeat(i));
  await Deno.writeTextFile(`${workspace}/count.workflow.jsonc`, workflow);
  return { workspace, data };
}

function serve({ workspace, data }: Place, port = "0"): Program {
  return new Program(["serve", "--port", port, "--workspace", workspace, "--data", data]);
}

/** Chooses a node and brings it into sight, by the palette. */
async function choose(page: Page, node: string): Promise<void> {
  await page.waitForSelector(".card");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find anything" }).fill(`@${node}`);
  await page.keyboard.press("Enter");
  await page.locator(`#node-${node}.is-selected`).waitFor();
}

async function startRun(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("textbox", { name: "Root" }).fill("src");
  await page.getByRole("dialog").getByRole("button", { name: "Run" }).click();
}

browserTest(
  "a workflow is run from the board, watched, asked about, looked into, and saved so that the command line runs it",
  async () => {
    await currentUi();
    const place = await makePlace();
    await using program = serve(place);
    const address = await program.line();
    const browser = await startBrowser();
    try {
      const { page, faults } = await openPage(browser);
      await page.goto(address);
      await page.getByRole("link", { name: /Count/ }).click();
      await page.waitForSelector("#node-sum");
      assert.ok(!page.url().includes("t="), "the key does not stay in the address");
      // What does not fit stays in the dialog, red, with the reason and what was typed.
      await page.getByRole("button", { name: "Run", exact: true }).click();
      const dialog = page.getByRole("dialog");
      const most = dialog.getByLabel("Most");
      // What is no number is not what it was before: nothing is sent, and focus is where it must be mended.
      await most.fill("2");
      await most.fill("2x");
      await dialog.getByRole("button", { name: "Run" }).click();
      await dialog.getByText('Expected a number, as 3 or 0.5, found "2x"', { exact: true }).waitFor();
      assert.equal(await most.getAttribute("aria-invalid"), "true");
      assert.ok(await most.evaluate((field) => field === field.ownerDocument.activeElement));
      assert.equal(await most.inputValue(), "2x");
      await most.fill("3.5");
      await dialog.getByRole("textbox", { name: "Root" }).fill("src");
      await dialog.getByRole("button", { name: "Run" }).click();
      await dialog.getByText("Expected integer, found 3.5", { exact: true }).waitFor();
      assert.equal(await most.getAttribute("aria-invalid"), "true");
      assert.equal(await most.inputValue(), "3.5");
      assert.ok(await most.evaluate((field) => field === document.activeElement));
      assert.deepEqual(await axeFaults(page), []);
      await most.fill("3");
      assert.equal(await dialog.getByText("Expected integer", { exact: false }).count(), 0);
      await dialog.getByRole("button", { name: "Run" }).click();
      await dialog.waitFor({ state: "detached" });

      // The gate asks; the nodes before it show what they did.
      await page.locator(".monitor-ask").getByRole("button", { name: "Approve" }).waitFor({
        timeout: 60_000,
      });
      assert.match(await page.locator("#node-read .card-count").textContent() ?? "", /4\/4/);
      await page.getByRole("button", { name: "Approve" }).click();
      await page.locator(".run-head").filter({ hasText: "Completed" }).waitFor({ timeout: 60_000 });

      // What came out of a node, and what went through a connection.
      await choose(page, "say");
      await page.getByRole("tab", { name: "Inspector" }).click();
      await page.locator(".preview").filter({ hasText: "lines: 10" }).waitFor();

      // Pinned, the node is not called again, and says so.
      await choose(page, "sum");
      await page.getByRole("button", { name: "Pin this output" }).click();
      await page.locator("#node-sum .card-flag.pinned").waitFor();

      // A breakpoint stops before the node; a step goes on.
      await choose(page, "say");
      await page.keyboard.press("F9");
      await page.locator("#node-say .card-flag.breakpoint").waitFor();
      await startRun(page);
      await page.locator(".monitor-ask").getByRole("button", { name: "Approve" }).click({ timeout: 60_000 });
      await page.locator(".asking").filter({ hasText: "Stopped before say" }).waitFor({ timeout: 60_000 });
      await page.locator(".run-head").filter({ hasText: "At a breakpoint" }).waitFor();
      await page.getByRole("button", { name: "Go on" }).click();
      await page.locator(".run-head").filter({ hasText: "Completed" }).waitFor({ timeout: 60_000 });
      assert.match(
        await page.locator(".virtual-row").filter({ hasText: "sum" }).textContent() ?? "",
        /given/,
      );

      // Only as far as a node, though what comes after it has lost what it needs: the rest is left out, and both places say so.
      await page.locator("#node-sum").click({ button: "right" });
      await page.getByRole("menuitem", { name: /^Remove Del/ }).click();
      await page.locator("#node-say.has-error").waitFor();
      await choose(page, "read");
      await page.keyboard.press("Control+Shift+Enter");
      await page.getByRole("dialog", { name: "Run only to read" }).getByRole("button", { name: "Run" })
        .click();
      await page.locator(".run-head").filter({ hasText: "Completed" }).waitFor({ timeout: 60_000 });
      await page.locator(".run-part").filter({
        hasText: /Only as far as read\. Left out: \d nodes \(.*say.*\)\./,
      })
        .waitFor();
      await page.locator("#node-say .card-state").getByRole("img", { name: "Left out" }).waitFor();
      assert.equal(
        await page.locator("#node-read .card-state").getByRole("img").getAttribute("aria-label"),
        "Completed",
      );
      await page.getByRole("link", { name: "Open in the monitor" }).click();
      await page.locator(".monitor-part").filter({ hasText: "Only as far as read" }).waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await page.goBack();
      await page.getByRole("button", { name: /^Undo/ }).click();
      await page.locator("#node-say:not(.has-error)").waitFor();
      await choose(page, "ask");
      await page.keyboard.press("Delete");
      await page.keyboard.press("Control+s");
      await page.getByRole("status").filter({ hasText: /^Saved$/ }).waitFor();
      assert.deepEqual(
        faults.filter((fault) =>
          !fault.includes("Content Security Policy directive 'connect-src'") &&
          // What did not fit, above.
          !/status of 400 .*\/runs\)$/.test(fault)
        ),
        [],
      );
    } finally {
      await browser.close();
    }
    const text = await Deno.readTextFile(`${place.workspace}/count.workflow.jsonc`);
    assert.ok(
      text.startsWith("// Counts the lines") && text.includes("// once a file") &&
        !text.includes("control/gate"),
    );
    await using run = new Program([
      "run",
      `${place.workspace}/count.workflow.jsonc`,
      "--workspace",
      place.workspace,
      "--data",
      place.data,
      "--input",
      "root=src",
      "--json",
    ]);
    let last = "";
    for (
      let line = await run.line();
      !last.includes("run-completed") && !last.includes("completed");
      line = await run.line().catch(() => "completed")
    ) last = line;
    assert.equal((await run.child.status).code, 0);
  },
);

const asking = `{
  "schema": 1,
  "id": "asking",
  "name": "Asking",
  "nodes": {
    "ask": {
      "use": "control/gate",
      "question": "How many?",
      "schema": { "type": "object", "properties": { "amount": { "type": "integer" } }, "required": ["amount"] }
    },
    "say": { "use": "data/transform", "in": { "data": "ask.approved.value" }, "with": { "expression": "amount * 2" } },
    "late": { "use": "control/wait", "for": "1h", "after": ["say"] }
  },
  "outputs": { "said": "say.result" }
}
`;

browserTest(
  "whoever leaves the board finds it as it was: what is not saved, undo, the run; a gate takes a value, a run is paused and cancelled",
  async () => {
    await currentUi();
    const place = await makePlace();
    await Deno.writeTextFile(`${place.workspace}/asking.workflow.jsonc`, asking);
    await using program = serve(place);
    const address = await program.line();
    const browser = await startBrowser();
    try {
      const { page, faults } = await openPage(browser);
      await page.goto(address);
      await page.getByRole("link", { name: /Asking/ }).click();
      // The first start makes modules of all extensions, which a busy machine takes its time for.
      await page.waitForSelector("#node-say", { timeout: 60_000 });
      await page.getByRole("button", { name: "Run", exact: true }).click();
      const ask = page.getByRole("group", { name: "Question of ask" });
      await ask.waitFor({ timeout: 60_000 });
      await ask.getByRole("spinbutton", { name: "Amount" }).or(ask.getByRole("textbox", { name: "Amount" }))
        .fill("21");
      await ask.getByRole("textbox", { name: "Comment for ask" }).fill("counted");
      await ask.getByRole("button", { name: "Approve" }).click();
      // A wait for a moment asks nothing of anybody.
      await page.locator(".run-waits").filter({ hasText: "late waits until" }).waitFor({ timeout: 60_000 });
      assert.equal(await page.locator(".monitor-ask").count(), 0);
      await choose(page, "say");
      await page.getByRole("tab", { name: "Inspector" }).click();
      await page.locator(".preview").filter({ hasText: "42" }).waitFor();

      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "Find anything" }).fill("@late");
      await page.keyboard.press("Enter");
      const cards = await page.locator(".card").count() + 1;
      await page.keyboard.press("Control+d");
      await page.getByRole("status").filter({ hasText: /^Changed$/ }).waitFor();
      await page.locator(".card").nth(cards - 1).waitFor();
      await page.keyboard.press("g");
      await page.keyboard.press("r");
      await page.waitForURL(/#\/runs/);
      await page.goBack();
      await page.getByRole("status").filter({ hasText: /^Changed$/ }).waitFor();
      await page.locator(".card").nth(cards - 1).waitFor();
      assert.equal(await page.locator(".card").count(), cards);
      await page.locator("a[aria-label='All workflows']").click();
      await page.getByRole("link", { name: /Asking/ }).filter({ hasText: "Not saved" }).click();
      await page.getByRole("tab", { name: "Run" }).click();
      await page.getByRole("button", { name: "Pause the run" }).click();
      await page.locator(".run-head").filter({ hasText: "Paused" }).waitFor({ timeout: 60_000 });
      await page.getByRole("button", { name: "Resume the run" }).click();
      await page.getByRole("button", { name: "Pause the run" }).waitFor({ timeout: 60_000 });
      await page.getByRole("button", { name: "Cancel the run" }).click();
      await page.locator(".run-head").filter({ hasText: "Cancelled" }).waitFor({ timeout: 60_000 });
      await page.getByRole("button", { name: /^Undo/ }).click();
      await page.getByRole("status").filter({ hasText: /^Saved$/ }).waitFor();

      // A file that may only be read: the reason, nothing lost, and another place for it.
      const file = `${place.workspace}/asking.workflow.jsonc`;
      await Deno.chmod(file, 0o444);
      await choose(page, "say");
      await page.getByRole("tab", { name: "Inspector" }).click();
      await page.getByRole("textbox", { name: "Title" }).fill("Say it twice");
      await page.keyboard.press("Control+s");
      const refusal = page.getByRole("dialog", { name: "Cannot save asking.workflow.jsonc" });
      await refusal.getByRole("alert").filter({ hasText: "it may only be read" }).waitFor();
      assert.deepEqual(await axeFaults(page), []);
      const other = refusal.getByRole("textbox", { name: "Save as" });
      assert.equal(await other.inputValue(), "asking-copy.workflow.jsonc");
      await other.fill("asking.workflow.jsonc/mine.workflow.jsonc");
      await page.keyboard.press("Enter");
      await refusal.getByText(/Cannot (read|write) "asking.workflow.jsonc\/mine/).waitFor();
      const download = page.waitForEvent("download");
      await refusal.getByRole("button", { name: "Download a copy" }).click();
      assert.match(await Deno.readTextFile(await (await download).path()), /"title": "Say it twice"/);
      await other.fill("mine/twice.workflow.jsonc");
      await page.keyboard.press("Enter");
      await page.waitForURL(/#\/board\/mine\/twice/);
      await page.locator("#node-say").filter({ hasText: "Say it twice" }).waitFor();
      const written = await Deno.readTextFile(`${place.workspace}/mine/twice.workflow.jsonc`);
      assert.match(written, /"id": "twice"/);
      assert.match(written, /"title": "Say it twice"/);
      assert.equal(await Deno.readTextFile(file), asking, "the one that may only be read is as it was");
      await page.goBack();
      await page.getByRole("status").filter({ hasText: /^Read-only$|^Saved$/ }).waitFor();
      assert.deepEqual(
        faults.filter((fault) =>
          !fault.includes("Content Security Policy directive 'connect-src'") &&
          // What was refused, above.
          !/status of (403|500) .*\/workflow\?/.test(fault)
        ),
        [],
      );
    } finally {
      await browser.close();
    }
  },
);

browserTest(
  "the program is killed and started again: the page goes on without a reload, the board as it was",
  async () => {
    await currentUi();
    const place = await makePlace();
    const program = serve(place);
    const address = await program.line();
    const { port } = new URL(address);
    const browser = await startBrowser();
    try {
      const { page } = await openPage(browser);
      await page.goto(address);
      await page.getByRole("link", { name: /Count/ }).click();
      await choose(page, "sum");
      await page.getByRole("textbox", { name: "Title" }).fill("Kept");
      await program.kill("SIGKILL");
      await page.locator(".lost").waitFor();
      await using again = serve(place, port);
      await again.line();
      await page.locator(".lost").waitFor({ state: "detached", timeout: 30_000 });
      assert.equal(await page.getByRole("textbox", { name: "Title" }).inputValue(), "Kept");
      await page.keyboard.press("Control+s");
      await page.getByRole("status").filter({ hasText: /^Saved$/ }).waitFor();
      assert.match(await Deno.readTextFile(`${place.workspace}/count.workflow.jsonc`), /"title": "Kept"/);
    } finally {
      await browser.close();
    }
  },
);
