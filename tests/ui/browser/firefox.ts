/**
 * A real Firefox for tests: Debian's firefox-esr, or what SYMPHONY_FIREFOX names, driven over WebDriver BiDi. Where there is
 * none, tests are skipped and say so. Playwright drives only a Firefox of its own; puppeteer drives the one that people have.
 *
 * @module
 */

import puppeteer, { type Browser, type ElementHandle, type KeyInput, type Page } from "puppeteer-core";

const candidates = ["/usr/bin/firefox-esr", "/usr/bin/firefox"];
const WAIT_MS = 60_000;

/** The browser's program; undefined where none is installed. */
export function firefoxProgram(): string | undefined {
  const named = Deno.env.get("SYMPHONY_FIREFOX");
  return (named === undefined ? candidates : [named]).find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** `Deno.test` that needs Firefox: skipped with a plain line where there is none. */
export function firefoxTest(name: string, run: (firefox: Firefox) => Promise<void>): void {
  const executablePath = firefoxProgram();
  const ignore = executablePath === undefined;
  Deno.test({
    name: ignore ? `${name} (skipped: no Firefox here, install firefox-esr)` : name,
    ignore,
    async fn() {
      const browser = await puppeteer.launch({
        browser: "firefox",
        executablePath: executablePath ?? "",
        headless: true,
      });
      try {
        const firefox = new Firefox(browser, await browser.newPage());
        await run(firefox).catch(async (error) => {
          const pictures = Deno.env.get("SYMPHONY_PICTURES");
          if (pictures !== undefined) {
            await firefox.page.screenshot({ path: `${pictures}/firefox_failed.png` });
          }
          throw error;
        });
      } finally {
        await browser.close();
      }
    },
    sanitizeOps: false,
    sanitizeResources: false,
  });
}

/** One page of it, asked as a person sees it: by role and name. */
export class Firefox {
  readonly page: Page;
  readonly browser: Browser;
  /** What the page said on its console as errors, and what it threw. */
  readonly faults: string[] = [];

  constructor(browser: Browser, page: Page) {
    this.browser = browser;
    this.page = page;
    page.setDefaultTimeout(WAIT_MS);
    page.on("pageerror", (error) => this.faults.push(String(error instanceof Error ? error.stack : error)));
    page.on("console", (message) => {
      if (message.type() === "error") this.faults.push(`${message.text()} (${message.location().url})`);
    });
  }

  /** The first visible element that `selector` finds; asked for anew, as an accessible name may come later than its element. */
  async see(selector: string): Promise<ElementHandle> {
    const end = performance.now() + WAIT_MS;
    for (;;) {
      const found = await this.page.$(selector);
      if (found !== null && await found.isVisible()) return found;
      if (performance.now() > end) {
        throw new Error(`Within ${WAIT_MS} ms nothing was to be seen at ${selector}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** An element that has a role and a name. */
  async named(role: string, name: string): Promise<ElementHandle> {
    return await this.see(`::-p-aria([name="${name}"][role="${role}"])`);
  }

  /** Waits until an element that `selector` finds has the words. */
  async words(selector: string, words: string): Promise<void> {
    await this.page.waitForFunction(
      (selector, words) =>
        [...document.querySelectorAll(selector)].some((one) => one.textContent?.includes(words) === true),
      {},
      selector,
      words,
    );
  }

  async gone(selector: string): Promise<void> {
    await this.page.waitForSelector(selector, { hidden: true });
  }

  /** Presses keys at once: `Control+s`. */
  async press(keys: string): Promise<void> {
    const all = keys.split("+") as KeyInput[];
    const last = all.pop() as KeyInput;
    for (const key of all) await this.page.keyboard.down(key);
    await this.page.keyboard.press(last);
    for (const key of all.reverse()) await this.page.keyboard.up(key);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  async size(width: number, height: number): Promise<void> {
    await this.page.setViewport({ width, height });
    await this.page.waitForFunction((width) => innerWidth === width, {}, width);
  }
}
