/**
 * The tasks of a page's main thread, from the browser's own trace: how long each was by the clock, and how much of that the thread
 * worked. On a busy machine the first says how long a person waited, the second what the page is to blame for.
 *
 * @module
 */

import type { CDPSession, Page } from "playwright-core";

export interface MainTask {
  /** Since the trace began, in milliseconds. */
  readonly at: number;
  /** By the clock, in milliseconds. */
  readonly wall: number;
  /** Worked by the thread, in milliseconds. */
  readonly thread: number;
  /** What it did longest, the longest first: `Paint 12(7)`, in milliseconds by the clock and worked. */
  readonly parts: readonly string[];
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly data?: { readonly message?: string } };
}

/** Parts of a task shorter than this are not named; milliseconds. */
const LEAST_PART = 2;
/** Names for what a task did that say nothing. */
const dull = new Set([
  "ThreadControllerImpl::RunTask",
  "RunTask",
  "EventDispatch",
  "SimpleWatcher::OnHandleReady",
]);

export class TaskTrace {
  readonly #page: Page;
  readonly #session: CDPSession;
  readonly #events: TraceEvent[] = [];

  private constructor(page: Page, session: CDPSession) {
    this.#page = page;
    this.#session = session;
    session.on(
      "Tracing.dataCollected",
      ({ value }) => this.#events.push(...value as unknown as TraceEvent[]),
    );
  }

  /** Begins a trace; a browser has one at a time. @throws Error where the page has no browser of its own */
  static async start(page: Page): Promise<TaskTrace> {
    const session = await page.context().browser()?.newBrowserCDPSession();
    if (session === undefined) throw new Error("Cannot trace the page: its browser is not known");
    const trace = new TaskTrace(page, session);
    const includedCategories = ["devtools.timeline", "toplevel"];
    await session.send("Tracing.start", {
      transferMode: "ReportEvents",
      traceConfig: { includedCategories },
    });
    return trace;
  }

  /** Ends it; the tasks of at least `least` milliseconds by the clock, in their order. */
  async stop(least: number): Promise<readonly MainTask[]> {
    // The browser has other pages than this one, its own among them: what this one says names its thread.
    const mark = crypto.randomUUID();
    // deno-lint-ignore no-console -- a mark in the trace
    await this.#page.evaluate((name) => console.timeStamp(name), mark);
    const done = new Promise<void>((resolve) =>
      this.#session.once("Tracing.tracingComplete", () => resolve())
    );
    await this.#session.send("Tracing.end");
    await done;
    await this.#session.detach();
    return tasksOf(this.#events, mark, least);
  }
}

function tasksOf(events: readonly TraceEvent[], mark: string, least: number): readonly MainTask[] {
  const marked = events.find(({ name, args }) => name === "TimeStamp" && args.data?.message === mark);
  if (marked === undefined) throw new Error("The trace does not tell the page's thread");
  const timed = events.filter(({ ph, pid, tid }) => ph === "X" && pid === marked.pid && tid === marked.tid)
    .sort((a, b) => a.ts - b.ts);
  const began = timed[0]?.ts ?? 0;
  return timed.flatMap((task, index) => {
    const { name, ts, dur = 0, tdur = 0 } = task;
    if (name !== "ThreadControllerImpl::RunTask" || dur < least * 1000) return [];
    const inside: TraceEvent[] = [];
    for (let at = index + 1; at < timed.length && timed[at]!.ts < ts + dur; at++) {
      const one = timed[at]!;
      if ((one.dur ?? 0) >= 1000 * LEAST_PART && !dull.has(one.name)) inside.push(one);
    }
    inside.sort((a, b) => (b.dur ?? 0) - (a.dur ?? 0));
    return {
      at: (ts - began) / 1000,
      wall: dur / 1000,
      thread: tdur / 1000,
      parts: inside.slice(0, 8).map((one) =>
        `${one.name} ${((one.dur ?? 0) / 1000).toFixed(0)}(${((one.tdur ?? 0) / 1000).toFixed(0)})`
      ),
    };
  });
}

/** The longest by what they worked: `43(20)`, by the clock and worked, in milliseconds. */
export function longest(tasks: readonly MainTask[], count: number): string {
  const first = [...tasks].sort((a, b) => b.thread - a.thread).slice(0, count);
  return first.map(({ wall, thread }) => `${wall.toFixed(0)}(${thread.toFixed(0)})`).join(" ") || "none";
}
