/**
 * Hostile extensions inside a run of the real program: each of their nodes ends with a typed failure, the honest work
 * beside them goes on meanwhile, and the run ends by its rules.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type JsonEvent, jsonEvents, symphony } from "./symphony_process.ts";

const fixtures = new URL("../fixtures/extensions/", import.meta.url).pathname;

/**
 * What each habit must end as; those without `timeout` end by themselves. They share an extension, and so a process:
 * whoever is brought down takes its neighbours along, which is why most may also end as its victims. Each habit alone is
 * tried in tests/extensions/hostile_test.ts.
 */
const habits: readonly { readonly habit: string; readonly ends: RegExp; readonly timeout?: string }[] = [
  { habit: "loop", ends: /^(timeout|resource|crash)$/, timeout: "2500ms" },
  { habit: "microtasks", ends: /^(timeout|resource|crash)$/, timeout: "2500ms" },
  { habit: "heap", ends: /^(resource|crash)$/, timeout: "60s" },
  { habit: "off-heap", ends: /^(thrown|timeout|resource|crash)$/, timeout: "60s" },
  { habit: "flood", ends: /^(timeout|resource|crash)$/, timeout: "2500ms" },
  { habit: "console-flood", ends: /^(timeout|resource|crash)$/, timeout: "2500ms" },
  { habit: "self-close", ends: /^(timeout|resource|crash)$/, timeout: "2500ms" },
  { habit: "huge-output", ends: /^(thrown|output)$/, timeout: "60s" },
  { habit: "not-json", ends: /^output$/ },
  { habit: "throw-odd", ends: /^thrown$/ },
  { habit: "throw-later", ends: /^completed$/ },
];
/** Attempts that are refused inside; the node itself completes and says so. */
const forbidden = ["read", "write", "env", "eval", "fetch", "worker", "deno"];

/** What a hostile neighbour in the same process brought down is begun again elsewhere. */
const retry = { max: 5, initial: "50ms" };

const idOf = (habit: string) => `bad_${habit.replaceAll("-", "_")}`;

function hostileNode(habit: string, more: Readonly<Record<string, unknown>> = {}) {
  return { use: `hostile/${habit}`, importance: "recommended", ...more };
}

function workflow(nodes: Readonly<Record<string, unknown>>) {
  return {
    schema: 1,
    id: "among-enemies",
    concurrency: 8,
    nodes: {
      list: { use: "data/transform", with: { data: 0, expression: "[1..60]" } },
      honest: {
        use: "probe/work",
        each: "list.result",
        concurrency: 1,
        in: { value: "int(item)", name: "'honest-' + string(item)" },
        with: { ms: 60, traces: "traces" },
      },
      sum: { use: "data/transform", in: { data: "honest.value" }, with: { expression: "$sum($)" } },
      ...nodes,
    },
    outputs: { sum: "sum.result" },
  };
}

async function run(definition: unknown, ...more: readonly string[]) {
  const folder = await Deno.makeTempDir({ prefix: "symphony-enemies-" });
  try {
    await Deno.writeTextFile(`${folder}/among.workflow.jsonc`, JSON.stringify(definition));
    const grants = ["tests/probe:files:read", "tests/probe:files:write"].flatMap((
      grant,
    ) => ["--grant", grant]);
    const extensions = ["hostile", "probe"].flatMap((name) => ["--extensions", `${fixtures}${name}`]);
    const ended = await symphony(
      ["run", "among.workflow.jsonc", "--json", "--allow-write", ...grants, ...extensions, ...more],
      { cwd: folder, env: { SYMPHONY_DATA: `${folder}/data` } },
    );
    return { ...ended, events: jsonEvents(ended.out) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function endOf(events: readonly JsonEvent[], node: string): { readonly name: string; readonly at: number } {
  const ends = ["node.completed", "node.failed", "node.skipped"];
  const at = events.findIndex((event) => event.node === node && ends.includes(event.type));
  assert.ok(at >= 0, `${node} never ended`);
  const { type, failure } = events[at] as JsonEvent & { failure?: { class: string } };
  return { name: type === "node.completed" ? "completed" : failure?.class ?? type, at };
}

Deno.test("a run completes without the nodes of hostile extensions, whose failures are typed", async () => {
  const nodes = Object.fromEntries([
    ...habits.map(({ habit, timeout }) => {
      return [idOf(habit), hostileNode(habit, timeout === undefined ? { retry } : { timeout })];
    }),
    ...forbidden.map((habit) => [`try_${habit}`, hostileNode(habit, { retry })]),
  ]);
  const { code, events, err } = await run(workflow(nodes));
  const last = events.at(-1);
  assert.equal(code, 0, err);
  assert.equal(last?.type, "run.completed");
  assert.deepEqual(last?.["outputs"], { sum: honestSum(60) });
  for (const { habit, ends } of habits) {
    const node = idOf(habit);
    const end = endOf(events, node);
    assert.match(end.name, ends, `${habit}: ${JSON.stringify(events[end.at])}`);
    // Whoever held the core up would have held up what ran beside it.
    const began = events.findIndex((event) => event.node === node && event.type === "node.started");
    const beside = events.slice(began, end.at).filter(({ node, type }) =>
      node === "honest" && type === "node.completed"
    );
    if (end.name === "timeout") assert.ok(beside.length > 0, `nothing else went on beside ${habit}`);
  }
  for (const habit of forbidden) {
    const { at } = endOf(events, `try_${habit}`);
    const output = events[at]?.["output"] as { value?: { refused?: boolean } } | undefined;
    assert.equal(output?.value?.refused, true, `${habit}: ${JSON.stringify(events[at])}`);
  }
});

Deno.test("a run fails by the failure of an essential node of a hostile extension, and says which", async () => {
  const definition = workflow({ bad_loop: { use: "hostile/loop", timeout: "1s" } });
  const { code, events, err } = await run(definition);
  assert.equal(code, 1, err);
  const last = events.at(-1) as JsonEvent & { failure?: { class: string } };
  assert.equal(last.type, "run.failed");
  assert.equal(last.node, "bad_loop");
  assert.match(last.failure?.class ?? "", /^(timeout|resource)$/);
});

/** What probe/work gives for 1 … n, added up; see its fixture. */
function honestSum(n: number): number {
  return n * (n + 1) / 2 + n;
}
