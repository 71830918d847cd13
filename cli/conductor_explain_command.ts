/** `conductor explain`: why a decision was taken. @module */

import { type Arguments, exitCodes } from "./command.ts";
import type { ExplanationFacts } from "./conductor_desk.ts";
import { localTime } from "./runs_list_command.ts";
import type { CliServices } from "./services.ts";
import { type Style, styleFor } from "./style.ts";
import { cleanLine, table } from "./text.ts";

/** Prints every candidate with what was expected of it, what drove the choice, and what would have flipped it. */
export async function conductorExplainCommand(services: CliServices, args: Arguments): Promise<number> {
  const data = services.dataFolder(args.value("data"));
  const facts = await services.conductor().explain(data, args.positional(0));
  const text = args.has("json")
    ? `${JSON.stringify(facts)}\n`
    : explanationText(facts, styleFor(services, services.stdout));
  await services.stdout.write(text);
  return exitCodes.completed;
}

function explanationText(facts: ExplanationFacts, style: Style): string {
  const { decision, at, run, node, kind, policy, preference } = facts;
  const place = [run, node].filter((part) => part !== undefined).map(cleanLine).join(" ");
  const head = `${style("bold", cleanLine(decision))}  ${cleanLine(kind)}  ${
    localTime(at)
  }  ${place}  policy ${cleanLine(policy)}\n`;
  const wants =
    `worth of a dollar ${number(preference.perUsd)}, of a second ${number(preference.perSecond)}, ` +
    `of a failure ${number(preference.perFailure)}\n\n`;
  const masked = facts.masked.map(({ action, reason }) =>
    `  not allowed: ${cleanLine(action)}: ${cleanLine(reason)}\n`
  ).join("");
  return head + wants + candidatesText(facts) + masked +
    `\n${whyText(facts)}${flipText(facts)}${outcomeText(facts)}`;
}

function candidatesText({ type, candidates }: ExplanationFacts): string {
  const head = [
    "",
    type === "recover" ? "action" : "instrument",
    "quality",
    "USD",
    "seconds",
    "fails",
    "score",
    "chance",
    "seen",
  ];
  const rows = candidates.map((one) => [
    one.isChosen ? "→" : one.isBest ? "best" : "",
    `${cleanLine(one.instrument)}${one.isDefault ? " (default)" : ""}`,
    `${one.quality.toFixed(3)} ± ${one.qualitySd.toFixed(3)}`,
    `${one.usd.toFixed(5)} (-${one.penalties.usd.toFixed(3)})`,
    `${one.seconds.toFixed(2)} (-${one.penalties.seconds.toFixed(3)})`,
    `${(one.failure * 100).toFixed(1)} % (-${one.penalties.failure.toFixed(3)})`,
    one.score.toFixed(3),
    `${(one.propensity * 100).toFixed(1)} %`,
    String(Math.round(one.seen)),
  ]);
  return table([head, ...rows]);
}

function whyText({ why, drivers }: ExplanationFacts): string {
  const drove = drivers.map(({ feature, effect }) =>
    `${cleanLine(feature)} ${effect >= 0 ? "+" : ""}${effect.toFixed(3)}`
  );
  const lines = [...why, ...(drove.length === 0 ? [] : [`what moved its quality most: ${drove.join(", ")}`])];
  return lines.map((line) => `  ${cleanLine(line)}\n`).join("");
}

function flipText({ flip }: ExplanationFacts): string {
  if (flip === undefined) return "  no single weight, changed alone, makes another the best\n";
  const words: Readonly<Record<string, string>> = {
    perUsd: "a dollar",
    perSecond: "a second",
    perFailure: "a failure",
  };
  return `  ${cleanLine(flip.instrument)} would be the best if ${
    words[flip.weight] ?? flip.weight
  } were worth ${number(flip.to)} instead of ${number(flip.from)}\n`;
}

function outcomeText({ outcome }: ExplanationFacts): string {
  if (outcome === undefined) return "  no outcome yet\n";
  const { quality, source, usd, seconds, failure, note } = outcome;
  const parts = [
    failure === undefined ? undefined : `failed: ${failure}`,
    quality === undefined ? undefined : `quality ${quality.toFixed(3)} (${cleanLine(source ?? "")})`,
    usd === undefined ? undefined : `$${usd.toFixed(5)}`,
    seconds === undefined ? undefined : `${seconds.toFixed(2)} s`,
    note === undefined ? undefined : `noted: ${cleanLine(note)}`,
  ].filter((part) => part !== undefined);
  return `  it gave: ${parts.join(", ")}\n`;
}

function number(value: number): string {
  return String(Number(value.toPrecision(3)));
}
