/**
 * The page in a real browser: what it weighs, how long until something is seen, and how it pans and edits at 100, 1,000 and
 * 10,000 nodes, beside React Flow alone on the same graphs (on Preact, visible elements only, sizes given: its best case).
 * Without a browser it says so and ends.
 *
 * Times of frames are the gaps between animation frames while the pointer moves once a frame; the processor's share is the page's
 * own thread, from the browser's counters. The floor is a frame of 16.7 ms.
 *
 * @module
 */

import * as esbuild from "esbuild";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser, CDPSession, Page } from "playwright-core";
import { buildUi } from "../../build/ui.ts";
import type { Catalog } from "../../core/workflow/catalog.ts";
import { layoutGraph } from "../../ui/app/board/layout/layout_graph.ts";
import { browserProgram, startBrowser } from "../../tests/ui/browser/browser.ts";
import { FixtureServer } from "../../tests/ui/browser/fixture_server.ts";
import { realCatalog } from "../../tests/ui/browser/real_catalog.ts";
import { edgesOf, layoutRequest, workflowText } from "./flow.ts";
import { dragOver, noteLongTasks, takeLongTasks, typeInto } from "./in_page.ts";
import { longest, TaskTrace } from "./main_tasks.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Those that are named as arguments, or all. */
const sizes = [100, 1000, 10_000].filter((size, _, all) =>
  Deno.args.includes(String(size)) || !all.some((one) => Deno.args.includes(String(one)))
);
const MOVES = 120;

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

function share(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}

interface Panned {
  readonly gaps: readonly number[];
  readonly cpuMs: number;
  readonly longest: number;
}

/** Drags over the element, once a frame; what the frames took. */
async function pan(page: Page, session: CDPSession, selector: string): Promise<Panned> {
  const before = await cpu(session);
  const { gaps, longest } = await page.evaluate(dragOver, { selector, moves: MOVES });
  return { gaps, longest, cpuMs: (await cpu(session) - before) / MOVES };
}

async function cpu(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0) * 1000;
}

async function heapMb(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return (metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0) / 1024 ** 2;
}

async function newPage(browser: Browser): Promise<{ page: Page; session: CDPSession }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return { page, session };
}

function tell(what: string, { gaps, cpuMs, longest }: Panned): void {
  const frames = `${ms(share(gaps, 0.5))} / ${ms(share(gaps, 0.95))}`;
  say(
    `  ${what.padEnd(34)} frame p50/p95 ${frames.padEnd(18)} page's thread ${
      ms(cpuMs).padEnd(7)
    } longest task ${longest === 0 ? "< 50 ms" : ms(longest)}`,
  );
}

async function weigh(out: string): Promise<void> {
  const { assets, first } = await buildUi({ out });
  const kb = (paths: readonly string[]) =>
    (assets.filter(({ path }) => paths.includes(path)).reduce((sum, { gzipBytes }) => sum + gzipBytes, 0) /
      1024).toFixed(0);
  const named = (name: string) =>
    assets.filter(({ path }) => path.startsWith(`/assets/${name}`)).map(({ path }) => path);
  say(
    `weight, gzip: ${kb(first)} KB before the first view, ${kb(named("board_view"))} KB the board, ${
      kb(named("check_worker"))
    } KB the checker (worker), ${kb(named("layout_worker"))} KB the layout (worker)`,
  );
}

async function load(browser: Browser, server: FixtureServer): Promise<void> {
  const paints: number[] = [];
  const boards: number[] = [];
  for (let round = 0; round < 5; round++) {
    const { page } = await newPage(browser);
    await page.goto(`${server.address}/#/board/flow-100.workflow.jsonc`);
    await page.waitForSelector(".stage");
    boards.push(await page.evaluate(() => performance.now()));
    paints.push(
      await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN),
    );
    await page.context().close();
  }
  say(
    `load, 5 cold pages, median: first paint ${ms(share(paints, 0.5))}, a board of 100 nodes shown ${
      ms(share(boards, 0.5))
    }`,
  );
}

async function board(browser: Browser, server: FixtureServer, count: number): Promise<void> {
  const { page, session } = await newPage(browser);
  await page.addInitScript(noteLongTasks);
  const began = performance.now();
  await page.goto(`${server.address}/#/board/flow-${count}.workflow.jsonc`);
  await page.locator(".status").filter({ hasText: `${count.toLocaleString("en")} nodes` }).waitFor();
  const shown = performance.now() - began;
  await page.waitForTimeout(1500);
  const opening = await cpu(session);
  const tasks = await page.evaluate(takeLongTasks);
  await page.locator(".stage").focus();
  await page.keyboard.press("f");
  await page.waitForTimeout(600);
  tell(`board, ${count}, all in sight`, await pan(page, session, ".stage"));
  await page.keyboard.press("f");
  await page.keyboard.press("0");
  await page.waitForTimeout(600);
  tell(`board, ${count}, near`, await pan(page, session, ".stage"));
  await page.keyboard.press("Control+f");
  await page.keyboard.type("n57");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#node-n57");
  await page.waitForTimeout(1000);
  const before = await cpu(session);
  const typed = await page.evaluate(typeInto, { selector: "#node-title", letters: 20 });
  const letter = (await cpu(session) - before) / 20;
  say(
    `  ${`board, ${count}`.padEnd(34)} opened ${ms(shown)}, page's thread ${ms(opening)}, tasks over 50 ms ${
      tasks.length === 0 ? "none" : tasks.map((one) => one.toFixed(0)).join(" ")
    }`,
  );
  say(
    `  ${`board, ${count}`.padEnd(34)} page's thread a letter ${
      ms(letter)
    }, a letter typed to painted p50/p95 ${ms(share(typed, 0.5))} / ${ms(share(typed, 0.95))}, heap ${
      (await heapMb(session)).toFixed(0)
    } MB`,
  );
  await page.context().close();
  say(
    `  ${
      `board, ${count}`.padEnd(34)
    } longest tasks of a cold opening, clock(work) ${await tasksOfOpening()}`,
  );

  /** Opened once more with a trace, which makes it slower. */
  async function tasksOfOpening(): Promise<string> {
    const { page } = await newPage(browser);
    const trace = await TaskTrace.start(page);
    await page.goto(`${server.address}/#/board/flow-${count}.workflow.jsonc`);
    await page.locator(".status").filter({ hasText: `${count.toLocaleString("en")} nodes` }).waitFor();
    await page.waitForTimeout(1500);
    const tasks = await trace.stop(10);
    await page.context().close();
    return longest(tasks, 5);
  }
}

/** React Flow alone: the same nodes at the same places, with the same ports. */
const peer = `
import { createElement as h, useMemo } from "react";
import { createRoot } from "react-dom/client";
import { ReactFlow, Background, Handle, Position } from "@xyflow/react";
const { nodes, edges } = await (await fetch("/graph.json" + location.search)).json();
function Card({ data }) {
  return h("div", { style: { width: "216px", height: "142px", border: "1px solid #ccc", borderRadius: "8px", background: "#fff", fontSize: "12px" } },
    h("div", { style: { padding: "8px", fontWeight: 600 } }, data.label),
    h(Handle, { type: "target", position: Position.Left, id: "text", style: { top: "50px" } }),
    h(Handle, { type: "target", position: Position.Left, id: "separator", style: { top: "70px" } }),
    h(Handle, { type: "source", position: Position.Right, id: "parts", style: { top: "50px" } }));
}
const handles = [
  { type: "target", position: Position.Left, id: "text", x: 0, y: 47, width: 6, height: 6 },
  { type: "target", position: Position.Left, id: "separator", x: 0, y: 67, width: 6, height: 6 },
  { type: "source", position: Position.Right, id: "parts", x: 210, y: 47, width: 6, height: 6 }];
const all = nodes.map(([id, x, y]) => ({ id, type: "card", position: { x, y }, width: 216, height: 142, handles, data: { label: id } }));
const lines = edges.map(([from, to, port], i) => ({ id: "e" + i, source: from, target: to, sourceHandle: "parts", targetHandle: port }));
const types = { card: Card };
const middle = (at, size) => nodes.reduce((sum, node) => sum + node[at], 0) / nodes.length + size / 2;
const fit = location.search.includes("fit");
createRoot(document.getElementById("root")).render(h("div", { style: { width: "1440px", height: "900px" } },
  h(ReactFlow, { defaultNodes: all, defaultEdges: lines, nodeTypes: types, onlyRenderVisibleElements: true, minZoom: 0.01, fitView: fit, defaultViewport: { x: 720 - middle(1, 216), y: 450 - middle(2, 142), zoom: 1 } }, h(Background))));
requestAnimationFrame(() => setTimeout(() => document.title = "ready", 0));
`;

async function peerPage(): Promise<{ readonly script: string; readonly style: string }> {
  const react = {
    react: "preact/compat",
    "react-dom": "preact/compat",
    "react-dom/client": "preact/compat/client",
    "react/jsx-runtime": "preact/jsx-runtime",
  };
  const { outputFiles } = await esbuild.build({
    stdin: { contents: peer, resolveDir: root, loader: "js" },
    bundle: true,
    format: "esm",
    minify: true,
    write: false,
    target: "es2022",
    alias: react,
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const style = await Deno.readTextFile(`${root}node_modules/@xyflow/react/dist/style.css`);
  return { script: outputFiles?.[0]?.text ?? "", style };
}

async function reactFlow(
  browser: Browser,
  count: number,
  places: readonly (readonly [string, number, number])[],
  isFit: boolean,
): Promise<void> {
  const { script, style } = await peerPage();
  const used = new Set<string>();
  const edges = edgesOf(count).map(([from, to]) => {
    const port = used.has(`n${to}`) ? "separator" : "text";
    used.add(`n${to}`);
    return [`n${from}`, `n${to}`, port];
  });
  const { page, session } = await newPage(browser);
  await page.route("http://peer.test/**", (route) => {
    const path = new URL(route.request().url()).pathname;
    if (path === "/graph.json") return route.fulfill({ json: { nodes: places, edges } });
    if (path === "/peer.js") return route.fulfill({ body: script, contentType: "text/javascript" });
    return route.fulfill({
      contentType: "text/html",
      body:
        `<!DOCTYPE html><style>body{margin:0}${style}</style><div id="root"></div><script type="module" src="/peer.js"></script>`,
    });
  });
  const began = performance.now();
  await page.goto(`http://peer.test/?${isFit ? "fit" : "near"}`);
  await page.waitForSelector(".react-flow__node");
  const shown = performance.now() - began;
  await page.waitForTimeout(1500);
  tell(
    `React Flow, ${count}, ${isFit ? "all in sight" : "near"}`,
    await pan(page, session, ".react-flow__pane"),
  );
  say(
    `  ${`React Flow, ${count}`.padEnd(34)} opened ${ms(shown)}, heap ${
      (await heapMb(session)).toFixed(0)
    } MB`,
  );
  await page.context().close();
}

if (browserProgram() === undefined) {
  say("no browser here: install chromium, or name one in SYMPHONY_CHROMIUM");
} else {
  const out = await Deno.makeTempDir({ prefix: "symphony-page-" });
  await weigh(out);
  const catalog: Catalog = await realCatalog();
  await using server = FixtureServer.start(out, catalog);
  const laidOut = new Map<number, ReturnType<typeof layoutGraph>>();
  for (const count of sizes) {
    layoutGraph(layoutRequest(Math.min(count, 1000)));
    const began = performance.now();
    laidOut.set(count, layoutGraph(layoutRequest(count)));
    say(`layout of ${count} nodes: ${ms(performance.now() - began)}`);
    await server.write(`flow-${count}.workflow.jsonc`, workflowText(count, laidOut.get(count) ?? []));
  }
  const browser = await startBrowser();
  const { script } = await peerPage();
  say(`weight of React Flow alone on Preact, gzip: ${(gzipSync(script).length / 1024).toFixed(0)} KB`);
  if (sizes.includes(100)) await load(browser, server);
  for (const count of sizes) {
    await board(browser, server, count);
    await reactFlow(browser, count, laidOut.get(count) ?? [], false);
    // All 10,000 at once as elements take too long to wait for each time.
    if (count <= 1000 || Deno.args.includes("--all")) {
      await reactFlow(browser, count, laidOut.get(count) ?? [], true);
    }
  }
  await browser.close();
  await Deno.remove(out, { recursive: true });
}
await esbuild.stop();
Deno.exit(0);
