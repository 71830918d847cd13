/**
 * Motifs as a person meets them, with the real server and extensions in their own processes: panels, an editor, an opened
 * node, commands and keys, a template, a page in a frame, and guests that mean harm.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import { browserTest, openPage, startBrowser } from "./browser.ts";
import { axeFaults, faultsOf, MonitorRig } from "./monitor_rig.ts";

let browser: Promise<Browser> | undefined;
let rig: Promise<MonitorRig> | undefined;

interface Stand {
  readonly page: Page;
  readonly rig: MonitorRig;
  readonly faults: readonly string[];
}

/** A page at a place. One server and one browser serve all tests of the file. */
async function at(
  place: string,
  run: (stand: Stand) => Promise<void>,
  options: Parameters<typeof openPage>[1] = {},
): Promise<void> {
  const served = await (rig ??= ready());
  const opened = await served.open(await (browser ??= startBrowser()), place, {
    reducedMotion: "reduce",
    ...options,
  });
  opened.page.setDefaultTimeout(60_000);
  try {
    await run({ ...opened, rig: served });
  } finally {
    await opened.page.context().close();
  }
}

/** A server that has its extensions ready, whatever else the machine does. */
async function ready(): Promise<MonitorRig> {
  const made = await MonitorRig.start([], ["motif", "guest"]);
  await made.call("GET /motifs");
  await made.call("GET /catalog");
  return made;
}

/** Keeps a picture where SYMPHONY_SHOTS names a folder. */
async function shot(page: Page, name: string): Promise<void> {
  const folder = Deno.env.get("SYMPHONY_SHOTS");
  if (folder === undefined) return;
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate("new Promise((done) => setTimeout(done, 400))");
    await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png` });
  }
}

async function choose(page: Page, words: string): Promise<void> {
  await page.locator("#main .view").waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find anything" }).fill(words);
  await page.locator(".palette-item").filter({ hasText: words }).first().waitFor();
  await page.keyboard.press("Enter");
}

browserTest(
  "a panel is opened from the palette, filled in, moved, kept over a reload, and closed",
  () =>
    at("runs", async ({ page, faults }) => {
      await choose(page, "Panel: CSV clip");
      const side = page.getByRole("complementary", { name: "Panels at the side" });
      const panel = side.getByRole("region", { name: "CSV clip" });
      await panel.getByText("Nothing to show yet").waitFor();
      assert.equal(await page.evaluate("document.activeElement.getAttribute('aria-label')"), "CSV clip");
      const text = panel.getByRole("textbox", { name: "CSV" });
      await text.click();
      await page.keyboard.type("name,age\nAda,36\nBob,");
      await panel.getByRole("combobox", { name: "Column" }).waitFor();
      // The tree was drawn anew meanwhile: the field keeps its focus and its caret.
      await page.keyboard.type("41\nCem,29\n");
      await panel.getByRole("definition").filter({ hasText: /^3$/ }).first().waitFor();
      assert.equal(await text.inputValue(), "name,age\nAda,36\nBob,41\nCem,29\n");
      await panel.getByRole("combobox", { name: "Column" }).selectOption("age");
      await panel.getByText("35.3333").waitFor();
      await panel.getByRole("img", { name: "age, 3 numbers" }).waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await shot(page, "panel-side");

      await panel.getByRole("button", { name: "Where CSV clip stands" }).click();
      await page.getByRole("menu").getByText("At the bottom").click();
      const bottom = page.getByRole("complementary", { name: "Panels at the bottom" });
      await bottom.getByRole("region", { name: "CSV clip" }).waitFor();
      await page.reload();
      await bottom.getByText("Nothing to show yet").waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await bottom.getByRole("textbox", { name: "CSV" }).focus();
      await page.keyboard.press("Escape");
      await bottom.waitFor({ state: "detached" });
      assert.equal(await page.evaluate("document.activeElement.id"), "main");
      assert.deepEqual(faultsOf(faults), []);
    }),
);

browserTest(
  "a click goes to the extension and focus stays; what fails is said in its place and tried again",
  () =>
    at("panels/tests/motif/count", async ({ page, faults }) => {
      await page.getByRole("button", { name: "undefined 0" }).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "undefined 1" }).waitFor();
      assert.equal(await page.evaluate("document.activeElement.textContent"), "undefined 1");
      assert.deepEqual(await axeFaults(page), []);

      await choose(page, "Panel: Moody");
      const moody = page.getByRole("region", { name: "Moody" });
      await moody.getByRole("button", { name: "Fail", exact: true }).click();
      const alert = moody.getByRole("alert");
      await alert.getByText("I will not").waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await shot(page, "panel-failed");
      await alert.getByRole("button", { name: "Try again" }).click();
      await moody.getByRole("button", { name: "Fail", exact: true }).waitFor();
      // The panel beside it has not noticed.
      await page.getByRole("button", { name: "undefined 1" }).waitFor();
      assert.deepEqual(faultsOf(faults), []);
    }),
);

browserTest(
  "a view that wants to be asked again counts by itself, in the status line",
  () =>
    at("runs", async ({ page, faults }) => {
      await choose(page, "Panel: Ticks");
      const ticks = page.getByRole("group", { name: "Ticks" });
      await ticks.getByText("tick 3").waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await ticks.getByRole("button", { name: "Close Ticks" }).click();
      await ticks.waitFor({ state: "detached" });
      assert.deepEqual(faultsOf(faults), []);
    }),
);

browserTest(
  "a CSV file is shown as a table, changed there as one step of undo, and follows the text",
  () =>
    at("runs", async ({ page, rig, faults }) => {
      await rig.write("people.csv", "name,age\nAda,36\nBob,41\n");
      await page.evaluate("location.hash = '#/editor/people.csv'");
      await page.getByRole("button", { name: "Choose row 2" }).click();
      const age = page.getByRole("textbox", { name: "age" });
      await age.fill("42");
      await page.getByRole("cell", { name: "42" }).waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await shot(page, "editor-table");

      await page.getByRole("button", { name: "Text", exact: true }).click();
      await page.locator(".cm-line").filter({ hasText: "Bob,42" }).waitFor();
      await page.getByRole("button", { name: "Table", exact: true }).click();
      await page.getByRole("cell", { name: "42" }).waitFor();
      await page.getByRole("button", { name: "Choose row 1" }).focus();
      await page.keyboard.press("Control+z");
      await page.getByRole("cell", { name: "41" }).waitFor();
      await page.keyboard.press("Control+y");
      await page.getByRole("cell", { name: "42" }).waitFor();
      await page.keyboard.press("Control+s");
      await page.locator(".editor-saved").filter({ hasText: /^Saved$/ }).waitFor();
      assert.equal(await Deno.readTextFile(`${rig.folder}/work/people.csv`), "name,age\nAda,36\nBob,42\n");
      // Somebody else changes the file: the table shows it.
      await rig.write("people.csv", "name,age\nAda,36\nBob,42\nEve,50\n");
      await page.getByRole("cell", { name: "Eve" }).waitFor();

      // The command is told what is looked at.
      await page.getByRole("button", { name: "Choose row 1" }).focus();
      await page.keyboard.press("Control+Alt+s");
      await page.getByRole("region", { name: "Messages" }).getByText("age: 3 numbers, 36 to 50", {
        exact: false,
      })
        .waitFor();
      assert.deepEqual(faultsOf(faults), []);
    }),
);

browserTest(
  "commands of motifs have their keys in the list of keys, whatever the order of modifiers",
  () =>
    at("runs", async ({ page, faults }) => {
      await choose(page, "Greet");
      const messages = page.getByRole("region", { name: "Messages" });
      await messages.getByText("Looking at runs/").waitFor();
      await page.locator("#main").focus();
      await page.keyboard.press("?");
      const guest = page.getByRole("region", { name: "Guest" });
      await guest.getByText("Greet").waitFor();
      assert.equal(await guest.locator("kbd").textContent(), "Ctrl+Alt+Shift+G");
      await page.keyboard.press("Control+Alt+Shift+g");
      await messages.getByText("Looking at keys/").waitFor();
      assert.deepEqual(faultsOf(faults), []);
    }),
);

browserTest(
  "a command that writes asks before it does, and what an extension tells the person is plain text under its name",
  () =>
    at("runs", async ({ page, rig, faults }) => {
      await choose(page, "Leave a mark");
      const messages = page.getByRole("region", { name: "Messages" });
      await messages.getByText("tests/guest asks for leave").waitFor();
      await messages.getByText("To change files of the folder by its command tests/mark").waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await shot(page, "command-asks");
      await messages.getByRole("button", { name: "Answer" }).click();
      await page.getByText("Leaves a file as a mark").first().waitFor();
      await page.getByRole("button", { name: "Allow once" }).click();
      await messages.getByText("I have left <b>a mark</b>").waitFor();
      await messages.getByText("tests/guest", { exact: true }).waitFor();
      await messages.getByText("Marked").waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await shot(page, "extension-notice");
      assert.equal(await Deno.readTextFile(`${rig.folder}/work/mark.txt`), "I was here\n");
      assert.deepEqual(faultsOf(faults), []);
    }),
);

browserTest(
  "a template of an extension becomes a workflow whose node the extension shows, before and after a run",
  () =>
    at("board", async ({ page, rig, faults }) => {
      await rig.write("one.csv", "a\n1\n");
      await rig.write("one.txt", "a");
      await page.getByRole("button", { name: "Templates" }).first().click();
      await page.getByRole("searchbox", { name: "Search templates" }).fill("Tables of a folder");
      const item = page.locator(".gallery-item").filter({ hasText: "Tables of a folder" });
      await item.getByText("CSV table").waitFor();
      await page.getByRole("button", { name: "Create from template" }).click();
      await page.locator('[data-node="scan"]').click();
      const shown = page.getByRole("region", { name: "Shown by CSV table" });
      await shown.getByText("**/*.csv, **/*.tsv").waitFor();
      await shown.getByText("not run yet").waitFor();
      const picture = page.locator('[data-node="scan"] .card-view');
      await picture.getByText("not run yet").waitFor();
      // Nothing on a card can be pressed or reached: that is in the inspector.
      assert.equal(await picture.evaluate((one) => (one as HTMLElement).inert), true);
      const style = "getComputedStyle(document.querySelector('[data-node=scan]'))";
      assert.equal(await page.evaluate(`${style}.getPropertyValue('--kind').trim()`), "#9a5b1f");
      assert.deepEqual(await axeFaults(page), []);
      await page.getByRole("button", { name: "Run", exact: true }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Run" }).click();
      await page.getByRole("tab", { name: "Inspector" }).click();
      await shown.getByText(/^[12] of [12] files$/).waitFor();
      await picture.getByText(/^[12] of [12] files$/).waitFor();
      await shot(page, "node-view");
      assert.deepEqual(faultsOf(faults), []);
    }),
);

browserTest(
  "what an extension shows of nodes is drawn on cards that are near alone, and asked for in turns",
  () =>
    at("runs", async ({ page, rig, faults }) => {
      const nodes = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [
        `scan${at}`,
        { use: "files/scan", position: { x: (at % 50) * 320, y: Math.floor(at / 50) * 300 } },
      ]));
      await rig.write("many.workflow.jsonc", JSON.stringify({ schema: 1, id: "many", nodes }));
      const asked: number[] = [];
      page.on("request", (request) => {
        if (request.url().endsWith("/motifs/views")) asked.push(performance.now());
      });
      await page.goto(`${new URL(page.url()).origin}/#/board/many.workflow.jsonc`);
      const stage = page.getByRole("application", { name: "Workflow, 2000 nodes" });
      await stage.waitFor();
      // It opens near, where it begins; then all of it is shown.
      await page.locator(".card").first().waitFor();
      await stage.focus();
      await page.keyboard.press("f");
      const pictures = page.locator(".card-view");
      await page.locator(".card").first().waitFor({ state: "detached" });
      // Whatever was near at first has been asked for by now.
      await page.waitForTimeout(500);
      const before = asked.length;
      await page.waitForTimeout(500);
      assert.equal(asked.length, before, "from afar nothing is asked");
      await stage.hover();
      await page.keyboard.down("Control");
      for (let at = 0; at < 40 && await pictures.count() === 0; at++) {
        await page.mouse.wheel(0, -240);
        await page.waitForTimeout(50);
      }
      await page.keyboard.up("Control");
      await pictures.getByText("not run yet").first().waitFor();
      await page.waitForTimeout(1_000);
      const near = await pictures.count();
      assert.ok(near > 0 && near <= 220, `${near} pictures`);
      const times = asked.slice(before);
      assert.ok(times.length <= near + 40, `${times.length} questions for ${near} pictures`);
      await shot(page, "card-views");
      assert.deepEqual(await axeFaults(page), []);
      assert.deepEqual(faultsOf(faults), []);
    }),
);

browserTest(
  "a secret setting is typed blind, kept, and never comes back",
  () =>
    at("system/settings?extension=tests%2Fguest", async ({ page, rig, faults }) => {
      const form = page.getByRole("region", { name: "Settings of tests/guest" });
      const field = form.getByLabel(/token/i);
      assert.equal(await field.getAttribute("type"), "password");
      await field.fill("hunter2");
      await form.getByText("Saved", { exact: true }).waitFor();
      assert.ok(!(await Deno.readTextFile(`${rig.data}/settings.jsonc`)).includes("hunter2"));
      await page.reload();
      await form.getByRole("button", { name: "token to its default" }).waitFor();
      assert.deepEqual([await field.inputValue(), await field.getAttribute("placeholder")], [
        "",
        "Kept; type to replace it",
      ]);
      assert.deepEqual(await axeFaults(page), []);
      assert.deepEqual(faultsOf(faults), []);
    }),
);

browserTest(
  "hostile trees are harmless: unknown parts are left out, what cannot be read is said",
  () =>
    at("panels/tests/motif/count", async ({ page, faults }) => {
      let deep: unknown = "end";
      for (let level = 0; level < 100; level++) deep = { is: "stack", children: [deep] };
      const link = { is: "link", props: { value: "look", href: "javascript:document.title='had'" } };
      const many = Array.from(
        { length: 8_000 },
        () => ({ is: "text", key: "same", props: { value: "many" } }),
      );
      const markdown = {
        is: "markdown",
        props: { value: '<img src=x onerror="document.title=1"> [x](javascript:1)' },
      };
      const styled = { is: "stack", props: { align: "x;background:url(//a)", gap: "9e9" }, style: "x" };
      const shown: readonly unknown[] = [
        { is: "stack", children: [link, { is: "script" }, deep, styled, "<img src=x onerror=alert(1)>"] },
        { is: "stack", children: many },
        markdown,
      ];
      const refused: readonly unknown[] = [
        link,
        null,
        7,
        { is: "constructor" },
        { is: "table", props: { columns: "x", rows: 1 } },
      ];
      const give = async (tree: unknown, place: string) => {
        await page.route("**/motifs/views", (route) =>
          route.fulfill({
            contentType: "application/json",
            body: JSON.stringify({ ok: true, tree, state: null, problems: [] }),
          }));
        await page.reload();
        await page.locator(place).waitFor();
        const bad = page.locator(".motif-place").locator("img, script, iframe, a[href^=javascript]");
        assert.equal(await bad.count(), 0);
        assert.ok(await page.locator(".motif-body *").count() < 11_000);
        await page.unroute("**/motifs/views");
      };
      for (const tree of shown) await give(tree, ".motif-body");
      for (const tree of refused) await give(tree, ".motif-place [role=alert]");
      await page.getByRole("button", { name: "Try again" }).click();
      await page.getByRole("button", { name: "undefined 0" }).waitFor();
      assert.match(await page.title(), /^Panels/);
      assert.deepEqual(faultsOf(faults), []);
    }),
);

browserTest(
  "a page in a frame is drawn on and calls its extension's command",
  () =>
    at("panels/examples/csv-table/plot", async ({ page, faults }) => {
      const frame = page.frameLocator("iframe.motif-frame");
      await frame.locator("#summarize:enabled").waitFor();
      await frame.getByRole("img", { name: "An empty plot" }).focus();
      for (const key of ["Enter", "ArrowRight", "ArrowUp", "Enter"]) await page.keyboard.press(key);
      await frame.getByRole("img", { name: "A plot of 2 points" }).waitFor();
      await frame.getByRole("button", { name: "Summarize" }).click();
      await frame.getByText("y: 2 numbers, 0.5 to 0.55", { exact: false }).waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await shot(page, "frame");
      assert.deepEqual(faultsOf(faults), []);
    }),
);

browserTest(
  "a page in a frame reaches nothing of the page, its cookies, its storage, its API, or the network",
  () =>
    at("runs", async ({ page, rig }) => {
      const { origin: home } = new URL(page.url());
      const before = (await rig.call("GET /runs")).runs.length;
      const reached: string[] = [];
      page.on("response", (response) => {
        const isOurs = response.frame() === page.mainFrame() && response.url().startsWith(home);
        if (!isOurs) reached.push(`${response.request().method()} ${new URL(response.url()).pathname}`);
      });
      await page.evaluate("location.hash = '#/panels/tests/guest/attack'");
      const out = page.frameLocator("iframe.motif-frame").locator("#out[data-done]");
      await out.waitFor({ state: "attached", timeout: 60_000 });
      const said = JSON.parse(await out.textContent() ?? "{}") as Record<string, string>;
      const { begun, origin, referrer, ...ended } = said;
      assert.deepEqual([begun, origin, referrer], ["yes", "null", ""]);
      const own = ["own command", "another's command", "a route as a command"];
      const had = Object.entries(ended).filter(([name, end]) =>
        !own.includes(name) && !end.startsWith("refused")
      );
      assert.deepEqual(had, []);
      assert.equal(Object.keys(ended).length, 28, Object.keys(ended).join());
      assert.equal(
        ended["own command"],
        '{"type":"answer","id":1,"output":{"notice":"Looking at frame/attack"}}',
      );
      assert.match(ended["another's command"] ?? "", /tests\/guest lists no command/);
      assert.match(ended["a route as a command"] ?? "", /tests\/guest lists no command/);
      assert.deepEqual(
        reached.map((one) => one.replace(/\/[\w-]{43}\//, "/SECRET/")),
        ["GET /SECRET/tests/guest/attack.html", "GET /SECRET/tests/guest/attack.js"],
      );
      assert.equal(page.frames().filter((frame) => frame.url().startsWith(home)).length, 1);
      // The page stands where it stood, and nothing was begun in its name.
      assert.match(page.url(), /#\/panels\/tests\/guest\/attack$/);
      assert.deepEqual((await rig.call("GET /runs")).runs.length, before);
      // Whoever does not know the path gets nothing, even with the page's session.
      const { frames } = await rig.call("GET /server");
      const { origin: place } = new URL(frames);
      for (const path of ["/tests/guest/attack.html", "/x/tests/guest/attack.html", "/api/v1/server"]) {
        const response = await fetch(`${place}${path}`, { headers: { cookie: rig.session.cookie } });
        await response.body?.cancel();
        assert.equal(response.status, 404, path);
      }
    }),
);

for (
  const [name, words] of [["flood", "more than 50 messages"], ["leave", "gone to another page"]] as const
) {
  browserTest(
    `a page in a frame that does ${name} is cut off, and the person is told`,
    () =>
      at(`panels/tests/guest/${name}`, async ({ page, faults }) => {
        const alert = page.locator(".motif-place [role=alert]");
        await alert.getByText(words, { exact: false }).waitFor();
        assert.equal(await page.locator("iframe").count(), 0);
        assert.deepEqual(await axeFaults(page), []);
        assert.deepEqual(faultsOf(faults), []);
      }),
  );
}

browserTest(
  "a page in a frame that never ends does not hold the program's page up",
  () =>
    at("panels/tests/guest/spin", async ({ page, faults }) => {
      await page.locator("iframe.motif-frame").waitFor();
      await page.evaluate("new Promise((done) => setTimeout(done, 600))");
      // The sandbox is a process of its own: keys are still taken, and leaving ends it.
      await choose(page, "Panel: Count");
      await page.getByRole("button", { name: "undefined 0" }).click();
      await page.getByRole("button", { name: "undefined 1" }).waitFor();
      assert.deepEqual(faultsOf(faults), []);
    }),
);

browserTest(
  "panels are usable in a narrow window, and in the dark",
  () =>
    at("runs", async ({ page, faults }) => {
      await choose(page, "Panel: CSV clip");
      const panel = page.getByRole("region", { name: "CSV clip" });
      await panel.getByText("Nothing to show yet").waitFor();
      assert.deepEqual(await axeFaults(page), []);
      assert.equal(await page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0);
      await shot(page, "panel-narrow");
      await page.evaluate("location.hash = '#/panels/examples/csv-table/plot'");
      await page.locator("iframe.motif-frame").waitFor();
      assert.equal(await page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0);
      assert.deepEqual(faultsOf(faults), []);
    }, { viewport: { width: 360, height: 740 }, colorScheme: "dark" }),
);

browserTest("the server and the browser of these tests end", async () => {
  await (await browser)?.close();
  await (await rig)?.[Symbol.asyncDispose]();
});
