/**
 * An instrument for `compose`, asked by a run of one node: it is routed, budgeted, logged and kept like any other.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";
import type { NodeTypeId } from "../core/ids.ts";
import { own } from "../core/json.ts";
import type { Catalog } from "../core/workflow/catalog.ts";
import { checkWorkflow } from "../core/workflow/check.ts";
import type { Drafting } from "./compose_desk.ts";
import type { Session } from "./services.ts";

const TASK = "generate";
const WORKFLOW = JSON.stringify({
  schema: 1,
  id: "compose",
  name: "Compose a workflow",
  version: "1.0.0",
  inputs: { prompt: { type: "string" }, system: { type: "string" } },
  nodes: {
    draft: {
      use: `instrument/${TASK}`,
      title: "Compose",
      in: { prompt: "inputs.prompt", system: "inputs.system" },
      timeout: "180s",
      quality: { min: 1, checks: ["json"] },
    },
  },
  outputs: { text: "draft.text" },
});

/** Undefined where no instrument can be asked for text now. */
export async function draftingOf(
  session: Session,
  catalog: Catalog,
  workspace: string,
): Promise<Drafting | undefined> {
  const { definition } = checkWorkflow(WORKFLOW, "compose", catalog);
  if (definition === undefined || !await isServed(session, catalog)) return undefined;
  return {
    async draft({ prompt, system }) {
      const request = { definition, inputs: { prompt, system }, workspace, mayWrite: false };
      const handle = await session.runner.start(request, () => {});
      const outcome = await handle.done;
      const text = own(outcome.outputs, "text");
      if (typeof text === "string") return text;
      throw new SymphonyError("extension", outcome.failure?.message ?? `the run ${outcome.run} gave no text`);
    },
  };
}

async function isServed(session: Session, catalog: Catalog): Promise<boolean> {
  const serving: NodeTypeId[] = [];
  for (const { type, instrument } of catalog.nodes.values()) {
    if (instrument?.serves.includes(TASK) === true || instrument?.serves.includes("*") === true) {
      serving.push(type);
    }
  }
  if (session.unavailable === undefined) return serving.length > 0;
  const reasons = await session.unavailable(serving);
  return serving.some((type) => reasons.get(type) === undefined);
}
