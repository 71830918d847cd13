import assert from "node:assert/strict";
import fc from "fast-check";
import { liveLines } from "../../cli/live_lines.ts";
import { displayWidth } from "../../cli/text.ts";
import type { NodeProgress, Progress } from "../../core/orchestration/run_handle.ts";
import { nodeId } from "../../core/ids.ts";

const states = [
  "pending",
  "queued",
  "running",
  "retrying",
  "waiting",
  "completed",
  "failed",
  "skipped",
] as const;
const plain = { columns: 80, rows: 20, style: (_colour: string, text: string) => text, frame: 0 };

function node(title: string, part: Partial<NodeProgress> = {}): NodeProgress {
  const rest = { done: 0, total: 1, running: 0, failed: 0, note: "" };
  return { node: nodeId("n"), title, state: "pending", ...rest, ...part };
}

function progress(nodes: readonly NodeProgress[], part: Partial<Progress> = {}): Progress {
  return { state: "running", nodes, elapsedMs: 4200, etaMs: 61_000, ...part };
}

Deno.test("liveLines() shows state, counts, running, elapsed and what is left", () => {
  const lines = liveLines(
    "Review",
    progress([
      node("Scan", { state: "completed", done: 1 }),
      node("Measure", { state: "running", done: 40, total: 120, running: 4, failed: 1, note: "src/a.ts" }),
    ]),
    plain,
  );
  assert.deepEqual(lines, [
    " ✓ Scan",
    " ◐ Measure   40/120, 4 running, 1 failed, src/a.ts",
    "Review: running · 41/121 done · 4 running · 4.2 s · about 1 min 01 s left",
  ]);
});

Deno.test("liveLines() shows failed, waiting and running nodes first where there is no room for all", () => {
  const nodes = Array.from({ length: 50 }, (_, at) => node(`node ${at}`));
  const busy = nodes.with(40, node("busy", { state: "running" })).with(45, node("bad", { state: "failed" }));
  const lines = liveLines("Big", progress(busy), { ...plain, rows: 6 });
  assert.ok(lines.length <= 6);
  assert.ok(lines.some((line) => line.includes("busy")) && lines.some((line) => line.includes("bad")));
  assert.ok(lines.some((line) => /and 47 more/.test(line)), lines.join("\n"));
});

Deno.test("liveLines() is never wider or higher than its canvas and holds no control characters, whatever nodes say", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "日", "\x1b[2J", "\n", "👩‍👩‍👧", " ", "\r") });
  const count = fc.integer({ min: 0, max: 5000 });
  const anyNode = fc.record({
    title: text,
    note: text,
    state: fc.constantFrom(...states),
    done: count,
    total: count,
    running: count,
    failed: count,
  });
  fc.assert(
    fc.property(
      fc.array(anyNode, { maxLength: 30 }),
      fc.integer({ min: 20, max: 120 }),
      fc.integer({ min: 4, max: 40 }),
      (nodes, columns, rows) => {
        const made = nodes.map(({ title, ...rest }) => node(title, rest));
        const lines = liveLines("日本 title", progress(made), { ...plain, columns, rows });
        assert.ok(lines.length <= rows, `${lines.length} lines in ${rows} rows`);
        for (const line of lines) {
          assert.ok(displayWidth(line) < columns, line);
          assert.ok(!/\p{Control}/u.test(line));
        }
      },
    ),
  );
});
