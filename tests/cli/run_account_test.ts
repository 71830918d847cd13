import assert from "node:assert/strict";
import fc from "fast-check";
import { isSettled, type ItemState, nodeState, RunAccount } from "../../core/orchestration/run_account.ts";
import { troubleLines } from "../../cli/trouble_text.ts";
import { nodeId } from "../../core/ids.ts";
import type { RunEvent } from "../../core/orchestration/event.ts";

const node = nodeId("n");
const failure = { class: "thrown", message: "no", tokensIn: 3, tokensOut: 2, costUsd: 0.5 } as const;

function account(events: readonly RunEvent[]): RunAccount {
  const made = new RunAccount();
  events.forEach((event, seq) => made.add({ ...event, seq }));
  return made;
}

/** The event that brings item `item` of a node into `state`. */
function into(state: ItemState, item: number | undefined): RunEvent {
  const where = { at: 1, node, ...item === undefined ? {} : { item } };
  switch (state) {
    case "running":
      return { ...where, type: "node.started", attempt: 1 };
    case "retrying":
      return { ...where, type: "node.retrying", attempt: 1, failure, dueAt: 2 };
    case "waiting":
      return { ...where, type: "node.waiting", for: { kind: "signal", signal: "s" } };
    case "completed":
      return { ...where, type: "node.completed", attempt: 1, output: { value: {} }, durationMs: 1 };
    case "failed":
      return { ...where, type: "node.failed", attempt: 1, failure };
    case "skipped":
      return { ...where, type: "node.skipped", reason: "why not" };
  }
}

const states = ["running", "retrying", "waiting", "completed", "failed", "skipped"] as const;

Deno.test("RunAccount counts every item in the last state it was said to be in, whatever the order of events", () => {
  const step = fc.record({ item: fc.integer({ min: 0, max: 5 }), state: fc.constantFrom(...states) });
  fc.assert(fc.property(fc.array(step), (steps) => {
    const expanded: RunEvent = { at: 0, type: "node.expanded", node, count: 6, items: { value: [] } };
    const made = account([expanded, ...steps.map(({ item, state }) => into(state, item))]);
    const last = new Map(steps.map(({ item, state }) => [item, state]));
    const counts = { running: 0, retrying: 0, waiting: 0, completed: 0, failed: 0, skipped: 0 };
    for (const state of last.values()) counts[state]++;
    const [found] = made.nodes.values();
    assert.ok(found !== undefined);
    assert.deepEqual(found.counts, counts);
    assert.equal(isSettled(found), counts.completed + counts.failed + counts.skipped === 6);
    assert.equal(made.waiting.length, counts.waiting);
  }));
});

Deno.test("RunAccount takes a fan-out's end as a whole from its own event, also without a count", () => {
  const made = account([into("skipped", 0), into("completed", 1), into("completed", undefined)]);
  const [found] = made.nodes.values();
  assert.ok(found !== undefined);
  assert.deepEqual([found.items.size, nodeState(found), found.counts.completed], [2, "completed", 1]);
});

Deno.test("RunAccount ignores an event that it has seen", () => {
  const made = new RunAccount();
  const event = { ...into("failed", undefined), seq: 0 };
  made.add(event);
  assert.equal(made.add(event), undefined);
  assert.equal([...made.nodes.values()][0]?.counts.failed, 1);
});

Deno.test("RunAccount counts what failed attempts took, once each, and does not undo it in a reset", () => {
  const again: RunEvent = {
    at: 1,
    node,
    type: "node.waiting",
    for: { kind: "failure", question: "?", failure },
  };
  const expanded: RunEvent = { at: 0, type: "node.expanded", node, count: 2, items: { value: [] } };
  const spent = (events: readonly RunEvent[]) =>
    [...account(events).nodes.values()].map((
      { tokensIn, tokensOut, costUsd },
    ) => [tokensIn, tokensOut, costUsd]);
  const reset: RunEvent = { at: 2, type: "nodes.reset", nodes: [node] };
  assert.deepEqual(spent([into("retrying", undefined), into("failed", undefined), reset]), [[6, 4, 1]]);
  assert.deepEqual(spent([again, into("completed", undefined)]), [[3, 2, 0.5]]);
  // Older logs repeat an item's failure, cost and all, for the fan-out as a whole.
  assert.deepEqual(spent([expanded, into("failed", 0), into("failed", undefined)]), [[3, 2, 0.5]]);
});

Deno.test("RunAccount forgets what a reset node did and what it waited for", () => {
  const made = account([into("waiting", undefined), { at: 2, type: "nodes.reset", nodes: [node] }]);
  assert.deepEqual(made.waiting, []);
  assert.deepEqual([...made.nodes.values()].map((one) => nodeState(one)), ["pending"]);
});

Deno.test("troubleLines() tells nodes of one reason on one line and counts failures beyond the kept ones", () => {
  const events = Array.from({ length: 9 }, (_, item) => into("failed", item));
  const skipped = ["a", "b"].map((name): RunEvent => ({
    at: 3,
    type: "node.skipped",
    node: nodeId(name),
    reason: "no instrument",
    failure: { class: "unavailable", message: "no instrument" },
  }));
  const made = account([
    { at: 0, type: "node.expanded", node, count: 9, items: { value: [] } },
    ...events,
    ...skipped,
  ]);
  const lines = troubleLines(made, undefined);
  assert.equal(lines[0], "a, b: skipped, no instrument (unavailable)");
  assert.match(lines[1] ?? "", /^n\[0\], n\[1\], n\[2\], n\[3\], n\[4\]: failed, thrown: no — /);
  assert.equal(lines[2], "… and 4 more failed");
});
