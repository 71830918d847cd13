/**
 * What a language server tells, in the editor of the page: faults, completion, what stands under the pointer, the way to a definition,
 * with Deno's own server; and what is said where there is none.
 *
 * @module
 */

import assert from "node:assert/strict";
import { dirname } from "node:path";
import { browserTest, startBrowser } from "./browser.ts";
import { axeFaults, faultsOf, MonitorRig } from "./monitor_rig.ts";

const source = `import { add } from "./sum.ts";

const wrong: number = "text";
console.log(add(1, 2), wrong);
`;

browserTest(
  "a language server's faults, completion, hover and definition reach the page; a missing one is named with how to get it",
  async () => {
    // The server is found on the PATH.
    const path = Deno.env.get("PATH") ?? "";
    Deno.env.set("PATH", `${dirname(Deno.execPath())}:${path}`);
    await using rig = await MonitorRig.start();
    Deno.env.set("PATH", path);
    await using browser = await startBrowser();
    await rig.write("deno.json", "{}");
    await rig.write(
      "sum.ts",
      "/** Adds them. */\nexport function add(one: number, two: number): number {\n  return one + two;\n}\n",
    );
    await rig.write("main.ts", source);
    await rig.write("lone.svelte", "<p>Hello</p>\n");
    const { page, faults } = await rig.open(browser, "editor/main.ts");
    await page.locator(".cm-content").waitFor();
    // The fault is marked, counted and read.
    const fault = page.locator(".cm-lintRange-error");
    await fault.first().waitFor({ timeout: 60_000 });
    await page.getByText("1 error", { exact: true }).waitFor();
    await fault.first().hover();
    await page.locator(".cm-tooltip").filter({ hasText: /not assignable to type 'number'/ }).waitFor();
    // What stands under the pointer.
    await page.mouse.move(0, 0);
    await page.locator(".cm-line", { hasText: "console.log" }).getByText("add").first().hover();
    await page.locator(".cm-tooltip").filter({
      hasText: /add\(one: number, two: number\): number\s*Adds them/,
    })
      .waitFor();
    await page.mouse.move(0, 0);
    // Completion, by keys alone.
    await page.locator(".cm-content").focus();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("ad");
    await page.keyboard.press("Control+Space");
    const offers = page.getByRole("listbox").getByRole("option");
    await offers.filter({ hasText: /^add/ }).first().waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Backspace");
    await page.keyboard.press("Backspace");
    // The definition is in the other file.
    await page.locator(".cm-line", { hasText: "console.log" }).getByText("add").first().click();
    await page.keyboard.press("F12");
    await page.waitForFunction(() => location.hash.includes("sum.ts"));
    await page.locator(".cm-activeLine", { hasText: "export function add" }).waitFor();
    assert.equal(await page.locator(".editor-server").count(), 0);
    // A language that nobody here knows.
    await page.goto(`http://127.0.0.1:${rig.session.port}/#/editor/lone.svelte`);
    await page.getByRole("button", { name: "No Svelte server" }).click();
    const dialog = page.getByRole("dialog", { name: "No language server for Svelte" });
    await dialog.getByText("npm install --global svelte-language-server").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await dialog.getByRole("button", { name: "Look again" }).click();
    await page.getByRole("button", { name: "No Svelte server" }).waitFor();
    assert.deepEqual(faultsOf(faults), []);
  },
);
