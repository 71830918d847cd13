import assert from "node:assert/strict";
import { browserTest, startBrowser } from "./browser.ts";
import { axeFaults, faultsOf, fragile, MonitorRig, watched } from "./monitor_rig.ts";

browserTest(
  "a run is started, watched as it streams, its gate approved, and its artifact opened",
  async () => {
    await using rig = await MonitorRig.start();
    await using browser = await startBrowser();
    const { page, faults } = await rig.open(browser, "runs");
    await page.getByRole("heading", { name: "Nothing has run yet" }).waitFor();
    const run = await rig.run(watched);
    // It appears by itself, and a click opens it.
    await page.getByText(run).click();
    await page.getByRole("heading", { name: "Watched work" }).waitFor();
    await page.getByRole("option", { name: /Tell a story/ }).click();
    await page.getByLabel("Streamed text").filter({ hasText: "Once upon a time" }).waitFor();
    const question = page.getByRole("region", { name: "Questions to you" });
    await question.getByText("Publish the report?").waitFor();
    await page.getByText("Waiting for you").waitFor();
    // What the engine did and what the calls said, by node, as it comes.
    await page.getByRole("tab", { name: "Log" }).click();
    const line = (text: string | RegExp) =>
      page.getByRole("listbox", { name: "Log" }).getByText(text).first();
    await page.getByRole("combobox", { name: "Lines of" }).selectOption("");
    await line("asks a person: Publish the report?").waitFor();
    await line("has 6 items").waitFor();
    await question.getByLabel("Comment for May it be published?").fill("seen by the test");
    await question.getByRole("button", { name: "Approve" }).click();
    await page.locator(".monitor-state").filter({ hasText: "Completed" }).waitFor();
    await line(/goes on at approved, answered by .*: seen by the test/).waitFor();
    await page.getByRole("combobox", { name: "Lines of" }).selectOption("report");
    await line(/completed in/).waitFor();
    await line("has 6 items").waitFor({ state: "detached" });
    await page.getByRole("combobox", { name: "Said by" }).selectOption("calls");
    await page.getByRole("heading", { name: /No line fits|Nothing was said/ }).waitFor();
    await page.getByRole("combobox", { name: "Said by" }).selectOption("engine");
    await line(/attempt 1 begun/).waitFor();
    // The same of a run long past: nothing was told to this page but the page itself.
    await page.reload();
    await page.getByRole("combobox", { name: "Lines of" }).selectOption("/");
    await line(/^run completed/).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    const { events } = await rig.call(`GET /runs/${run}/events`);
    const answer = events.find((event: { type: string; node?: string }) =>
      event.type === "node.completed" && event.node === "ask"
    );
    assert.equal(answer.port, "approved");
    assert.ok(JSON.stringify(answer.output).includes("seen by the test"));
    // Its graph can be read in the system's forced colours, too: on its cards there is more than one colour.
    await page.getByRole("tab", { name: "Graph" }).click();
    await page.emulateMedia({ forcedColors: "active" });
    await page.waitForFunction(() => {
      const canvas = [...document.querySelectorAll<HTMLCanvasElement>(".monitor-graph-frame canvas")].at(-1);
      const { data = [] } = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? {};
      const seen = new Set<string>();
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] === 255) seen.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
      }
      return seen.size > 12;
    });
    await page.emulateMedia({ forcedColors: "none" });
    // By keyboard from node to node of the timeline, whatever lanes they have.
    await page.getByRole("tab", { name: "Timeline" }).click();
    const chart = page.getByRole("group", { name: /^Timeline, 5 nodes/ });
    await chart.focus();
    await page.keyboard.press("Home");
    await page.waitForFunction("location.hash.includes('node=%2Fplan')");
    for (let step = 0; step < 4; step++) await page.keyboard.press("ArrowDown");
    await page.waitForFunction("location.hash.includes('node=%2Freport')");
    // What it has made, found and opened.
    await page.getByRole("tab", { name: "Outputs and inputs" }).click();
    await page.getByRole("link", { name: "Artifacts of this run" }).click();
    await page.getByRole("option", { name: /report\.md/ }).click();
    await page.getByRole("article", { name: "Document" }).getByRole("heading", { name: "Findings" })
      .waitFor();
    assert.equal(await page.evaluate("globalThis.hacked"), undefined);
    assert.equal(await page.locator(".monitor-document script, .monitor-document img").count(), 0);
    assert.deepEqual(faultsOf(faults), []);
  },
);

browserTest("a failed node is retried from the error tracker when its cause is mended", async () => {
  await using rig = await MonitorRig.start();
  await using browser = await startBrowser();
  const run = await rig.run(fragile);
  await rig.until(run, "failed");
  const { page, faults } = await rig.open(browser, "failures");
  await page.getByRole("option", { name: /The pipe for/ }).click();
  const occurrence = page.getByRole("article", { name: `mend in run ${run}` });
  // The author's own lines.
  await occurrence.getByText("brokenPipe").first().waitFor();
  await occurrence.getByText(/main\.ts:\d+:\d+/).first().waitFor();
  await occurrence.getByRole("link", { name: "Input" }).click();
  await page.getByRole("listbox", { name: "JSON" }).getByText('"the pipe"').waitFor();
  await page.goBack();
  await rig.write("mended.txt", "yes");
  await page.getByRole("button", { name: "Retry from there" }).click();
  await page.getByRole("heading", { name: "Fragile work" }).waitFor();
  await page.locator(".monitor-state").filter({ hasText: "Completed" }).waitFor();
  await rig.until(run, "completed");
  // Mended, it is open no longer.
  const groups = await rig.call("GET /failures");
  assert.deepEqual(groups.map(({ state }: { state: string }) => state), ["resolved"]);
  await page.getByRole("option", { name: /Mend it/ }).click();
  const chosen = page.getByRole("complementary", { name: "Chosen node" });
  await chosen.locator(".monitor-facts div").filter({ hasText: "Attempts" }).getByText("2").waitFor();
  // What went in stands beside what came out.
  const went = chosen.getByRole("region", { name: "What went into Mend it" });
  await went.getByText("'the pipe'", { exact: true }).waitFor();
  await went.getByText("the pipe", { exact: true }).waitFor();
  assert.deepEqual(await axeFaults(page), []);
  // On the page of another that failed: from the line that says so to why, and on from there.
  await rig.remove("mended.txt");
  const second = await rig.run(fragile);
  await rig.until(second, "failed");
  await page.evaluate((hash) => location.hash = hash, `#/runs/${second}`);
  await page.getByRole("alert").getByText("Mend it failed").waitFor();
  await page.getByRole("button", { name: "Show why" }).click();
  await page.getByRole("complementary", { name: "Chosen node" }).getByText(/The pipe for/).first()
    .waitFor();
  await rig.write("mended.txt", "yes");
  await page.getByRole("button", { name: "Retry from there" }).click();
  await page.locator(".monitor-state").filter({ hasText: "Completed" }).waitFor();
  await page.getByRole("alert").getByText("Mend it failed").waitFor({ state: "detached" });
  await page.evaluate((hash) => location.hash = hash, `#/runs/${run}`);
  await page.getByText(run).first().waitFor();
  // The same run, long past: from a node again, the rest is kept.
  await page.getByRole("option", { name: /Behind/ }).click();
  await page.getByRole("button", { name: "Run again from here" }).click();
  await page.waitForURL((url) => /#\/runs\/r\w+/.test(url.hash) && !url.hash.includes(run));
  await page.locator(".monitor-state").filter({ hasText: "Completed" }).waitFor();
  const again = /#\/runs\/(\w+)/.exec(page.url())?.[1] ?? "";
  const { nodes } = await rig.call(`GET /runs/${again}`);
  const reused = (name: string) => nodes.find(({ node }: { node: string }) => node === name)?.reused?.how;
  assert.deepEqual([reused("before"), reused("mend"), reused("behind")], ["kept", "kept", undefined]);
  assert.deepEqual(faultsOf(faults), []);
});

browserTest("the page recovers by itself when its server is killed and started again", async () => {
  await using rig = await MonitorRig.start();
  await using browser = await startBrowser();
  const run = await rig.run(watched);
  await rig.until(run, "waiting-for-input");
  const { page } = await rig.open(browser, `runs/${run}`);
  await page.getByText("Publish the report?").waitFor();
  await rig.kill();
  await page.getByText("The connection to Symphony is lost.", { exact: false }).waitFor();
  // What was seen is still there.
  await page.getByText("Publish the report?").waitFor();
  await rig.serve();
  await page.getByText("The connection to Symphony is lost.", { exact: false }).waitFor({
    state: "detached",
  });
  await page.getByRole("button", { name: "Approve" }).click();
  await page.locator(".monitor-state").filter({ hasText: "Completed" }).waitFor();
});

browserTest("a run is paused, resumed and cancelled by keys alone", async () => {
  await using rig = await MonitorRig.start();
  await using browser = await startBrowser();
  const slow = {
    ...watched,
    nodes: { ...watched.nodes, plan: { use: "trial/work", in: { ms: "40000", name: "'plan'" } } },
  };
  const run = await rig.run(slow);
  const { page, faults } = await rig.open(browser, `runs/${run}`);
  await page.locator(".monitor-state").filter({ hasText: "Running" }).waitFor();
  await page.locator("#main").focus();
  await page.keyboard.press("p");
  await page.locator(".monitor-state").filter({ hasText: "Paused" }).waitFor();
  await page.keyboard.press("r");
  await page.locator(".monitor-state").filter({ hasText: "Running" }).waitFor();
  // Along the edges of the graph.
  const graph = page.getByRole("group", { name: /Graph of the run/ });
  await graph.focus();
  await page.keyboard.press("Home");
  await page.getByRole("complementary", { name: "Chosen node" }).getByText("step", { exact: false }).first()
    .waitFor();
  await graph.focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction("/node=%2F(parts|story)/.test(location.hash)");
  await page.keyboard.press("Shift+C");
  const dialog = page.getByRole("dialog", { name: "Cancel the run?" });
  await dialog.waitFor();
  await page.keyboard.type("by keys");
  await page.keyboard.press("Enter");
  await page.locator(".monitor-state").filter({ hasText: "Cancelled" }).waitFor();
  await page.getByText("Cancelled: by keys").waitFor();
  assert.deepEqual(faultsOf(faults), []);
});
