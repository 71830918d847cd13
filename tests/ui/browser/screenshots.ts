/**
 * Pictures of every view, light and dark, made with the program itself over a small workspace: `deno task screenshots [OUT]`
 * (default `dist/screenshots`). To look at, and for the README.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { currentUi } from "../../../build/current_ui.ts";
import { Program } from "../server/program.ts";
import { browserProgram, openPage, startBrowser } from "./browser.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

interface Shot {
  readonly name: string;
  /** Below the page's address: `#/board`. */
  readonly path: string;
  readonly prepare?: (page: Page) => Promise<void>;
  readonly width?: number;
  readonly height?: number;
}

const review = "#/board/code-review.workflow.jsonc";

async function runReview(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Run" }).click();
  await page.locator(".run-head").filter({ hasText: /Completed|Failed/ }).waitFor({ timeout: 60_000 });
}

/** Every view; a new view adds its lines here. */
const shots: readonly Shot[] = [
  { name: "board-home", path: "#/board" },
  {
    name: "board-templates",
    path: "#/board",
    prepare: async (page) => {
      await page.getByRole("button", { name: "Templates" }).click();
      await page.waitForSelector(".graph-preview");
    },
  },
  {
    name: "board",
    path: review,
    prepare: async (page) => await page.locator("#node-measure .card-head").click(),
  },
  {
    name: "editor",
    path: "#/editor",
    prepare: async (page) => {
      await page.getByRole("treeitem").filter({ hasText: /\.(ts|jsonc|md|txt)$/ }).first().click();
      await page.locator(".cm-content").waitFor();
    },
  },
  { name: "board-run", path: review, prepare: runReview },
  {
    name: "board-overview",
    path: review,
    prepare: async (page) => {
      await page.locator(".stage").focus();
      await page.keyboard.press("f");
    },
  },
  {
    name: "board-add",
    path: review,
    prepare: async (page) => {
      await page.locator(".stage").focus();
      await page.keyboard.press("n");
      await page.keyboard.type("re");
    },
  },
  {
    name: "board-problems",
    path: "#/board/broken.workflow.jsonc",
    prepare: async (page) => await page.getByRole("tab", { name: /Problems/ }).click(),
  },
  { name: "palette", path: review, prepare: async (page) => await page.keyboard.press("Control+k") },
  { name: "keys", path: "#/keys" },
  { name: "board-360", path: review, width: 360, height: 720 },
];

async function workspace(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-shots-" });
  for (const name of ["code-review", "repo-map", "changelog", "docs-outline"]) {
    await Deno.copyFile(`${root}templates/${name}.workflow.jsonc`, `${folder}/${name}.workflow.jsonc`);
  }
  await Deno.writeTextFile(
    `${folder}/broken.workflow.jsonc`,
    `{ "schema": 1, "id": "broken", "name": "With mistakes", "nodes": {\n  "scan": { "use": "files/scan" },\n  "read": { "use": "files/read", "in": { "path": "scan.files" } },\n  "sum": { "use": "instrument/summarise", "in": { "text": "read.text" } }\n} }\n`,
  );
  await Deno.mkdir(`${folder}/src`);
  for (const file of ["ui/app/board/board.ts", "ui/app/state/live.ts", "core/workflow/graph.ts"]) {
    await Deno.copyFile(`${root}${file}`, `${folder}/src/${file.split("/").at(-1)}`);
  }
  return folder;
}

if (import.meta.main) {
  if (browserProgram() === undefined) {
    throw new Error("There is no browser here: install chromium, or name one in SYMPHONY_CHROMIUM");
  }
  const out = Deno.args[0] ?? `${root}dist/screenshots`;
  await Deno.mkdir(out, { recursive: true });
  await currentUi();
  const data = await Deno.makeTempDir();
  await using program = new Program([
    "serve",
    "--port",
    "0",
    "--workspace",
    await workspace(),
    "--data",
    data,
  ]);
  const address = await program.line();
  const browser = await startBrowser();
  const { page } = await openPage(browser);
  await page.goto(address);
  await page.waitForSelector(".bar");
  const { origin } = new URL(address);
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme });
    for (const { name, path, prepare, width = 1440, height = 900 } of shots) {
      await page.setViewportSize({ width, height });
      await page.goto(`${origin}/#/`);
      await page.goto(`${origin}/${path}`);
      await page.waitForSelector(".bar");
      await page.waitForTimeout(500);
      await prepare?.(page);
      await page.waitForTimeout(400);
      await page.screenshot({ path: `${out}/${name}-${theme}.png` });
      await page.keyboard.press("Escape");
    }
  }
  await browser.close();
  await Deno.stdout.write(new TextEncoder().encode(`${shots.length * 2} pictures in ${out}\n`));
  Deno.exit(0);
}
