/** The board in a real browser before the fixture server: one browser for a process, a server and a page for each test. @module */

import assert from "node:assert/strict";
import * as esbuild from "esbuild";
import type { Browser, Page } from "playwright-core";
import { buildUi } from "../../../build/ui.ts";
import type { Catalog } from "../../../core/workflow/catalog.ts";
import { openPage, startBrowser } from "./browser.ts";
import { FixtureServer } from "./fixture_server.ts";
import { realCatalog } from "./real_catalog.ts";

export const template = (name: string) =>
  new URL(`../../../templates/${name}.workflow.jsonc`, import.meta.url);

export interface Stand {
  readonly browser: Browser;
  readonly catalog: Catalog;
  readonly page: string;
}

let stand: Promise<Stand> | undefined;

async function makeStand(): Promise<Stand> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-page-" });
  const [browser, catalog] = await Promise.all([
    startBrowser(),
    realCatalog(),
    buildUi({ out: folder, isReadable: true }),
  ]);
  await esbuild.stop();
  return { browser, catalog, page: folder };
}

/** One browser for all; each test has a server and a page of its own. */
export async function onPage(
  run: (page: Page, server: FixtureServer, stand: Stand) => Promise<void>,
  options: Parameters<typeof openPage>[1] = {},
): Promise<void> {
  const made = await (stand ??= makeStand());
  await using server = FixtureServer.start(made.page, made.catalog);
  const { page, faults } = await openPage(made.browser, options);
  try {
    await run(page, server, made);
    // A server that was taken away on purpose is missed by the browser, too.
    assert.deepEqual(faults.filter((fault) => !/WebSocket|Failed to load resource|net::ERR/.test(fault)), []);
  } finally {
    await page.context().close();
  }
}

export async function openBoard(page: Page, server: FixtureServer, name = "code-review"): Promise<void> {
  await server.write(`${name}.workflow.jsonc`, await Deno.readTextFile(template(name)), "outside");
  await page.goto(`${server.address}/#/board/${name}.workflow.jsonc`);
  await page.waitForSelector(".card");
}

/** Saves by key; gives what the file is then. */
export async function saved(page: Page, server: FixtureServer, file: string): Promise<string> {
  await page.keyboard.press("Control+s");
  await page.getByRole("status").filter({ hasText: /^Saved$/ }).waitFor();
  return server.text(file) ?? "";
}
