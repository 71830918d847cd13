/**
 * A run as plain lines on standard error, for logs and pipes: a line when a node starts and ends, counts of fan-outs every
 * few seconds, no escape codes.
 *
 * @module
 */

import type { LiveEvent, RunHandle, RunOutcome } from "../core/orchestration/run_handle.ts";
import type { LoggedEvent } from "../core/ports/dag.ts";
import type { ClockPort } from "../core/ports/clock.ts";
import { adviceFor } from "./advice.ts";
import { LineWriter } from "./line_writer.ts";
import { isSettled, type NodeAccount, type RunAccount } from "../core/orchestration/run_account.ts";
import type { RunView } from "./run_view.ts";
import type { Output } from "./services.ts";
import { cleanLine, count, duration, truncate } from "./text.ts";

const COUNTS_EVERY_MS = 3000;
/** Cells of a line; what is longer is told in full at the end. */
const LONGEST_LINE = 240;
/** Failures and retries of items that get a line, for each fan-out; the rest are in the counts. */
const ITEM_LINES = 5;

export class PlainView implements RunView {
  readonly #lines: LineWriter;
  readonly #clock: ClockPort;
  #stopCounts: () => void = () => {};
  /** Fan-outs under way, with the number that was last said. */
  readonly #fans = new Map<NodeAccount, number>();
  readonly #itemLines = new Map<NodeAccount, number>();

  constructor(output: Output, clock: ClockPort) {
    this.#lines = new LineWriter(output);
    this.#clock = clock;
  }

  get broken(): Promise<unknown> {
    return this.#lines.broken;
  }

  attach(handle: RunHandle, account: RunAccount): void {
    this.#say(`run ${handle.run}`);
    for (const node of account.nodes.values()) {
      if (node.isFan && !isSettled(node)) this.#fans.set(node, doneOf(node));
    }
    this.#plan();
  }

  show(live: LiveEvent, _account: RunAccount, node: NodeAccount | undefined): void {
    if (!live.durable) {
      const { event } = live;
      if (event.kind === "notice") this.#say(`${event.extension}: ${event.level}: ${event.text}`);
      if (event.kind === "log" && (event.level === "warn" || event.level === "error")) {
        this.#say(`${label(live.scope, live.node, live.item)}: ${event.level}: ${event.text}`);
      }
      return;
    }
    const { event } = live;
    if (node !== undefined && event.type.startsWith("node.")) this.#showNode(event, node);
    if (event.type === "run.paused" && event.scope === undefined) this.#say(`paused: ${event.reason}`);
    if (event.type === "run.resumed" && event.scope === undefined) this.#say("resumed");
  }

  async close(_outcome: RunOutcome | undefined, _account: RunAccount): Promise<void> {
    this.#stopCounts();
    await this.#lines.flush();
  }

  abandon(): void {
    this.#stopCounts();
  }

  #showNode(event: LoggedEvent, node: NodeAccount): void {
    const name = label(node.scope, node.node, "item" in event ? event.item : undefined);
    // A fan-out is told by its counts.
    const { isFan } = node;
    if (isFan && node.whole === undefined && !this.#fans.has(node)) this.#fans.set(node, 0);
    switch (event.type) {
      case "node.expanded":
        this.#say(`${name}: ${count(event.count, "item")}`);
        break;
      case "node.started":
        if (!isFan && event.attempt <= 1) {
          this.#say(`${name}: started${event.instrument === undefined ? "" : ` on ${event.instrument}`}`);
        }
        break;
      case "node.completed":
        if (!isFan) this.#say(`${name}: completed in ${duration(event.durationMs)}`);
        break;
      case "node.retrying":
        if (!this.#mayTell(node)) break;
        this.#say(
          `${name}: attempt ${event.attempt} failed (${event.failure.class}: ${event.failure.message}), tries again`,
        );
        break;
      case "node.failed":
        if (!this.#mayTell(node)) break;
        this.#say(
          `${name}: failed, ${event.failure.class}: ${event.failure.message} (${
            adviceFor(event.failure.class)
          })`,
        );
        break;
      case "node.skipped":
        if (!isFan || event.item === undefined) this.#say(`${name}: skipped, ${event.reason}`);
        break;
      case "node.waiting":
        this.#say(`${name}: waits for ${waitText(event.for)}`);
    }
    if (this.#fans.has(node) && isSettled(node)) {
      this.#fans.delete(node);
      this.#say(`${label(node.scope, node.node)}: ${countsText(node)}, ${spanText(node)}`);
    }
  }

  #mayTell(node: NodeAccount): boolean {
    if (!node.isFan) return true;
    const told = this.#itemLines.get(node) ?? 0;
    this.#itemLines.set(node, told + 1);
    return told < ITEM_LINES;
  }

  #plan(): void {
    this.#stopCounts = this.#clock.schedule(COUNTS_EVERY_MS, () => {
      for (const [node, before] of this.#fans) {
        const done = doneOf(node);
        if (done === before) continue;
        this.#fans.set(node, done);
        this.#say(`${label(node.scope, node.node)}: ${countsText(node)}, ${node.counts.running} running`);
      }
      this.#plan();
    });
  }

  #say(text: string): void {
    this.#lines.write(`${truncate(cleanLine(text), LONGEST_LINE)}\n`, true);
  }
}

/** `scope/node[item]`. */
export function label(scope: string | undefined, node: string, item?: number): string {
  return `${scope === undefined ? "" : `${scope}/`}${node}${item === undefined ? "" : `[${item}]`}`;
}

/** What a waiting node waits for, in words. */
export function waitText(waits: Extract<LoggedEvent, { type: "node.waiting" }>["for"]): string {
  switch (waits.kind) {
    case "approval":
    case "failure":
      return `an answer: ${waits.question}`;
    case "signal":
      return `the signal "${waits.signal}"`;
    case "time":
      return `the time ${new Date(waits.untilMs).toISOString()}`;
  }
}

function doneOf(node: NodeAccount): number {
  return node.counts.completed + node.counts.failed + node.counts.skipped;
}

function countsText(node: NodeAccount): string {
  const parts = [`${doneOf(node)}/${node.count ?? node.items.size} done`];
  if (node.counts.failed > 0) parts.push(`${node.counts.failed} failed`);
  if (node.counts.skipped > 0) parts.push(`${node.counts.skipped} skipped`);
  return parts.join(", ");
}

function spanText(node: NodeAccount): string {
  return node.startedAt === undefined || node.endedAt === undefined
    ? "at once"
    : `in ${duration(node.endedAt - node.startedAt)}`;
}
