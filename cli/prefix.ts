/** Runs and artifacts by the beginning of their id. @module */

import { SymphonyError } from "../core/errors.ts";
import { artifactId } from "../core/ids.ts";
import type { ArtifactInfo, ArtifactPort } from "../core/ports/artifact.ts";
import type { DagPort, RunSummary } from "../core/ports/dag.ts";
import { cleanLine } from "./text.ts";

/** Matches that are named in the message. */
const NAMED = 5;
const SHORTEST_ARTIFACT = 4;

/** The run that `text` names: its id, a unique beginning, or `last`. @throws SymphonyError `not-found` | `bad-id` */
export async function findRun(dag: DagPort, text: string): Promise<RunSummary> {
  const found: RunSummary[] = [];
  for await (const summary of dag.list()) {
    if (summary.run === text || text === "last") return summary;
    if (text !== "" && summary.run.startsWith(text)) found.push(summary);
  }
  const [only, other] = found;
  if (only === undefined) {
    throw new SymphonyError("not-found", `Cannot find run "${cleanLine(text)}": no run's id begins so`, {
      hint: "runs list shows all of them",
    });
  }
  if (other !== undefined) throw ambiguous("run", text, found.map(({ run }) => run));
  return only;
}

/** The artifact that `text` names: its id or a unique beginning. @throws SymphonyError `not-found` | `bad-id` */
export async function findArtifact(artifacts: ArtifactPort, text: string): Promise<ArtifactInfo> {
  const hint = "artifacts list shows all of them";
  if (!/^[0-9a-f]{4,64}$/.test(text)) {
    const form = `expected the id or at least its first ${SHORTEST_ARTIFACT} digits, 0-9 and a-f`;
    throw new SymphonyError("bad-id", `Cannot read artifact id "${cleanLine(text.slice(0, 100))}": ${form}`, {
      hint,
    });
  }
  if (text.length === 64) {
    const info = await artifacts.info(artifactId(text));
    if (info === undefined) throw new SymphonyError("not-found", `Cannot find artifact ${text}`, { hint });
    return info;
  }
  const found: ArtifactInfo[] = [];
  for await (const info of artifacts.list({ beginning: text })) {
    // Stores that know no beginnings list everything.
    if (info.id.startsWith(text)) found.push(info);
    if (found.length > NAMED) break;
  }
  const [only, other] = found;
  if (only === undefined) {
    throw new SymphonyError("not-found", `Cannot find artifact "${text}": no artifact's id begins so`, {
      hint,
    });
  }
  if (other !== undefined) throw ambiguous("artifact", text, found.map(({ id }) => id));
  return only;
}

function ambiguous(what: string, text: string, ids: readonly string[]): SymphonyError {
  const named = ids.slice(0, NAMED).join(", ");
  const more = ids.length > NAMED ? " and more" : "";
  return new SymphonyError("bad-id", `Cannot tell which ${what} "${text}" means: ${named}${more} begin so`, {
    hint: "Give more of the id",
  });
}
