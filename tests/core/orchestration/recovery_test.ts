import assert from "node:assert/strict";
import fc from "fast-check";
import { RecoveryPolicy } from "../../../conductor/recovery/mod.ts";
import { SimpleConductor } from "../../../conductor/simple_conductor.ts";
import { extensionId, nodeTypeId } from "../../../core/ids.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { RunEvent } from "../../../core/orchestration/event.ts";
import { RunAttempts } from "../../../core/orchestration/run_attempts.ts";
import type { RunHandle, RunOutcome } from "../../../core/orchestration/run_handle.ts";
import { Runner } from "../../../core/orchestration/runner.ts";
import { failureClasses } from "../../../core/policy/failure.ts";
import type { Recovery, RecoveryAction } from "../../../core/policy/recovery.ts";
import type { CallResult } from "../../../core/ports/extension.ts";
import type { AttemptResult, FailedAttempt, Hedge, RecoveryPort } from "../../../core/ports/recovery.ts";
import type { TaskType } from "../../../core/workflow/catalog.ts";
import { type Spent, spentOf } from "../../../core/policy/spent.ts";
import { spentBy } from "../../../core/orchestration/spent_by.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import type { OpenPit } from "../../../pit/open_pit.ts";
import { SystemClock } from "../../../system/clock.ts";
import { SystemRandom } from "../../../system/random.ts";
import { pitOver, workflowText } from "./run_rig.ts";
import { gives, TableExtensions, type TableOperator } from "./table_extensions.ts";

const task: TaskType = {
  type: nodeTypeId("instrument/write"),
  extension: extensionId("tests/table"),
  title: "Write",
  description: "",
  system: "",
  prompt: "Write about {{about}}",
  input: { type: "object", properties: { about: { type: "string" } } },
  output: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
};

/** Answers each failure with the next of `actions`, naming the last or the named instrument. */
class Scripted implements RecoveryPort {
  readonly seen: FailedAttempt[] = [];
  readonly results: AttemptResult[] = [];
  readonly #actions: RecoveryAction[];
  readonly #hedge: Hedge | undefined;
  made = 0;

  constructor(actions: readonly RecoveryAction[], hedge?: Hedge) {
    this.#actions = [...actions];
    this.#hedge = hedge;
  }

  recover(failed: FailedAttempt): Recovery {
    this.seen.push(failed);
    const action = this.#actions.shift() ?? "give-up";
    const instrument = action === "escalate" ? failed.options.at(-1)?.instrument : failed.instrument;
    return { action, reason: "the script says so", ...(instrument === undefined ? {} : { instrument }) };
  }

  attempted(result: AttemptResult): void {
    this.results.push(result);
  }

  hedge(): Hedge | undefined {
    return this.#hedge;
  }

  hedged(): void {
    this.made += 1;
  }
}

function instrument(run: TableOperator["run"]): TableOperator {
  return { instrument: { serves: ["write"], priceIn: 0, priceOut: 0 }, run };
}

function fails(kind: (typeof failureClasses)[number]): () => CallResult {
  return () => ({ ok: false, failure: { class: kind, message: `${kind} here` } });
}

interface Ran {
  readonly outcome: RunOutcome;
  readonly events: readonly RunEvent[];
}

async function run(
  extensions: TableExtensions,
  recovery: RecoveryPort,
  { node = {}, rest = {}, text: whole, pit = pitOver(extensions), mayAsk = false, during }: {
    readonly node?: JsonObject;
    readonly rest?: JsonObject;
    /** Instead of the one node. */
    readonly text?: string;
    readonly pit?: OpenPit;
    readonly mayAsk?: boolean;
    readonly during?: (handle: RunHandle, event: RunEvent) => void;
  } = {},
): Promise<Ran> {
  const text = whole ?? workflowText({
    write: {
      use: "instrument/write",
      with: { about: "x" },
      retry: { max: 3, initial: "1ms", jitter: 0 },
      ...node,
    },
  }, { outputs: { text: "write.text" }, ...rest });
  const { definition, problems } = checkWorkflow(text, "test.workflow.jsonc", await extensions.describe());
  assert.ok(definition !== undefined, JSON.stringify(problems));
  const services = {
    pit,
    control: pit.control,
    extensions,
    conductor: new SimpleConductor(),
    clock: new SystemClock(),
    random: new SystemRandom(),
    recovery,
    mayAsk,
  };
  const runner = new Runner(services, () => extensions.describe());
  const events: RunEvent[] = [];
  const started: RunHandle[] = [];
  const handle = await runner.start({ definition, inputs: {}, workspace: "/", mayWrite: false }, (live) => {
    if (!live.durable) return;
    events.push(live.event);
    if (started[0] !== undefined) during?.(started[0], live.event);
  });
  started.push(handle);
  return { outcome: await handle.done, events };
}

function asked(extensions: TableExtensions): string[] {
  return extensions.calls.map(({ nodeType }) => nodeType);
}

Deno.test("Runner goes elsewhere where the Conductor says so, also after what the same again cannot help", async () => {
  const extensions = new TableExtensions({
    "test/a": instrument(fails("refusal")),
    "test/b": instrument(fails("context-length")),
    "test/c": instrument(() => gives({ text: "done" })),
  }, [task]);
  const recovery = new Scripted(["fall-back", "escalate"]);
  const { outcome, events } = await run(extensions, recovery);
  assert.equal(outcome.state, "completed");
  assert.deepEqual(asked(extensions), ["test/a", "test/b", "test/c"]);
  const recoveries = events.flatMap((event) => (event.type === "node.retrying" ? [event.recovery] : []));
  assert.deepEqual(recoveries.map((one) => one?.action), ["fall-back", "escalate"]);
  assert.deepEqual(recovery.seen.map(({ tried }) => tried.length), [1, 2]);
  assert.deepEqual(recovery.results.map(({ failure }) => failure), ["refusal", "context-length", undefined]);
  assert.equal(recovery.results[1]?.after?.recovery.action, "fall-back");
  assert.equal(recovery.results[1]?.after?.failure, "refusal");
});

Deno.test("Runner tells an instrument what was wrong when its answer is to be corrected", async () => {
  let calls = 0;
  const extensions = new TableExtensions({
    "test/a": instrument(() => (++calls === 1 ? gives({ wrong: true }) : gives({ text: "done" }))),
    "test/b": instrument(() => gives({ text: "not asked" })),
  }, [task]);
  const { outcome } = await run(extensions, new Scripted(["correct"]));
  assert.equal(outcome.state, "completed");
  assert.deepEqual(asked(extensions), ["test/a", "test/a"]);
  assert.equal(extensions.calls[0]?.task?.prompt, "Write about x");
  assert.match(
    extensions.calls[1]?.task?.prompt ?? "",
    /not accepted: Output of instrument\/write does not fit its schema/,
  );
});

Deno.test("Runner gives up at once where the Conductor does, and says why", async () => {
  const extensions = new TableExtensions({ "test/a": instrument(fails("connection")) }, [task]);
  const { outcome, events } = await run(extensions, new Scripted(["give-up"]));
  assert.equal(outcome.state, "failed");
  assert.equal(asked(extensions).length, 1);
  const failed = events.find((event) => event.type === "node.failed");
  assert.ok(failed?.type === "node.failed" && failed.recovery?.reason === "the script says so");
});

Deno.test("Runner never attempts a node more often than its policy allows, whatever the Conductor says", async () => {
  const all: RecoveryAction[] = ["retry", "correct", "fall-back", "escalate"];
  const property = fc.asyncProperty(
    fc.array(fc.constantFrom(...all), { minLength: 12, maxLength: 12 }),
    fc.constantFrom(...failureClasses.filter((one) => one !== "cancelled")),
    fc.integer({ min: 0, max: 4 }),
    async (actions, kind, max) => {
      const extensions = new TableExtensions({
        "test/a": instrument(fails(kind)),
        "test/b": instrument(fails(kind)),
      }, [task]);
      const { outcome } = await run(extensions, new Scripted(actions), {
        node: { retry: { max, initial: "0s", jitter: 0 } },
      });
      assert.equal(outcome.state, "failed");
      assert.ok(asked(extensions).length <= max + 1, `${asked(extensions).length} attempts of ${max + 1}`);
    },
  );
  await fc.assert(property, { seed: 3, numRuns: 40 });
});

Deno.test("Runner, over the learned policy, keeps to the attempts and never asks what is masked", async () => {
  const property = fc.asyncProperty(
    fc.array(fc.constantFrom(...failureClasses.filter((one) => one !== "cancelled")), {
      minLength: 3,
      maxLength: 3,
    }),
    fc.nat(100),
    async (kinds, seed) => {
      const extensions = new TableExtensions(
        Object.fromEntries(kinds.map((kind, at) => [`test/i${at}`, instrument(fails(kind))])),
        [task],
      );
      await run(extensions, new RecoveryPolicy(seed), {
        node: { retry: { max: 2, initial: "0s", jitter: 0 } },
      });
      assert.ok(asked(extensions).length <= 3);
    },
  );
  await fc.assert(property, { seed: 8, numRuns: 40 });
});

Deno.test("Runner waits for a person where the Conductor asks, and tries again when told to", async () => {
  let calls = 0;
  const extensions = new TableExtensions({
    "test/a": instrument(() => (++calls === 1 ? fails("credit")() : gives({ text: "paid" }))),
  }, [task]);
  const recovery = new Scripted(["ask"]);
  const seen: RunEvent[] = [];
  let isTaken = false;
  const { outcome } = await run(extensions, recovery, {
    mayAsk: true,
    during(handle, event) {
      seen.push(event);
      if (event.type !== "node.waiting") return;
      const input = { approved: true, value: null, by: "test" };
      isTaken = handle.command({ type: "provide-input", node: event.node, input }).ok;
    },
  });
  // Where the run came to rest before the answer, it only waits.
  assert.equal(outcome.state, isTaken ? "completed" : "waiting-for-input");
  const waiting = seen.find((event) => event.type === "node.waiting");
  assert.ok(waiting?.type === "node.waiting" && waiting.for.kind === "failure");
  assert.match(waiting.for.question, /credit here/);
});

Deno.test("Runner fails the node where the person says no", async () => {
  const extensions = new TableExtensions({
    "test/a": instrument(fails("credit")),
    "test/slow": { run: () => new Promise((resolve) => setTimeout(() => resolve(gives({})), 50)) },
  }, [task]);
  const text = workflowText({
    write: { use: "instrument/write", with: { about: "x" } },
    busy: { use: "test/slow" },
  });
  const { definition } = checkWorkflow(text, "t", await extensions.describe());
  assert.ok(definition !== undefined);
  const pit = pitOver(extensions);
  const services = {
    pit,
    control: pit.control,
    extensions,
    conductor: new SimpleConductor(),
    clock: new SystemClock(),
    random: new SystemRandom(),
    recovery: new Scripted(["ask"]),
    mayAsk: true,
  };
  const runner = new Runner(services, () => extensions.describe());
  const started: RunHandle[] = [];
  const handle = await runner.start({ definition, inputs: {}, workspace: "/", mayWrite: false }, (live) => {
    if (!live.durable || live.event.type !== "node.waiting") return;
    const input = { approved: false, value: null, by: "test" };
    started[0]?.command({ type: "provide-input", node: live.event.node, input });
  });
  started.push(handle);
  const { state, failure } = await handle.done;
  assert.equal(state, "failed");
  assert.equal(failure?.class, "credit");
});

Deno.test("Runner takes the second instrument's answer where the first is late, and breaks the first off", async () => {
  let brokenOff = false;
  const extensions = new TableExtensions({
    "test/a": instrument((_, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          brokenOff = true;
          resolve({ ok: false, failure: { class: "cancelled", message: "broken off" } });
        });
      })
    ),
    "test/b": instrument(() => gives({ text: "second" })),
  }, [task]);
  const recovery = new Scripted([], { instrument: nodeTypeId("test/b"), afterMs: 5 });
  const { outcome, events } = await run(extensions, recovery);
  assert.deepEqual(outcome.outputs, { text: "second" });
  assert.ok(brokenOff);
  assert.equal(recovery.made, 1);
  const completed = events.find((event) => event.type === "node.completed");
  assert.ok(completed?.type === "node.completed" && completed.instrument === "test/b");
  assert.equal(recovery.results.at(-1)?.instrument, "test/b");
});

Deno.test("Runner keeps the first answer where it comes before the second, and waits for the second where it fails", async () => {
  const after = (ms: number, result: CallResult) => () =>
    new Promise<CallResult>((resolve) => setTimeout(() => resolve(result), ms));
  const hedge = { instrument: nodeTypeId("test/b"), afterMs: 5 };
  const quick = new TableExtensions({
    "test/a": instrument(after(15, gives({ text: "first" }))),
    "test/b": instrument(after(200, gives({ text: "second" }))),
  }, [task]);
  assert.deepEqual((await run(quick, new Scripted([], hedge))).outcome.outputs, { text: "first" });
  const failing = new TableExtensions({
    "test/a": instrument(after(15, { ok: false, failure: { class: "crash", message: "ended" } })),
    "test/b": instrument(after(40, gives({ text: "second" }))),
  }, [task]);
  assert.deepEqual((await run(failing, new Scripted([], hedge))).outcome.outputs, { text: "second" });
  // Nobody's spending is lost with the answer that does not count.
  const paid = (first: CallResult, second: CallResult) =>
    new TableExtensions({
      "test/a": instrument(after(15, first)),
      "test/b": instrument(after(40, second)),
    }, [task]);
  const failed = (spent: Spent): CallResult => ({
    ok: false,
    failure: { class: "output", message: "no", ...spent },
  });
  const spentIn = async (first: CallResult, second: CallResult) => {
    const { events } = await run(paid(first, second), new Scripted([], hedge), { node: { retry: 0 } });
    return events.flatMap((event) => spentBy(event) ?? []).map(spentOf);
  };
  const [one, two] = [{ tokensIn: 10, costUsd: 1 }, { tokensIn: 5, tokensOut: 2, costUsd: 2 }];
  const both = { tokensIn: 15, tokensOut: 2, costUsd: 3 };
  assert.deepEqual(await spentIn(failed(one), failed(two)), [both]);
  const answered: CallResult = { ok: true, output: { text: "second" }, usage: two };
  assert.deepEqual(await spentIn(failed(one), answered), [both]);
  // What the first took of the budget it does not say: nobody else may have it.
  const silent = new TableExtensions({
    "test/a": instrument(after(60, gives({ text: "first" }))),
    "test/b": instrument(after(5, failed({ tokensIn: 5, tokensOut: 2 }))),
  }, [task]);
  const next = { use: "instrument/write", in: { about: "write.text" } };
  const limited = workflowText({ write: { use: "instrument/write", with: { about: "x" } }, next }, {
    budget: { tokens: 1_000 },
  });
  const { outcome } = await run(silent, new Scripted([], hedge), { text: limited });
  assert.equal(outcome.state, "paused");
});

Deno.test("RunAttempts says after a restart what it said before", () => {
  const at = 1;
  const failure = { class: "crash", message: "gone" } as const;
  const node = "write" as never;
  const recovery = { action: "fall-back", reason: "so" } as const;
  const events: RunEvent[] = [
    { type: "node.started", at, node, attempt: 1, instrument: nodeTypeId("test/a") },
    { type: "node.retrying", at, node, attempt: 1, failure, dueAt: 2, recovery },
    { type: "node.started", at, node, attempt: 2, instrument: nodeTypeId("test/b") },
  ];
  const live = new RunAttempts();
  events.forEach((event, count) => {
    live.observe(event);
    const restored = new RunAttempts();
    restored.import(JSON.parse(JSON.stringify(live.export() ?? null)) ?? undefined);
    assert.deepEqual(restored.of("write", -1), live.of("write", -1), `after ${count + 1} events`);
  });
  live.observe({ type: "node.retrying", at, node, attempt: 2, failure, dueAt: 3 });
  assert.deepEqual(live.of("write", -1).tried, ["test/a", "test/b"]);
  live.observe({ type: "node.completed", at, node, attempt: 3, output: { value: 1 }, durationMs: 1 });
  assert.deepEqual(live.of("write", -1).tried, []);
  assert.equal(live.export(), undefined);
});
