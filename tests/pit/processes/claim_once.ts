/**
 * For each line on stdin, a run, tries to claim it and answers `got` or `refused`; keeps what it got. Argument: folder.
 *
 * @module
 */

import { runId } from "../../../core/ids.ts";
import { ProofOfLife } from "../../../pit/dag/proof_of_life.ts";
import { LmdbRunControl } from "../../../pit/dag/run_control.ts";
import { openStore } from "../../../pit/store.ts";
import { lines } from "../lines.ts";

const [folder = ""] = Deno.args;
const store = await openStore(folder);
const control = new LmdbRunControl(store, new ProofOfLife(store, `${folder}/locks`));
const encoder = new TextEncoder();
for await (const line of lines(Deno.stdin.readable)) {
  const claim = await control.claim(runId(line));
  Deno.stdout.writeSync(encoder.encode(claim === undefined ? "refused\n" : "got\n"));
}
