/**
 * What must hold of any run's log, read as a log alone.
 *
 * @module
 */

import { ok, strictEqual } from "node:assert/strict";
import type { NodeId } from "../../core/ids.ts";
import type { RunEvent } from "../../core/orchestration/event.ts";
import type { Plan } from "../../core/workflow/plan.ts";

type NodeStep = Extract<RunEvent, { readonly type: `node.${string}` }>;

const before: Readonly<Record<NodeStep["type"], readonly string[]>> = {
  "node.expanded": ["", "node.retrying", "node.started"],
  "node.started": ["", "node.retrying", "node.started"],
  "node.iterated": ["node.started", "node.iterated"],
  "node.waiting": ["", "node.started", "node.retrying"],
  "node.completed": ["node.started", "node.waiting", "node.iterated", "node.expanded"],
  "node.retrying": ["node.started", "node.iterated"],
  "node.failed": ["", "node.started", "node.iterated", "node.expanded", "node.retrying"],
  "node.skipped": ["", "node.started", "node.waiting", "node.retrying", "node.failed", "node.expanded"],
};

/**
 * Each unit's events follow each other lawfully; a result comes once, under a number of its own; attempts count
 * up by one while the list is the same; nothing happens after an end except its re-opening.
 */
export function checkLog(plan: Plan, events: readonly RunEvent[]): void {
  const last = new Map<string, string>();
  const attempts = new Map<string, number>();
  const results = new Set<string>();
  let ended = false;
  for (const [i, event] of events.entries()) {
    const isReopening = event.type === "nodes.reset" || event.type === "run.resumed" ||
      (event.type === "node.skipped" && events[i + 1]?.type === "run.resumed");
    ok(!ended || isReopening, `event ${i} (${event.type}) comes after the end`);
    if (event.type === "run.resumed") ended = false;
    if (event.type === "run.completed" || event.type === "run.failed" || event.type === "run.cancelled") {
      ended = true;
    }
    if (event.type === "nodes.reset") {
      for (const id of event.nodes) forget(last, id, event.items?.find(({ node }) => node === id)?.again);
    }
    // A list that is made anew has new items, which count from one.
    if (event.type === "node.expanded") {
      for (const id of membersOf(plan, event.node)) forgetItems({ last, attempts, results }, id);
    }
    if (isNodeStep(event)) checkStep(event, { last, attempts, results, place: `event ${i} (${event.type})` });
  }
}

function isNodeStep(event: RunEvent): event is NodeStep {
  return event.type.startsWith("node.");
}

/** A node, or an item of it, that runs again may do anything next; the items that a reset keeps may not. */
function forget(last: Map<string, string>, node: string, again: readonly number[] | undefined): void {
  const begun = again && new Set(again.map((item) => `${node}[${item}]`));
  for (const unit of last.keys()) {
    const isItem = unit.startsWith(`${node}[`);
    if (unit === node || (isItem && (begun === undefined || begun.has(unit)))) last.set(unit, "reset");
  }
}

function membersOf(plan: Plan, opener: NodeId): NodeId[] {
  return plan.nodes.filter(({ space }) => space === plan.indexOf.get(opener)).map(({ id }) => id);
}

/** What the log said so far of each unit. */
interface Seen {
  readonly last: Map<string, string>;
  readonly attempts: Map<string, number>;
  readonly results: Set<string>;
}

function forgetItems({ last, attempts, results }: Seen, node: string): void {
  for (const known of [last, attempts, results]) {
    for (const unit of known.keys()) if (unit.startsWith(`${node}[`)) known.delete(unit);
  }
}

function checkStep(event: NodeStep, seen: Seen & { readonly place: string }): void {
  const unit = event.item === undefined ? event.node : `${event.node}[${event.item}]`;
  const previous = seen.last.get(unit) ?? "";
  if (previous !== "reset") {
    // The members of a space have no event that opens them.
    const isWhole = event.item === undefined && previous === "" && event.type === "node.completed";
    ok(isWhole || before[event.type].includes(previous), `${seen.place} of ${unit} follows "${previous}"`);
  }
  if (event.type === "node.started") {
    strictEqual(event.attempt, (seen.attempts.get(unit) ?? 0) + 1, `${seen.place} of ${unit}: attempt`);
    seen.attempts.set(unit, event.attempt);
  }
  if (event.type === "node.completed" && event.item !== undefined) {
    const result = `${unit} ${event.attempt}`;
    ok(!seen.results.has(result), `${seen.place}: ${result} gave a result before`);
    seen.results.add(result);
  }
  seen.last.set(unit, event.type);
}
