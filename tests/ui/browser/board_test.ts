/**
 * The board as a person uses it, in a real browser with the real catalogue: composing, connecting, refusing, mending, saving,
 * undoing, finding, by pointer and by keyboard alone.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { parse } from "jsonc-parser";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { onPage, openBoard, saved, template } from "./board_stand.ts";
import { browserTest } from "./browser.ts";
import { axeFaults } from "./monitor_rig.ts";

/** Adds a node by the palette, as one who knows its name. */
async function addByPalette(page: Page, words: string): Promise<void> {
  await page.locator(".stage").focus();
  await page.keyboard.press("n");
  await page.getByRole("combobox", { name: "Add a node" }).fill(words);
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog.palette", { state: "detached" });
}

/** Drags from a port to another place. */
async function dragPort(
  page: Page,
  from: string,
  to: string | { readonly x: number; readonly y: number },
): Promise<void> {
  const start = await centreOf(page, from);
  const end = typeof to === "string" ? await centreOf(page, to) : to;
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 3 });
  await page.mouse.move(end.x, end.y, { steps: 3 });
}

/** The middle of an element once it has come to rest: a layout is made beside the page. */
async function centreOf(page: Page, selector: string): Promise<{ x: number; y: number }> {
  const look = async () => {
    const box = await page.locator(selector).first().boundingBox();
    assert.ok(box !== null, selector);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };
  for (let before = await look();;) {
    await page.waitForTimeout(60);
    const now = await look();
    if (now.x === before.x && now.y === before.y) return now;
    before = now;
  }
}

const output = (node: string, port: string) =>
  `#node-${node} [data-side="output"][data-port="${port}"] .port-dot`;
const input = (node: string, port: string) =>
  `#node-${node} [data-side="input"][data-port="${port}"] .port-dot`;

browserTest(
  "a person composes five nodes from the palette, connects them, is refused, mends a red field, and saves what runs",
  () =>
    onPage(async (page, server, { catalog }) => {
      const file = "my-review.workflow.jsonc";
      await page.goto(server.address);
      await page.getByRole("button", { name: "Begin with nothing" }).click();
      await page.getByLabel("Name").fill("My review");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".stage-hint");
      for (
        const words of ["scan files", "read a file", "measure a file", "find duplicates", "review code"]
      ) await addByPalette(page, words);
      await page.locator(".status").filter({ hasText: "5 nodes" }).waitFor();
      // What was added last is in sight.
      await page.locator("#node-review.is-selected").waitFor();
      await page.locator(".stage").focus();
      await page.keyboard.press("Escape");
      await page.keyboard.press("Shift+L");
      await page.keyboard.press("f");

      // A list into a text: refused where it is dropped, with the reason of `symphony check`.
      await dragPort(page, output("scan", "files"), input("read", "path"));
      const reason = page.locator(".wire-reason.no");
      await reason.waitFor();
      assert.match(await reason.textContent() ?? "", /takes string, found array of string/);
      await page.mouse.up();
      const refusal = page.locator(".toast").filter({ hasText: "Cannot connect" });
      // What would be right is offered, and taken back again.
      await refusal.getByRole("button", { name: "Once for each" }).click();
      await page.locator("#node-read .card-foot").filter({ hasText: "scan.files" }).waitFor();
      await page.locator(".stage").focus();
      await page.keyboard.press("Control+z");
      await page.locator("#node-read .card-foot").filter({ hasText: "scan.files" }).waitFor({
        state: "detached",
      });
      await page.locator(".status").filter({ hasText: "5 nodes, 0 connections" }).waitFor();

      // Once for each file, by keyboard.
      await page.locator("#node-scan .card-head").click();
      await page.keyboard.press("c");
      await page.getByRole("combobox", { name: "Connect scan to" }).fill("sources ⇉ metrics");
      await page.keyboard.press("Enter");
      await page.waitForSelector("dialog.palette", { state: "detached" });
      await page.keyboard.press("f");

      await page.locator("#node-metrics .card-fold").click();
      // By pointer, on the body of a node: the port that fits is found.
      await dragPort(page, output("metrics", "tokens"), "#node-duplicates .card-title");
      await page.mouse.up();
      await dragPort(page, output("metrics", "source"), input("review", "source"));
      await page.mouse.up();

      // The read file has a red field; it is mended in the inspector, as one types.
      await page.getByRole("tab", { name: /Problems/ }).click();
      await page.locator(".problem").filter({ hasText: `"path" of read` }).click();
      const path = page.locator("#port-path");
      await path.waitFor();
      assert.equal(await path.getAttribute("aria-invalid"), "true");
      await path.fill("README.md");
      await page.waitForFunction(() =>
        document.getElementById("port-path")?.getAttribute("aria-invalid") === "false"
      );
      // And the measured file is the item, chosen from the completions.
      await page.getByRole("tab", { name: /Problems/ }).click();
      await page.locator(".problem").filter({ hasText: `"file" of metrics` }).click();
      await page.getByRole("button", { name: "fx: file as an expression" }).click();
      const expression = page.locator("#port-file");
      await expression.fill("ite");
      await page.getByRole("option", { name: /^item/ }).click();
      assert.equal(await expression.inputValue(), "item");
      await page.locator(".status").filter({ hasText: "No problems" }).or(
        page.locator(".status").filter({ hasText: "0 errors" }),
      ).waitFor();

      const text = await saved(page, server, file);
      assert.deepEqual(
        checkWorkflow(text, file, catalog).problems.filter(({ severity }) => severity === "error"),
        [],
      );
      const { nodes } = parse(text);
      assert.deepEqual(Object.keys(nodes), ["scan", "read", "metrics", "duplicates", "review"]);
      assert.equal(nodes.metrics.each, "scan.sources");
      assert.deepEqual(nodes.duplicates.in, { tokens: "metrics.tokens" });
      assert.deepEqual(nodes.review.in, { source: "metrics.source" });

      // All of it can be taken back, and done again.
      await page.locator(".stage").focus();
      for (let step = 0; step < 40; step++) await page.keyboard.press("Control+z");
      await page.waitForSelector(".stage-hint");
      for (let step = 0; step < 40; step++) await page.keyboard.press("Control+Shift+z");
      await page.waitForFunction(() => document.querySelectorAll(".card").length === 5);
      assert.equal(await saved(page, server, file), text);
    }),
);

browserTest(
  "a walk by keyboard alone: find, choose, move, rename, note, copy, paste, remove",
  () =>
    onPage(async (page, server) => {
      await openBoard(page, server);
      await page.keyboard.press("Control+k");
      await page.keyboard.type("@find copies");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.activeElement?.classList.contains("stage"));
      assert.equal(await page.locator(".card.is-selected").getAttribute("data-node"), "duplicates");
      const place = () =>
        page.locator("#node-duplicates").evaluate((card) => (card as HTMLElement).style.transform);
      const first = await place();
      await page.keyboard.press("Alt+ArrowDown");
      assert.notEqual(await place(), first);
      await page.keyboard.press("ArrowLeft");
      const reached = await page.locator(".card.is-selected").getAttribute("data-node");
      assert.notEqual(reached, "duplicates");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.activeElement?.closest("#inspector") !== null);
      await page.locator("#node-name").focus();
      await page.keyboard.press("Control+a");
      await page.keyboard.type("first");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#node-first");
      await page.locator(".stage").focus();
      await page.keyboard.press("Control+d");
      await page.waitForSelector("#node-first2");
      await page.keyboard.press("Delete");
      await page.waitForSelector("#node-first2", { state: "detached" });
      const text = await saved(page, server, "code-review.workflow.jsonc");
      assert.match(text, /"first": \{/);
      assert.ok(!text.includes("first2"));
    }),
);

browserTest(
  "dragging moves a node by the grid, and a box chooses several; one undo for each",
  () =>
    onPage(async (page, server) => {
      await openBoard(page, server);
      const scan = await centreOf(page, "#node-scan .card-title");
      await page.mouse.move(scan.x, scan.y);
      await page.mouse.down();
      await page.mouse.move(scan.x + 61, scan.y + 143, { steps: 6 });
      await page.mouse.up();
      const text = await saved(page, server, "code-review.workflow.jsonc");
      const { nodes } = parse(text);
      assert.ok(
        Object.values<{ position?: object }>(nodes).every(({ position }) => position !== undefined),
        "nothing jumps when it is opened again",
      );
      await page.locator(".stage").focus();
      await page.keyboard.press("Control+z");
      assert.equal(
        await saved(page, server, "code-review.workflow.jsonc"),
        await Deno.readTextFile(template("code-review")),
      );

      const stage = await page.locator(".stage").boundingBox();
      assert.ok(stage !== null);
      await page.keyboard.down("Shift");
      await page.mouse.move(stage.x + 4, stage.y + 4);
      await page.mouse.down();
      await page.mouse.move(stage.x + stage.width - 4, stage.y + stage.height - 150, { steps: 5 });
      await page.mouse.up();
      await page.keyboard.up("Shift");
      assert.ok(await page.locator(".card.is-selected").count() >= 3);

      // What is brought into sight by the browser leaves the wires where they are.
      assert.equal(
        await page.locator(".stage").evaluate((stage) => {
          document.querySelector("#node-duplicates")?.scrollIntoView();
          return stage.scrollLeft + stage.scrollTop;
        }),
        0,
      );

      // All that is chosen is disabled at once, and enabled by one step back; what is done goes into the file.
      const disabled = page.locator(".card.is-disabled");
      await page.keyboard.press("d");
      await disabled.first().waitFor();
      const chosen = page.locator(".card.is-selected:not(#node-\\$inputs):not(#node-\\$outputs)");
      assert.equal(await disabled.count(), await chosen.count());
      await page.keyboard.press("Control+z");
      await disabled.first().waitFor({ state: "detached" });
      await page.keyboard.press("Escape");
      await page.locator("#node-duplicates .card-head").click({ button: "right" });
      await page.getByRole("menuitem", { name: /^Disable D/ }).click();
      await page.locator("#node-duplicates.is-disabled").waitFor();
      await page.getByText("Disabled: it is not done.").waitFor();
      assert.equal(
        await page.locator("#node-duplicates").getByText("disabled").count(),
        1,
        "for screen readers",
      );
      assert.deepEqual(await axeFaults(page), []);
      assert.equal(
        parse(await saved(page, server, "code-review.workflow.jsonc")).nodes.duplicates.disabled,
        true,
      );
      await page.getByRole("button", { name: "Enable this node" }).click();
      await disabled.first().waitFor({ state: "detached" });
      assert.deepEqual(
        parse(await saved(page, server, "code-review.workflow.jsonc")),
        parse(await Deno.readTextFile(template("code-review"))),
      );
    }),
);

browserTest(
  "a part becomes a workflow of its own that checks, and the whole still does",
  () =>
    onPage(async (page, server, { catalog }) => {
      await server.write(
        "w.workflow.jsonc",
        `{ "schema": 1, "id": "w", "inputs": { "root": { "type": "string", "default": "." } }, "nodes": {
      "scan": { "use": "files/scan", "in": { "root": "inputs.root" }, "position": { "x": 0, "y": 0 } },
      "shape": { "use": "data/transform", "in": { "data": "scan.files" }, "with": { "expression": "$count($)" }, "position": { "x": 300, "y": 0 } },
      "check": { "use": "data/validate", "in": { "data": "shape.result" }, "with": { "schema": { "type": "number" } }, "position": { "x": 600, "y": 0 } }
    }, "outputs": { "valid": "check.valid" } }`,
      );
      await page.goto(`${server.address}/#/board/w.workflow.jsonc`);
      await page.locator("#node-shape .card-title").click();
      await page.locator("#node-check .card-title").click({ modifiers: ["Shift"] });
      await page.getByRole("button", { name: "Make a sub-workflow…" }).click();
      await page.getByRole("dialog").getByLabel("Name").fill("Count them");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#node-count_them");
      const text = await saved(page, server, "w.workflow.jsonc");
      const part = server.text("count-them.workflow.jsonc") ?? "";
      const errors = (checked: ReturnType<typeof checkWorkflow>) =>
        checked.problems.filter(({ severity }) => severity === "error");
      assert.deepEqual(errors(checkWorkflow(part, "part", catalog)), []);
      assert.deepEqual(errors(checkWorkflow(text, "w", catalog, () => ({ file: "part", text: part }))), []);
      assert.equal(parse(text).outputs.valid, "count_them.valid");
      // What the new file takes and gives is known here, too.
      await page.locator(`${input("count_them", "files")}, ${input("count_them", "data")}`).first().waitFor();
      await page.locator(output("count_them", "valid")).waitFor();

      // A template is a part as any other: found in the library, with its ports.
      await page.getByRole("searchbox", { name: "Search nodes" }).fill("documentation outline");
      await page.keyboard.press("Enter");
      await page.locator("#node-docsOutline .card-title").filter({ hasText: "Documentation outline" })
        .waitFor();
      await page.locator(input("docsOutline", "root")).waitFor();
      await page.locator(output("docsOutline", "coverage")).waitFor();
      const withTemplate = await saved(page, server, "w.workflow.jsonc");
      assert.equal(parse(withTemplate).nodes.docsOutline.workflow, "docs-outline");
      const outline = await Deno.readTextFile(template("docs-outline"));
      const byName = (name: string) => ({ file: name, text: name === "docs-outline" ? outline : part });
      assert.deepEqual(errors(checkWorkflow(withTemplate, "w", catalog, byName)), []);
    }),
);

browserTest(
  "ELK lays out finely in its own worker, as one step that can be taken back",
  () =>
    onPage(async (page, server) => {
      await openBoard(page, server);
      await page.keyboard.press("Control+k");
      await page.keyboard.type(">ELK");
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Undo: Lay out" }).waitFor({ timeout: 30_000 });
      const { nodes } = parse(await saved(page, server, "code-review.workflow.jsonc"));
      const left = (node: string) => (nodes[node] as { position: { x: number } }).position.x;
      assert.ok(left("scan") < left("measure") && left("measure") < left("report"));
      await page.locator(".stage").focus();
      await page.keyboard.press("Control+z");
      assert.equal(
        await saved(page, server, "code-review.workflow.jsonc"),
        await Deno.readTextFile(template("code-review")),
      );
    }),
);

browserTest("the board is exported as SVG and PNG", () =>
  onPage(async (page, server) => {
    await openBoard(page, server);
    let svg = "";
    for (
      const [name, ending, magic] of [["Export as SVG", ".svg", "<svg"], [
        "Export as PNG",
        ".png",
        "\u0089PNG",
      ]] as const
    ) {
      await page.keyboard.press("Control+k");
      await page.keyboard.type(`>${name}`);
      const download = page.waitForEvent("download");
      await page.keyboard.press("Enter");
      const found = await download;
      assert.ok(found.suggestedFilename().endsWith(ending));
      const bytes = await Deno.readFile(await found.path());
      assert.equal(
        [...bytes.slice(0, magic.length)].map((byte) => String.fromCharCode(byte)).join(""),
        magic,
      );
      assert.ok(bytes.length > 2000);
      if (ending === ".svg") svg = new TextDecoder().decode(bytes);
      else await page.evaluate(showPicture, bytes.toBase64());
    }
    // Every card has its sign, in the drawing and in the painted picture.
    const cards = Object.keys(parse(server.text("code-review.workflow.jsonc") ?? "").nodes).length + 2;
    const signs = [...svg.matchAll(/<path class="icon"[^>]* d="([^"]+)"/g)].map(([, data]) => data);
    assert.equal(signs.length, cards);
    assert.ok(new Set(signs).size > 3, "of different kinds");
    const [left = 0, top = 0] = /viewBox="(\S+) (\S+)/.exec(svg)?.slice(1).map(Number) ?? [];
    const boxes = [...svg.matchAll(/class="icon-box" x="([^"]+)" y="([^"]+)"/g)].map(([, x, y]) => ({
      x: 2 * (Number(x) - left),
      y: 2 * (Number(y) - top),
    }));
    const painted = await page.evaluate(inkIn, boxes);
    assert.equal(painted.length, cards);
    assert.ok(painted.every((share) => share > 0.03 && share < 0.7), JSON.stringify(painted));
  }));

browserTest(
  "nodes are aligned and spread evenly, a note is written, and what is copied is text that another window pastes",
  () =>
    onPage(async (page, server) => {
      await openBoard(page, server);
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      const placesOf = (ids: readonly string[]) =>
        Promise.all(ids.map((id) =>
          page.locator(`#node-${id}`).evaluate((card) => {
            const [, x = "", y = ""] =
              /translate\(([-\d.]+)px, ([-\d.]+)px\)/.exec((card as HTMLElement).style.transform) ?? [];
            return { x: Number(x), y: Number(y) };
          })
        ));
      const command = async (title: string) => {
        await page.keyboard.press("Control+k");
        await page.getByRole("combobox", { name: "Find anything" }).fill(`>${title}`);
        await page.keyboard.press("Enter");
        await page.waitForSelector("dialog.palette", { state: "detached" });
      };
      const chosen = ["scan", "measure", "duplicates"];
      await page.locator("#node-scan .card-head").click();
      for (const id of chosen.slice(1)) {
        await page.locator(`#node-${id} .card-head`).click({ modifiers: ["Shift"] });
      }
      const before = await placesOf(chosen);
      assert.ok(new Set(before.map(({ y }) => y)).size > 1, "they are not in line before");
      await command("Align top");
      await page.waitForTimeout(100);
      assert.equal(new Set((await placesOf(chosen)).map(({ y }) => y)).size, 1);
      await page.locator(".stage").focus();
      await page.keyboard.press("Control+z");
      await page.waitForTimeout(100);
      assert.deepEqual(await placesOf(chosen), before, "one step takes it back");
      // A note, in the file as it is on the board.
      await command("Add a note");
      const note = page.getByRole("textbox", { name: /note/i }).first();
      await note.waitFor();
      await note.fill("Look here first");
      await page.locator(".stage").focus();
      assert.match(await saved(page, server, "code-review.workflow.jsonc"), /Look here first/);
      // Copied as text, pasted in another window of its own, under names that are free there.
      await page.locator("#node-duplicates .card-head").click();
      await page.locator(".stage").focus();
      await page.keyboard.press("Control+c");
      const text = await page.evaluate(() => navigator.clipboard.readText());
      assert.match(text, /"use": "code\/duplicates"/);
      const other = await page.context().newPage();
      await other.bringToFront();
      await server.write("map.workflow.jsonc", await Deno.readTextFile(template("repo-map")), "outside");
      await other.goto(`${server.address}/#/board/map.workflow.jsonc`);
      await other.locator(".status").filter({ hasText: /\d nodes/ }).waitFor();
      await other.locator(".stage").focus();
      await other.keyboard.press("Control+v");
      const pasted = (name: string) =>
        other.waitForFunction(
          (wanted) => (document.querySelector("#node-name") as HTMLInputElement | null)?.value === wanted,
          name,
        );
      await pasted("duplicates");
      await other.locator(".stage").focus();
      await other.keyboard.press("Control+v");
      await pasted("duplicates2");
      assert.match(await saved(other, server, "map.workflow.jsonc"), /"duplicates2": \{/);
    }),
);

/** Puts a PNG into the page, to be looked at. */
function showPicture(base64: string): Promise<void> {
  const image = new Image();
  image.id = "exported";
  image.src = `data:image/png;base64,${base64}`;
  return image.decode().then(() => document.body.append(image));
}

/** The share of points in each box, of 48 to a side, that are unlike the ground at the box's left edge: what is drawn there. */
function inkIn(boxes: readonly { readonly x: number; readonly y: number }[]): readonly number[] {
  const image = document.getElementById("exported") as HTMLImageElement;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.drawImage(image, 0, 0);
  return boxes.map(({ x, y }) => {
    const { data } = context.getImageData(Math.round(x), Math.round(y), 48, 48);
    const ground = (24 * 48 + 2) * 4;
    let ink = 0;
    for (let at = 0; at < data.length; at += 4) {
      const far = [0, 1, 2].reduce((sum, part) => sum + Math.abs(data[at + part]! - data[ground + part]!), 0);
      if (far > 60) ink++;
    }
    return ink / (48 * 48);
  });
}
