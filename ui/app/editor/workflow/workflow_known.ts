/** What is installed and which workflows there are, for writing workflows: asked for when it is first needed, and again after a while. @module */

import { catalogFrom } from "../../board/library.ts";
import type { ApiClient } from "../../state/client.ts";
import type { WorkflowKnowledge } from "./workflow_ground.ts";

/** Extensions are installed while the page is open. */
const FRESH_MS = 20_000;

let asked: { readonly at: number; readonly known: Promise<WorkflowKnowledge> } | undefined;

/** What a workflow in `file` can name. @throws ApiError */
export async function knownFor(client: ApiClient, file: string): Promise<WorkflowKnowledge> {
  const now = performance.now();
  if (asked === undefined || now - asked.at > FRESH_MS) {
    const known = ask(client);
    asked = { at: now, known };
    known.catch(() => asked = undefined);
  }
  const known = await asked.known;
  const workflows = known.workflows.filter(({ reference }) => reference !== file).map((one) =>
    /[/.]/.test(one.reference) ? { ...one, reference: relativeTo(file, one.reference) } : one
  );
  return { ...known, workflows };
}

async function ask(client: ApiClient): Promise<WorkflowKnowledge> {
  const [info, files, templates] = await Promise.all([
    client.call("GET /catalog", {}),
    client.call("GET /workflows", {}),
    client.call("GET /templates", {}),
  ]);
  return {
    catalog: catalogFrom(
      info,
      new Map(templates.map(({ id, inputs, outputs }) => [id, { inputs, outputs }])),
    ),
    components: info.components,
    workflows: [
      ...files.map(({ file, name, id }) => ({ reference: file, title: name || id })),
      ...templates.map(({ id, name }) => ({ reference: id, title: `Template: ${name || id}` })),
    ],
  };
}

/** A file of the workspace as one beside another names it. */
export function relativeTo(from: string, file: string): string {
  const [folder, target] = [from.split("/").slice(0, -1), file.split("/")];
  let same = 0;
  while (same < folder.length && same < target.length - 1 && folder[same] === target[same]) same++;
  return [...folder.slice(same).map(() => ".."), ...target.slice(same)].join("/");
}

/** What `relativeTo` was made of. */
export function besideFile(from: string, reference: string): string {
  const parts = from.split("/").slice(0, -1);
  for (const part of reference.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
