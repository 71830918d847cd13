/** `check FILE`: every problem, and nothing is run. @module */

import { type Arguments, exitCodes } from "./command.ts";
import { sessionOptions } from "./flags.ts";
import { printProblems } from "./problem_text.ts";
import type { CliServices } from "./services.ts";
import { styleFor } from "./style.ts";
import { cleanLine, count } from "./text.ts";
import { check, readWorkflow } from "./workflow_file.ts";

/** Prints the problems, errors first and warnings apart; exit 2 where there are errors. */
export async function checkCommand(services: CliServices, args: Arguments): Promise<number> {
  const source = readWorkflow(services, args.positional(0));
  const catalog = await services.catalog(sessionOptions(services, args));
  const { problems } = check(services, source, catalog);
  const errors = problems.filter(({ severity }) => severity === "error");
  const warnings = problems.filter(({ severity }) => severity === "warning");
  const code = errors.length > 0 ? exitCodes.wrongInput : exitCodes.completed;
  if (args.has("json")) {
    const lines = [...errors, ...warnings].map((problem) => `${JSON.stringify(problem)}\n`);
    await services.stdout.write(lines.join(""));
    return code;
  }
  const style = styleFor(services, services.stdout);
  const blocks = [printProblems(errors, source, style), printProblems(warnings, source, style)];
  for (const { where, message } of catalog.problems) {
    blocks.push(`${style("yellow", "warning")} extension ${cleanLine(where)}: ${cleanLine(message)}\n`);
  }
  const verdict = problems.length === 0
    ? `${source.file}: no problems`
    : `${source.file}: ${count(errors.length, "error")}, ${count(warnings.length, "warning")}`;
  await services.stdout.write(`${blocks.filter((block) => block !== "").join("\n")}${verdict}\n`);
  return code;
}
