/**
 * A real browser for tests: Debian's Chromium, or what SYMPHONY_CHROMIUM names. Where there is none, tests are skipped and say
 * so. One browser serves all tests of a file; each test has a page of its own.
 *
 * @module
 */

import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser's program; undefined where none is installed. */
export function browserProgram(): string | undefined {
  const named = Deno.env.get("SYMPHONY_CHROMIUM");
  return (named === undefined ? candidates : [named]).find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** Starts the browser. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = browserProgram();
  if (executablePath === undefined) throw new Error("There is no browser; install chromium");
  return await chromium.launch({
    executablePath,
    // In a container, Chromium's own sandbox and /dev/shm are not to be had.
    args: [
      "--no-sandbox",
      "--disable-dev-shm-usage",
      "--disable-gpu",
      "--force-color-profile=srgb",
      "--font-render-hinting=none",
    ],
  });
}

export interface OpenedPage {
  readonly page: Page;
  /** What the page said on its console as errors, and what it threw. */
  readonly faults: string[];
}

/** A page that listens for what goes wrong in it. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`${error.name}: ${error.message}\n${error.stack ?? ""}`));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`${message.text()} (${message.location().url})`);
  });
  return { page, faults };
}

/** `Deno.test` that needs a browser: skipped with a plain line where there is none. */
export function browserTest(name: string, run: () => Promise<void>): void {
  const ignore = browserProgram() === undefined;
  Deno.test({
    name: ignore ? `${name} (skipped: no browser here, install chromium)` : name,
    ignore,
    fn: run,
    sanitizeOps: false,
    sanitizeResources: false,
  });
}
