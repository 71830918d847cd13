import assert from "node:assert/strict";
import fc from "fast-check";
import { extensionId, nodeTypeId, type RunId } from "../../../core/ids.ts";
import { forecastOf, shortfalls } from "../../../core/orchestration/run_forecast.ts";
import type { CallRequest } from "../../../core/ports/extension.ts";
import type { RunSummary } from "../../../core/ports/dag.ts";
import type { TaskType } from "../../../core/workflow/catalog.ts";
import { pitOver, runnerOver, runToEnd, workflowText } from "./run_rig.ts";
import { gives, TableExtensions } from "./table_extensions.ts";

const task: TaskType = {
  type: nodeTypeId("instrument/write"),
  extension: extensionId("tests/table"),
  title: "Write",
  description: "",
  system: "",
  prompt: "{{about}}",
  input: { type: "object", properties: { about: { type: "string" } } },
  output: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
};

/** An instrument that takes so much of what it may; what was taken. */
function writer(share: number) {
  const taken = { usd: 0, tokens: 0, calls: 0 };
  const extensions = new TableExtensions({
    "test/arm": {
      instrument: { serves: ["write"], priceIn: 10, priceOut: 30 },
      run: ({ maxUsd = 0, maxTokensInAll = 0 }: CallRequest) => {
        const [costUsd, tokensIn] = [maxUsd * share, Math.floor(maxTokensInAll * share)];
        taken.usd += costUsd;
        taken.tokens += tokensIn;
        taken.calls++;
        return { ok: true, output: { text: "ok" }, usage: { costUsd, tokensIn, tokensOut: 0 } };
      },
    },
    "test/slow": {
      run: async ({ input }, { signal }) => {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Number(input["ms"]));
          signal.addEventListener("abort", () => (clearTimeout(timer), resolve()));
        });
        return gives({});
      },
    },
  }, [task]);
  return { taken, extensions };
}

const chain = (length: number) =>
  Object.fromEntries(Array.from({ length }, (_, at) => [`n${at}`, {
    use: "instrument/write",
    with: { about: "tea" },
    ...(at === 0 ? {} : { after: `n${at - 1}` }),
  }]));

Deno.test("Runner pauses before an essential node that the budget does not pay for, and goes on where a person raises it", async () => {
  const { taken, extensions } = writer(1);
  const pit = pitOver(extensions);
  const { outcome, events } = await runToEnd(workflowText(chain(12), { budget: { usd: 0.03 } }), extensions, {
    pit,
  });
  assert.equal(outcome.state, "paused");
  assert.ok(taken.usd <= 0.03 + 1e-9, `spent ${taken.usd}`);
  const paused = events.find((event) => event.type === "run.paused");
  assert.match(
    paused?.type === "run.paused" ? paused.reason : "",
    /^The run's budget is spent: .* for write$/,
  );

  const again = await (await runnerOver(extensions, pit).resume(outcome.run, () => {})).done;
  assert.equal(again.state, "paused", "without more it pauses again");
  const calls = taken.calls;
  const raised = await runnerOver(extensions, pit).resume(outcome.run, () => {}, { budget: { usd: 20 } });
  assert.equal((await raised.done).state, "completed");
  assert.ok(taken.calls > calls && taken.usd > 0.03 && taken.usd <= 20);
});

Deno.test("Runner never takes more tokens than the budget, whatever part of its bound each call takes", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 40_000 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 12 }),
      async (tokens, share, items) => {
        const { taken, extensions } = writer(share);
        const text = workflowText({
          write: {
            use: "instrument/write",
            each: JSON.stringify(Array.from({ length: items }, (_, at) => at)),
            with: { about: "tea" },
          },
        }, { budget: { tokens } });
        const { outcome } = await runToEnd(text, extensions);
        assert.ok(taken.tokens <= tokens, `took ${taken.tokens} of ${tokens}`);
        assert.ok(outcome.state === "completed" || outcome.state === "paused", outcome.state);
        if (tokens < 400) assert.equal(outcome.state, "paused");
      },
    ),
    { seed: 5, numRuns: 100 },
  );
});

Deno.test("Runner pauses when the time that a run may be carried out is over, and counts no time of a pause", async () => {
  const { extensions } = writer(1);
  const pit = pitOver(extensions);
  const text = workflowText(
    {
      one: { use: "test/slow", with: { ms: 1 } },
      two: { use: "test/slow", with: { ms: 100_000 }, after: "one" },
    },
    { budget: { time: "300ms" } },
  );
  const { outcome } = await runToEnd(text, extensions, { pit });
  assert.equal(outcome.state, "paused");
  let spent: RunSummary["spent"];
  for await (const summary of pit.dag.list()) spent = summary.spent;
  assert.ok(spent !== undefined && spent.activeMs >= 300, JSON.stringify(spent));
  await new Promise((resolve) => setTimeout(resolve, 60));
  let reason = "";
  const again = await runnerOver(extensions, pit).resume(outcome.run, (live) => {
    if (live.durable && live.event.type === "run.paused") reason = live.event.reason;
  });
  assert.equal((await again.done).state, "paused");
  assert.match(reason, /budget of time, 0\.3 s, is spent/);
});

function summary(usd: number, more: Partial<RunSummary> = {}): RunSummary {
  const spent = { usd, tokens: usd * 1000, activeMs: 10 };
  return { run: "r" as RunId, workflow: "w", state: "completed", startedAt: 0, spent, ...more };
}

async function* listed(summaries: readonly RunSummary[]) {
  for (const one of summaries) yield await Promise.resolve(one);
}

Deno.test("forecastOf() gives median and ninth decile of the workflow's own completed runs, and tells where a budget is short", async () => {
  const runs = [
    ...Array.from({ length: 10 }, (_, at) => summary(at + 1)),
    summary(1000, { workflow: "other" }),
    summary(1000, { state: "failed" }),
  ];
  const forecast = await forecastOf(listed(runs), "w");
  assert.deepEqual(forecast?.usd, { p50: 5, p90: 9 });
  assert.deepEqual(forecast?.tokens, { p50: 5000, p90: 9000 });
  assert.equal(forecast?.runs, 10);
  assert.ok(forecast !== undefined);
  assert.deepEqual(shortfalls(forecast, { usd: 8, tokens: 9000 }), [{ of: "usd", expected: 9, budget: 8 }]);
  assert.equal(await forecastOf(listed([]), "w"), undefined);
  const { spent: _, ...old } = summary(1);
  assert.equal(await forecastOf(listed([old]), "w"), undefined, "of older programs nothing is known");
});
