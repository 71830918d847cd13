/**
 * The monitor before the real thing: `symphony serve` as a process of its own with a temporary data folder, the built page,
 * a browser. The page is built once for all tests of a process.
 *
 * @module
 */

import type { Browser, Page } from "playwright-core";
import { buildUi } from "../../../build/ui.ts";
import { call, Program, sessionAt } from "../server/program.ts";
import { type OpenedPage, openPage } from "./browser.ts";

const root = new URL("../../../", import.meta.url).pathname;
let built: Promise<unknown> | undefined;

/** Builds `dist/ui`, which is what the program serves. */
export function builtPage(): Promise<unknown> {
  return built ??= buildUi({ out: `${root}dist/ui` });
}

export class MonitorRig implements AsyncDisposable {
  readonly folder: string;
  readonly data: string;
  readonly #grants: readonly string[];
  readonly #more: readonly string[];
  #program: Program | undefined;
  #session: { readonly port: number; readonly cookie: string } | undefined;
  #address = "";

  private constructor(folder: string, grants: readonly string[], more: readonly string[]) {
    this.folder = folder;
    this.#more = more;
    this.#grants = grants;
    this.data = `${folder}/data`;
  }

  /**
   * `grants`: what the trial extension may do from the beginning; `more`: other fixtures that are installed; `before` may write
   * into the data folder.
   */
  static async start(
    grants: readonly string[] = ["files:read", "artifacts"],
    more: readonly string[] = [],
    before: (data: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<MonitorRig> {
    await builtPage();
    const folder = await Deno.makeTempDir({ prefix: "symphony-monitor-" });
    await Deno.mkdir(`${folder}/work`);
    const rig = new MonitorRig(folder, grants, more);
    await Deno.mkdir(rig.data, { mode: 0o700 });
    await before(rig.data);
    await rig.serve();
    // The first start makes modules of all extensions, which a busy machine takes its time for; tests are about the page.
    await rig.call("GET /settings");
    return rig;
  }

  /** Starts the server; after `kill`, another one for the same data. */
  async serve(): Promise<void> {
    const words = [
      "serve",
      "--data",
      this.data,
      "--workspace",
      `${this.folder}/work`,
      "--extensions",
      `${root}tests/fixtures/extensions/monitor`,
      "--extensions",
      `${root}extensions/examples/csv_table`,
      ...this.#more.flatMap((name) => ["--extensions", `${root}tests/fixtures/extensions/${name}`]),
      ...this.#grants.flatMap((name) => ["--grant", `trial/monitor=${name}`]),
    ];
    this.#program = new Program(words);
    this.#address = await this.#program.line();
    this.#session ??= await sessionAt(this.#address);
    if (this.#address.includes("#t=") && this.#session.port !== Number(new URL(this.#address).port)) {
      throw new Error("The server came back on another port");
    }
  }

  async kill(signal: Deno.Signal = "SIGKILL"): Promise<void> {
    await this.#program?.kill(signal);
  }

  get session(): { readonly port: number; readonly cookie: string } {
    if (this.#session === undefined) throw new Error("The server has not been started");
    return this.#session;
  }

  write(name: string, text: string): Promise<void> {
    return Deno.writeTextFile(`${this.folder}/work/${name}`, text);
  }

  remove(name: string): Promise<void> {
    return Deno.remove(`${this.folder}/work/${name}`);
  }

  // deno-lint-ignore no-explicit-any -- answers of many routes, read by tests
  call(route: string, body?: object): Promise<any> {
    return call(this.session, route, body);
  }

  /** Starts a run of a workflow text; gives its id. */
  async run(workflow: object, more: object = {}): Promise<string> {
    const answer = await this.call("POST /runs", { workflow: { text: JSON.stringify(workflow) }, ...more });
    if (answer.run === undefined) throw new Error(`It did not start: ${JSON.stringify(answer)}`);
    return answer.run;
  }

  /** Waits until the run is in one of these states. */
  async until(run: string, ...states: readonly string[]): Promise<void> {
    const end = performance.now() + 30_000;
    for (;;) {
      const detail = await this.call(`GET /runs/${run}`);
      const isAsking = detail.driver === "nobody" && detail.asking?.length > 0;
      const state: string = isAsking ? "waiting-for-input" : detail.state;
      if (states.includes(state)) return;
      if (performance.now() > end) throw new Error(`Run ${run} is ${state}, not ${states.join(" or ")}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** A page with a session of its own, at a place of the application; `before` has it while it is empty. */
  async open(
    browser: Browser,
    place: string,
    options: Parameters<typeof openPage>[1] = {},
    before: (page: Page) => Promise<void> = () => Promise.resolve(),
  ): Promise<OpenedPage> {
    const opened = await openPage(browser, options);
    await before(opened.page);
    const [name = "", value = ""] = this.session.cookie.split("=", 2);
    const url = `http://127.0.0.1:${this.session.port}`;
    await opened.page.context().addCookies([{ name, value: value, url }]);
    await opened.page.goto(`${url}/#/${place}`);
    return opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    // What the program started (an editor, hosts) may write a last time while it ends.
    for (let tries = 0;; tries++) {
      try {
        return await Deno.remove(this.folder, { recursive: true });
      } catch (error) {
        if (tries >= 20) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}

/** What axe-core finds on the page, a line for each element. */
export async function axeFaults(page: Page): Promise<string[]> {
  // The page's own policy forbids other scripts; the debugger may all the same.
  if (await page.evaluate("globalThis.axe === undefined")) {
    await page.evaluate(await Deno.readTextFile(`${root}node_modules/axe-core/axe.min.js`));
  }
  return await page.evaluate(async () => {
    // deno-lint-ignore no-explicit-any -- axe brings no types into the page
    const { axe, document } = globalThis as any;
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap((
      { id, help, nodes }: { id: string; help: string; nodes: { html: string; failureSummary: string }[] },
    ) =>
      nodes.map(({ html, failureSummary }) =>
        `${id}: ${help}: ${html.slice(0, 200)} ${failureSummary.slice(0, 300)}`
      )
    );
  });
}

/** Work to be watched: a fan-out, a gate behind it, a story and a document. */
export const watched = {
  schema: 1,
  id: "watched",
  name: "Watched work",
  version: "1.0.0",
  nodes: {
    plan: { use: "trial/work", title: "Plan", in: { ms: "200", name: "'plan'" } },
    parts: {
      use: "trial/work",
      title: "Do the parts",
      each: "[1, 2, 3, 4, 5, 6]",
      after: "plan",
      in: { ms: "150 * item", name: "'part'" },
    },
    story: {
      use: "trial/teller",
      title: "Tell a story",
      after: "plan",
      in: { prompt: "'Once upon a time'" },
    },
    ask: {
      use: "control/gate",
      title: "May it be published?",
      after: ["parts", "story"],
      question: "Publish the report?",
    },
    report: {
      use: "trial/document",
      title: "Write the report",
      after: "ask.approved",
      in: { title: "'Findings'" },
    },
  },
};

/** Fails until mended.txt is in the workspace. */
export const fragile = {
  schema: 1,
  id: "fragile",
  name: "Fragile work",
  version: "1.0.0",
  nodes: {
    before: { use: "trial/work", title: "Before", in: { ms: "50", name: "'before'" } },
    mend: { use: "trial/fragile", title: "Mend it", after: "before", in: { text: "'the pipe'" } },
    behind: { use: "trial/work", title: "Behind", after: "mend", in: { ms: "50", name: "'behind'" } },
  },
};

/** What went wrong on a page, without what every browser says of an address that it does not know in a policy. */
export function faultsOf(faults: readonly string[]): string[] {
  return faults.filter((fault) => !fault.includes("contains an invalid source: 'ws://[::1]"));
}

/** Layers of waits of a millisecond, each behind one or two of the layer before. */
export function waits(count: number): object {
  const wide = Math.max(4, Math.round(Math.sqrt(count)));
  const nodes: Record<string, object> = {};
  for (let at = 0; at < count; at++) {
    const layer = Math.floor(at / wide);
    const before = [at - wide, at - wide + 1].filter((one) =>
      one >= 0 && Math.floor(one / wide) === layer - 1
    );
    nodes[`n${at}`] = {
      use: "control/wait",
      for: "1ms",
      ...before.length === 0 ? {} : { after: before.map((one) => `n${one}`) },
    };
  }
  return { schema: 1, id: `waits-${count}`, name: `${count} waits`, version: "1.0.0", nodes };
}
