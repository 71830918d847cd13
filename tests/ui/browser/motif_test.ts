import assert from "node:assert/strict";
import { browserTest, startBrowser } from "./browser.ts";
import { axeFaults, faultsOf, MonitorRig } from "./monitor_rig.ts";

browserTest(
  "a motif's panel is shown, a click goes to the extension, its command runs, a hostile tree is refused",
  async () => {
    await using rig = await MonitorRig.start([], ["motif"]);
    await using browser = await startBrowser();
    const { page, faults } = await rig.open(browser, "panels/tests/motif/count");
    const button = page.getByRole("button", { name: /^undefined \d+$/ });
    await button.waitFor();
    await button.focus();
    await page.keyboard.press("Enter");
    const pressed = page.getByRole("button", { name: "undefined 1" });
    await pressed.waitFor();
    assert.equal(await pressed.evaluate("document.activeElement.textContent"), "undefined 1");
    assert.deepEqual(await axeFaults(page), []);
    const shots = Deno.env.get("SYMPHONY_SHOTS");
    if (shots !== undefined) await page.screenshot({ path: `${shots}/panels.png` });

    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("CSV: summarize");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Messages" }).getByText("CSV: summarize columns", { exact: true })
      .waitFor();

    let deep: unknown = "end";
    for (let level = 0; level < 100; level++) deep = { is: "stack", children: [deep] };
    const link = { is: "link", props: { value: "look", href: "javascript:document.title='had'" } };
    const hostile: readonly unknown[] = [
      { is: "stack", children: [link, { is: "script" }, deep, "<img src=x onerror=alert(1)>"] },
      link,
      null,
      7,
      { is: "table", props: { columns: "x", rows: 1 } },
    ];
    for (const tree of hostile) {
      await page.route("**/motifs/views", (route) =>
        route.fulfill({
          contentType: "application/json",
          body: JSON.stringify({ ok: true, tree, state: null, problems: [] }),
        }));
      await page.reload();
      const place = page.locator(tree === hostile[0] ? ".motif-body" : ".motif-place [role=alert]");
      await place.waitFor();
      assert.equal(await page.locator(".motif-place").locator("a, img, script").count(), 0);
      await page.unroute("**/motifs/views");
    }
    await page.getByRole("button", { name: "Try again" }).click();
    await button.waitFor();
    assert.deepEqual(faultsOf(faults), []);
  },
);
