/** A proposed workflow for a person: what it does, needs, gives and costs. @module */

import type { Proposal } from "./compose_desk.ts";
import type { Style } from "./style.ts";
import { cleanLine, count, table } from "./text.ts";

export function proposalText(proposal: Proposal, style: Style): string {
  const { name, description, reason, nodes, inputs, outputs, problems, missing } = proposal;
  const rows = nodes.map(({ id, use, title }) => [`  ${cleanLine(id)}`, cleanLine(use), cleanLine(title)]);
  const lines = [
    `${style("bold", "1")}  ${style("bold", cleanLine(name))}  ${style("dim", cleanLine(reason))}`,
    ...(description === "" || description === name ? [] : [`   ${cleanLine(description)}`]),
    table(rows).replace(/\n$/, ""),
    ...(inputs.length === 0 ? [] : [`  takes  ${inputs.map(inputText).join(", ")}`]),
    ...(outputs.length === 0 ? [] : [`  gives  ${outputs.map(cleanLine).join(", ")}`]),
    `  costs  ${priceText(proposal)}`,
    ...(missing.length === 0 ? [] : [
      `  ${style("yellow", "lacks")}  nothing in it speaks of ${
        missing.slice(0, 8).map(cleanLine).join(", ")
      }`,
    ]),
    ...(proposal.writes
      ? [`  ${style("yellow", "changes files")}: runs with --allow-write, or behind a gate`]
      : []),
    ...problems.map(({ message }) => `  ${style("yellow", "warning")} ${cleanLine(message)}`),
  ];
  return lines.join("\n");
}

function inputText({ name, isRequired }: Proposal["inputs"][number]): string {
  return `${cleanLine(name)}${isRequired ? " (required)" : ""}`;
}

function priceText({ price }: Proposal): string {
  if (price.calls === 0) return "nothing: no instrument is asked";
  const unserved = price.unserved.length === 0 ? "" : `; nothing serves ${price.unserved.join(", ")} now`;
  const seconds = price.seconds === undefined ? "" : `, about ${price.seconds.toFixed(0)} s`;
  const calls = count(price.calls, "call of an instrument").replace(
    "call of an instruments",
    "calls of instruments",
  );
  const money = price.usdMost === 0
    ? "free"
    : price.usdLeast === price.usdMost
    ? dollars(price.usdMost)
    : `${dollars(price.usdLeast)} to ${dollars(price.usdMost)}`;
  const each = price.usdMostAnItem === 0
    ? ""
    : `, up to ${dollars(price.usdMostAnItem)} for each further item`;
  return `${calls}, ${money}${each}${seconds}${unserved}`;
}

function dollars(usd: number): string {
  return usd === 0 ? "$0" : `$${usd < 0.01 ? usd.toPrecision(1) : usd.toFixed(2)}`;
}
