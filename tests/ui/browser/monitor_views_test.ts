import assert from "node:assert/strict";
import { browserTest, startBrowser } from "./browser.ts";
import { axeFaults, faultsOf, fragile, MonitorRig, waits, watched } from "./monitor_rig.ts";

browserTest(
  "axe-core finds nothing in any view of the monitor, in any theme, on wide and narrow windows",
  async () => {
    await using rig = await MonitorRig.start();
    await using browser = await startBrowser();
    const asking = await rig.run(watched);
    const failed = await rig.run(fragile);
    await rig.until(failed, "failed");
    await rig.until(asking, "waiting-for-input");
    const done = await rig.run(watched);
    await rig.until(done, "waiting-for-input");
    await rig.call(`POST /runs/${done}/approve`, { node: "ask", approved: true });
    await rig.until(done, "completed");
    const { hits } = await rig.call(`GET /artifacts?run=${done}`);
    const named = (name: string) =>
      hits.find((hit: { name: string }) => hit.name === name)?.artifact as string;
    const [group] = await rig.call("GET /failures");
    const places: readonly (readonly [string, string])[] = [
      ["runs", "watched"],
      [`runs/${asking}?node=%2Fstory`, "Publish the report?"],
      [`runs/${failed}?node=%2Fmend`, "What failed"],
      [`runs/${done}?tab=timeline&node=%2Fparts`, "Critical path"],
      [`runs/${asking}?tab=log`, "begins"],
      [`runs/${done}?tab=data`, "Workspace"],
      [`failures/${group.fingerprint}`, "What was tried"],
      ["artifacts", "report.md"],
      [`artifacts/${named("report.md")}`, "Said by nobody"],
      [`artifacts/${named("greeting.ts")}`, "Nobody to greet"],
      [`artifacts/${named("counts.csv")}`, "gamma, delta"],
      [`artifacts/${named("change.diff")}`, "Hello"],
      [`artifacts/${named("picture.svg")}`, "160 × 90"],
      [`artifacts/${named("report.md")}?tab=versions`, "Compare"],
      [`artifacts/${named("report.md")}?tab=lineage`, "watched: report"],
      [`artifacts/${named("report.md")}?tab=quality`, "Nobody has scored it"],
      ["performance", "Throughput"],
      ["performance?tab=latency", "trial/work"],
      ["performance?tab=pool", "Shares of users"],
      ["performance?tab=decisions", "decision"],
      ["system/extensions", "Monitor trial"],
      ["system/permissions", "Audit"],
      ["system/settings", "trial/monitor"],
      ["system/storage", "Data folder"],
      ["system/themes", "Paper"],
    ];
    const found: string[] = [];
    for (const look of ["light", "dark", "contrast", "narrow"] as const) {
      const { page, faults } = await rig.open(browser, "runs", {
        colorScheme: look === "dark" ? "dark" : "light",
        reducedMotion: "reduce",
        ...look === "narrow" ? { viewport: { width: 360, height: 740 } } : {},
      });
      if (look === "contrast") await page.evaluate("localStorage.setItem('symphony.theme', 'contrast')");
      await page.reload();
      for (const [place, text] of places) {
        await page.evaluate(`location.hash = ${JSON.stringify(`#/${place}`)}`);
        await page.locator("#main").getByText(text).first().waitFor({ state: "attached" });
        for (const fault of await axeFaults(page)) found.push(`${look} ${place}: ${fault}`);
        const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        if (Number(overflow) > 0) found.push(`${look} ${place}: it is ${overflow} px too wide`);
      }
      assert.deepEqual(faultsOf(faults), []);
      await page.context().close();
    }
    assert.deepEqual(found, []);
  },
);

browserTest("settings, tags and themes are changed and kept", async () => {
  await using rig = await MonitorRig.start();
  await using browser = await startBrowser();
  const { page, faults } = await rig.open(browser, "system/settings?extension=trial%2Fmonitor");
  const form = page.getByRole("region", { name: "Settings of trial/monitor" });
  await form.getByLabel(/pause ?ms/i).fill("40");
  await form.getByText("Saved", { exact: true }).waitFor();
  const settings = await rig.call("GET /settings");
  const kept = settings.find((line: { extension: string; name: string }) =>
    line.extension === "trial/monitor" && line.name === "pauseMs"
  );
  assert.equal(kept.value, 40);
  await form.getByRole("button", { name: "pauseMs to its default" }).click();
  await form.getByRole("button", { name: "pauseMs to its default" }).waitFor({ state: "detached" });
  await page.evaluate("location.hash = '#/system/themes'");
  await page.getByRole("button", { name: /Paper/ }).click();
  const surface = "getComputedStyle(document.documentElement).getPropertyValue('--surface').trim()";
  assert.equal(await page.evaluate(surface), "#faf8f3");
  await page.reload();
  await page.getByRole("button", { name: /Paper/, pressed: true }).waitFor();
  assert.equal(await page.evaluate(surface), "#faf8f3");
  assert.deepEqual(await axeFaults(page), []);
  await page.getByRole("button", { name: "Dark", exact: true }).click();
  assert.notEqual(await page.evaluate(surface), "#faf8f3");
  assert.deepEqual(faultsOf(faults), []);
});

browserTest(
  "an extension that asks for leave is answered on the page, its run says so, and its call goes on",
  async () => {
    await using rig = await MonitorRig.start([], ["../../../extensions/examples/recorded"]);
    await using browser = await startBrowser();
    await rig.write("mended.txt", "yes");
    const { page, faults } = await rig.open(browser, "system/permissions");
    await page.getByText("No extension waits.", { exact: false }).waitFor();
    const run = await rig.run(fragile);
    await page.getByText("files:read").first().waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole("button", { name: "Allow once" }).click();
    await page.getByText("No extension waits.", { exact: false }).waitFor();
    await rig.until(run, "completed");

    // The run itself says that it waits: in the list, on its page, at its node.
    const asking = await askedRun(rig);
    await page.evaluate(() => location.hash = "#/runs");
    const line = page.locator(".monitor-run-row").filter({ hasText: asking });
    await line.getByText("Asks for leave").waitFor();
    await line.getByLabel("Waiting for you").waitFor();
    await line.click();
    await page.locator(".monitor-state").filter({ hasText: "Waiting for you" }).waitFor();
    const node = page.getByRole("option", { name: /Tell a story/ });
    await node.getByLabel("Waiting for you").waitFor();
    const questions = page.getByRole("region", { name: "Questions to you" });
    const leave = questions.getByRole("group", { name: "examples/recorded asks for files:read" });
    await leave.getByText("Reads the recorded answers").waitFor();
    await leave.getByRole("button", { name: "Tell a story" }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    // Refused, it is said once what is missing, and how it goes on is a button.
    await leave.getByRole("button", { name: "Deny" }).click();
    const failed = questions.getByRole("group", { name: "Question of Tell a story" });
    await failed.getByText("examples/recorded may not use files:read: it was refused", { exact: true })
      .waitFor();
    assert.doesNotMatch(await failed.textContent() ?? "", /symphony grants|Try again\?/);
    for (const name of ["Try again", "Skip", "Give up"]) {
      await failed.getByRole("button", { name, exact: true }).waitFor();
    }
    // The same on the board, and from there on.
    await page.evaluate((hash) => location.hash = hash, `#/board/story.workflow.jsonc?run=${asking}`);
    await page.locator("#node-tell .card-state").waitFor();
    const panel = page.locator(".run-panel");
    await panel.locator(".run-head").filter({ hasText: "Waiting for you" }).waitFor();
    // What waits grows older, although nothing is told.
    const time = panel.locator(".outline-row").filter({ hasText: "Tell a story" }).locator(".numbers");
    const before = await time.textContent();
    await page.waitForFunction(
      ([was]) => document.querySelector(".run-panel .outline-row .numbers")?.textContent !== was,
      [before],
    );
    await panel.getByRole("button", { name: "Grant and try again" }).click();
    await panel.locator(".run-head").filter({ hasText: "Completed" }).waitFor();
    await rig.until(asking, "completed");
    // What was decided is found by words and by decision.
    await page.evaluate(() => location.hash = "#/system/permissions");
    const audit = page.locator("section").filter({ hasText: "Audit" });
    await audit.getByLabel("Search the audit").fill("RECORDED files:read");
    await audit.getByRole("button", { name: "Denied" }).click();
    await audit.locator("tbody .badge.bad").first().waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll("section tbody tr")].filter((row) => row.querySelector(".badge.bad"))
        .every((row) => row.textContent?.includes("examples/recorded"))
    );
    await audit.getByLabel("Search the audit").fill("nowhere");
    await audit.getByText("Nothing like it was decided").waitFor();
    // One range holds for the parts of the dashboard; the wait for leave is told apart from the call.
    await page.evaluate(() => location.hash = "#/performance");
    await page.getByRole("button", { name: "Day", exact: true }).click();
    await page.getByRole("tab", { name: "Latency and cost" }).click();
    await page.getByRole("button", { name: "Day", exact: true, pressed: true }).waitFor();
    const generate = page.getByRole("row").filter({ hasText: "instrument/generate" });
    await generate.first().waitFor();
    assert.match(await generate.first().locator("td").nth(8).textContent() ?? "", /s$/);
    assert.deepEqual(faultsOf(faults), []);
  },
);

/** A run of which a call waits for leave: the instrument that needs it is the first choice, but others are tried out now and then. */
async function askedRun(rig: MonitorRig): Promise<string> {
  const story = {
    schema: 1,
    id: "story",
    nodes: { tell: { use: "instrument/generate", title: "Tell a story", in: { prompt: "'Say hello'" } } },
  };
  await rig.write("answers.json", JSON.stringify([{ when: "hello", text: "Hello" }]));
  await rig.write("story.workflow.jsonc", JSON.stringify(story));
  for (let tries = 0; tries < 8; tries++) {
    const run = await rig.run(story);
    for (;;) {
      const { isAsking, state } = await rig.call(`GET /runs/${run}`);
      if (isAsking) return run;
      if (state === "completed") break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error("No run asked for leave");
}

browserTest("a run of 10,000 nodes is shown with few elements, searched, and walked to its end", async () => {
  await using rig = await MonitorRig.start();
  await using browser = await startBrowser();
  const run = await rig.run(waits(10_000), { concurrency: 64 });
  const { page, faults } = await rig.open(browser, `runs/${run}`);
  const list = page.getByRole("listbox", { name: "Nodes" });
  await list.getByRole("option").first().waitFor({ timeout: 30_000 });
  assert.equal(await list.getByRole("option").first().getAttribute("aria-setsize"), "10000");
  await list.focus();
  await page.keyboard.press("End");
  await page.waitForFunction("location.hash.includes('n9999')");
  await list.getByRole("option", { name: /n9999/ }).waitFor();
  await page.getByRole("searchbox", { name: "Search nodes" }).fill("n4321");
  await list.getByRole("option", { name: /n4321/ }).waitFor();
  assert.equal(await list.getByRole("option").count(), 1);
  assert.ok(Number(await page.evaluate("document.querySelectorAll('*').length")) < 1500);
  await page.locator(".monitor-state").filter({ hasText: "Completed" }).waitFor({ timeout: 60_000 });
  await page.getByText("10.0k/10.0k").first().waitFor();
  assert.deepEqual(faultsOf(faults), []);
});

browserTest("a decision of the Conductor is listed as it is taken, and says why", async () => {
  await using rig = await MonitorRig.start();
  await using browser = await startBrowser();
  const { page, faults } = await rig.open(browser, "performance?tab=decisions");
  await page.getByRole("heading", { name: "Nothing was decided yet" }).waitFor();
  const run = await rig.run({
    schema: 1,
    id: "task",
    version: "1.0.0",
    nodes: { a: { use: "instrument/summarize", in: { text: "'Some text to work on'" } } },
  });
  await rig.until(run, "completed");
  const { decisions: [decision] } = await rig.call("GET /conductor/decisions");
  await page.getByRole("option", { name: new RegExp(decision.choice) }).click();
  const why = page.getByRole("region", { name: "Why" });
  const { why: [first] } = await rig.call(`GET /conductor/decisions/${decision.decision}`);
  await why.getByText(first, { exact: false }).first().waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await why.getByRole("link", { name: "Open its run" }).click();
  await page.getByText(run).first().waitFor();
  assert.deepEqual(faultsOf(faults), []);
});
