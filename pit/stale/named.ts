/** Which artifacts the log of a run names, whatever its events say of them. @module */

import { SymphonyError } from "../../core/errors.ts";
import { type ArtifactId, artifactId, type RunId } from "../../core/ids.ts";
import type { DagPort } from "../../core/ports/dag.ts";

const idPattern = /\b[0-9a-f]{64}\b/g;

/**
 * Everything in the log that looks like an artifact's id; nothing where there is no log.
 * @throws SymphonyError `corrupt` where it cannot be read: then nothing may be collected
 */
export async function namedIn(dag: Pick<DagPort, "replay">, run: RunId): Promise<ReadonlySet<ArtifactId>> {
  const named = new Set<ArtifactId>();
  try {
    for await (const batch of dag.replay(run)) {
      for (const [id] of JSON.stringify(batch).matchAll(idPattern)) named.add(artifactId(id));
    }
  } catch (error) {
    if (!(error instanceof SymphonyError)) throw error;
    if (error.code === "not-found") return named;
    if (error.code !== "corrupt") throw error;
    const what = `Cannot tell what run ${run} refers to: it has not ended and its log is damaged`;
    throw new SymphonyError("corrupt", `${what} (${error.message}). Nothing was collected`, {
      hint: `Put the log back from a copy, or give the run up with: runs cancel ${run}`,
      cause: error,
    });
  }
  return named;
}
