/**
 * Reviewing what agents propose, as a person does it in a real browser with the real server and text core: contradictions with
 * both sides, decisions place by place that another window sees and a killed server keeps, and what the run shows of them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import type { Browser, Page } from "playwright-core";
import { currentUi } from "../../../build/current_ui.ts";
import { authorId, type BufferId } from "../../../core/ids.ts";
import { openTexts } from "../../../main_texts.ts";
import type { Texts } from "../../../ui/server/mod.ts";
import { EventClient } from "../server/event_client.ts";
import { Program } from "../server/program.ts";
import { UiRig, until } from "../server/ui_rig.ts";
import { browserTest, openPage, startBrowser } from "./browser.ts";

const source = ["retries = 3", "", "host = local", "", "limit = 10", "", "size = 7", ""].join("\n");
const axe = await Deno.readTextFile(new URL("../../../node_modules/axe-core/axe.min.js", import.meta.url))
  .catch(() => "");
const agent = authorId("agent:tuner");
let browser: Promise<Browser> | undefined;

interface Stand {
  readonly page: Page;
  readonly rig: UiRig;
  readonly texts: () => Texts;
  /** The agent proposes another text than it had read. */
  readonly propose: (base: string, text: string, changeSet: string) => Promise<number>;
  /** The newest text. */
  readonly text: () => Promise<string>;
}

async function onReview(
  run: (stand: Stand) => Promise<void>,
  options: Parameters<typeof openPage>[1] = {},
): Promise<void> {
  await currentUi();
  await esbuild.stop();
  let texts: Texts | undefined;
  await using rig: UiRig = await UiRig.start({
    openTexts: async () => texts = await openTexts(rig.data),
    assets: fileURLToPath(new URL("../../../dist/ui", import.meta.url)),
  });
  rig.write("settings.txt", source);
  const { page, faults } = await openPage(await (browser ??= startBrowser()), options);
  try {
    await page.goto(rig.address());
    await page.goto(`${rig.origin}/#/editor/settings.txt`);
    await page.locator(".cm-content").waitFor();
    const { buffer } = await (texts as unknown as Texts).editing.open({ file: `${rig.folder}/settings.txt` });
    await run({
      page,
      rig,
      texts: () => texts as Texts,
      propose: (base, text, changeSet) => propose(texts as Texts, buffer, { base, text, changeSet }),
      text: async () => (await (texts as Texts).editing.read(buffer)).text,
    });
    assert.deepEqual(faults.filter((fault) => !fault.includes("ws://[::1]")), []);
    assert.deepEqual(rig.errors, []);
  } finally {
    await page.context().close();
  }
}

async function propose(
  texts: Texts,
  buffer: BufferId,
  proposal: { readonly base: string; readonly text: string; readonly changeSet: string },
): Promise<number> {
  const all = { ...proposal, author: agent, contradictions: "ask" as const };
  const result = await texts.proposals.propose(buffer, all);
  assert.ok(result.ok);
  return result.value.waiting;
}

/** The person makes 20 of 10 while the agent makes 35 of it and 8 of 7. */
async function contradict({ page, propose, text }: Stand): Promise<string> {
  await page.locator(".cm-line", { hasText: "limit" }).click();
  await page.keyboard.press("End");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("Backspace");
  await page.keyboard.type("20");
  const mine = source.replace("10", "20");
  await until(async () => await text() === mine);
  assert.equal(await propose(source, source.replace("10", "35").replace("7", "8"), "run-1"), 1);
  const sides = page.getByRole("button", { name: "Decide between You and tuner" });
  await sides.waitFor();
  await sides.click();
  await page.getByRole("group", { name: "Line 5: You and tuner contradict" }).waitFor();
  return mine.replace("7", "8");
}

const card = (page: Page) => page.getByRole("group", { name: /contradict$/ });

browserTest(
  "a contradiction is shown with both sides and who wrote them; either, both or one's own is taken, and undone",
  () =>
    onReview(async (stand) => {
      const { page, text, texts } = stand;
      const before = await contradict(stand);
      const [mine, theirs] = await page.locator(".editor-side").allTextContents();
      assert.match(mine ?? "", /You.*in the text now.*limit = 20/s);
      assert.match(theirs ?? "", /tuner.*proposed.*limit = 35/s);
      const colours = await page.locator(".editor-side .editor-person").evaluateAll((all) =>
        all.map((one) => getComputedStyle(one).color)
      );
      assert.equal(new Set(colours).size, 2, "each side in its author's colour");
      for (
        const [name, expected] of [
          ["Take tuner’s", before.replace("20", "35")],
          ["Keep both", before.replace("limit = 20\n", "limit = 20\nlimit = 35\n")],
          ["Keep yours", before],
        ] as const
      ) {
        await card(page).getByRole("button", { name, exact: true }).click();
        await card(page).waitFor({ state: "detached" });
        await until(async () => await text() === expected);
        // What is left of the proposal still waits.
        await page.getByRole("button", { name: "Reject the change in line" }).waitFor();
        await page.keyboard.press("Control+z");
        await card(page).waitFor();
        await until(async () => await text() === before);
      }
      // One's own, by keyboard alone: to the place, to its sides, and written.
      await page.locator(".cm-content").focus();
      await page.keyboard.press("Control+Home");
      await page.keyboard.press("F7");
      await page.keyboard.press("Alt+F8");
      await until(async () => await page.evaluate(() => document.activeElement?.role) === "group");
      for (let at = 0; at < 5; at++) await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.getByRole("textbox", { name: "Your own version" }).waitFor();
      await page.keyboard.press("Control+a");
      await page.keyboard.type("limit = 27");
      await page.keyboard.press("Control+Enter");
      await until(async () => await text() === before.replace("20", "27"));
      assert.notEqual(await page.evaluate(() => document.activeElement?.tagName), "BODY", "focus is kept");
      // The rest is acceptable as before.
      await page.getByRole("button", { name: "Accept all" }).click();
      await until(async () => (await texts().proposals.changeSets()).length === 0);
      assert.equal(await text(), before.replace("20", "27"));
    }),
);

browserTest(
  "another agent's side is named, and undoing that agent brings the contradiction back",
  () =>
    onReview(async ({ page, rig, propose, text, texts }) => {
      const { buffer } = await texts().editing.open({ file: `${rig.folder}/settings.txt` });
      const other = authorId("agent:linter");
      const { revision } = await texts().editing.read(buffer);
      const at = source.indexOf("10");
      const changes = [{ from: at, to: at + 2, insert: "12" }];
      assert.ok((await texts().editing.edit(buffer, { revision, changes, author: other })).ok);
      assert.equal(await propose(source, source.replace("10", "35"), "run-1"), 1);
      await page.getByRole("group", { name: "Line 5: linter and tuner contradict" }).waitFor();
      await page.getByRole("button", { name: "Take tuner’s" }).click();
      await until(async () => (await text()).includes("limit = 35"));
      assert.ok(await texts().editing.undo(buffer, agent));
      await page.getByRole("group", { name: "Line 5: linter and tuner contradict" }).waitFor();
      assert.equal(await text(), source.replace("10", "12"));
      await texts().editing.close(buffer);
    }),
);

browserTest(
  "what two nodes of one agent propose is told apart by colour, line and letter: in the list, the margin and the text",
  () =>
    onReview(async ({ page, propose }) => {
      await propose(source, source.replace("3", "5"), "r0123456789abcde:first");
      await propose(source, source.replace("7", "8"), "r0123456789abcde:second");
      await until(async () => await page.locator(".editor-hunk-accept").count() === 2);
      const marks = (where: string) =>
        page.locator(where).evaluateAll((all) =>
          all.map((one) => /author-\d+ author-line-\d/.exec(one.className)?.[0] ?? "none").sort()
        );
      const inList = await marks(".editor-set");
      assert.equal(new Set(inList).size, 2, inList.join());
      assert.deepEqual(await marks(".editor-added"), inList);
      assert.deepEqual(await marks(".editor-margin-bar"), inList);
      const letters = (where: string) => page.locator(where).allTextContents();
      const inText = (await letters(".editor-hunk .editor-tag")).sort();
      assert.equal(new Set(inText).size, 2, inText.join());
      assert.deepEqual((await letters(".editor-set > header > .editor-tag")).sort(), inText);
      const looks = await page.locator(".editor-added").evaluateAll((all) =>
        all.map((one) => {
          const { borderBottomColor, borderBottomStyle } = getComputedStyle(one);
          return [borderBottomColor, borderBottomStyle];
        })
      );
      assert.notEqual(looks[0]?.[0], looks[1]?.[0]);
      assert.notEqual(looks[0]?.[1], looks[1]?.[1]);
    }),
);

browserTest(
  "what is decided place by place is seen in a second window at once, undone by key, and kept with the run",
  () =>
    onReview(async ({ page, rig, propose, text, texts }) => {
      const other = await page.context().newPage();
      await other.goto(`${rig.origin}/#/editor/settings.txt`);
      await other.locator(".cm-content").waitFor();
      const changed = source.replace("3", "5").replace("local", "remote").replace("7", "8");
      const run = "r0123456789abcde";
      await propose(source, changed, run);
      for (const one of [page, other]) {
        await until(async () => await one.locator(".editor-hunk-accept").count() === 3);
      }
      await page.getByRole("button", { name: "Accept the change in line 1" }).click();
      await until(async () => await other.locator(".editor-hunk-accept").count() === 2);
      await other.getByRole("button", { name: "Reject the change in line 3" }).click();
      await until(async () => await page.locator(".editor-hunk-accept").count() === 1);
      await until(async () => await text() === changed.replace("remote", "local"));
      // A new page knows no more than the core does.
      await other.reload();
      await until(async () => await other.locator(".editor-hunk-accept").count() === 1);
      // The first window's own decision is its to undo; the other's stays.
      await page.keyboard.press("Control+z");
      for (const one of [page, other]) {
        await until(async () => await one.locator(".editor-hunk-accept").count() === 2);
      }
      await page.keyboard.press("Control+Shift+z");
      for (const one of [page, other]) {
        await until(async () => await one.locator(".editor-hunk-accept").count() === 1);
      }
      // Somebody changes the last place before it is taken.
      await page.locator(".cm-line", { hasText: "size" }).click();
      await page.keyboard.press("End");
      await page.keyboard.type("0");
      await until(async () => (await text()).includes("size = 80"));
      await page.locator(".editor-hunk-accept").first().click();
      await until(async () => (await texts().proposals.changeSets()).length === 0);
      const reviews = async () =>
        (await rig.call("GET /runs/{run}/reviews", { path: `/runs/${run}/reviews` })).value;
      await until(async () => (await reviews()).verdicts.length > 0);
      const value = await reviews();
      assert.deepEqual(
        value.places.map(({ answer, before, proposed, file }) => [answer, before, proposed, file]),
        [
          ["reject", "local", "remote", "settings.txt"],
          ["accept", "3", "5", "settings.txt"],
          ["accept", "7", "8", "settings.txt"],
        ],
      );
      assert.deepEqual(value.verdicts.map(({ verdict }) => verdict), ["edit"]);
      assert.match(value.places[0]?.author ?? "", /^user:/);
      assert.equal(new Set(value.places.map(({ author }) => author)).size, 2, "who decided what");
    }),
);

browserTest(
  "decisions outlive the death of server and editor: what was decided is not offered again, what was not is",
  async () => {
    await currentUi();
    await esbuild.stop();
    const workspace = await Deno.makeTempDir({ prefix: "symphony-work-" });
    const data = await Deno.makeTempDir({ prefix: "symphony-data-" });
    await Deno.writeTextFile(`${workspace}/settings.txt`, source);
    const words = (port: string) => ["serve", "--port", port, "--workspace", workspace, "--data", data];
    const { page } = await openPage(await (browser ??= startBrowser()));
    const hunks = page.locator(".editor-hunk-accept");
    try {
      let port = "";
      {
        await using server = new Program(words("0"));
        const address = await server.line();
        port = new URL(address).port;
        await page.goto(address);
        await page.getByRole("link", { name: "Editor" }).first().waitFor();
        await page.goto(`${new URL(address).origin}/#/editor/settings.txt`);
        await page.locator(".cm-content").waitFor();
        await page.locator(".cm-line", { hasText: "limit" }).click();
        await page.keyboard.press("End");
        await page.keyboard.type("0");
        await page.locator(".editor-saved").filter({ hasText: "Not saved" }).waitFor();
        // Another program proposes by a connection of its own.
        const [cookie] = await page.context().cookies();
        const client = await EventClient.connect(Number(port), `${cookie?.name}=${cookie?.value}`, "agent");
        const { buffer } = await client.request("text.open", { file: "settings.txt" });
        const changed = source.replace("3", "5").replace("local", "remote").replace("10", "35");
        const proposal = { base: source, text: changed, changeSet: "run-1", contradictions: "ask" as const };
        const proposed = await client.request("text.propose", { buffer, ...proposal });
        assert.ok(proposed.ok && proposed.value.waiting === 1);
        await client.close();
        await until(async () => await hunks.count() === 2);
        await card(page).waitFor();
        await page.getByRole("button", { name: "Accept the change in line 1" }).click();
        await until(async () => await hunks.count() === 1);
        await page.getByRole("button", { name: /^Take /, exact: false }).click();
        await card(page).waitFor({ state: "detached" });
        await until(async () =>
          (await page.locator(".cm-line").allTextContents()).join("\n").includes("limit = 35")
        );
        await server.kill("SIGKILL");
      }
      await using server = new Program(words(port));
      await server.line();
      await page.reload();
      await page.locator(".cm-content").waitFor();
      await until(async () => await hunks.count() === 1, 20_000);
      const text = (await page.locator(".cm-line").allTextContents()).join("\n");
      assert.match(text, /retries = 5/);
      assert.match(text, /limit = 35/);
      assert.equal(await card(page).count(), 0);
      await page.getByRole("button", { name: "Reject the change in line 3" }).click();
      await until(async () =>
        (await page.locator(".cm-line").allTextContents()).join("\n").includes("host = local\n")
      );
      await until(async () => await hunks.count() === 0);
      const book = () => Deno.readTextFile(`${data}/ui/reviews.jsonl`);
      await until(async () => (await book()).includes('"verdict"'));
      const entries = (await book()).trim().split("\n").map((line) => JSON.parse(line));
      assert.deepEqual(entries.map(({ k, place }) => place?.answer ?? k), [
        "accept",
        "accept",
        "reject",
        "verdict",
      ]);
    } finally {
      await page.context().close();
      for (const folder of [workspace, data]) await Deno.remove(folder, { recursive: true });
    }
  },
);

for (
  const [width, height, theme] of [[360, 720, "light"], [1440, 900, "dark"], [1440, 900, "contrast"]] as const
) {
  browserTest(
    `axe finds nothing in a contradiction at ${width} px, ${theme}`,
    () =>
      onReview(async (stand) => {
        const { page } = stand;
        await page.evaluate((name) => localStorage.setItem("symphony.theme", name), theme);
        await page.reload();
        await page.locator(".cm-content").waitFor();
        await contradict(stand);
        await page.getByRole("button", { name: "Write your own…" }).click();
        const violations = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
          `${axe}; axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations)`,
        );
        assert.deepEqual(
          violations.map(({ id, nodes }) =>
            `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`
          ),
          [],
        );
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0);
      }, { viewport: { width, height } }),
  );
}

globalThis.addEventListener("unload", () => void browser?.then((one) => one.close()));
