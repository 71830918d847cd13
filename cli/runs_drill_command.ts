/**
 * `runs drill ID --at NODE`: carries a copy of a run out in a process of its own, kills it with SIGKILL while the node is
 * at work, lets a second process go on, and compares the two: what was done again, what was not, and what was lost.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import { EarlierRun } from "../core/orchestration/earlier_run.ts";
import { type Arguments, exitCodes } from "./command.ts";
import { type DrillReport, readLives } from "./drill_report.ts";
import { findRun } from "./prefix.ts";
import { knownNode } from "./runs_rerun_command.ts";
import type { CliServices } from "./services.ts";
import { cleanLine, duration } from "./text.ts";
import { loadValue } from "./stored_values.ts";
import { accountOf } from "./run_log_account.ts";

/** How long a life may last. */
const LIMIT_MS = 120_000;
/** How long after the node has begun the process is killed. */
const LINGER_MS = 150;
const NAMED = 12;

/** What a process said, and when. */
interface Life {
  readonly lines: readonly Record<string, unknown>[];
  /** From its start to its first line, milliseconds. */
  readonly firstMs: number | undefined;
  readonly wasKilled: boolean;
  readonly errors: string;
}

/** Drills the run. Exit 0 where recovery kept its promises, 1 where not. */
export async function runsDrillCommand(services: CliServices, args: Arguments): Promise<number> {
  const at = args.value("at");
  if (at === undefined) {
    throw new SymphonyError("bad-input", "Cannot tell where to kill: found no --at, expected --at NODE");
  }
  const data = services.dataFolder(args.value("data"));
  const { run, outputs } = await originalOf(services, data, args.positional(0), at);
  const copy = await services.makeTempFolder("symphony-drill-");
  try {
    const words = [
      "runs",
      "drill-copy",
      run,
      data,
      copy,
      ...repeated(args, "extensions"),
      ...repeated(args, "grant"),
    ];
    const first = await live(services, [...words, "--hold", at], at);
    if (!first.wasKilled) {
      const why = first.errors === "" ? "the copy ended without beginning it" : first.errors;
      throw new SymphonyError("bad-input", `Cannot kill run ${run} at "${cleanLine(at)}": ${cleanLine(why)}`);
    }
    const second = await live(services, words, undefined);
    await using store = await services.openStore(copy);
    const report = await readLives(store.pit.dag, run, { first: first.lines, second: second.lines });
    const same = outputs === undefined || report.outputs === undefined
      ? undefined
      : canonicalJson(outputs) === canonicalJson(report.outputs);
    const isSound = report.lost === 0 && report.twice.length === 0 && report.state !== undefined;
    const record = { run, at, ...report, resumedMs: second.firstMs, sameOutputs: same, sound: isSound };
    await services.stdout.write(
      args.has("json") ? `${JSON.stringify(record)}\n` : textOf(record, second.errors),
    );
    return isSound ? exitCodes.completed : exitCodes.failed;
  } finally {
    await services.removeFolder(copy);
  }
}

async function originalOf(services: CliServices, data: string, name: string, at: string) {
  await using store = await services.openStore(data);
  const { run } = await findRun(store.pit.dag, name);
  const earlier = await EarlierRun.read(store.pit.dag, store.pit.artifacts, run);
  const node = knownNode(at, earlier.kept.definition, "--at");
  const { kind } = earlier.plan.nodes[earlier.plan.indexOf.get(node) as number]!.definition;
  if (kind !== "call") {
    throw new SymphonyError(
      "bad-input",
      `Cannot kill at "${node}": it is a ${kind}, expected a node that calls`,
    );
  }
  const account = await accountOf(store.pit.dag, run);
  const outputs = account.outputs === undefined
    ? undefined
    : await loadValue(store.pit.artifacts, account.outputs);
  return { run, outputs };
}

function repeated(args: Arguments, flag: string): readonly string[] {
  return args.values(flag).flatMap((value) => [`--${flag}`, value]);
}

/** One process: until its end, or killed once `at` is at work. */
async function live(services: CliServices, words: readonly string[], at: string | undefined): Promise<Life> {
  const began = services.clock.monotonic();
  const child = services.startSelf(words);
  const stop = services.clock.schedule(LIMIT_MS, () => child.kill());
  const lines: Record<string, unknown>[] = [];
  let firstMs: number | undefined;
  let wasKilled = false;
  for await (const line of child.lines) {
    firstMs ??= services.clock.monotonic() - began;
    const event = parsed(line);
    if (event !== undefined) lines.push(event);
    if (event?.["type"] === "node.started" && event["node"] === at && !wasKilled) {
      wasKilled = true;
      services.clock.schedule(LINGER_MS, () => child.kill());
    }
  }
  const errors = await child.errors;
  stop();
  return { lines, firstMs, wasKilled, errors };
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

type Drilled = DrillReport & {
  readonly run: string;
  readonly at: string;
  readonly resumedMs: number | undefined;
  readonly sameOutputs: boolean | undefined;
  readonly sound: boolean;
};

function textOf(drilled: Drilled, errors: string): string {
  const { run, at, kept, again, later, twice, lost, told, state, resumedMs, sameOutputs, sound } = drilled;
  const lines = [
    `A copy of run ${run} was killed with SIGKILL while ${at} was at work, and went on in a second process.`,
    `  not done again  ${listed(kept)}`,
    `  done again      ${listed(again)}`,
    `  done afterwards ${listed(later)}`,
    `  lost            ${lost} of ${told} events that the first process had told`,
    ...resumedMs === undefined
      ? []
      : [`  went on         ${duration(resumedMs)} after the second process was started`],
    `  ended           ${state ?? "not at all"}${endText(sameOutputs)}`,
    ...twice.length === 0 ? [] : [`  WRONG: completed and done again: ${listed(twice)}`],
    ...errors === "" ? [] : [`  the second process said: ${cleanLine(errors.slice(0, 400))}`],
    sound
      ? "Nothing that was completed was done again, and nothing was lost."
      : "Recovery did not keep its promises.",
  ];
  return `${lines.join("\n")}\n`;
}

function endText(sameOutputs: boolean | undefined): string {
  if (sameOutputs === undefined) return "";
  return sameOutputs ? ", with the same outputs" : ", with other outputs than the original";
}

function listed(units: readonly string[]): string {
  if (units.length === 0) return "nothing";
  const more = units.length > NAMED ? ` and ${units.length - NAMED} more` : "";
  return `${units.length}: ${units.slice(0, NAMED).join(", ")}${more}`;
}
