/** A telephone: 360 pixels wide, and fingers. Every view, panel, menu and dialog fits, and the board is worked by touch. @module */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { until } from "../server/ui_rig.ts";
import { browserTest, startBrowser } from "./browser.ts";
import { fitFaults } from "./fit_faults.ts";
import { axeFaults, faultsOf, fragile, MonitorRig, watched } from "./monitor_rig.ts";
import { Fingers, type Spot } from "./touch.ts";

const hand = { viewport: { width: 360, height: 740 }, hasTouch: true, reducedMotion: "reduce" } as const;

const asking = {
  ...watched,
  id: "asking",
  name: "Release notes with a long name",
  nodes: {
    ...watched.nodes,
    ask: {
      ...watched.nodes.ask,
      schema: { type: "object", properties: { title: { type: "string" } }, required: ["title"] },
    },
  },
};
const notes = "# Notes\n\nThe board draws what changes.\n";
const proposing = {
  schema: 1,
  id: "notes",
  name: "Better notes",
  nodes: {
    rewrite: {
      use: "files/write",
      with: { path: "notes.md", content: `${notes}\nMore.\n`, mode: "overwrite" },
    },
  },
};
const small = {
  schema: 1,
  id: "small",
  name: "A small workflow",
  inputs: { topic: { type: "string" } },
  nodes: {
    first: { use: "files/read", with: { path: "notes.md" } },
    second: { use: "text/split" },
    odd: { use: "no/such" },
  },
  board: { nodes: { first: { x: 0, y: 0 }, second: { x: 0, y: 240 }, odd: { x: 0, y: 480 } } },
};

/** What is opened on a place, and what is there when it is open. */
type State = readonly [place: string, open: string | readonly [card: string, open: string], seen: string];

const tap = async (page: Page, name: string) =>
  await page.getByRole("button", { name, exact: true }).first().tap();

browserTest("at 360 pixels everything fits and is large enough for a finger, whatever is open", async () => {
  await using rig = await MonitorRig.start();
  await using browser = await startBrowser();
  await rig.write("small.workflow.jsonc", JSON.stringify(small, undefined, 2));
  await rig.write("notes.md", notes);
  const [waits, failed, proposed] = [
    await rig.run(asking),
    await rig.run(fragile),
    await rig.run(proposing, { proposes: true }),
  ];
  await rig.until(failed, "failed");
  await rig.until(proposed, "completed");
  await rig.until(waits, "waiting-for-input");
  const [group] = await rig.call("GET /failures");
  const { hits } = await rig.call("GET /artifacts");
  const board = "board/small.workflow.jsonc";
  const states: readonly State[] = [
    ["board", "", ".home-row"],
    ["board", "More for A small workflow", ".menu"],
    ["board", "New workflow", "dialog[open]"],
    ["board", "Templates", "dialog[open] .graph-preview"],
    ["board", "Describe a workflow", "dialog[open]"],
    [board, "", ".card"],
    [board, "Library", ".library-item"],
    [board, "Inspector", "#inspector input"],
    [board, ["#node-first .card-head", "Inspector"], "#inspector .form-toggle"],
    [board, "More", ".menu"],
    [board, "More ways to run", ".menu"],
    [board, "Add a node", "dialog[open] .palette-item"],
    ["runs", "", ".monitor-run-row"],
    [`runs/${waits}`, "", ".monitor-ask"],
    [`runs/${waits}`, "Show the list of nodes", ".monitor-list.open .monitor-node-row"],
    [`runs/${waits}`, "Commands for the run", ".menu"],
    [`runs/${waits}?node=%2Fstory`, "", ".monitor-node .monitor-json-row"],
    [`runs/${waits}?tab=log`, "", ".monitor-line"],
    [`runs/${waits}?tab=timeline`, "", ".monitor-chart-room"],
    [`runs/${failed}?node=%2Fmend`, "", ".monitor-failure"],
    [`runs/${proposed}`, "", ".monitor-bar"],
    [`runs/${failed}?tab=data`, "", ".monitor-facts"],
    ["runs/rnothing", "", ".state"],
    ["failures", "", ".monitor-entry"],
    [`failures/${group.fingerprint}`, "", ".monitor-occurrence"],
    ["artifacts", "", ".monitor-hit"],
    [`artifacts/${hits[0].artifact}?tab=versions`, "", ".monitor-data"],
    [`artifacts/${hits[0].artifact}?tab=quality`, "", ".monitor-data"],
    ["performance", "", ".monitor-chart"],
    ["performance?tab=latency", "", ".monitor-table"],
    ["performance?tab=pool", "", ".monitor-table"],
    ["system/extensions", "", ".monitor-card"],
    ["system/permissions", "", ".monitor-table"],
    ["system/settings", "", ".monitor-settings"],
    ["system/storage", "", ".monitor-meter"],
    ["system/themes", "", ".monitor-theme"],
    ["editor/notes.md", "", ".editor-hunk"],
    ["editor/notes.md", "Show files", ".editor-files .editor-file"],
    ["editor/notes.md", "Changes of agents, 1 to review", ".editor-changes .editor-diff"],
    ["panels", "", ".bar"],
    ["keys", "", ".keys-sheet"],
  ];
  const { page, faults } = await rig.open(browser, "keys", hand);
  const found: string[] = [];
  let before = "";
  for (const [place, open, seen] of states) {
    // By way of another place, where the same one is shown again: nothing is open any more.
    if (place === before) {
      await page.evaluate(() => location.hash = "#/panels");
      await page.locator(".bar h1").filter({ hasText: "Panels" }).waitFor();
    }
    before = place;
    await page.evaluate((hash) => location.hash = hash, `#/${place}`);
    const [card, name] = typeof open === "string" ? ["", open] : open;
    if (card !== "") await page.locator(card).tap();
    if (name !== "") await tap(page, name);
    await page.locator(seen).first().waitFor({ state: "attached" });
    for (const fault of await fitFaults(page)) found.push(`${place} ${name}: ${fault}`);
    if (await page.locator("dialog[open], .menu").count() > 0) await page.keyboard.press("Escape");
  }
  assert.deepEqual(found, []);
  assert.deepEqual(faultsOf(faults).filter((fault) => !fault.includes("rnothing")), []);
});

const middle = ({ x, y, width, height }: { x: number; y: number; width: number; height: number }): Spot => ({
  x: x + width / 2,
  y: y + height / 2,
});

browserTest("the board is panned, zoomed, added to, moved and connected by fingers", async () => {
  await using rig = await MonitorRig.start();
  await using browser = await startBrowser();
  await rig.write("small.workflow.jsonc", JSON.stringify(small, undefined, 2));
  const { page, faults } = await rig.open(browser, "board/small.workflow.jsonc", hand);
  const fingers = await Fingers.on(page);
  const at = async (selector: string) => {
    const box = await page.locator(selector).first().boundingBox();
    assert.ok(box !== null, `${selector} is seen`);
    return box;
  };
  await page.locator("#node-second").waitFor();

  // One finger pans, two zoom.
  const stage = await at(".stage");
  const before = await at("#node-first");
  const ground = { x: stage.x + 20, y: stage.y + 40 };
  await fingers.drag(ground, { x: ground.x + 60, y: ground.y + 40 });
  await until(async () => Math.abs((await at("#node-first")).x - before.x - 60) < 2);
  const centre = middle(stage);
  await fingers.move(
    [{ x: centre.x - 40, y: centre.y }, { x: centre.x + 40, y: centre.y }],
    [{ x: centre.x - 72, y: centre.y }, { x: centre.x + 72, y: centre.y }],
  );
  await until(async () => (await at("#node-first")).width > before.width * 1.5);
  await page.getByRole("button", { name: "Show everything" }).tap();
  await until(async () => Math.abs((await at("#node-first")).width - before.width) < 20);

  // A node goes where the finger takes it.
  const head = middle(await at("#node-odd .card-head"));
  await fingers.drag(head, { x: head.x + 40, y: head.y + 30 });
  await until(async () => Math.abs(middle(await at("#node-odd .card-head")).y - head.y - 30) < 12);
  assert.equal(await page.getByRole("button", { name: /^Undo: / }).count(), 1);

  // A connection is drawn from port to port.
  const source = middle(await at('#node-first [data-side="output"] .port-dot'));
  const target = middle(await at('#node-second [data-side="input"] .port-dot'));
  await fingers.drag(source, target);
  await page.getByText("1 connection", { exact: false }).first().waitFor({ state: "attached" });

  // A node of the library is placed by a tap.
  await tap(page, "Library");
  await page.getByRole("button", { name: /^Merge edits/ }).tap();
  await page.locator(".card").nth(3).waitFor();
  await tap(page, "Save");
  await page.getByText("Saved", { exact: true }).waitFor();
  const saved = JSON.parse(await Deno.readTextFile(`${rig.folder}/work/small.workflow.jsonc`));
  assert.equal(Object.keys(saved.nodes).length, 4);
  assert.match(JSON.stringify(saved.nodes.second), /first\./);
  assert.deepEqual(await axeFaults(page), []);

  // The graph of a run, too, is zoomed by two fingers.
  const run = await rig.run(fragile);
  await rig.until(run, "failed");
  await page.evaluate((hash) => location.hash = hash, `#/runs/${run}`);
  await page.locator(".monitor-zoom").waitFor();
  const zoom = async () => Number.parseInt(await page.locator(".monitor-zoom .numbers").textContent() ?? "");
  // Three nodes are wider than a hand: the graph begins smaller than life.
  await until(async () => await zoom() < 100);
  const start = await zoom();
  const graph = middle(await at(".monitor-canvas"));
  await fingers.move(
    [{ x: graph.x - 40, y: graph.y }, { x: graph.x + 40, y: graph.y }],
    [{ x: graph.x - 64, y: graph.y }, { x: graph.x + 64, y: graph.y }],
  );
  await until(async () => await zoom() > start * 1.4);
  assert.deepEqual(faultsOf(faults), []);
});
