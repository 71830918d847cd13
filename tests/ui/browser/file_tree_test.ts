/**
 * Files in the tree of the editor, by keys: made, renamed, deleted, hidden ones on demand; and a workflow file that cannot be read, from the board
 * to its place in the editor and back.
 *
 * @module
 */

import assert from "node:assert/strict";
import { browserTest, startBrowser } from "./browser.ts";
import { axeFaults, faultsOf, MonitorRig } from "./monitor_rig.ts";

browserTest(
  "the tree makes, renames and deletes by keys; a broken workflow leads from the board to its line",
  async () => {
    await using rig = await MonitorRig.start();
    await using browser = await startBrowser();
    await rig.write("notes.txt", "notes\n");
    await rig.write(".secret", "hidden\n");
    await rig.write(
      "broken.workflow.jsonc",
      '{\n  "schema": 1,\n  "id": "broken",\n  "nodes": { "a": ,, }\n}\n',
    );
    const onDisk = (name: string) => Deno.readTextFile(`${rig.folder}/work/${name}`).catch(() => undefined);
    const { page, faults } = await rig.open(browser, "editor/notes.txt");
    const item = (name: string) => page.getByRole("treeitem", { name, exact: true });
    await item("notes.txt").waitFor();
    assert.equal(await item(".secret").count(), 0);
    await page.getByRole("button", { name: "Show hidden files" }).click();
    await item(".secret").waitFor();
    // A new file in a new folder.
    await item("notes.txt").focus();
    await page.keyboard.press("n");
    const path = page.getByRole("textbox", { name: "Path in the workspace" });
    await path.waitFor();
    await page.keyboard.type("src/first.ts");
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.hash.endsWith("/editor/src/first.ts"));
    await item("first.ts").waitFor();
    assert.equal(await onDisk("src/first.ts"), "");
    // The text takes the focus once it is there.
    await page.locator(".cm-content:focus").waitFor();
    // What is refused says why, and the dialog stays.
    await item("first.ts").focus();
    await page.keyboard.press("F2");
    await path.fill(".git/config");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").filter({ hasText: "Cannot move" }).waitFor();
    await path.fill("src/second.ts");
    await page.keyboard.press("Enter");
    await page.getByRole("tab", { name: "second.ts", exact: true }).waitFor();
    await page.waitForFunction(() => location.hash.endsWith("/editor/src/second.ts"));
    assert.deepEqual([await onDisk("src/first.ts"), await onDisk("src/second.ts")], [undefined, ""]);
    // Deleted after a question.
    await item("second.ts").focus();
    await page.keyboard.press("Delete");
    const question = page.getByRole("dialog", { name: "Delete second.ts?" });
    await question.getByRole("button", { name: "Delete", exact: true }).click();
    await item("second.ts").waitFor({ state: "detached" });
    assert.equal(await onDisk("src/second.ts"), undefined);
    assert.equal(await page.getByRole("tab", { name: "second.ts" }).count(), 0);
    // A workflow that cannot be read: one view that says what and where, and the way to the place.
    await page.goto(`http://127.0.0.1:${rig.session.port}/#/board/broken.workflow.jsonc`);
    const view = page.getByRole("region", { name: "broken.workflow.jsonc cannot be shown as a workflow" });
    await view.getByText("Line 4, column").first().waitFor();
    await view.getByText("Found no value").first().waitFor();
    const [width, whole] = await page.evaluate(() => [
      document.querySelector(".unreadable")?.clientWidth ?? 0,
      document.querySelector(".board")?.clientWidth ?? 1,
    ]);
    assert.ok((width as number) > 0.95 * (whole as number), `the view is ${width} of ${whole} wide`);
    assert.equal(await page.locator("#inspector").count(), 0);
    // What stands beside a board waits for one, and says so.
    const panels = page.getByRole("button", { name: /^(Library|Inspector)$/ });
    assert.equal(await panels.count(), 2);
    for (const panel of await panels.all()) {
      assert.equal(await panel.getAttribute("aria-disabled"), "true");
      assert.equal(await panel.getAttribute("aria-pressed"), "false");
      assert.equal(await panel.getAttribute("aria-description"), "first the file's text must be mended");
    }
    assert.deepEqual(await axeFaults(page), []);
    await view.getByRole("button", { name: "Open line 4 in the editor" }).click();
    await page.locator(".cm-activeLine", { hasText: '"a": ,,' }).waitFor();
    await page.locator(".cm-lintRange-error").first().waitFor();
    // Mended there, the board is there.
    await page.keyboard.press("End");
    await page.keyboard.press("Shift+Home");
    await page.keyboard.type('"nodes": {}');
    await page.keyboard.press("Control+s");
    await page.goto(`http://127.0.0.1:${rig.session.port}/#/board/broken.workflow.jsonc`);
    await page.getByRole("button", { name: "Add the first node" }).waitFor();
    await page.getByRole("button", { name: "Library", exact: true, pressed: true }).click();
    await page.locator(".side.left").waitFor({ state: "detached" });
    // The browser writes down what was refused above.
    assert.deepEqual(faultsOf(faults).filter((fault) => !fault.includes("files/move")), []);
  },
);

browserTest(
  "a folder of thousands of files is a tree of those in sight, walked by keys from its first to its last",
  async () => {
    await using rig = await MonitorRig.start();
    await using browser = await startBrowser();
    await Deno.mkdir(`${rig.folder}/work/many`);
    const names = Array.from({ length: 1500 }, (_, at) => `file${String(at).padStart(4, "0")}.txt`);
    for (const name of names) await rig.write(`many/${name}`, "x");
    await rig.write("zoo.txt", "x");
    const { page, faults } = await rig.open(browser, "editor");
    const item = (name: string) => page.getByRole("treeitem", { name, exact: true });
    await item("many").click();
    await item("file0000.txt").waitFor();
    const count = () => page.getByRole("treeitem").count();
    assert.ok(await count() < 150, `${await count()} elements`);
    const focused = () =>
      page.evaluate(() => {
        const { activeElement: one } = document;
        return [one?.textContent, one?.ariaPosInSet, one?.ariaSetSize, one?.getAttribute("aria-level")];
      });
    await item("many").focus();
    await page.keyboard.press("End");
    await page.waitForFunction(() => document.activeElement?.textContent === "zoo.txt");
    assert.ok(await item("zoo.txt").isVisible());
    await page.keyboard.press("ArrowUp");
    assert.deepEqual(await focused(), ["file1499.txt", "1500", "1500", "2"]);
    assert.ok(await count() < 150);
    // Who scrolls away keeps the place, and a step from there goes on from it.
    await page.getByRole("tree", { name: "Files" }).evaluate((tree) => tree.scrollTop = 0);
    await item("file0000.txt").waitFor();
    await page.keyboard.press("ArrowUp");
    assert.deepEqual(await focused(), ["file1498.txt", "1499", "1500", "2"]);
    await page.keyboard.press("ArrowLeft");
    assert.deepEqual((await focused())[0], "many");
    assert.deepEqual(await axeFaults(page), []);
    assert.deepEqual(faultsOf(faults), []);
  },
);
