/**
 * The editor as a person uses it, in a real browser, with the real server and the text core in its own process: files, tabs,
 * typing, saving; an agent and a second window in the same text; change sets accepted and rejected; a server that is killed.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import type { Browser, Page } from "playwright-core";
import { currentUi } from "../../../build/current_ui.ts";
import { authorId, bufferId } from "../../../core/ids.ts";
import { openTexts } from "../../../main_texts.ts";
import type { Texts } from "../../../ui/server/mod.ts";
import { Program } from "../server/program.ts";
import { UiRig, until } from "../server/ui_rig.ts";
import { browserTest, openPage, startBrowser } from "./browser.ts";

const source = `// Adds numbers.
export function add(one: number, two: number): number {
  return one + two;
}

const answer = add(40, 2);
`;

const axe = await Deno.readTextFile(new URL("../../../node_modules/axe-core/axe.min.js", import.meta.url))
  .catch(() => "");

let browser: Promise<Browser> | undefined;

interface Stand {
  readonly page: Page;
  readonly rig: UiRig;
  readonly texts: () => Texts;
}

async function onEditor(
  run: (stand: Stand) => Promise<void>,
  options: Parameters<typeof openPage>[1] = {},
): Promise<void> {
  await currentUi();
  await esbuild.stop();
  let texts: Texts | undefined;
  await using rig: UiRig = await UiRig.start({
    openTexts: async () => texts = await openTexts(rig.data),
    assets: fileURLToPath(new URL("../../../dist/ui", import.meta.url)),
  });
  await Deno.mkdir(`${rig.folder}/src`);
  rig.write("src/add.ts", source);
  rig.write("notes.md", "# Notes\n\nNothing yet.\n");
  const { page, faults } = await openPage(await (browser ??= startBrowser()), options);
  try {
    await page.goto(rig.address());
    await run({ page, rig, texts: () => texts as Texts });
    // Chromium does not know an address in brackets in a policy; the other loopback names are there.
    assert.deepEqual(faults.filter((fault) => !fault.includes("ws://[::1]")), []);
    assert.deepEqual(rig.errors, []);
  } finally {
    await page.context().close();
  }
}

async function openFile(page: Page, file: string): Promise<void> {
  const { origin } = new URL(page.url());
  await page.goto(`${origin}/#/editor/${file}`);
  await page.locator(".cm-content").waitFor();
}

async function shownText(page: Page): Promise<string> {
  return (await page.locator(".cm-line").allTextContents()).join("\n");
}

const saved = (page: Page) => page.locator(".editor-saved").filter({ hasText: /^Saved$/ }).waitFor();

browserTest(
  "a file is found in the tree, opened, typed into and saved, and another by its letters",
  () =>
    onEditor(async ({ page, rig }) => {
      rig.write("fixed.txt", "Never changed.\n");
      await Deno.chmod(`${rig.folder}/fixed.txt`, 0o444);
      await page.getByRole("link", { name: "Editor" }).first().waitFor();
      await page.keyboard.press("g");
      await page.keyboard.press("e");
      await page.getByRole("treeitem", { name: "src" }).click();
      await page.getByRole("treeitem", { name: "add.ts" }).click();
      await page.locator(".cm-content").waitFor();
      await page.locator(".tok-keyword").first().waitFor();
      await page.keyboard.press("Control+End");
      await page.keyboard.type("// end\n");
      assert.match(await shownText(page), /\/\/ end/);
      await page.getByRole("tab", { name: "add.ts, not saved" }).waitFor();
      await page.keyboard.press("Control+s");
      await saved(page);
      assert.equal(await Deno.readTextFile(`${rig.folder}/src/add.ts`), `${source}// end\n`);
      // The line end is a step of its own.
      for (const _ of [1, 2]) await page.keyboard.press("Control+z");
      await page.keyboard.press("Control+s");
      await until(async () => await Deno.readTextFile(`${rig.folder}/src/add.ts`) === source);
      await page.keyboard.press("Control+p");
      await page.getByRole("combobox", { name: "Find anything" }).fill("nts");
      await page.getByRole("option", { name: /notes\.md/ }).waitFor();
      await page.keyboard.press("Enter");
      await page.getByRole("tab", { name: "notes.md", selected: true }).waitFor();
      assert.equal(await page.getByRole("tab").count(), 2);
      // Lines that end with two characters are seen and written as such.
      rig.write("dos.js", "one {\r\n  two\r\n}\r\n");
      await openFile(page, "dos.js");
      await page.locator(".cm-line", { hasText: "two" }).click();
      await page.getByText("CRLF", { exact: true }).waitFor();
      assert.equal(await page.locator(".cm-specialChar").count(), 0);
      await page.keyboard.press("End");
      await page.keyboard.press("Enter");
      await page.keyboard.type("new");
      await page.getByRole("button", { name: "Line 3, column 6" }).waitFor();
      await page.keyboard.press("Control+/");
      await page.keyboard.press("Control+s");
      await saved(page);
      assert.equal(await Deno.readTextFile(`${rig.folder}/dos.js`), "one {\r\n  two\r\n  // new\r\n}\r\n");
      await page.locator(".editor-fold.open:visible").first().click();
      await page.locator(".cm-line", { hasText: "two" }).waitFor({ state: "detached" });
      await page.locator(".editor-fold.closed:visible").click();
      // Long lines are wrapped by key.
      const isWrapped = () =>
        page.locator(".cm-content").evaluate((box) => box.classList.contains("cm-lineWrapping"));
      assert.equal(await isWrapped(), false);
      await page.keyboard.press("Alt+z");
      await until(isWrapped);
      // Finding says which of how many, and replaces one by one or all.
      await page.keyboard.press("Control+Home");
      await page.keyboard.press("Control+f");
      await page.keyboard.type("E");
      await page.getByText("2 found").waitFor();
      await page.keyboard.press("Enter");
      await page.getByText("1 of 2").waitFor();
      await page.getByRole("button", { name: "Match case" }).click();
      await page.locator(".editor-find").getByText("Nothing found").waitFor();
      await page.getByRole("button", { name: "Match case" }).click();
      await page.keyboard.press("Control+h");
      await page.getByRole("textbox", { name: "Replace with" }).fill("EE");
      await page.locator(".editor-find").getByRole("button", { name: "Replace all" }).click();
      await page.locator(".cm-line", { hasText: "// nEEw" }).waitFor();
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+z");
      await page.locator(".cm-line", { hasText: "// new" }).waitFor();
      // What is closed without being saved is asked about.
      await page.keyboard.press("Control+Home");
      await page.keyboard.type("x");
      await page.keyboard.press("Alt+w");
      const dialog = page.getByRole("dialog", { name: "dos.js is not saved" });
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await page.getByRole("tab", { name: "dos.js, not saved" }).waitFor();
      await page.keyboard.press("Alt+w");
      await dialog.getByRole("button", { name: "Discard" }).click();
      await page.getByRole("tab", { name: /dos/ }).waitFor({ state: "detached" });
      await openFile(page, "dos.js");
      await page.locator(".cm-line", { hasText: /^one/ }).waitFor();
      await page.keyboard.type("y");
      await page.keyboard.press("Alt+w");
      await dialog.getByRole("button", { name: "Save" }).press("Enter");
      await until(async () => (await Deno.readTextFile(`${rig.folder}/dos.js`)).startsWith("yone"));
      // Text in all files: found, gone to by keys, and replaced; what is open waits to be saved.
      await openFile(page, "notes.md");
      await page.keyboard.press("Control+Shift+F");
      await page.getByRole("textbox", { name: "Search all files" }).fill("ADDS|nothing");
      await page.getByText("Nothing found").waitFor();
      await page.getByRole("button", { name: "Regular expression" }).click();
      await page.getByText("2 places in 2 files").waitFor();
      const places = page.getByRole("listbox", { name: "Places found" });
      await places.focus();
      for (let at = 0; at < 4; at++) await page.keyboard.press("ArrowDown");
      await places.getByRole("option", { name: /Adds numbers.*1/, selected: true }).waitFor();
      await page.keyboard.press("Enter");
      await page.locator(".cm-activeLine", { hasText: "// Adds numbers." }).waitFor();
      await page.keyboard.press("Alt+w");
      await page.getByRole("textbox", { name: "Replace with" }).fill("Something");
      // What is found belongs to what was asked: nothing of it is replaced while something else is asked for.
      const answers = Promise.withResolvers<void>();
      await page.route("**/files/text?**", async (route) => {
        await answers.promise;
        await route.continue();
      });
      await page.getByRole("textbox", { name: "Search all files" }).fill("export");
      await page.getByRole("button", { name: "Replace all", disabled: true }).waitFor();
      await page.getByText("Searching…").waitFor();
      await page.getByRole("textbox", { name: "Search all files" }).fill("ADDS|nothing");
      answers.resolve();
      await page.getByText("2 places in 2 files").waitFor();
      await page.unroute("**/files/text?**");
      // What may only be read is left as it is, open or not.
      await openFile(page, "fixed.txt");
      await page.getByRole("textbox", { name: "Search all files" }).fill("never");
      await page.getByText("1 place in 1 file").waitFor();
      await page.getByRole("button", { name: "Replace all" }).click();
      await page.keyboard.press("Enter");
      await page.getByText("1 place left as they are: changed meanwhile, or not to be written.").waitFor();
      await page.locator(".cm-line", { hasText: "Never changed." }).waitFor();
      await page.getByRole("tab", { name: "fixed.txt", exact: true }).waitFor();
      await page.getByRole("tab", { name: "fixed.txt" }).press("Delete");
      await page.getByRole("textbox", { name: "Search all files" }).fill("ADDS|nothing");
      await page.getByText("2 places in 2 files").waitFor();
      await page.getByRole("button", { name: "Replace all" }).click();
      await page.getByRole("dialog", { name: "Replace 2 places in 2 files" }).waitFor();
      await page.keyboard.press("Enter");
      await page.getByText("Replaced 2 places in 2 files").first().waitFor();
      await until(async () =>
        await Deno.readTextFile(`${rig.folder}/src/add.ts`) === source.replace("Adds", "Something")
      );
      await page.getByRole("tab", { name: "notes.md, not saved" }).waitFor();
      assert.equal(await Deno.readTextFile(`${rig.folder}/notes.md`), "# Notes\n\nNothing yet.\n");
      // Two files side by side; the keys mean the one that has the focus.
      await openFile(page, "src/add.ts");
      await page.locator(".cm-line", { hasText: "Something numbers" }).click();
      await page.keyboard.press("Control+\\");
      const beside = page.getByRole("region", { name: "src/add.ts" });
      await beside.locator(".cm-focused").waitFor();
      await page.getByRole("tab", { name: /notes/, selected: true }).waitFor();
      await page.keyboard.type("2");
      await page.keyboard.press("Control+s");
      await until(async () =>
        /numbers\..*2|2.*numbers/.test(await Deno.readTextFile(`${rig.folder}/src/add.ts`))
      );
      await page.getByRole("tab", { name: "notes.md, not saved" }).waitFor();
      await page.keyboard.press("Control+\\");
      await beside.waitFor({ state: "detached" });
      await page.getByRole("tab", { name: "add.ts", selected: true }).waitFor();
      // What was replaced in an open file is not found again, and not replaced again before one has looked.
      await page.getByRole("textbox", { name: "Search all files" }).fill("numbers");
      await page.getByText("1 place in 1 file").waitFor();
      await page.getByRole("button", { name: "Replace all" }).click();
      const looked = Promise.withResolvers<void>();
      await page.route("**/files/text?**", async (route) => {
        await looked.promise;
        await route.continue();
      });
      await page.keyboard.press("Enter");
      await page.getByText("Replaced 1 place in 1 file").first().waitFor();
      await page.getByRole("button", { name: "Replace all", disabled: true }).waitFor();
      looked.resolve();
      await page.getByText("Nothing found").waitFor();
    }),
);

browserTest(
  "a person and an agent type into one file at once, and a second window sees both",
  () =>
    onEditor(async ({ page, rig, texts }) => {
      await openFile(page, "src/add.ts");
      const other = await page.context().newPage();
      await other.goto(`${rig.origin}/#/editor/src/add.ts`);
      await other.locator(".cm-content").waitFor();
      const { editing, presence } = texts();
      const info = await editing.open({ file: `${rig.folder}/src/add.ts` });
      const author = authorId("agent:writer");
      await page.locator(".cm-content").click();
      await page.keyboard.press("Control+Home");
      const typing = page.keyboard.type("// typed by a person while an agent types\n", { delay: 5 });
      for (let at = 0; at < 30; at++) {
        const { revision, text } = await editing.read(info.buffer);
        const end = text.length;
        const changes = [{ from: end, to: end, insert: at === 29 ? "\n" : `${at} ` }];
        assert.ok((await editing.edit(info.buffer, { revision, changes, author })).ok);
        await new Promise((resolve) => setTimeout(resolve, 6));
      }
      await typing;
      const expected = `// typed by a person while an agent types\n${source}${
        Array.from({ length: 29 }, (_, at) => `${at} `).join("")
      }\n`;
      await until(async () => (await editing.read(info.buffer)).text === expected);
      for (const one of [page, other]) {
        await until(async () => (await shownText(one)).trimEnd() === expected.trimEnd());
      }
      await page.locator(".editor-fresh").first().waitFor();
      const { revision } = await editing.read(info.buffer);
      await presence.announce(info.buffer, revision, { author, selections: [{ anchor: 3, head: 8 }] });
      await page.locator('.editor-caret[data-name="writer"]').waitFor();
      await page.locator(".editor-person").filter({ hasText: "writer" }).waitFor();
      await editing.close(info.buffer);
    }),
);

browserTest(
  "an agent's change set is shown as a diff, rejected by place, accepted, and another undone as a whole",
  () =>
    onEditor(async ({ page, rig, texts }) => {
      await openFile(page, "src/add.ts");
      const { editing, proposals } = texts();
      const { buffer } = await editing.open({ file: `${rig.folder}/src/add.ts` });
      const author = authorId("agent:reviewer");
      const edit = async (from: string, to: string, changeSet: string) => {
        const { revision, text } = await editing.read(bufferId(buffer));
        const at = text.indexOf(from);
        const changes = [{ from: at, to: at + from.length, insert: to }];
        assert.ok((await editing.edit(buffer, { revision, changes, author, changeSet })).ok);
      };
      await edit("Adds numbers", "Adds two numbers", "run-1");
      await edit("answer", "sum", "run-1");
      const panel = page.getByRole("complementary", { name: "Changes to review" });
      await panel.getByRole("heading", { name: "run-1" }).waitFor();
      await until(async () => await panel.locator(".editor-diff").count() === 2);
      assert.match(await panel.locator(".editor-diff").nth(1).textContent() ?? "", /answer.*sum/s);
      await panel.getByRole("button", { name: "Reject the change in line 6" }).click();
      await until(async () => (await editing.read(buffer)).text.includes("const answer"));
      await until(async () => await panel.locator(".editor-diff").count() === 1);
      await page.locator(".editor-hunk-accept").first().click();
      await until(async () => (await proposals.changeSets()).length === 0);
      assert.equal((await editing.read(buffer)).text, source.replace("Adds numbers", "Adds two numbers"));

      await edit("40, 2", "41, 1", "run-2");
      await edit("const", "let", "run-2");
      await panel.getByRole("heading", { name: "run-2" }).waitFor();
      await panel.getByRole("button", { name: "Reject all" }).click();
      await until(async () =>
        (await editing.read(buffer)).text === source.replace("Adds numbers", "Adds two numbers")
      );
      await panel.waitFor({ state: "detached" });
      // By keyboard alone: to the next change, and taken.
      await edit("40, 2", "41, 1", "run-3");
      await panel.getByRole("heading", { name: "run-3" }).waitFor();
      await page.locator(".editor-hunk-accept").first().waitFor();
      await page.locator(".cm-content").focus();
      await page.keyboard.press("F7");
      // One press a place: how many places an edit has is the core's to say.
      await until(async () => {
        if (await page.locator(".editor-hunk-accept").count() > 0) await page.keyboard.press("F8");
        return (await proposals.changeSets()).length === 0;
      });
      await editing.close(buffer);
    }),
);

browserTest(
  "typing goes on while the server is dead, and nothing is lost when it is started again",
  async () => {
    await currentUi();
    await esbuild.stop();
    const workspace = await Deno.makeTempDir({ prefix: "symphony-work-" });
    const data = await Deno.makeTempDir({ prefix: "symphony-data-" });
    await Deno.writeTextFile(`${workspace}/notes.txt`, "one\n");
    const words = (port: string) => ["serve", "--port", port, "--workspace", workspace, "--data", data];
    const { page } = await openPage(await (browser ??= startBrowser()));
    try {
      let port = "";
      {
        await using server = new Program(words("0"));
        const address = await server.line();
        port = new URL(address).port;
        await page.goto(address);
        await page.getByRole("link", { name: "Editor" }).first().waitFor();
        await openFile(page, "notes.txt");
        await page.keyboard.press("Control+End");
        await page.keyboard.type("before\n");
        // Killed in the midst of typing.
        const typing = page.keyboard.type("abcdefghijklmnopqrstuvwxyz", { delay: 15 });
        await new Promise((resolve) => setTimeout(resolve, 150));
        await server.kill("SIGKILL");
        await typing;
      }
      await page.keyboard.type(" while dead\n");
      await page.locator(".editor-saved").filter({ hasText: "Kept here" }).waitFor();
      assert.match(await shownText(page), /abcdefghijklmnopqrstuvwxyz while dead/);
      // Closed meanwhile, it is kept: it goes when the server has what was typed.
      await page.keyboard.press("Alt+w");
      const dialog = page.getByRole("dialog", { name: "notes.txt is not saved" });
      await dialog.getByRole("button", { name: "Discard", disabled: true }).waitFor();
      await dialog.getByRole("button", { name: "Keep for later" }).click();
      await dialog.waitFor({ state: "detached" });
      await using server = new Program(words(port));
      await server.line();
      await page.getByRole("tab", { name: /notes/ }).waitFor({ state: "detached" });
      await openFile(page, "notes.txt");
      await page.locator(".cm-line", { hasText: "abcdefghijklmnopqrstuvwxyz while dead" }).waitFor();
      await page.keyboard.press("Control+s");
      await saved(page);
      await page.keyboard.press("Control+End");
      await page.keyboard.type("after\n");
      await page.keyboard.press("Control+s");
      const expected = "one\nbefore\nabcdefghijklmnopqrstuvwxyz while dead\nafter\n";
      await until(async () => await Deno.readTextFile(`${workspace}/notes.txt`) === expected, 20_000);
      assert.equal((await shownText(page)).trimEnd(), expected.trimEnd());
    } finally {
      await page.context().close();
      for (const folder of [workspace, data]) await Deno.remove(folder, { recursive: true });
    }
  },
);

browserTest(
  "what was typed while the server was dead is not closed without a question when its file has gone meanwhile",
  async () => {
    await currentUi();
    await esbuild.stop();
    const workspace = await Deno.makeTempDir({ prefix: "symphony-work-" });
    const data = await Deno.makeTempDir({ prefix: "symphony-data-" });
    await Deno.writeTextFile(`${workspace}/notes.txt`, "one\n");
    const words = (port: string) => ["serve", "--port", port, "--workspace", workspace, "--data", data];
    const { page } = await openPage(await (browser ??= startBrowser()));
    try {
      let port = "";
      {
        await using server = new Program(words("0"));
        const address = await server.line();
        port = new URL(address).port;
        await page.goto(address);
        await page.getByRole("link", { name: "Editor" }).first().waitFor();
        await openFile(page, "notes.txt");
        await saved(page);
        await server.kill("SIGKILL");
      }
      await page.keyboard.type("here alone ");
      await page.locator(".editor-saved").filter({ hasText: "Kept here" }).waitFor();
      await Deno.remove(`${workspace}/notes.txt`);
      await using server = new Program(words(port));
      await server.line();
      await page.getByRole("alert").getByRole("button", { name: "Try again" }).waitFor();
      await page.keyboard.press("Alt+w");
      const dialog = page.getByRole("dialog", { name: "notes.txt is not saved" });
      await dialog.getByText("may be here alone").waitFor();
      await page.keyboard.press("Escape");
      assert.match(await shownText(page), /here alone/);
      await page.keyboard.press("Alt+w");
      await dialog.getByRole("button", { name: "Discard" }).click();
      await page.getByRole("tab", { name: /notes/ }).waitFor({ state: "detached" });
    } finally {
      await page.context().close();
      for (const folder of [workspace, data]) await Deno.remove(folder, { recursive: true });
    }
  },
);

for (
  const [width, height, theme] of [[360, 720, "light"], [1440, 900, "dark"], [
    3840,
    2160,
    "contrast",
  ]] as const
) {
  browserTest(
    `axe finds nothing in the editor at ${width} px, ${theme}`,
    () =>
      onEditor(async ({ page, rig, texts }) => {
        await page.evaluate((name) => localStorage.setItem("symphony.theme", name), theme);
        await page.reload();
        await openFile(page, "src/add.ts");
        const { editing } = texts();
        const { buffer } = await editing.open({ file: `${rig.folder}/src/add.ts` });
        const { revision } = await editing.read(buffer);
        const changes = [{ from: 3, to: 7, insert: "Sums" }];
        await editing.edit(buffer, { revision, changes, author: authorId("agent:a"), changeSet: "run-1" });
        await page.locator(".editor-hunk-accept").waitFor();
        await page.locator(".tok-keyword").first().waitFor();
        const look = async () => {
          const violations = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
            `${axe}; axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations)`,
          );
          const found = violations.map(({ id, nodes }) =>
            `${id}: ${nodes.map(({ html }) => html.slice(0, 300)).join(" | ")}`
          );
          assert.deepEqual(found, []);
        };
        await look();
        await page.locator(".cm-content").focus();
        await page.keyboard.press("Control+h");
        await page.locator(".editor-find").getByRole("textbox", { name: "Replace with" }).waitFor();
        await look();
        await page.keyboard.press("Escape");
        await page.getByRole("button", { name: "Search all files" }).click();
        await page.getByRole("textbox", { name: "Search all files" }).fill("return");
        await page.getByText("1 place in 1 file").waitFor();
        await look();
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, "nothing sticks out");
        await editing.close(buffer);
      }, { viewport: { width, height } }),
  );
}

globalThis.addEventListener("unload", () => void browser?.then((one) => one.close()));
