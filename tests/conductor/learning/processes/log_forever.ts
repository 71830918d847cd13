/**
 * Decides and learns without end in the folder given, telling each round whose entries are durable. To be killed.
 *
 * @module
 */

import { FileDecisionLog } from "../../../../conductor/learning/file_log.ts";
import { FolderPolicies } from "../../../../conductor/learning/folder_policies.ts";
import { live, opened } from "../living.ts";

const [folder = ""] = Deno.args;
const log = new FileDecisionLog(`${folder}/decisions.jsonl`);
const conductor = await opened(log, new FolderPolicies(folder), undefined, Deno.pid);
for (let round = 0;; round++) {
  live(conductor, round, round + 1);
  await log.flush();
  Deno.stdout.writeSync(new TextEncoder().encode(`${round + 1}\n`));
}
