/**
 * What a person does, in Firefox, with the program itself behind it: the one-time address, a workflow composed and connected, an
 * invalid edge refused, the run watched and its gate approved, the artifact opened, a file edited, themes, a narrow window.
 *
 * @module
 */

import assert from "node:assert/strict";
import { currentUi } from "../../../build/current_ui.ts";
import { Program } from "../server/program.ts";
import { type Firefox, firefoxTest } from "./firefox.ts";

const axe = await Deno.readTextFile(new URL("../../../node_modules/axe-core/axe.min.js", import.meta.url))
  .catch(() => "");
const picturesTo = Deno.env.get("SYMPHONY_PICTURES");
const output = (node: string, port: string) =>
  `#node-${node} [data-side="output"][data-port="${port}"] .port-dot`;
const input = (node: string, port: string) =>
  `#node-${node} [data-side="input"][data-port="${port}"] .port-dot`;

/** What axe-core has against the page as it is; and nothing sticks out of the window. */
async function check({ page }: Firefox, where: string): Promise<void> {
  if (picturesTo !== undefined) await page.screenshot({ path: `${picturesTo}/firefox_${where}.png` });
  const found = await page.evaluate(
    `${axe}; axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations)`,
  ) as readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
  assert.deepEqual(
    found.map(({ id, nodes }) =>
      `${where}: ${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`
    ),
    [],
  );
  const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth") as number;
  assert.ok(over <= 0, `${where} sticks out by ${over} px`);
}

async function addByPalette(firefox: Firefox, words: string): Promise<void> {
  await firefox.page.focus(".stage");
  await firefox.press("n");
  await firefox.named("combobox", "Add a node");
  await firefox.type(words);
  await firefox.press("Enter");
  await firefox.gone("dialog.palette");
}

async function connect(firefox: Firefox, node: string, words: string): Promise<void> {
  await (await firefox.see(`#node-${node} .card-head`)).click();
  await firefox.press("c");
  await firefox.named("combobox", `Connect ${node} to`);
  await firefox.type(words);
  await firefox.press("Enter");
  await firefox.gone("dialog.palette");
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** The middle of an element in the window, once it has come to rest there: a layout is made beside the page. */
async function resting({ page }: Firefox, selector: string): Promise<Place> {
  let before: Place | undefined;
  for (let tries = 0; tries < 300; tries++) {
    const box = await (await page.$(selector))?.boundingBox();
    const { width, height } = await page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
    const at = box && { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const isIn = at && at.x > 0 && at.y > 0 && at.x < width && at.y < height;
    if (isIn && at.x === before?.x && at.y === before.y) return at;
    before = isIn ? at : undefined;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${selector} does not come to rest in the window`);
}

async function drag(firefox: Firefox, from: string, to: string): Promise<void> {
  const { page } = firefox;
  // The second look at the first: what moved both moved it too.
  await resting(firefox, from);
  const end = await resting(firefox, to);
  const start = await resting(firefox, from);
  await page.mouse.move(start.x, start.y);
  await page.mouse.down();
  await page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 3 });
  await page.mouse.move(end.x, end.y, { steps: 3 });
}

async function theme(firefox: Firefox, name: string): Promise<void> {
  await firefox.press("Control+k");
  await firefox.named("combobox", "Find anything");
  await firefox.type(`Theme: ${name}`);
  await firefox.press("Enter");
  await firefox.gone("dialog.palette");
}

firefoxTest(
  "in Firefox a person composes a workflow, runs it, approves, reads what came out, and edits a file",
  async (firefox) => {
    await currentUi();
    const { page } = firefox;
    const workspace = await Deno.makeTempDir({ prefix: "symphony-work-" });
    const data = await Deno.makeTempDir({ prefix: "symphony-data-" });
    // Long enough to be kept as an artifact.
    await Deno.writeTextFile(`${workspace}/one.ts`, "export const one = 1;\n".repeat(100));
    await Deno.writeTextFile(`${workspace}/two.ts`, "export function two() {\n  return 2;\n}\n");
    await using program = new Program(["serve", "--port", "0", "--workspace", workspace, "--data", data]);
    try {
      await firefox.size(1440, 900);
      const address = await program.line();
      await page.goto(address);
      await (await firefox.named("button", "Begin with nothing")).click();
      assert.ok(!page.url().includes("t="), "the key does not stay in the address");
      await (await firefox.see("dialog input")).click();
      await firefox.type("Measured");
      await firefox.press("Enter");
      await firefox.see(".stage-hint");
      for (const words of ["scan files", "read a file", "gate", "write a report"]) {
        await addByPalette(firefox, words);
      }
      await page.focus(".stage");
      await firefox.press("Escape");
      await firefox.press("Shift+L");
      await firefox.press("f");

      // A list into a text: refused where it is dropped, with the reason.
      await drag(firefox, output("scan", "files"), input("read", "path"));
      await firefox.words(".wire-reason.no", "takes string, found array of string");
      await page.mouse.up();
      await firefox.words(".toast", "Cannot connect");
      // By keyboard, what fits, and in which order.
      await connect(firefox, "read", "read.text → markdown.body");
      await connect(firefox, "read", "read ⇢ gate");
      await connect(firefox, "gate", "gate ⇢ markdown");
      await (await firefox.see("#node-read .card-head")).click();
      await (await firefox.see("#port-path")).click();
      await firefox.type("one.ts");
      await page.waitForFunction(
        'document.getElementById("port-path")?.getAttribute("aria-invalid") === "false"',
      );
      await firefox.words(".status", "3 connections");
      await firefox.press("Control+s");
      await firefox.words('[role="status"]', "Saved");
      await check(firefox, "board");

      await (await firefox.named("button", "Run")).click();
      await firefox.named("button", "Approve");
      await check(firefox, "gate");
      await (await firefox.named("button", "Approve")).click();
      await firefox.words(".run-head", "Completed");

      // The run as the monitor has it, and what it made.
      const { origin } = new URL(page.url());
      await page.goto(`${origin}/#/runs`);
      await firefox.words("main", "measured");
      const run = (await page.evaluate(async () =>
        (await (await fetch("/api/v1/runs")).json()).runs[0].run
      )) as string;
      await page.goto(`${origin}/#/runs/${run}`);
      await firefox.words(".monitor-state", "Completed");
      await check(firefox, "run");
      await page.goto(`${origin}/#/artifacts?run=${run}`);
      await (await firefox.see('[role="option"]')).click();
      await firefox.words("main", "export const one = 1;");
      await check(firefox, "artifact");

      // A file, typed into, undone and saved.
      await page.goto(`${origin}/#/editor/two.ts`);
      await firefox.see(".cm-content");
      await firefox.see(".tok-keyword");
      await firefox.press("Control+End");
      await firefox.type("// typed in Firefox\n// and undone");
      await firefox.words(".cm-content", "and undone");
      await firefox.press("Control+z");
      await page.waitForFunction('!document.querySelector(".cm-content").textContent.includes("and undone")');
      await firefox.press("Control+s");
      await firefox.words(".editor-saved", "Saved");
      assert.match(await Deno.readTextFile(`${workspace}/two.ts`), /\/\/ typed in Firefox/);
      for (const name of ["dark", "high contrast", "light"]) {
        await theme(firefox, name);
        await check(firefox, `editor_${name.replace(" ", "_")}`);
      }
      // The same in a narrow window.
      await firefox.size(360, 720);
      for (const path of ["editor/two.ts", "board/measured.workflow.jsonc", `runs/${run}`, "artifacts"]) {
        await page.goto(`${origin}/#/${path}`);
        await firefox.see(".bar");
        await check(firefox, `360_${path.split("/")[0]}`);
      }
      assert.deepEqual(firefox.faults, []);
    } finally {
      for (const folder of [workspace, data]) await Deno.remove(folder, { recursive: true });
    }
  },
);
