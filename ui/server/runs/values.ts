/** What came out of a node, for previews. @module */

import { isObject, type Json } from "../../../core/json.ts";
import type { NodeId, RunId } from "../../../core/ids.ts";
import type { ValueRef } from "../../../core/orchestration/event.ts";
import type { ArtifactPort } from "../../../core/ports/artifact.ts";
import type { DagPort } from "../../../core/ports/dag.ts";
import { SymphonyError } from "../../../core/errors.ts";
import type { NodeValues, ValueQuery } from "../../api/runs.ts";

const MAX_PREVIEW = 64 * 1024;
const MAX_TEXT = 4096;
const MAX_ITEMS = 50;

/** The newest output. @throws SymphonyError `not-found` where there is none */
export async function valuesOf(
  dag: DagPort,
  artifacts: ArtifactPort,
  run: RunId,
  { node, scope, item }: ValueQuery & { readonly node: NodeId },
): Promise<NodeValues> {
  let found: ValueRef | undefined;
  for await (const batch of dag.replay(run)) {
    for (const event of batch) {
      if (event.type !== "node.completed" && event.type !== "node.iterated") continue;
      if (event.node === node && event.scope === scope && (item === undefined || event.item === item)) {
        found = event.output;
      }
    }
  }
  if (found === undefined) {
    throw new SymphonyError("not-found", `Cannot show ${node}: it has given nothing yet`);
  }
  if ("value" in found) {
    return { node, output: found.value, sizeBytes: JSON.stringify(found.value).length, cut: [] };
  }
  const bytes = await artifacts.get(found.artifact);
  if (bytes === undefined) {
    throw new SymphonyError("corrupt", `Cannot read artifact ${found.artifact}: it is missing`);
  }
  const value = JSON.parse(new TextDecoder().decode(bytes)) as Json;
  const cut: string[] = [];
  const output = found.sizeBytes <= MAX_PREVIEW ? value : shortened(value, "", cut);
  return { node, output, artifact: found.artifact, sizeBytes: found.sizeBytes, cut };
}

function shortened(value: Json, path: string, cut: string[]): Json {
  if (typeof value === "string" && value.length > MAX_TEXT) {
    cut.push(path);
    return `${value.slice(0, MAX_TEXT)}…`;
  }
  if (Array.isArray(value)) {
    const list = value as readonly Json[];
    if (list.length > MAX_ITEMS) cut.push(path);
    return list.slice(0, MAX_ITEMS).map((one, at) => shortened(one, `${path}.${at}`, cut));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map((
      [name, part],
    ) => [name, shortened(part, path === "" ? name : `${path}.${name}`, cut)]),
  );
}
