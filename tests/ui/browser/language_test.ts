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

browserTest(
  "without any language server: faults, completion, hover and definition by the grammar, a workflow's problems, colours of Markdown, no dot after undo",
  async () => {
    const path = Deno.env.get("PATH") ?? "";
    Deno.env.set("PATH", "/usr/bin:/bin");
    await using rig = await MonitorRig.start();
    Deno.env.set("PATH", path);
    await using browser = await startBrowser();
    await rig.write("counter.ts", "/** Counts things. */\nexport class Counter {\n  next = 0;\n}\n");
    await rig.write("main.ts", 'import { Counter } from "./counter.ts";\n\nconst one = new Counter();\n');
    await rig.write("second.ts", "export class Twice {}\n");
    await rig.write("third.ts", "export class Twice {\n  one = 1;\n}\n");
    await rig.write("both.ts", "const both = new Twice();\n");
    await rig.write("notes.md", "# Title\n\nSome **bold** words.\n");
    await rig.write(
      "lone.workflow.jsonc",
      '{\n  "schema": 1,\n  "id": "lone",\n  "nodes": { "a": { "use": "core/nothing" } }\n}\n',
    );
    const { page, faults } = await rig.open(browser, "editor/main.ts");
    const content = page.locator(".cm-content");
    await content.waitFor();
    // It is said that there is no server, and what works all the same; every sentence is within its box.
    await page.getByRole("button", { name: "No TypeScript server" }).click();
    const dialog = page.getByRole("dialog", { name: "No language server for TypeScript" });
    await dialog.getByText("work by the grammar here").waitFor();
    const isCut = await dialog.evaluate((box) =>
      [...box.querySelectorAll("p")].some((one) => one.scrollWidth > one.clientWidth + 1)
    );
    assert.equal(isCut, false, "a sentence is cut off");
    await page.keyboard.press("Escape");
    // Completion of a name in the other file, by keys alone; the keys undone again leave nothing unsaved.
    const tab = page.getByRole("tab", { name: "main.ts" });
    await content.focus();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("Cou");
    await page.keyboard.press("Control+Space");
    await page.getByRole("listbox").getByRole("option").filter({ hasText: /^Counter.*counter\.ts/ }).first()
      .waitFor();
    // A list that has only just come takes no keys: they were meant for the text.
    await page.waitForTimeout(150);
    await page.keyboard.press("Enter");
    await page.locator(".cm-line", { hasText: /^Counter$/ }).waitFor();
    await page.getByRole("tab", { name: "main.ts, not saved" }).waitFor();
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Control+z");
    await page.locator(".cm-line", { hasText: /^Cou/ }).waitFor({ state: "detached" });
    await page.getByRole("tab", { name: "main.ts", exact: true }).waitFor();
    assert.equal(await tab.count(), 1);
    // A fault as one types, and none when it is mended.
    await page.keyboard.press("Control+End");
    await page.keyboard.type("const two = = 2;");
    await page.getByText("1 error", { exact: true }).waitFor();
    await page.locator(".cm-lintRange-error").first().hover();
    await page.locator(".cm-tooltip").filter({ hasText: "the grammar of TypeScript" }).waitFor();
    await page.mouse.move(0, 0);
    for (let at = 0; at < 4; at++) await page.keyboard.press("Backspace");
    await page.keyboard.type("2;");
    await page.getByText("1 error", { exact: true }).waitFor({ state: "detached" });
    // What stands under the pointer, and the way there.
    const name = page.locator(".cm-line", { hasText: "new Counter" }).getByText("Counter").first();
    await name.hover();
    await page.locator(".cm-tooltip").filter({
      hasText:
        /export class Counter \{\s*Counts things\.\s*By the grammar, not a language server: counter\.ts, line 2/,
    })
      .waitFor();
    await page.mouse.move(0, 0);
    await name.click();
    await page.keyboard.press("F12");
    await page.waitForFunction(() => location.hash.includes("counter.ts"));
    await page.locator(".cm-activeLine", { hasText: "export class Counter" }).waitFor();
    const show = (file: string) => page.goto(`http://127.0.0.1:${rig.session.port}/#/editor/${file}`);
    // Several that it may be are a list, which keys alone go through.
    await show("both.ts");
    await page.locator(".cm-line span", { hasText: /^Twice$/ }).click();
    await page.keyboard.press("F12");
    const list = page.getByRole("listbox", { name: "2 definitions" });
    await list.getByRole("option", { name: /third\.ts:1 export class Twice \{/ }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.type("third");
    await list.getByRole("option", { name: /second/ }).waitFor({ state: "detached" });
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.hash.includes("third.ts"));
    await page.locator(".cm-activeLine", { hasText: "export class Twice" }).waitFor();
    await page.keyboard.press("Control+Shift+o");
    await page.getByRole("option", { name: /one property/ }).click();
    await page.locator(".cm-activeLine", { hasText: "one = 1" }).waitFor();
    // What symphony check says of a workflow, before it is saved as well.
    await show("lone.workflow.jsonc");
    await page.getByText("1 error", { exact: true }).waitFor();
    await page.locator(".cm-lintRange-error").hover();
    await page.locator(".cm-tooltip").filter({ hasText: /core\/nothing[\s\S]*symphony check/ }).waitFor();
    await page.mouse.move(0, 0);
    await content.focus();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("garbage");
    await page.locator(".cm-lintRange-error", { hasText: "garbage" }).waitFor();
    // A workflow is written by its schema and what is installed: a key, a node's kind, a port, what comes before.
    await rig.write(
      "new.workflow.jsonc",
      '{\n  "schema": 1,\n  "id": "new",\n  "nodes": {\n    "scan": { "use": "files/scan" },\n    "read": {  }\n  }\n}\n',
    );
    await show("new.workflow.jsonc");
    await page.locator(".cm-line", { hasText: '"read": {  }' }).click();
    await page.keyboard.press("End");
    for (let at = 0; at < 2; at++) await page.keyboard.press("ArrowLeft");
    const take = async (typed: string, label: RegExp) => {
      await page.keyboard.type(typed);
      await page.locator(".cm-tooltip-autocomplete li[aria-selected]").filter({ hasText: label }).waitFor();
      await page.waitForTimeout(150);
      await page.keyboard.press("Enter");
    };
    await take('"us', /^use/);
    await take("files/re", /^files\/read/);
    await page.keyboard.type(", ");
    await take('"in', /^in/);
    await take('"pa', /^path.*needed/);
    await take("scan.fi", /^files/);
    await page.locator(".cm-line", {
      hasText: /"read": \{ "use": "files\/read", "in": \{ "path": "scan\.files" \}/,
    })
      .waitFor();
    await page.locator(".cm-line span", { hasText: /^"scan\.files"$/ }).hover();
    await page.locator(".cm-tooltip").filter({ hasText: /scan\.files: array of[\s\S]*files\/scan/ })
      .waitFor();
    await page.mouse.move(0, 0);
    // Markdown.
    await show("notes.md");
    await page.locator(".tok-heading", { hasText: "# Title" }).waitFor();
    await page.locator(".tok-strong", { hasText: "**bold**" }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    assert.deepEqual(faultsOf(faults), []);
  },
);
