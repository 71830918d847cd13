/** `POST /runs/{run}/rerun`: a new run of what an earlier one did, as a whole, from a node, or of what changed. @module */

import { runId } from "../../../core/ids.ts";
import { EarlierRun } from "../../../core/orchestration/earlier_run.ts";
import type { NodeId } from "../../../core/ids.ts";
import { joinedNote, partOf } from "../../../core/workflow/part_of.ts";
import type { Desk } from "../desk.ts";
import { type HandlersOf, Reply } from "../http/handlers.ts";
import { Refusal } from "../http/problems.ts";

export function rerunRoutes(desk: Desk): HandlersOf<"POST /runs/{run}/rerun"> {
  return {
    "POST /runs/{run}/rerun": async ({ params, body }) => {
      const { dag, artifacts } = (await desk.backend()).pit;
      const book = await desk.runs();
      const earlier = await EarlierRun.read(dag, artifacts, runId(params.run));
      const { from = [], changed = false, to = [] } = body;
      if (changed && from.length > 0) {
        throw new Refusal(
          400,
          "bad-input",
          "Cannot tell what to do again: found from and changed, expected one",
        );
      }
      for (const [way, names] of [["from", from], ["to", to]] as const) {
        const unknown = names.find((name) => !earlier.kept.definition.nodes.has(name as NodeId));
        if (unknown === undefined) continue;
        throw new Refusal(
          400,
          "bad-input",
          `Cannot run again ${way} "${unknown}": run ${params.run} has no such node`,
          {
            faults: [{
              place: `body.${way}`,
              found: `"${unknown}"`,
              right: "the name of a node of the run's workflow",
            }],
          },
        );
      }
      const { definition, note } = to.length === 0
        ? { definition: earlier.kept.definition, note: undefined }
        : partOf(earlier.kept.definition, to as readonly NodeId[], earlier.part);
      const part = joinedNote(earlier.part, note);
      const { mayWrite, proposes } = await book.account(params.run);
      const run = await book.start({
        definition,
        inputs: earlier.inputs,
        workspace: earlier.workspace,
        mayWrite: body.mayWrite ?? mayWrite,
        proposes: body.proposes ?? proposes,
        ...part === undefined ? {} : { part },
        reuse: {
          of: runId(params.run),
          ...from.length === 0 ? {} : { from: from as readonly NodeId[] },
          ...changed ? { changed } : {},
        },
      });
      return new Reply({
        answer: { run, pinned: [] },
        status: 201,
        headers: { location: `/api/v1/runs/${run}` },
      });
    },
  };
}
