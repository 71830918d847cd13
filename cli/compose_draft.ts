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
import { didYouMean } from "../core/workflow/suggest.ts";
import type { Session } from "./services.ts";
import { cleanLine } from "./text.ts";

const TASK = "generate";

function workflowText(use: string): string {
  return JSON.stringify({
    schema: 1,
    id: "compose",
    name: "Compose a workflow",
    version: "1.0.0",
    inputs: { prompt: { type: "string" }, system: { type: "string" } },
    nodes: {
      draft: {
        use,
        title: "Compose",
        in: { prompt: "inputs.prompt", system: "inputs.system" },
        timeout: "180s",
        quality: { min: 1, checks: ["json"] },
      },
    },
    outputs: { text: "draft.text" },
  });
}

/**
 * Undefined where no instrument can be asked for text now. `named` is the one to ask; without it the Conductor chooses.
 * @throws SymphonyError `bad-input` where the named one is none, or cannot be asked
 */
export async function draftingOf(
  session: Session,
  catalog: Catalog,
  workspace: string,
  named?: string,
): Promise<Drafting | undefined> {
  if (named !== undefined) await refuseUnknown(session, catalog, named);
  const { definition } = checkWorkflow(workflowText(named ?? `instrument/${TASK}`), "compose", catalog);
  if (definition === undefined || (named === undefined && !await isServed(session, catalog))) {
    return undefined;
  }
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

async function refuseUnknown(session: Session, { nodes }: Catalog, named: string): Promise<void> {
  const instruments = [...nodes.values()].filter(({ instrument }) => instrument !== undefined);
  const found = instruments.find(({ type }) => type === named);
  if (found === undefined) {
    throw new SymphonyError(
      "bad-input",
      `Cannot compose with "${cleanLine(named)}": there is no such instrument`,
      {
        hint: didYouMean(named, instruments.map(({ type }) => type), "instruments"),
      },
    );
  }
  const why = (await session.unavailable?.([found.type]))?.get(found.type);
  if (why !== undefined) throw new SymphonyError("bad-input", `Cannot compose with "${found.type}": ${why}`);
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
