/**
 * Pictures of every view, light and dark, made with the program itself over a small workspace: `deno task screenshots [OUT]`
 * (default `dist/screenshots`). To look at, and for the README.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { currentUi } from "../../../build/current_ui.ts";
import { call, Program, sessionAt } from "../server/program.ts";
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

/** What has run before the pictures are taken, by what became of it. */
interface Runs {
  readonly completed: string;
  readonly failed: string;
  readonly asking: string;
  readonly proposing: string;
}

const click =
  (name: string | RegExp, role: "button" | "tab" | "option" | "link" = "button") => async (page: Page) =>
    await page.getByRole(role, { name }).first().click();

/** Every view; a new view adds its lines here. */
const shotsOf = ({ completed, failed, asking, proposing }: Runs): readonly Shot[] => [
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
  { name: "runs", path: "#/runs" },
  { name: "run", path: `#/runs/${completed}?node=%2Fmeasure` },
  { name: "run-timeline", path: `#/runs/${completed}?tab=timeline` },
  { name: "run-log", path: `#/runs/${completed}?tab=log` },
  { name: "run-outputs", path: `#/runs/${completed}?tab=data` },
  { name: "run-failed", path: `#/runs/${failed}` },
  { name: "run-asking", path: `#/runs/${asking}` },
  { name: "run-proposing", path: `#/runs/${proposing}` },
  {
    name: "editor-changes",
    path: "#/editor/notes.md",
    prepare: async (page) => await page.locator(".editor-hunk").first().waitFor(),
  },
  {
    name: "failures",
    path: "#/failures",
    prepare: async (page) => await page.getByRole("option").first().click(),
  },
  { name: "artifacts", path: "#/artifacts" },
  { name: "artifact", path: "#/artifacts", prepare: click(/^report/, "option") },
  {
    name: "artifact-lineage",
    path: "#/artifacts",
    prepare: async (page) => {
      await click(/^report/, "option")(page);
      await click("Lineage", "tab")(page);
    },
  },
  { name: "performance", path: "#/performance" },
  { name: "extensions", path: "#/system/extensions" },
  { name: "permissions", path: "#/system/permissions" },
  { name: "settings", path: "#/system/settings" },
  { name: "storage", path: "#/system/storage" },
  { name: "themes", path: "#/system/themes" },
  { name: "palette", path: review, prepare: async (page) => await page.keyboard.press("Control+k") },
  { name: "keys", path: "#/keys" },
  ...[
    "board-360",
    "runs-360",
    "run-360",
    "failures-360",
    "artifacts-360",
    "performance-360",
    "extensions-360",
    "audit-360",
    "run-node-360",
    "board-node-360",
    "run-proposing-360",
  ].map((
    name,
    at,
  ) => ({
    name,
    path: [
      review,
      "#/runs",
      `#/runs/${completed}`,
      "#/failures",
      "#/artifacts",
      "#/performance",
      "#/system/extensions",
      "#/system/permissions",
      `#/runs/${completed}?node=%2Fmeasure`,
      `${review}?node=measure`,
      `#/runs/${proposing}`,
    ][at]!,
    width: 360,
    height: 720,
  })),
  { name: "board-4k", path: review, width: 3840, height: 2160 },
  { name: "performance-4k", path: "#/performance", width: 3840, height: 2160 },
];

/** A run of each kind, so that the monitor has something to show. */
async function runAll(session: Awaited<ReturnType<typeof sessionAt>>): Promise<Runs> {
  const start = async (workflow: object, more: object = {}) =>
    (await call(session, "POST /runs", { workflow, ...more }) as { readonly run: string }).run;
  const ended = async (run: string) => {
    for (let tries = 0; tries < 300; tries++) {
      const { state, driver } = await call(session, `GET /runs/${run}`) as { state: string; driver: string };
      if (state !== "running" || driver === "nobody") return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const completed = await start({ file: "code-review.workflow.jsonc" });
  const failed = await start({ file: "missing.workflow.jsonc" });
  const asking = await start({ file: "release.workflow.jsonc" });
  const proposing = await start({ file: "notes.workflow.jsonc" }, { proposes: true });
  for (const run of [completed, failed, asking, proposing]) await ended(run);
  return { completed, failed, asking, proposing };
}

async function workspace(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-shots-" });
  for (const name of ["code-review", "repo-map", "changelog", "docs-outline"]) {
    await Deno.copyFile(`${root}templates/${name}.workflow.jsonc`, `${folder}/${name}.workflow.jsonc`);
  }
  await Deno.writeTextFile(
    `${folder}/broken.workflow.jsonc`,
    `{ "schema": 1, "id": "broken", "name": "With mistakes", "nodes": {\n  "scan": { "use": "files/scan" },\n  "read": { "use": "files/read", "in": { "path": "scan.files" } },\n  "sum": { "use": "instrument/summarise", "in": { "text": "read.text" } }\n} }\n`,
  );
  await Deno.writeTextFile(
    `${folder}/missing.workflow.jsonc`,
    `{ "schema": 1, "id": "missing", "name": "Reads a file that is missing", "nodes": {\n  "read": { "use": "files/read", "with": { "path": "notes/today.md" } },\n  "lines": { "use": "data/transform", "in": { "data": "read.text" }, "with": { "expression": "$length($)" } }\n}, "outputs": { "length": "lines.result" } }\n`,
  );
  await Deno.writeTextFile(
    `${folder}/release.workflow.jsonc`,
    `{ "schema": 1, "id": "release", "name": "Release notes", "nodes": {\n  "scan": { "use": "files/scan" },\n  "ask": { "use": "control/gate", "question": "Is this what goes out?", "in": { "files": "scan.count" },\n    "schema": { "type": "object", "properties": { "title": { "type": "string" }, "isMajor": { "type": "boolean" } }, "required": ["title"] } },\n  "say": { "use": "data/transform", "in": { "data": "ask.approved.value" }, "with": { "expression": "title" } }\n}, "outputs": { "title": "say.result" } }\n`,
  );
  const notes = "# Notes\n\nThe board draws what changes.\n\nNothing waits.\n";
  await Deno.writeTextFile(`${folder}/notes.md`, notes);
  const write = (path: string, content: string) => ({
    use: "files/write",
    with: { path, content, mode: "overwrite" },
  });
  await Deno.writeTextFile(
    `${folder}/notes.workflow.jsonc`,
    JSON.stringify({
      ...{ schema: 1, id: "notes", name: "Better notes" },
      nodes: {
        rewrite: write(
          "notes.md",
          notes.replace("what changes", "only what has changed").replace("Nothing", "Something"),
        ),
        start: write("docs/start.md", "# Start here\n"),
      },
    }),
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
  const program = new Program([
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
  const session = await sessionAt(address);
  const [name = "", value = ""] = session.cookie.split("=", 2);
  const { origin } = new URL(address);
  await page.context().addCookies([{ name, value, url: origin }]);
  const shots = shotsOf(await runAll(session));
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme });
    // A page of its own for each: boards are kept as they were left.
    await page.goto(`${origin}/#/`);
    await page.reload();
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
  await program[Symbol.asyncDispose]();
  Deno.exit(0);
}
