/** `run FILE|TEMPLATE`: everything is checked before anything runs. @module */

import { SymphonyError } from "../core/errors.ts";
import { forecastText, readBudgetFlags } from "./budget_flags.ts";
import type { StartRequest } from "../core/orchestration/run_handle.ts";
import type { Budget } from "../core/workflow/definition.ts";
import { type BudgetForecast, forecastFor } from "../core/orchestration/run_forecast.ts";
import type { Arguments } from "./command.ts";
import { drive, promptFor } from "./drive.ts";
import { repeatedData, sessionOptions } from "./flags.ts";
import { readInputs } from "./inputs.ts";
import { readMemo } from "./memo_flag.ts";
import type { CliServices } from "./services.ts";
import { userOf } from "./user.ts";
import {
  checkedWorkflow,
  readWorkflow,
  type RunnableWorkflow,
  type WorkflowSource,
} from "./workflow_file.ts";
import { workspaceOf } from "./workspace.ts";

const MOST_AT_ONCE = 1000;

/** Starts a workflow. @throws SymphonyError for a wrong file, input or flag, before anything runs. */
export async function runCommand(services: CliServices, args: Arguments): Promise<number> {
  const source = readWorkflow(services, args.positional(0));
  const concurrency = readConcurrency(args.value("concurrency"));
  const budget = readBudgetFlags(args);
  if (args.has("ui")) return await runInBrowser(services, args, source, concurrency);
  const options = sessionOptions(services, args);
  // The session's own catalogue: reading the extensions twice would be felt before the first node.
  const prompt = promptFor(services, args.has("json"), services.isInteractive === true);
  await using session = await services.openSession(prompt === undefined ? options : { ...options, prompt });
  const checked = checkedWorkflow(services, source, await session.extensions.describe(), args.values("to"));
  const request = requestOf(services, args, withBudget(checked, budget), concurrency);
  const { definition } = request;
  // What whole runs spent says nothing about a part.
  if (request.part === undefined) {
    await tellForecast(services, args, await forecastFor(session.pit.dag, definition));
  }
  return await drive(services, session, (listener) => session.runner.start(request, listener), {
    isJson: args.has("json"),
    title: definition.name,
    data: options.data,
    dataFlag: repeatedData(args),
    ...(prompt === undefined ? {} : { prompt }),
  });
}

/** What it is likely to spend: one line of JSON before the events, or in words. */
async function tellForecast(
  services: CliServices,
  args: Arguments,
  forecast: BudgetForecast | undefined,
): Promise<void> {
  if (forecast === undefined) return;
  if (args.has("json")) {
    return await services.stdout.write(`${JSON.stringify({ type: "run.forecast", ...forecast })}\n`);
  }
  const text = forecastText(forecast);
  if (text !== undefined) await services.stderr.write(text);
}

/** The run in a server of the page. */
async function runInBrowser(
  services: CliServices,
  args: Arguments,
  source: WorkflowSource,
  concurrency: number | undefined,
): Promise<number> {
  const { startServing, untilStopped } = await import("./serve_command.ts");
  const catalog = await services.catalog(sessionOptions(services, args));
  const checked = checkedWorkflow(services, source, catalog, args.values("to"));
  const request = requestOf(services, args, withBudget(checked, readBudgetFlags(args)), concurrency);
  const served = await startServing(services, args);
  const run = await served.start(request);
  await services.stdout.write(`${await served.address(`/runs/${run}`)}\n`);
  await services.stderr.write(`Run ${run} is shown there; Ctrl-C stops the server and pauses the run.\n`);
  return await untilStopped(services, served);
}

function withBudget({ definition, part }: RunnableWorkflow, budget: Budget | undefined): RunnableWorkflow {
  const limited = budget === undefined
    ? definition
    : { ...definition, budget: { ...definition.budget, ...budget } };
  return { definition: limited, ...part === undefined ? {} : { part } };
}

function requestOf(
  services: CliServices,
  args: Arguments,
  { definition, part }: RunnableWorkflow,
  concurrency: number | undefined,
): StartRequest {
  const memo = readMemo(args);
  const user = userOf(services, args);
  const given = readInputs(services, args.values("input"), definition.inputs);
  const asked = args.positionals[1] ?? args.value("workspace");
  const { folder, inputs } = workspaceOf(services, asked, given, definition.inputs);
  return {
    definition,
    inputs,
    workspace: folder,
    mayWrite: args.has("allow-write"),
    ...part === undefined ? {} : { part },
    ...concurrency === undefined ? {} : { concurrency },
    ...memo.memo === undefined ? {} : { reuse: memo },
    ...user === undefined ? {} : { user },
  };
}

function readConcurrency(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= MOST_AT_ONCE) return value;
  throw new SymphonyError(
    "bad-input",
    `Cannot read --concurrency "${text}": expected a whole number from 1 to ${MOST_AT_ONCE}`,
  );
}
