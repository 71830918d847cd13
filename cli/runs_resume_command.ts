/** `runs resume ID`. @module */

import { readBudgetFlags } from "./budget_flags.ts";
import type { Arguments } from "./command.ts";
import { drive, promptFor } from "./drive.ts";
import { repeatedData, sessionOptions } from "./flags.ts";
import { findRun } from "./prefix.ts";
import { accountOf } from "./run_log_account.ts";
import type { CliServices } from "./services.ts";

/** Goes on with a run and stays until it ends. Of a run that has ended, gives the outcome again. */
export async function runsResumeCommand(services: CliServices, args: Arguments): Promise<number> {
  const options = sessionOptions(services, args);
  const budget = readBudgetFlags(args);
  const prompt = promptFor(services, args.has("json"), services.isInteractive === true);
  await using session = await services.openSession(prompt === undefined ? options : { ...options, prompt });
  const { run, workflow } = await findRun(session.pit.dag, args.positional(0));
  const account = await accountOf(session.pit.dag, run);
  const raise = budget === undefined ? {} : { budget };
  return await drive(services, session, (listener) => session.runner.resume(run, listener, raise), {
    isJson: args.has("json"),
    title: workflow,
    data: options.data,
    dataFlag: repeatedData(args),
    account,
    ...(prompt === undefined ? {} : { prompt }),
  });
}
