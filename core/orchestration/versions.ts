/**
 * The versions of a workflow that runs went by, from what is kept with them.
 *
 * @module
 */

import type { ArtifactId, RunId } from "../ids.ts";
import type { DagPort } from "../ports/dag.ts";

/** One version: what it says is its definition, whatever number it bears. */
export interface WorkflowVersion {
  readonly definition: ArtifactId;
  /** As the file said. */
  readonly version: string;
  /** The runs that were begun by it or moved to it, the newest first. */
  readonly runs: readonly RunId[];
  /** When the first and the last of them came to it, Unix milliseconds. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** The versions of a workflow, the last used first. Reads the logs of its newest `most` runs. */
export async function versionsOf(
  dag: DagPort,
  workflow: string,
  most = 200,
): Promise<readonly WorkflowVersion[]> {
  const found = new Map<ArtifactId, WorkflowVersion>();
  let left = most;
  for await (const { run, workflow: of } of dag.list()) {
    if (of !== workflow) continue;
    if (left-- <= 0) break;
    for await (const batch of dag.replay(run)) {
      for (const event of batch) {
        const isVersion = (event.type === "run.created" && event.scope === undefined) ||
          event.type === "run.moved";
        if (isVersion) note(found, run, event);
      }
    }
  }
  return [...found.values()].sort((a, b) => b.lastAt - a.lastAt);
}

function note(
  found: Map<ArtifactId, WorkflowVersion>,
  run: RunId,
  { definition, version, at }: {
    readonly definition: ArtifactId;
    readonly version: string;
    readonly at: number;
  },
): void {
  const known = found.get(definition);
  found.set(definition, {
    definition,
    version,
    runs: known === undefined ? [run] : known.runs.includes(run) ? known.runs : [...known.runs, run],
    firstAt: Math.min(at, known?.firstAt ?? at),
    lastAt: Math.max(at, known?.lastAt ?? at),
  });
}
