/**
 * The bundled workflows that ask instruments, run many times in turn with three instruments of known worth behind real servers, the real runner and
 * the Conductor that learns. What it earned is held against what each instrument is known to be worth.
 *
 * @module
 */

import type { DecisionRecord } from "../../../conductor/decision.ts";
import { LearningConductor } from "../../../conductor/learning_conductor.ts";
import { joinLog } from "../../../conductor/learning/log_rows.ts";
import { MemoryDecisionLog } from "../../../conductor/learning/memory_log.ts";
import { MemoryPolicies } from "../../../conductor/learning/policy_store.ts";
import { SeededRandom } from "../../../conductor/random.ts";
import { SimpleConductor } from "../../../conductor/simple_conductor.ts";
import type { ClockPort } from "../../../core/ports/clock.ts";
import type {
  ConductorPort,
  Outcome,
  RoutingDecision,
  RoutingRequest,
} from "../../../core/ports/conductor.ts";
import { preferences, utility } from "../../../core/policy/preference.ts";
import { Runner } from "../../../core/orchestration/runner.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import { memoryPit } from "../../../pit/memory_pit.ts";
import { SystemClock } from "../../../system/clock.ts";
import { bundledExtensions, templateText } from "../../templates/template_run.ts";
import { ScriptedInstrument } from "./scripted_instrument.ts";

/** The templates with a task in them. */
export const workflows = ["code-review", "docs-outline", "changelog"] as const;
/** Quality of a bad answer by task: one of the three checks of a review is good, one of the two of a summary. */
const BAD_QUALITY: Readonly<Record<string, number>> = { review: 1 / 3, summarize: 1 / 2 };

export interface ProductTrial {
  readonly runs: number;
  readonly decisions: readonly DecisionRecord[];
  /** Expected reward lost by each decision against the best that was allowed. */
  readonly regrets: readonly number[];
  /** Instruments by name: calls, and the known expected reward. */
  readonly instruments: readonly { readonly name: string; readonly calls: number; readonly worth: number }[];
  readonly earned: Earned;
  /** Calls to the favourite after its server had failed, until it was left for good; undefined where none failed. */
  readonly callsUntilLeft: number | undefined;
  readonly favourite: string;
  /** Decisions before it failed. */
  readonly decidedBefore: number;
}

/** What the answers cost and were worth. */
export interface Earned {
  readonly usd: number;
  /** Answers that were accepted, and their mean quality. */
  readonly accepted: number;
  readonly quality: number;
}

export interface ProductTrialOptions {
  readonly runs: number;
  /** The run before which the favourite's server goes down; none where absent. */
  readonly failAt?: number;
  readonly workspace: string;
  readonly onProgress?: (line: string) => void;
}

/** Three instruments: dear and best, nearly as good at a fifth of the price, and cheap but poor. */
export function threeInstruments(): readonly ScriptedInstrument[] {
  return [
    new ScriptedInstrument({ name: "grand", good: 0.97, priceIn: 15, priceOut: 75, seed: 1 }),
    new ScriptedInstrument({ name: "fair", good: 0.95, priceIn: 3, priceOut: 15, seed: 2 }),
    new ScriptedInstrument({ name: "cheap", good: 0.55, priceIn: 0.15, priceOut: 0.6, seed: 3 }),
  ];
}

/** Runs `runs` workflows, one after the other, with the Conductor that learns. */
export async function productTrial(options: ProductTrialOptions): Promise<ProductTrial> {
  const instruments = threeInstruments();
  const log = new MemoryDecisionLog();
  const clock = new QuickClock();
  let failure: Failure | undefined;
  try {
    await using conductor = await LearningConductor.open({
      log,
      store: new MemoryPolicies(),
      clock,
      random: new SeededRandom(7),
      fallback: new SimpleConductor(),
    });
    await runAll(options, instruments, conductor, clock, (run) => {
      if (run !== options.failAt) return;
      const instrument = favouriteOf(instruments, log, 60);
      instrument.isDown = true;
      failure = { instrument, asked: instrument.asked, decided: decisionsOf(log).length };
      options.onProgress?.(`run ${run}: ${instrument.behaviour.name} answers nothing from now on`);
    });
  } finally {
    for (const instrument of instruments) await instrument[Symbol.asyncDispose]();
  }
  const { rows } = await joinLog(log);
  const outcomes = rows.flatMap(({ outcome }) => outcome ?? []);
  return {
    ...summary(rows.map(({ decision }) => decision), instruments, failure),
    runs: options.runs,
    earned: earnedBy(
      outcomes.map(({ usd, quality, failure }) => ({ usd, quality, isGood: failure === undefined })),
    ),
  };
}

/** The same runs with one instrument for everything, another only after it has failed: what one would do by hand. */
export async function alwaysTrial(options: ProductTrialOptions, name: string): Promise<Earned> {
  const instruments = threeInstruments();
  const conductor = new FixedConductor(`scripted/${name}`);
  try {
    await runAll(options, instruments, conductor, new QuickClock(), () => {});
  } finally {
    for (const instrument of instruments) await instrument[Symbol.asyncDispose]();
  }
  return earnedBy(conductor.outcomes.map(({ costUsd, quality, failure }) => ({
    usd: costUsd,
    quality,
    isGood: failure === undefined,
  })));
}

interface Failure {
  readonly instrument: ScriptedInstrument;
  readonly asked: number;
  readonly decided: number;
}

async function runAll(
  { runs, workspace, onProgress }: ProductTrialOptions,
  instruments: readonly ScriptedInstrument[],
  conductor: ConductorPort,
  clock: ClockPort,
  before: (run: number) => void,
): Promise<void> {
  const extensions = bundledExtensions(
    Object.fromEntries(instruments.map(({ behaviour, extension }) => [behaviour.name, extension])),
  );
  const catalog = await extensions.describe();
  const definitions = workflows.map((name) => {
    const { definition } = checkWorkflow(templateText(name), name, catalog);
    if (definition === undefined) throw new Error(`the template ${name} does not check`);
    return definition;
  });
  const pit = memoryPit({
    warm: (id) => extensions.activate(id),
    cool: (id) => extensions.deactivate(id),
    isAlive: (id) => extensions.isAlive(id),
  }, clock);
  const runner = new Runner(
    { pit, control: pit.control, extensions, conductor, clock, random: new SeededRandom(11) },
    () => extensions.describe(),
  );
  try {
    for (let run = 0; run < runs; run++) {
      before(run);
      const definition = definitions[run % definitions.length] as (typeof definitions)[number];
      const inputs = Object.fromEntries(
        [...definition.inputs].flatMap(([name, input]) =>
          input.default === undefined ? [] : [[name, input.default]]
        ),
      );
      const handle = await runner.start({ definition, inputs, workspace, mayWrite: false }, () => {});
      await handle.done;
      if (run % 50 === 49) onProgress?.(`run ${run + 1} of ${runs}`);
    }
  } finally {
    await extensions.close();
    await pit[Symbol.asyncDispose]();
  }
}

function earnedBy(
  outcomes: readonly { usd: number | undefined; quality: number | undefined; isGood: boolean }[],
): Earned {
  const accepted = outcomes.filter(({ isGood }) => isGood);
  return {
    usd: outcomes.reduce((sum, { usd }) => sum + (usd ?? 0), 0),
    accepted: accepted.length,
    quality: accepted.reduce((sum, { quality }) => sum + (quality ?? 1), 0) / Math.max(1, accepted.length),
  };
}

function summary(
  decisions: readonly DecisionRecord[],
  instruments: readonly ScriptedInstrument[],
  failure:
    | { readonly instrument: ScriptedInstrument; readonly asked: number; readonly decided: number }
    | undefined,
) {
  const regrets = decisions.map(({ actions, action, kind }, at) => {
    const value = (id: string) => {
      const isDown = failure !== undefined && at >= failure.decided && id === failure.instrument.type;
      const instrument = instruments.find(({ type }) => type === id);
      return isDown || instrument === undefined
        ? -preferences.balanced.perFailure
        : worthOf(instrument, kind);
    };
    return Math.max(...actions.map(value)) - value(actions[action] ?? "");
  });
  return {
    decisions,
    regrets,
    instruments: instruments.map((instrument) => ({
      name: instrument.behaviour.name,
      calls: instrument.asked,
      worth: worthOf(instrument, "review"),
    })),
    callsUntilLeft: failure === undefined ? undefined : failure.instrument.asked - failure.asked,
    favourite: failure?.instrument.behaviour.name ?? "",
    decidedBefore: failure?.decided ?? decisions.length,
  };
}

/** Expected reward of one call under the balanced preference; the milliseconds of a local server count nothing. */
function worthOf({ behaviour: { good }, usd }: ScriptedInstrument, task: string): number {
  return utility(preferences.balanced, good + (1 - good) * (BAD_QUALITY[task] ?? 0), usd, 0, 1 - good);
}

function favouriteOf(
  instruments: readonly ScriptedInstrument[],
  log: MemoryDecisionLog,
  lately: number,
): ScriptedInstrument {
  const recent = decisionsOf(log).slice(-lately);
  const count = (instrument: ScriptedInstrument) =>
    recent.filter(({ actions, action }) => actions[action] === instrument.type).length;
  return instruments.reduce((a, b) => count(a) >= count(b) ? a : b);
}

function decisionsOf(log: MemoryDecisionLog): readonly DecisionRecord[] {
  return log.entries.flatMap((entry) => entry.entry === "decision" ? [entry.decision] : []);
}

/** Takes one instrument while it has not failed. */
class FixedConductor extends SimpleConductor {
  readonly outcomes: Outcome[] = [];
  readonly #instrument: string;

  constructor(instrument: string) {
    super();
    this.#instrument = instrument;
  }

  override route(request: RoutingRequest): RoutingDecision {
    const own = request.options.find(({ instrument }) => instrument === this.#instrument);
    if (own === undefined || request.tried.includes(own.instrument)) return super.route(request);
    return { choice: own, reason: "always this one" };
  }

  override report(outcome: Outcome): void {
    super.report(outcome);
    if (outcome.nodeType.startsWith("scripted/")) this.outcomes.push(outcome);
  }
}

/** The system's clock, on which waiting takes a five-hundredth of its time: the back-off of retries is not measured here. */
class QuickClock implements ClockPort {
  readonly #clock = new SystemClock();

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  schedule(delayMs: number, wake: () => void): () => void {
    return this.#clock.schedule(delayMs > 1000 * 60 ? delayMs : delayMs / 500, wake);
  }
}
