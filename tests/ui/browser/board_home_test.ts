/** The board's home with the program behind it: workflows renamed, copied, deleted and brought back, and one described in words. @module */

import assert from "node:assert/strict";
import { until } from "../server/ui_rig.ts";
import { browserTest, startBrowser } from "./browser.ts";
import { axeFaults, faultsOf, MonitorRig } from "./monitor_rig.ts";

const text = `// Counts lines.
{
  "schema": 1,
  "id": "count", // stays
  "name": "Count",
  "nodes": { "scan": { "use": "files/scan", "in": { "root": "'.'" } } }
}
`;

browserTest(
  "a workflow is renamed, copied, deleted and brought back, and another is described in words",
  async () => {
    await using rig = await MonitorRig.start();
    await using browser = await startBrowser();
    await rig.write("count.workflow.jsonc", text);
    const onDisk = (name: string) => Deno.readTextFile(`${rig.folder}/work/${name}`).catch(() => undefined);
    const { page, faults } = await rig.open(browser, "board");
    const row = (name: string) => page.getByRole("listitem").filter({ hasText: name });
    const choose = async (workflow: string, entry: string) => {
      await page.getByRole("button", { name: `More for ${workflow}` }).click();
      await page.getByRole("menuitem", { name: entry }).click();
    };
    // Renamed: the title in the file, the comments where they were, and the file itself.
    await choose("Count", "Rename…");
    const rename = page.getByRole("dialog", { name: "Rename Count" });
    await rename.getByRole("textbox", { name: "Name" }).fill("Count lines");
    await rename.getByRole("textbox", { name: "File" }).fill("lines");
    await rename.getByRole("button", { name: "Rename" }).click();
    await rename.getByText("A workflow's file ends in .workflow.jsonc").waitFor();
    await rename.getByRole("textbox", { name: "File" }).fill("lines.workflow.jsonc");
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press("Enter");
    await row("lines.workflow.jsonc").waitFor();
    assert.equal(await onDisk("lines.workflow.jsonc"), text.replace('"Count"', '"Count lines"'));
    assert.equal(await onDisk("count.workflow.jsonc"), undefined);
    // Copied under an id of its own; a file that is there is not written over.
    await choose("Count lines", "Copy…");
    const copy = page.getByRole("dialog", { name: "Copy Count lines" });
    await copy.getByRole("textbox", { name: "File" }).fill("lines.workflow.jsonc");
    await copy.getByRole("button", { name: "Copy" }).click();
    await copy.getByRole("alert").or(copy.locator(".problem, .field-error")).first().waitFor();
    await copy.getByRole("textbox", { name: "File" }).fill("lines-copy.workflow.jsonc");
    await copy.getByRole("button", { name: "Copy" }).click();
    await row("lines-copy.workflow.jsonc").waitFor();
    assert.match(await onDisk("lines-copy.workflow.jsonc") ?? "", /"id": "lines-copy", \/\/ stays/);
    // Deleted by keys, and brought back byte by byte.
    const before = await onDisk("lines.workflow.jsonc");
    await page.getByRole("button", { name: "More for Count lines", exact: true }).focus();
    await page.keyboard.press("Enter");
    await until(() => page.evaluate(() => document.activeElement?.role === "menuitem"));
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await until(async () => await onDisk("lines.workflow.jsonc") === undefined);
    await until(async () => await row("lines.workflow.jsonc").count() === 0);
    await page.getByRole("button", { name: "Undo" }).click();
    await until(async () => await onDisk("lines.workflow.jsonc") === before);
    await row("lines.workflow.jsonc").waitFor();
    // What is not saved keeps its name.
    await row("lines.workflow.jsonc").getByRole("link").click();
    await page.locator("#node-scan").waitFor();
    await page.locator("#node-scan .card-head").click();
    await page.keyboard.press("Delete");
    await page.getByRole("button", { name: "Save", exact: true }).waitFor();
    await page.goto(`http://127.0.0.1:${rig.session.port}/#/board`);
    await row("Not saved").waitFor();
    await page.getByRole("button", { name: "More for Count lines", exact: true }).click();
    assert.ok(await page.getByRole("menuitem", { name: "Delete (save it first)" }).isDisabled());
    await page.keyboard.press("Escape");
    // In words: what fits is proposed with its price, looked at, and opened.
    await page.getByRole("button", { name: "Describe a workflow" }).click();
    const describe = page.getByRole("dialog", { name: "Describe a workflow" });
    await describe.getByRole("textbox", { name: "What shall it do?" }).fill(
      "review the code of this repository",
    );
    await page.keyboard.press("Control+Enter");
    await describe.getByRole("radio").first().waitFor();
    await describe.getByText(/free|up to \$/).first().waitFor();
    await describe.getByRole("img", { name: /^Preview of / }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await describe.getByRole("button", { name: "Open on the board" }).click();
    await page.locator(".card").first().waitFor();
    const file = decodeURIComponent(/#\/board\/([^?]+)/.exec(page.url())?.[1] ?? "");
    assert.match(await onDisk(file) ?? "", /"nodes"/);
    assert.deepEqual(faultsOf(faults).filter((fault) => !/412/.test(fault)), []);
  },
);
