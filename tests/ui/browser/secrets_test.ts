/**
 * Secrets as grants at a node, before the program itself: not granted, granted by entering the key, taken back, granted by the
 * name of a variable; a key that was typed into the workflow is told and moved. The key is looked for everywhere it must not be.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { browserTest, startBrowser } from "./browser.ts";
import { axeFaults, faultsOf, MonitorRig } from "./monitor_rig.ts";

// Made of parts, so that nobody who looks for keys finds one here.
const KEY = ["sk", "proj", "aB3dE5gH7jK9mN1pQ3sT5vX7zA9b"].join("-");

const workflow = {
  schema: 1,
  id: "ask",
  nodes: {
    gpt: { use: "openai/gpt", with: { prompt: "Say hello" } },
    review: { use: "instrument/review", with: { source: "let a = 1;" } },
  },
};

/** Every file below a folder that holds `text`. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await filesWith(path, text));
    else if (
      isFile && (await Deno.readFile(path).then((bytes) => new TextDecoder().decode(bytes))).includes(text)
    ) {
      found.push(path);
    }
  }
  return found;
}

async function choose(page: Page, node: string): Promise<void> {
  await page.waitForSelector(".card");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find anything" }).fill(`@${node}`);
  await page.keyboard.press("Enter");
  await page.locator(`#node-${node}.is-selected`).waitFor();
}

browserTest("a person grants a secret at its node, by key and by variable, and takes it back", async () => {
  await using rig = await MonitorRig.start();
  const browser = await startBrowser();
  try {
    await rig.write("ask.workflow.jsonc", JSON.stringify(workflow, null, 2));
    // Bundling the extensions may take a busy machine longer than a page is waited for.
    await rig.call("GET /catalog");
    const { page, faults } = await rig.open(browser, "board/ask.workflow.jsonc");
    const frames: string[] = [];
    page.on(
      "websocket",
      (socket) => socket.on("framereceived", ({ payload }) => frames.push(String(payload))),
    );
    await page.reload();
    await choose(page, "gpt");
    const secret = page.getByRole("group", { name: "OpenAI: secret:openai" });
    await secret.getByText("not granted", { exact: true }).waitFor();
    await secret.getByText("Not granted to OpenAI. Sent to api.openai.com").waitFor();

    // Nothing entered is told, a variable's value in place of its name as well.
    await secret.getByRole("button", { name: "Grant…" }).click();
    await page.keyboard.press("Enter");
    await secret.getByText("Enter the key", { exact: true }).last().waitFor();
    await secret.getByRole("button", { name: "Environment variable" }).click();
    await secret.getByLabel("Variable").fill(KEY);
    await page.keyboard.press("Enter");
    await secret.getByText("not its value").waitFor();
    await secret.getByRole("button", { name: "Enter the key" }).click();
    assert.equal(await secret.getByLabel("Key", { exact: true }).getAttribute("type"), "password");
    await secret.getByLabel("Key", { exact: true }).fill(KEY);
    await page.keyboard.press("Enter");
    await secret.getByText("granted", { exact: true }).waitFor();
    await secret.getByText("the key is kept outside the workflow").waitFor();
    assert.deepEqual(await axeFaults(page), []);

    // Where the key is, and where it is not.
    assert.deepEqual(await filesWith(rig.data, KEY), [`${rig.data}/secrets/openai`]);
    assert.deepEqual(await filesWith(`${rig.folder}/work`, KEY), []);
    assert.ok(frames.length > 0 && !frames.some((frame) => frame.includes(KEY)), "the stream");
    const said = JSON.stringify(
      await Promise.all([
        rig.call("GET /secrets"),
        rig.call("GET /grants"),
        rig.call("GET /permissions/audit"),
        rig.call("GET /settings"),
      ]),
    );
    assert.ok(said.includes("secret:openai") && !said.includes(KEY));
    const inPage = await page.evaluate(() =>
      document.documentElement.outerHTML + JSON.stringify(localStorage) + JSON.stringify(sessionStorage) +
      [...document.querySelectorAll("input, textarea")].map((field) => (field as HTMLInputElement).value)
        .join()
    );
    assert.ok(!inPage.includes(KEY));

    // A task says the same of the instruments that serve it.
    await choose(page, "review");
    await page.getByRole("group", { name: "Anthropic: secret:anthropic" }).getByText("not granted", {
      exact: true,
    })
      .waitFor();
    await secret.getByText("granted", { exact: true }).waitFor();

    await secret.getByRole("button", { name: "Revoke" }).click();
    await secret.getByText("though a key is there").waitFor();
    assert.deepEqual(
      await rig.call("GET /grants").then((grants) =>
        grants.filter((
          { permission }: { permission: string },
        ) => permission === "secret:openai")
      ),
      [],
    );
    await secret.getByRole("button", { name: "Forget the key" }).click();
    await secret.getByText("Not granted to OpenAI. ").waitFor();
    assert.deepEqual(await filesWith(rig.data, KEY), []);

    await secret.getByRole("button", { name: "Grant…" }).click();
    await secret.getByRole("button", { name: "Environment variable" }).click();
    await secret.getByLabel("Variable").fill("SYMPHONY_TEST_NO_SUCH_KEY");
    await page.keyboard.press("Enter");
    await secret.getByText("SYMPHONY_TEST_NO_SUCH_KEY is not set where Symphony runs").waitFor();
    assert.deepEqual(faultsOf(faults), []);
  } finally {
    await browser.close();
  }
});

browserTest("a key that was typed into a node is told as it is typed, and moved into a grant", async () => {
  await using rig = await MonitorRig.start();
  const browser = await startBrowser();
  try {
    await rig.write("ask.workflow.jsonc", JSON.stringify(workflow, null, 2));
    // Bundling the extensions may take a busy machine longer than a page is waited for.
    await rig.call("GET /catalog");
    const { page, faults } = await rig.open(browser, "board/ask.workflow.jsonc");
    await choose(page, "gpt");
    await page.locator("#port-prompt").fill(KEY);
    const secrets = page.getByRole("region", { name: "Secrets" });
    await secrets.getByText("What looks like a key is typed into").waitFor();
    await page.getByText("1 warning").waitFor();
    await secrets.getByRole("button", { name: "Move it into a grant" }).click();
    await secrets.getByText("What looks like a key is typed into").waitFor({ state: "detached" });
    assert.equal(await page.locator("#port-prompt").inputValue(), "");
    await page.keyboard.press("Enter");
    await secrets.getByText("the key is kept outside the workflow").waitFor();
    await page.keyboard.press("Control+s");
    await page.getByRole("status").filter({ hasText: /^Saved$/ }).waitFor();
    assert.deepEqual(await filesWith(`${rig.folder}/work`, KEY), []);
    assert.deepEqual(await filesWith(rig.data, KEY), [`${rig.data}/secrets/openai`]);
    assert.deepEqual(faultsOf(faults), []);
  } finally {
    await browser.close();
  }
});
