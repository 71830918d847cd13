/**
 * What one does with much of everything, and the longest task of the page's main thread that it takes: acts on a board of 5,000 nodes
 * (or as many as the first argument says), a run of them, a folder of 20,000 files, a text of 20,000 lines, large artifacts. Each
 * line has the five tasks that worked longest, by the clock and, in brackets, worked; those under 10 ms are left out. Without a
 * browser it says so and ends.
 *
 * @module
 */

import * as esbuild from "esbuild";
import type { Page } from "playwright-core";
import { buildUi } from "../../build/ui.ts";
import { openTexts } from "../../main_texts.ts";
import { layoutGraph } from "../../ui/app/board/layout/layout_graph.ts";
import { browserProgram, openPage, startBrowser } from "../../tests/ui/browser/browser.ts";
import { FixtureServer } from "../../tests/ui/browser/fixture_server.ts";
import { waits } from "../../tests/ui/browser/monitor_rig.ts";
import { realCatalog } from "../../tests/ui/browser/real_catalog.ts";
import { UiRig } from "../../tests/ui/server/ui_rig.ts";
import { layoutRequest, workflowText } from "./flow.ts";
import { longest, TaskTrace } from "./main_tasks.ts";

const count = Number(Deno.args[0] ?? 5000);
const FILE = "flow.workflow.jsonc";

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Does something, waits until nothing comes of it any more, and says what the longest tasks were. */
async function act(page: Page, what: string, go: () => Promise<unknown>, restMs = 2500): Promise<void> {
  const trace = await TaskTrace.start(page);
  await go();
  await page.waitForTimeout(restMs);
  say(`  ${what.padEnd(42)} ${longest(await trace.stop(10), 5)}`);
}

const go = (page: Page, place: string) => page.evaluate((hash) => void (location.hash = hash), `#/${place}`);

/** The middle of a card with room around it. */
async function cardInSight(page: Page): Promise<{ readonly x: number; readonly y: number }> {
  const stage = await page.locator(".stage").boundingBox();
  for (const head of await page.locator(".card .card-head").all()) {
    const box = await head.boundingBox();
    if (stage === null || box === null) continue;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const isFree = x > stage.x + 200 && x < stage.x + stage.width - 300 && y > stage.y + 150 &&
      y < stage.y + stage.height - 250;
    if (isFree) return { x, y };
  }
  throw new Error("No card is in sight");
}

async function boardActs(page: Page, server: FixtureServer): Promise<void> {
  const key = (keys: string) => page.keyboard.press(keys);
  const open = async () => {
    await page.goto(`${server.address}/#/board/${FILE}`);
    await page.locator(".status").filter({ hasText: `${count.toLocaleString("en")} nodes` }).waitFor();
  };
  await act(page, "opened, cold", open);
  await page.locator(".stage").focus();
  await act(page, "all chosen, near", () => key("Control+a"));
  await act(page, "all moved by a key", () => key("Alt+ArrowRight"));
  await act(page, "taken back", () => key("Control+z"));
  await act(page, "all dragged", async () => {
    const { x, y } = await cardInSight(page);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 160, y + 80, { steps: 20 });
    await page.mouse.up();
  });
  await act(page, "taken back", () => key("Control+z"));
  await act(page, "all duplicated", () => key("Control+d"));
  await act(page, "taken back", () => key("Control+z"));
  await act(page, "all copied", () => key("Control+c"));
  await act(page, "pasted", () => key("Control+v"));
  await act(page, "taken back", () => key("Control+z"));
  await key("Control+a");
  await act(page, "all removed", () => key("Delete"));
  await act(page, "taken back", () => key("Control+z"));
  await key("Control+a");
  await act(page, "all grouped", () => key("Control+g"));
  await act(page, "taken back", () => key("Control+z"));
  await act(page, "everything shown", () => key("f"));
  await act(page, "all chosen, far", () => key("Control+a"));
  await act(page, "a part chosen by a box", async () => {
    const box = await page.locator(".stage").boundingBox();
    if (box === null) throw new Error("There is no stage");
    await page.keyboard.down("Shift");
    await page.mouse.move(box.x + 30, box.y + 30);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + 0.8 * box.height, { steps: 10 });
    await page.mouse.up();
    await page.keyboard.up("Shift");
  });
  await act(page, "a search typed", async () => {
    await key("Control+f");
    await page.keyboard.type("n57", { delay: 150 });
  });
  await act(page, "its first hit gone to", () => key("Enter"));
  await act(page, "another room", () => go(page, "runs"));
  await act(page, "back", () => go(page, `board/${FILE}`));
  await act(page, "the file changed elsewhere", async () => {
    const text = server.text(FILE) ?? "";
    await server.write(FILE, text.replace('"n1":', '"m1":').replaceAll("n1.result", "m1.result"));
  });
}

async function roomActs(page: Page, rig: UiRig): Promise<void> {
  const tab = (name: string) => page.getByRole("tab", { name }).first().click();
  await go(page, "board/waits.workflow.jsonc");
  await page.locator(".status").filter({ hasText: "5,000 nodes" }).waitFor();
  await page.locator(".stage").focus();
  await act(page, "a run of 5,000 started on the board", () => page.keyboard.press("Control+Enter"), 5000);
  const { value } = await rig.call("GET /runs");
  const run = value.runs[0]?.run ?? "";
  const page5000 = async () => {
    await go(page, `runs/${run}`);
    await page.locator(".monitor-canvas").first().waitFor();
  };
  await act(page, "its page", page5000);
  await act(page, "its timeline", () => tab("Timeline"));
  await act(page, "its log", () => tab("Log"));
  const { artifacts } = rig.pit;
  const bytes = (text: string) => new TextEncoder().encode(text);
  const lines = (many: number, line: (at: number) => string) =>
    Array.from({ length: many }, (_, at) => line(at));
  const record = (at: number) => `{"id":${at},"name":"row ${at}","tags":["a","b"],"at":{"x":${at}}}`;
  const made = [
    ["JSON, 10 MB", "application/json", "big.json", `[${lines(180_000, record).join()}]`],
    ["JSON, 0.9 MB", "application/json", "small.json", `[${lines(16_000, record).join()}]`],
    [
      "a table of 50,000 rows",
      "text/csv",
      "t.csv",
      `id,name\n${lines(50_000, (at) => `${at},row ${at}`).join("\n")}`,
    ],
    [
      "Markdown, 0.8 MB",
      "text/markdown",
      "d.md",
      lines(12_000, (at) => `## H ${at}\n\nSome *words* of text.\n\n- one\n- two\n`).join("\n"),
    ],
  ] as const;
  for (const [what, type, name, text] of made) {
    const id = await artifacts.put(bytes(text), { type, name });
    await act(page, `an artifact: ${what}`, () => go(page, `artifacts/${id}`));
  }
  await act(page, "the editor, a file of 20,000 lines", () => go(page, "editor/large.ts"), 4000);
  await act(page, "its end", () => page.keyboard.press("Control+End"));
  await act(page, "a folder of 20,000 files", () => page.getByRole("treeitem", { name: "many" }).click());
}

if (browserProgram() === undefined) {
  say("no browser here: install chromium, or name one in SYMPHONY_CHROMIUM");
} else {
  const assets = await Deno.makeTempDir({ prefix: "symphony-page-" });
  await buildUi({ out: assets });
  const browser = await startBrowser();
  {
    await using server = FixtureServer.start(assets, await realCatalog());
    await server.write(FILE, workflowText(count, layoutGraph(layoutRequest(count))));
    const { page } = await openPage(browser);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    page.setDefaultTimeout(60_000);
    say(`a board of ${count} nodes: the longest tasks by the clock(work), ms`);
    await boardActs(page, server);
    await page.context().close();
  }
  await using rig: UiRig = await UiRig.start({ openTexts: () => openTexts(rig.data), assets });
  rig.write("waits.workflow.jsonc", waits(5000));
  rig.write("large.ts", "export const value = compute(1, 'two'); // a line of source\n".repeat(20_000));
  await Deno.mkdir(`${rig.folder}/many`);
  for (let at = 0; at < 20_000; at++) rig.write(`many/file${at}.txt`, "x");
  const { page } = await openPage(browser);
  page.setDefaultTimeout(60_000);
  await page.goto(rig.address());
  await page.getByRole("heading", { name: "Harmony Board" }).waitFor();
  say("other rooms");
  await roomActs(page, rig);
  await browser.close();
  await Deno.remove(assets, { recursive: true });
}
await esbuild.stop();
Deno.exit(0);
