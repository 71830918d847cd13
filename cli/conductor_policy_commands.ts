/** `conductor status|replay|train|promote|rollback|freeze|export`. @module */

import { SymphonyError } from "../core/errors.ts";
import { type Arguments, exitCodes } from "./command.ts";
import type { ComparisonFacts, EstimateFacts, StateFacts, StatusFacts } from "./conductor_desk.ts";
import { localTime } from "./runs_list_command.ts";
import type { CliServices } from "./services.ts";
import { cleanLine, count, table } from "./text.ts";

/** Who decides, and what each instrument was worth lately. */
export async function conductorStatusCommand(services: CliServices, args: Arguments): Promise<number> {
  const facts = await services.conductor().status(services.dataFolder(args.value("data")));
  return await say(services, args, facts, () => statusText(facts));
}

/** Takes every logged decision again; exit 1 where one comes out otherwise. */
export async function conductorReplayCommand(services: CliServices, args: Arguments): Promise<number> {
  const facts = await services.conductor().replay(services.dataFolder(args.value("data")));
  const { decisions, equal, notCompared, firstDifference } = facts;
  await say(services, args, facts, () => {
    const skipped = notCompared === 0 ? "" : `, ${notCompared} behind a change of policy not compared`;
    const first = firstDifference === undefined
      ? ""
      : `  first difference: ${firstDifference.decision}: logged ${
        cleanLine(firstDifference.logged)
      }, replayed ${cleanLine(firstDifference.replayed)}\n`;
    return `${count(decisions, "decision")}, ${equal} come out the same${skipped}\n${first}`;
  });
  return firstDifference === undefined ? exitCodes.completed : exitCodes.failed;
}

/** Learns a candidate from the whole log, or from a dataset. */
export async function conductorTrainCommand(services: CliServices, args: Arguments): Promise<number> {
  const dataset = args.value("dataset");
  const data = services.dataFolder(args.value("data"));
  const facts = await services.conductor().train(
    data,
    dataset === undefined ? undefined : services.absolute(dataset),
  );
  return await say(
    services,
    args,
    facts,
    () =>
      `Policy ${cleanLine(facts.policy)} learned ${count(facts.learned, "outcome")}\n${
        comparisonText(facts.comparison)
      }  next: ${services.program} conductor promote\n`,
  );
}

/** Takes the candidate one step further; exit 1 where the data does not allow it. */
export async function conductorPromoteCommand(services: CliServices, args: Arguments): Promise<number> {
  const isDry = args.has("dry-run");
  const facts = await services.conductor().promote(services.dataFolder(args.value("data")), isDry);
  const isAllowed = facts.requirements.every(({ isMet }) => isMet);
  await say(services, args, facts, () => {
    const rows = facts.requirements.map(({ name, found, isMet }) => [
      isMet ? "  met" : "  not met",
      cleanLine(name),
      cleanLine(found),
    ]);
    const end = facts.isPromoted
      ? `Promoted from ${facts.from} to ${facts.to}\n`
      : isAllowed
      ? `Would go from ${facts.from} to ${facts.to}\n`
      : `Stays at ${facts.from}: ${facts.to} asks for more\n`;
    return `${comparisonText(facts.comparison)}${table(rows)}${end}`;
  });
  return isAllowed ? exitCodes.completed : exitCodes.failed;
}

/** Drops the candidate, else goes back to the policy before. */
export async function conductorRollbackCommand(services: CliServices, args: Arguments): Promise<number> {
  const state = await services.conductor().rollback(services.dataFolder(args.value("data")));
  return await say(services, args, state, () => stateText(state));
}

/** The kill switch. */
export async function conductorFreezeCommand(services: CliServices, args: Arguments): Promise<number> {
  if (args.has("default") && args.has("off")) {
    throw new SymphonyError("bad-input", "Cannot freeze with --default and --off: expected one of them");
  }
  const frozen = args.has("off") ? "no" : args.has("default") ? "default" : "means";
  const state = await services.conductor().freeze(services.dataFolder(args.value("data")), frozen);
  return await say(services, args, state, () => stateText(state));
}

/** Every decision with its outcome, one a line. */
export async function conductorExportCommand(services: CliServices, args: Arguments): Promise<number> {
  const lines: string[] = [];
  const data = services.dataFolder(args.value("data"));
  const each = (row: object) => void lines.push(`${JSON.stringify(row)}\n`);
  const desk = services.conductor();
  const rows = args.has("dataset") ? await desk.exportDataset(data, each) : await desk.export(data, each);
  const out = args.value("out");
  if (out === undefined) {
    for (let at = 0; at < lines.length; at += 200) {
      await services.stdout.write(lines.slice(at, at + 200).join(""));
    }
    return exitCodes.completed;
  }
  const path = services.absolute(out);
  await services.writeFile(path, new TextEncoder().encode(lines.join("")));
  const facts = { file: path, rows };
  return await say(services, args, facts, () => `Wrote ${count(rows, "decision")} to ${cleanLine(path)}\n`);
}

async function say(
  services: CliServices,
  args: Arguments,
  facts: object,
  text: () => string,
): Promise<number> {
  await services.stdout.write(args.has("json") ? `${JSON.stringify(facts)}\n` : text());
  return exitCodes.completed;
}

function statusText(
  { state, decisions, outcomes, explored, lately, instruments, changes }: StatusFacts,
): string {
  const head = `${stateText(state)}${
    count(decisions, "decision")
  }, ${outcomes} with an outcome; of the last ${lately}, ${
    lately === 0 ? 0 : Math.round((explored / lately) * 100)
  } % explored\n`;
  const rows = instruments.map((
    { instrument, share, decisions, failures, quality, usd, seconds, reward },
  ) => [
    cleanLine(instrument),
    `${(share * 100).toFixed(0)} %`,
    String(decisions),
    String(failures),
    figure(quality, 3),
    figure(usd, 5),
    figure(seconds, 2),
    figure(reward, 3),
  ]);
  const columns = ["instrument", "share", "calls", "failed", "quality", "USD", "seconds", "reward"];
  const shown = rows.length === 0 ? "" : `\n${table([columns, ...rows])}`;
  const history = changes.map(({ at, change, policy, reason }) =>
    `  ${localTime(at)}  ${cleanLine(change)} ${cleanLine(policy)}: ${cleanLine(reason)}\n`
  );
  return head + shown + (history.length === 0 ? "" : `\n${history.join("")}`);
}

function stateText({ incumbent, previous, candidate, stage, frozen }: StateFacts): string {
  const parts = [
    `policy ${cleanLine(incumbent)} decides`,
    candidate === undefined
      ? undefined
      : `${cleanLine(candidate)} is ${stage === "shadow" ? "in the shadow" : stage}`,
    previous === undefined ? undefined : `${cleanLine(previous)} was before`,
    frozen === "no"
      ? undefined
      : frozen === "means"
      ? "FROZEN: best means, nothing explored or learned"
      : "FROZEN: the operator's default alone",
  ].filter((part) => part !== undefined);
  return `${parts.join("; ")}\n`;
}

function comparisonText(comparison: ComparisonFacts | undefined): string {
  if (comparison === undefined) return "  too little to compare\n";
  const slices = comparison.slices.map(({ kind, rows, difference }) =>
    `    ${cleanLine(kind)}, ${count(rows, "decision")}: ${interval(difference)}\n`
  );
  return `  against what decided, over ${count(comparison.rows, "decision")}: ${
    interval(comparison.difference)
  } reward a decision\n${slices.join("")}`;
}

function interval({ value, low, high }: EstimateFacts): string {
  return `${value >= 0 ? "+" : ""}${value.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`;
}

function figure(value: number | undefined, digits: number): string {
  return value === undefined ? "" : value.toFixed(digits);
}
