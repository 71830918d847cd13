/** `runs resume ID`. @module */

import { readBudgetFlags } from "./budget_flags.ts";
import type { Arguments } from "./command.ts";
import { drive } from "./drive.ts";
import { repeatedData, sessionOptions } from "./flags.ts";
import { findRun } from "./prefix.ts";
import { accountOf } from "./run_log_account.ts";
import type { CliServices } from "./services.ts";

/** Goes on with a run and stays until it ends. Of a run that has ended, gives the outcome again. */
export async function runsResumeCommand(services: CliServices, args: Arguments): Promise<number> {
  const options = sessionOptions(services, args);
  const budget = readBudgetFlags(args);
  await using session = await services.openSession(options);
  const { run, workflow } = await findRun(session.pit.dag, args.positional(0));
  const account = await accountOf(session.pit.dag, run);
  return await drive(
    services,
    session,
    (listener) => session.runner.resume(run, listener, budget === undefined ? {} : { budget }),
    {
      isJson: args.has("json"),
      title: workflow,
      data: options.data,
      dataFlag: repeatedData(args),
      account,
    },
  );
}
