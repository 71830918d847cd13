/**
 * The file behind a board, in a real browser: written by hand, changed by somebody else, compared with its versions, and kept while
 * the server or the network is away.
 *
 * @module
 */

import assert from "node:assert/strict";
import { onPage, openBoard, saved, template } from "./board_stand.ts";
import { browserTest } from "./browser.ts";
import { axeFaults } from "./monitor_rig.ts";

browserTest(
  "the board opens a file written by hand and keeps its comments, whatever is done to one node",
  () =>
    onPage(async (page, server) => {
      await openBoard(page, server);
      const before = await Deno.readTextFile(template("code-review"));
      await page.locator("#node-scan .card-head").click();
      await page.getByRole("textbox", { name: "Title" }).fill("Look for the files");
      const after = await saved(page, server, "code-review.workflow.jsonc");
      assert.equal(after, before.replace("Find the source files", "Look for the files"));
    }),
);

browserTest(
  "a file that is changed elsewhere is merged; where both contradict, each place is asked",
  () =>
    onPage(async (page, server) => {
      const file = "code-review.workflow.jsonc";
      await openBoard(page, server);
      const before = await Deno.readTextFile(template("code-review"));
      await page.locator("#node-scan .card-head").click();
      await page.getByRole("textbox", { name: "Title" }).fill("Mine");
      await server.write(file, before.replace("Write the report", "Theirs"));
      await page.locator(".toast").filter({ hasText: "merged" }).waitFor();
      const merged = await saved(page, server, file);
      assert.ok(merged.includes("Mine") && merged.includes("Theirs"));

      await page.getByRole("textbox", { name: "Title" }).fill("Mine again");
      await server.write(file, merged.replace(`"Mine"`, `"Their scan"`));
      const dialog = page.getByRole("dialog", { name: "The file was changed elsewhere" });
      await dialog.waitFor();
      await dialog.getByRole("button", { name: "All theirs" }).click();
      await dialog.getByRole("button", { name: "Take these" }).click();
      await page.locator("#node-scan").filter({ hasText: "Their scan" }).waitFor();
      assert.ok((server.text(file) ?? "").includes("Their scan"));
    }),
);

browserTest(
  "a server that goes away is told, and what was not saved is there when it is back",
  () =>
    onPage(async (page, server) => {
      await openBoard(page, server);
      await page.locator("#node-scan .card-head").click();
      server.isDown = true;
      server.drop();
      await page.locator(".lost").waitFor();
      await page.getByRole("textbox", { name: "Title" }).fill("While away");
      await page.keyboard.press("Control+s");
      await page.locator(".toast.bad").waitFor();
      server.isDown = false;
      await page.locator(".lost").waitFor({ state: "detached" });
      await page.locator(".toast.bad").getByRole("button", { name: "Try again" }).click();
      await page.getByRole("status").filter({ hasText: /^Saved$/ }).waitFor();
      assert.match(server.text("code-review.workflow.jsonc") ?? "", /While away/);
    }),
);

browserTest(
  "versions are compared in a picture and a list, and one is brought back",
  () =>
    onPage(async (page, server) => {
      await openBoard(page, server);
      await page.locator("#node-history .card-head").click();
      await page.keyboard.press("Delete");
      await saved(page, server, "code-review.workflow.jsonc");
      await page.getByRole("tab", { name: "Versions" }).click();
      await page.getByRole("button", { name: "Compare version 1" }).click();
      const dialog = page.getByRole("dialog", { name: "Compare versions" });
      await dialog.locator(".diff-list").filter({ hasText: "history" }).waitFor();
      assert.match(await dialog.locator(".diff-list").textContent() ?? "", /removed history/);
      // The picture has the cards with the ports and wires of both, and a change is gone to.
      const picture = dialog.getByRole("img", { name: /\d of \d+ nodes differ/ });
      assert.ok(await picture.evaluate((image) => (image as HTMLImageElement).naturalWidth) > 500);
      // One begins readably, at a change; all of it is smaller.
      const readable = (await picture.boundingBox())?.width ?? 0;
      await dialog.getByRole("button", { name: "Show all of it" }).click();
      await page.waitForFunction(
        (before) => (document.querySelector(".diff-picture img")?.clientWidth ?? before) < 0.7 * before,
        readable,
      );
      const small = (await picture.boundingBox())?.width ?? 0;
      await dialog.getByRole("button", { name: "Show history in the picture" }).click();
      await page.waitForFunction(
        (before) => (document.querySelector(".diff-picture img")?.clientWidth ?? 0) > 1.5 * before,
        small,
      );
      assert.ok(
        await dialog.locator(".diff-picture-frame").evaluate(({ scrollLeft, scrollTop }) =>
          scrollLeft + scrollTop
        ) > 0,
      );
      assert.deepEqual(await axeFaults(page), []);
      await dialog.getByRole("button", { name: "Bring this version back" }).click();
      await page.waitForSelector("#node-history");
      assert.equal(
        await saved(page, server, "code-review.workflow.jsonc"),
        await Deno.readTextFile(template("code-review")),
      );
    }),
);

browserTest(
  "without a network the page says so, keeps what is done to the board, and saves it when the way is free again",
  () =>
    onPage(async (page, server) => {
      await openBoard(page, server);
      await page.context().setOffline(true);
      await page.locator("#node-scan .card-head").click();
      await page.getByRole("textbox", { name: "Title" }).fill("Made without a network");
      await page.keyboard.press("Control+s");
      await page.getByRole("status").filter({ hasText: /Cannot reach Symphony|Not saved/ }).first().waitFor();
      await page.locator("#node-scan").getByText("Made without a network").waitFor();
      await page.context().setOffline(false);
      assert.match(await saved(page, server, "code-review.workflow.jsonc"), /Made without a network/);
    }),
);
