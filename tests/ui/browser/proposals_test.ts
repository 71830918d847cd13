/**
 * An agent's edits as proposals, as a person meets them: a run is started from the board to propose, an agent in a process of its
 * own changes files by the protocol and by its own hands, nothing reaches them, and the person takes and rejects place by place in
 * the editor. The Conductor, which chose the agent, learns from it.
 *
 * @module
 */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { until } from "../server/ui_rig.ts";
import { browserTest, startBrowser } from "./browser.ts";
import { axeFaults, faultsOf, MonitorRig } from "./monitor_rig.ts";

const script = fileURLToPath(new URL("../../extensions/acp/agent_process.ts", import.meta.url));
const program = fileURLToPath(new URL("../../../symphony.ts", import.meta.url));
const settings = ["retries = 3", "", "host = local", "", "limit = 10", ""].join("\n");
const prompt = ["ask edit settings.txt", "replace settings.txt 3 5", "replace settings.txt local remote"]
  .concat(["direct made.txt by hand", 'say {"text":"done"}']).join("\n");

const workflow = {
  schema: 1,
  id: "tune",
  name: "Tune",
  nodes: {
    tune: { use: "instrument/generate", title: "Tune it", in: { prompt: JSON.stringify(prompt) } },
    scan: { use: "files/scan", after: "tune", in: { root: "'.'" } },
  },
};

/** The scripted agent is the only one that can generate. */
async function addAgent(data: string): Promise<void> {
  const tuner = {
    command: [Deno.execPath(), "run", "-A", "-q", script],
    env: [],
    policy: "edit",
    serves: ["generate"],
    version: "1",
  };
  await Deno.writeTextFile(`${data}/agents.jsonc`, JSON.stringify({ tuner }));
}

browserTest(
  "a run from the board proposes an agent's edits; each place is taken, rejected and undone in the editor, and credited",
  async () => {
    await using rig = await MonitorRig.start(["files:read"], [], addAgent);
    await using browser = await startBrowser();
    await rig.write("settings.txt", settings);
    await rig.write("tune.workflow.jsonc", JSON.stringify(workflow, undefined, 2));
    const onDisk = (name: string) => Deno.readTextFile(`${rig.folder}/work/${name}`).catch(() => undefined);
    const { page, faults } = await rig.open(browser, "board/tune.workflow.jsonc");
    await page.locator(".card").first().waitFor();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Run" });
    await dialog.getByRole("radio", { name: /^Changes are proposed/ }).check();
    await dialog.getByRole("button", { name: "Run" }).click();
    await page.getByRole("link", { name: "Open in the monitor" }).click();
    await page.locator(".monitor-state").filter({ hasText: "Completed" }).waitFor();

    // The run says what waits, and whose it is; the files are as they were.
    const waits = page.getByRole("region", { name: "Changes to review" });
    await waits.getByText("Changes of 2 files wait for your review").waitFor();
    await waits.getByText("tuner").waitFor();
    assert.equal(await onDisk("settings.txt"), settings);
    assert.equal(await onDisk("made.txt"), undefined);
    const run = /#\/runs\/(\w+)/.exec(page.url())?.[1] ?? "";
    await page.getByRole("link", { name: "Editor, 1" }).waitFor();
    assert.deepEqual(await axeFaults(page), []);

    await waits.getByRole("link", { name: "settings.txt" }).click();
    await page.locator(".cm-content").waitFor();
    const hunks = page.locator(".editor-hunk-accept");
    await until(async () => await hunks.count() === 2);
    const panel = page.getByRole("complementary", { name: "Changes to review" });
    await panel.getByRole("heading", { name: "tuner in tune" }).waitFor();
    await panel.getByRole("link", { name: "made.txt" }).waitFor();
    // One colour for the agent, wherever it is named.
    const colourIn = (where: string) =>
      page.locator(where).first().evaluate((one) => /author-\d+/.exec(one.className)?.[0]);
    assert.equal(await colourIn(".editor-set"), await colourIn(".editor-added"));
    assert.deepEqual(await axeFaults(page), []);
    // Decided and saved faster than the core answers: what is written has every decision in it.
    await page.evaluate(() => {
      const press = (name: string) =>
        [...document.querySelectorAll("button")]
          .find((button) => button.getAttribute("aria-label")?.startsWith(name))?.click();
      press("Accept the change in line 1");
      press("Reject the change in line 3");
      const save = { key: "s", code: "KeyS", ctrlKey: true, bubbles: true, cancelable: true };
      document.querySelector(".cm-content")?.dispatchEvent(new KeyboardEvent("keydown", save));
    });
    await until(async () => await onDisk("settings.txt") === settings.replace("3", "5"));
    assert.equal(await hunks.count(), 0);
    const shown = async () => (await page.locator(".cm-line").allTextContents()).join("\n");
    await until(async () => (await shown()) === settings.replace("3", "5"));
    await page.locator(".cm-content").focus();
    await page.keyboard.press("Control+z");
    await until(async () => await hunks.count() === 1);
    await page.keyboard.press("Control+Shift+Z");
    await until(async () => await hunks.count() === 0);
    await page.keyboard.press("Control+s");
    await until(async () => await onDisk("settings.txt") === settings.replace("3", "5"));

    // What the agent wrote past the protocol waits in a file that is not there yet.
    await page.getByRole("link", { name: "made.txt" }).click();
    await page.locator(".cm-line").filter({ hasText: "by hand" }).waitFor();
    assert.equal(await onDisk("made.txt"), undefined);
    await page.getByRole("button", { name: "Accept all" }).click();
    await page.getByRole("button", { name: "Changes of agents, 0 to review" }).waitFor();
    // All of that agent's changes wait again with one press, and are taken again.
    await page.locator(".toast").filter({ hasText: "Accepted" }).getByRole("button", { name: "Undo" })
      .click();
    await page.getByRole("button", { name: "Changes of agents, 1 to review" }).waitFor();
    await page.getByRole("button", { name: "Accept all" }).click();
    await page.getByRole("button", { name: "Changes of agents, 0 to review" }).waitFor();
    await page.keyboard.press("Control+s");
    await until(async () => await onDisk("made.txt") === "by hand\n");

    // The run keeps who decided what, and the Conductor, which chose the agent, learns from it.
    await page.goto(`http://127.0.0.1:${rig.session.port}/#/runs/${run}?tab=data`);
    await page.getByText("Some of it was taken or changed.").waitFor();
    await page.getByText("One choice of the Conductor learned from it.", { exact: false }).waitFor();
    await page.getByText("Proposes its changes to you").waitFor();
    assert.equal(await waits.count(), 0);
    const { verdicts } = await rig.call(`GET /runs/${run}/reviews`);
    assert.deepEqual(
      verdicts.map(({ verdict, credited }: { verdict: string; credited: number }) => [verdict, credited]),
      [["edit", 1]],
    );
    // The command line tells the same.
    const show = ["runs", "show", run, "--data", rig.data];
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "-q", "--unstable-worker-options", program, ...show],
    }).output();
    const said = new TextDecoder().decode(stdout);
    assert.match(said, /^Reviewed changes: \d/m);
    assert.match(said, /tune +accepted +settings\.txt +"3" -> "5"/);
    assert.match(said, /tune +rejected +settings\.txt +"local" -> "remote"/);
    assert.match(said, /tune: some of it was taken or changed; 1 choice of the Conductor learned from it/);
    assert.deepEqual(faultsOf(faults), []);
  },
);
