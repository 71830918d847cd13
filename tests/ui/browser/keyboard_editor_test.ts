/** Files opened, edited and closed, and an agent's proposals decided, by keys alone. @module */

import { until } from "../server/ui_rig.ts";
import { browserTest, startBrowser } from "./browser.ts";
import { walk } from "./keyboard.ts";
import { MonitorRig } from "./monitor_rig.ts";

const notes = "# Notes\n\nThe board draws what changes.\n\nNothing waits.\n\nThe end.\n";
const better = notes.replace("Notes", "Letters").replace("changes", "moves").replace("waits", "sleeps")
  .replace("end", "stop");
const rewrite = {
  schema: 1,
  id: "notes",
  name: "Better notes",
  nodes: { rewrite: { use: "files/write", with: { path: "notes.md", content: better, mode: "overwrite" } } },
};

browserTest(
  "files are opened, edited and closed, and an agent's proposals decided, by keys alone",
  async () => {
    await using rig = await MonitorRig.start();
    await using browser = await startBrowser();
    for (
      const [name, text] of [["add.ts", "export const a = 1;\n"], ["notes.md", notes], ["last.txt", "end\n"]]
    ) {
      await rig.write(name as string, text as string);
    }
    const run = await rig.run(rewrite, { proposes: true });
    await rig.until(run, "completed");
    const onDisk = (name: string) => Deno.readTextFile(`${rig.folder}/work/${name}`);
    await walk(rig, browser, "board", async (keyboard, page) => {
      await page.getByRole("heading", { name: "No workflows here yet" }).waitFor();
      await keyboard.tabTo("button", "Templates");
      await keyboard.press("g", "e");
      keyboard.step("tree");
      await page.getByRole("treeitem", { name: "add.ts" }).waitFor();
      await keyboard.tabTo("treeitem", "add.ts");
      await keyboard.press("Enter");
      keyboard.step("text");
      await page.locator(".cm-content").waitFor();
      await keyboard.tabTo("textbox", "Text of add.ts", { most: 0 });
      await keyboard.press("Control+End");
      await keyboard.type("const b = 2;");
      await page.getByRole("tab", { name: "add.ts, not saved" }).waitFor();
      await keyboard.clean();
      await keyboard.press("Control+s");
      await until(async () => (await onDisk("add.ts")).includes("const b = 2;"));
      keyboard.step("out of the text");
      await keyboard.press("Escape");
      await keyboard.tabTo("separator", "Width of the files", { back: true, most: 1 });
      await keyboard.tabTo("treeitem", "add.ts", { back: true, most: 2 });
      await keyboard.press("End");
      await keyboard.arrowTo("ArrowUp", /notes\.md/, 4);
      await keyboard.press("Enter");
      await page.getByRole("textbox", { name: "Text of notes.md" }).waitFor();

      keyboard.step("quick open");
      await keyboard.press("Control+p");
      await page.getByRole("dialog", { name: "Find anything" }).waitFor();
      await keyboard.type("last");
      await page.getByRole("option", { name: /last\.txt/ }).waitFor();
      await keyboard.press("Escape");
      await keyboard.tabTo("textbox", "Text of notes.md", { most: 0 });
      await keyboard.press("Control+p");
      await keyboard.type("last");
      await page.getByRole("option", { name: /last\.txt/ }).waitFor();
      await keyboard.arrowTo("ArrowDown", /last\.txt/, 3);
      await keyboard.press("Enter");
      await page.getByRole("textbox", { name: "Text of last.txt" }).waitFor();
      keyboard.step("tabs");
      await keyboard.press("Escape");
      await keyboard.tabTo("tab", "last.txt", { back: true });
      await keyboard.press("ArrowLeft");
      await page.getByRole("textbox", { name: "Text of notes.md" }).waitFor();
      await keyboard.tabTo("tab", /^notes\.md/, { most: 0 });
      await keyboard.press("ArrowRight");
      await page.getByRole("textbox", { name: "Text of last.txt" }).waitFor();
      await keyboard.press("Delete");
      await page.getByRole("textbox", { name: "Text of notes.md" }).waitFor();
      await keyboard.tabTo("tab", /^notes\.md/, { most: 0 });

      keyboard.step("proposals");
      const places = page.locator(".editor-hunk-accept");
      await until(async () => await places.count() === 4);
      await keyboard.tabTo("textbox", "Text of notes.md");
      await keyboard.press("Control+Home", "F7", "F8");
      await until(async () => await places.count() === 3);
      await keyboard.press("Shift+F8");
      await until(async () => await places.count() === 2);
      await keyboard.press("Control+z");
      await until(async () => await places.count() === 3);
      await keyboard.press("Control+Shift+Z");
      await until(async () => await places.count() === 2);
      keyboard.step("proposals in their panel");
      await keyboard.press("F6");
      await keyboard.tabTo("button", /^Accept the change in line 5/);
      await keyboard.clean();
      await keyboard.press("Enter");
      await until(async () => await places.count() === 1);
      await keyboard.tabTo("button", /^Reject the change in line 7/, { most: 3 });
      await keyboard.press("Enter");
      await until(async () => await places.count() === 0);
      await keyboard.press("Control+s");
      const decided = notes.replace("Notes", "Letters").replace("waits", "sleeps");
      await until(async () => await onDisk("notes.md") === decided);
    });
  },
);
