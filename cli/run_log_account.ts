/** The account of a run that is in the store. @module */

import type { RunId } from "../core/ids.ts";
import type { DagPort } from "../core/ports/dag.ts";
import { RunAccount } from "../core/orchestration/run_account.ts";

/** Reads the whole log. @throws SymphonyError `not-found` */
export async function accountOf(dag: DagPort, run: RunId): Promise<RunAccount> {
  const account = new RunAccount();
  for await (const batch of dag.replay(run)) for (const event of batch) account.add(event);
  return account;
}
