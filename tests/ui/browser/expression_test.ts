/** Completion in a field for an expression, by keys, and the field's own undo behind it. @module */

import assert from "node:assert/strict";
import { onPage } from "./board_stand.ts";
import { browserTest } from "./browser.ts";

browserTest(
  "completion in an expression has whole names and closed brackets, and is undone in the field",
  () =>
    onPage(async (page, server) => {
      await server.write(
        "w.workflow.jsonc",
        `{ "schema": 1, "id": "w", "nodes": {
      "scan_all_of_the_folder": { "use": "files/scan", "in": { "root": "'.'" }, "position": { "x": 0, "y": 0 } },
      "shape": { "use": "data/transform", "in": { "data": "scan_all_of_the_folder.files" }, "with": { "expression": "$count($)" }, "position": { "x": 300, "y": 0 } }
    } }`,
      );
      await page.goto(`${server.address}/#/board/w.workflow.jsonc`);
      await page.locator("#node-shape .card-title").click();
      await page.getByText("When it runs").click();
      const field = page.locator("#node-when");
      const value = () => field.inputValue();
      await field.focus();
      const names = page.getByRole("listbox", { name: "Completions" }).locator("code");
      await names.first().waitFor();
      const cut = await names.evaluateAll((all) =>
        all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent)
      );
      assert.deepEqual(cut, []);
      await page.keyboard.type("scan_all_of_the_folder.files.exi");
      await page.keyboard.press("Tab");
      assert.equal(await value(), "scan_all_of_the_folder.files.exists(x, )");
      await page.keyboard.type("x.size > 1");
      assert.equal(await value(), "scan_all_of_the_folder.files.exists(x, x.size > 1)");
      await page.keyboard.press("Escape");
      for (let at = 0; at < 40 && await value() !== ""; at++) await page.keyboard.press("Control+z");
      assert.equal(await value(), "", "the field's undo gets behind the completion");
    }, { viewport: { width: 1440, height: 900 } }),
);
