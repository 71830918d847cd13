/** What the `ext` commands share: the desk, problems as text, consent as text. @module */

import { SymphonyError } from "../core/errors.ts";
import type { Problem } from "../core/workflow/problem.ts";
import { type Arguments, exitCodes } from "./command.ts";
import type { ConsentFacts, ExtDesk, ProgramConsent } from "./ext_desk.ts";
import { printProblems } from "./problem_text.ts";
import type { CliServices } from "./services.ts";
import { type Style, styleFor } from "./style.ts";
import { cleanLine, count, table } from "./text.ts";

/** @throws SymphonyError `unsupported` where this program has none */
export async function deskOf(services: CliServices, args: Arguments): Promise<ExtDesk> {
  const desk = await services.ext?.(services.dataFolder(args.value("data")));
  if (desk !== undefined) return desk;
  throw new SymphonyError("unsupported", "This program manages no extensions");
}

/** A folder that is there, absolute. @throws SymphonyError `not-found` */
export function folderOf(services: CliServices, args: Arguments): string {
  const folder = services.absolute(args.positional(0));
  if (services.isFolder(folder)) return folder;
  throw new SymphonyError("not-found", `Cannot find the folder "${args.positional(0)}"`);
}

export function errorsIn(problems: readonly Problem[]): number {
  return problems.filter(({ severity }) => severity === "error").length;
}

/** Problems as text, their files relative to the current folder, each with the line it stands in. */
export function problemText(services: CliServices, problems: readonly Problem[], style: Style): string {
  return problems.map((problem) => {
    const file = shortPath(services, problem.file);
    // What a link points at is none of the extension's, and may be nobody's business.
    const text = problem.code === "link" ? "" : textOf(services, problem.file);
    return printProblems([{ ...problem, file }], { file, text }, style);
  }).join("");
}

function textOf(services: CliServices, file: string): Uint8Array {
  try {
    return services.readFile(file);
  } catch {
    return new Uint8Array(0);
  }
}

/** `path` as seen from the current folder. */
export function shortPath(services: CliServices, path: string): string {
  const here = `${services.folder}/`;
  return path.startsWith(here) ? path.slice(here.length) : path;
}

/** Writes problems and gives the exit code: 2 where one is an error. */
export async function tellProblems(
  services: CliServices,
  args: Arguments,
  problems: readonly Problem[],
  what: string,
): Promise<number> {
  const errors = errorsIn(problems);
  const code = errors > 0 ? exitCodes.wrongInput : exitCodes.completed;
  if (args.has("json")) {
    await services.stdout.write(problems.map((problem) => `${JSON.stringify(problem)}\n`).join(""));
    return code;
  }
  const style = styleFor(services, services.stdout);
  const verdict = problems.length === 0
    ? `${what}: no problems`
    : `${what}: ${count(errors, "error")}, ${count(problems.length - errors, "warning")}`;
  await services.stdout.write(`${problemText(services, problems, style)}${verdict}\n`);
  return code;
}

/** What is asked, why, how risky, and what is not asked. */
export function consentText(head: string, { asks, doesNotAsk, risk }: ConsentFacts, style: Style): string {
  const rows = asks.map((one) => [
    `  ${one.given ? "may" : "may, once you grant it,"} ${cleanLine(one.what)}`,
    riskText(one.risk, style),
    cleanLine(one.why),
  ]);
  const asked = rows.length === 0 ? "  asks for nothing\n" : table(rows);
  const later = asks.filter(({ given }) => !given).map(({ permission }) => permission);
  const note = later.length === 0 ? "" : `  Granted by itself: ${later.join(", ")}\n`;
  return `${cleanLine(head)}\n${asked}${note}  does not ask ${doesNotAsk.join(", ")}\n  risk: ${
    riskText(risk, style)
  }\n`;
}

/** The same for a program that runs outside the sandbox. */
export function programText({ what, why, risk, notes }: ProgramConsent, style: Style): string {
  const lines = [cleanLine(what), `  ${cleanLine(why)}`, ...notes.map((note) => `  ${cleanLine(note)}`)];
  return `${lines.join("\n")}\n  risk: ${riskText(risk, style)}\n`;
}

function riskText(risk: string, style: Style): string {
  return style(risk === "low" ? "green" : risk === "medium" ? "yellow" : "red", risk);
}

/** The person's yes. @throws SymphonyError `bad-input` where nobody can be asked */
export async function agreed(services: CliServices, args: Arguments, question: string): Promise<boolean> {
  if (args.has("yes")) return true;
  const answer = await services.confirm?.(question);
  if (answer !== undefined) return answer;
  throw new SymphonyError("bad-input", "Cannot ask for your yes: this is no terminal", {
    hint: "Read what is shown, then repeat it with --yes",
  });
}
