/**
 * What a run is started with, from what the page asks for. Everything is checked before anything runs.
 *
 * @module
 */

import { isAbsolute, resolve } from "node:path";
import { type NodeId, nodeId, runId } from "../../../core/ids.ts";
import { isObject, type Json, type JsonObject, own } from "../../../core/json.ts";
import type { StartRequest } from "../../../core/orchestration/run_handle.ts";
import { type CheckedPart, checkPart, checkWorkflow } from "../../../core/workflow/check.ts";
import type {
  InputDefinition,
  NodeDefinition,
  WorkflowDefinition,
} from "../../../core/workflow/definition.ts";
import { validate } from "../../../core/workflow/json_schema.ts";
import type { PartNote } from "../../../core/workflow/part_of.ts";
import { didYouMean } from "../../../core/workflow/suggest.ts";
import type { RequestFault } from "../../api/problem.ts";
import type { StartRun } from "../../api/runs.ts";
import type { Desk } from "../desk.ts";
import { faultAt } from "../http/request_check.ts";
import { Refusal } from "../http/problems.ts";
import type { Steer } from "./steering.ts";

const MOST_AT_ONCE = 1000;

/** @throws Refusal naming every place, SymphonyError for a file that cannot be read */
export async function startRequestOf(
  desk: Desk,
  body: StartRun,
): Promise<{ readonly request: StartRequest; readonly steer: Steer }> {
  const { definition, note } = await checkedOf(desk, body);
  const faults: RequestFault[] = [];
  const folder = resolve(desk.files.root, body.folder ?? ".");
  if (body.folder !== undefined && isAbsolute(body.folder) && !(await isFolder(folder))) {
    faults.push({
      place: "body.folder",
      found: `"${body.folder}", which is no folder`,
      right: "an existing folder",
    });
  }
  if (body.concurrency !== undefined && !(body.concurrency >= 1 && body.concurrency <= MOST_AT_ONCE)) {
    faults.push({ place: "body.concurrency", found: `${body.concurrency}`, right: `1 to ${MOST_AT_ONCE}` });
  }
  const inputs = checkedInputs(definition.inputs, body.inputs ?? {}, faults);
  for (const place of ["pins", "breakpoints"] as const) {
    const names = place === "pins" ? Object.keys(body.pins ?? {}) : body.breakpoints ?? [];
    for (const name of names) {
      if ((definition.nodes as ReadonlyMap<string, unknown>).has(name)) continue;
      // What is left out needs neither.
      if (note?.nodes.some((id) => id === name)) continue;
      faults.push({
        place: `body.${place}.${name}`,
        found: `"${name}"`,
        right: "the name of a node of the workflow",
      });
    }
  }
  await checkPins(desk, definition, body, faults);
  if (faults.length > 0) {
    const [first] = faults;
    const detail =
      `Cannot start "${definition.id}": ${first?.place}: found ${first?.found}, expected ${first?.right}`;
    throw new Refusal(400, "bad-input", detail, { faults });
  }
  const request = {
    definition,
    inputs,
    workspace: folder,
    mayWrite: body.mayWrite === true,
    ...body.proposes === true ? { proposes: true } : {},
    ...body.concurrency === undefined ? {} : { concurrency: body.concurrency },
    ...await reuseOf(desk, body, definition),
    ...body.mock === true ? { isMock: true } : {},
    ...note === undefined ? {} : { part: note },
  };
  const breakpoints = (body.breakpoints ?? []).filter((name) => definition.nodes.has(name as NodeId));
  return { request, steer: { breakpoints } };
}

/** What is taken over from earlier runs, or given by hand. */
async function reuseOf(
  desk: Desk,
  body: StartRun,
  { nodes }: WorkflowDefinition,
): Promise<Pick<StartRequest, "reuse">> {
  const { pins, from, breakpoints = [] } = body;
  // Who stops at a node wants to see it at work.
  const memo = breakpoints.length > 0 ? "off" : body.memo;
  if (pins === undefined && from === undefined && memo === undefined) return {};
  const { artifacts } = (await desk.backend()).pit;
  const kept = await Promise.all(
    Object.entries(pins ?? {}).filter(([node]) => nodes.has(node as NodeId)).map(async ([node, value]) => {
      const bytes = new TextEncoder().encode(JSON.stringify(value));
      const artifact = await artifacts.put(bytes, { type: "application/json", name: `${node}.pin.json` });
      return { node: nodeId(node), artifact, sizeBytes: bytes.length, from: "the board" };
    }),
  );
  return {
    reuse: {
      ...from === undefined ? {} : { of: runId(from.run) },
      ...from !== undefined && "node" in from ? { from: [nodeId(from.node)] } : {},
      ...from !== undefined && "changed" in from ? { changed: true } : {},
      ...memo === undefined ? {} : { memo },
      ...kept.length === 0 ? {} : { pins: kept },
    },
  };
}

/** Only what a call gives can be given by hand, and it must fit. */
async function checkPins(desk: Desk, definition: WorkflowDefinition, body: StartRun, faults: RequestFault[]) {
  const entries = Object.entries(body.pins ?? {});
  const catalog = entries.length === 0 ? undefined : await desk.catalog();
  for (const [name, value] of entries) {
    const node = (definition.nodes as ReadonlyMap<string, NodeDefinition>).get(name);
    const place = `body.pins.${name}`;
    if (node === undefined) continue;
    if (node.kind !== "call" || node.each !== undefined) {
      const found = node.kind === "call" ? "a node that runs over many items" : `a ${node.kind}`;
      faults.push({ place, found, right: "a node that calls once" });
      continue;
    }
    const schema = (catalog?.nodes.get(node.use) ?? catalog?.tasks.get(node.use))?.output;
    for (const { path, message } of schema === undefined ? [] : validate(schema, value)) {
      const found = message.replace(/^Found /, "");
      faults.push({
        place: path === "" ? place : `${place}.${path}`,
        found,
        right: `an output of ${node.use}`,
      });
    }
  }
}

/** The workflow, or as much of it as the run goes. */
async function checkedOf(desk: Desk, { workflow, to = [] }: StartRun): Promise<Checked> {
  const { text, file } = await textOf(desk, workflow);
  const [catalog, resolver] = [await desk.catalog(), desk.workflows.resolver()];
  const checked: CheckedPart = to.length === 0
    ? { ...checkWorkflow(text, file, catalog, resolver), unknown: [], known: [] }
    : checkPart(text, file, catalog, to, resolver);
  const { definition, note, problems, unknown: [unknown], known } = checked;
  if (unknown !== undefined) {
    const right = didYouMean(unknown, known, "nodes");
    const faults = [{ place: "body.to", found: `"${unknown}"`, right: "the name of a node of the workflow" }];
    throw new Refusal(400, "bad-input", `Cannot run to "${unknown}", which is no node. ${right}`, { faults });
  }
  if (definition !== undefined) return { definition, note };
  const errors = problems.filter(({ severity }) => severity === "error");
  const [first] = errors;
  const place = first === undefined ? "" : `: line ${first.line}: ${first.message}`;
  throw new Refusal(422, "bad-workflow", `Cannot run "${file}": it has ${errors.length} errors${place}`, {
    problems,
  });
}

interface Checked {
  readonly definition: WorkflowDefinition;
  readonly note: PartNote | undefined;
}

async function textOf(desk: Desk, workflow: StartRun["workflow"]) {
  if ("text" in workflow) return { text: workflow.text, file: workflow.file ?? "workflow.jsonc" };
  if ("file" in workflow) {
    const { bytes } = await desk.files.read(workflow.file);
    return { text: bytes, file: workflow.file };
  }
  const template = (await desk.templates()).find(({ id }) => id === workflow.template);
  if (template !== undefined) return { text: template.text, file: template.file };
  throw new Refusal(404, "not-found", `Cannot find template "${workflow.template.slice(0, 100)}"`);
}

function checkedInputs(
  definitions: ReadonlyMap<string, InputDefinition>,
  given: JsonObject,
  faults: RequestFault[],
): JsonObject {
  const inputs: Record<string, Json> = {};
  for (const [name, { schema, default: standard }] of definitions) {
    const value = Object.hasOwn(given, name) ? given[name] as Json : standard;
    if (value === undefined) {
      const title = isObject(schema) ? own(schema, "title") : undefined;
      const right = typeof title === "string" ? `a value (${title})` : "a value";
      faults.push({ place: `body.inputs.${name}`, found: "nothing", right });
      continue;
    }
    for (const { path, message } of validate(schema, value)) {
      faults.push(faultAt(`body.inputs.${name}`, path, message));
    }
    inputs[name] = value;
  }
  for (const name of Object.keys(given)) {
    if (definitions.has(name)) continue;
    const right = definitions.size === 0 ? "no inputs" : [...definitions.keys()].join(", ");
    faults.push({ place: `body.inputs.${name}`, found: "an unknown input", right });
  }
  return inputs;
}

async function isFolder(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isDirectory === true;
}
