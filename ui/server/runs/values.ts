/** What came out of a node, for previews; of a node that runs once for each item, what came out of one item. @module */

import { isObject, type Json } from "../../../core/json.ts";
import type { NodeId, RunId } from "../../../core/ids.ts";
import type { ValueRef } from "../../../core/orchestration/event.ts";
import type { ArtifactPort } from "../../../core/ports/artifact.ts";
import type { DagPort } from "../../../core/ports/dag.ts";
import { SymphonyError } from "../../../core/errors.ts";
import type { ItemValue, NodeValues, ValueQuery } from "../../api/runs.ts";
import { GivenItems } from "./given_items.ts";

const MAX_PREVIEW = 64 * 1024;
const MAX_TEXT = 4096;
const MAX_ITEMS = 50;

/**
 * The newest output; of a node with items that of `item`, without it that of the item which gave one last. An item that gave
 * none says in `item` why.
 * @throws SymphonyError `not-found` where nothing is there, or no such item
 */
export async function valuesOf(
  dag: DagPort,
  artifacts: ArtifactPort,
  run: RunId,
  { node, scope, item }: ValueQuery & { readonly node: NodeId },
): Promise<NodeValues> {
  const given = new GivenItems(node, scope);
  for await (const batch of dag.replay(run)) for (const event of batch) given.add(event);
  if (!given.isFan) {
    if (item !== undefined) {
      throw new SymphonyError(
        "not-found",
        `Cannot show item ${item} of ${node}: it does not run once for each item`,
      );
    }
    if (given.whole === undefined) {
      throw new SymphonyError("not-found", `Cannot show ${node}: it has given nothing yet`);
    }
    return { node, ...await shown(artifacts, given.whole) };
  }
  const index = item ?? given.newest;
  const total = given.total;
  if (index < 0 || index >= total && total > 0) {
    throw new SymphonyError(
      "not-found",
      `Cannot show item ${index} of ${node}: it has ${total} items, 0 to ${total - 1}`,
    );
  }
  const items = given.summary();
  if (total === 0) return { node, sizeBytes: 0, cut: [], items };
  const { output, ...rest } = given.at(index);
  const about: ItemValue = { index, ...rest };
  return output === undefined
    ? { node, sizeBytes: 0, cut: [], items, item: about }
    : { node, ...await shown(artifacts, output), items, item: about };
}

async function shown(
  artifacts: ArtifactPort,
  found: ValueRef,
): Promise<Pick<NodeValues, "output" | "artifact" | "sizeBytes" | "cut">> {
  if ("value" in found) {
    return { output: found.value, sizeBytes: JSON.stringify(found.value).length, cut: [] };
  }
  const bytes = await artifacts.get(found.artifact);
  if (bytes === undefined) {
    throw new SymphonyError("corrupt", `Cannot read artifact ${found.artifact}: it is missing`);
  }
  const value = JSON.parse(new TextDecoder().decode(bytes)) as Json;
  const cut: string[] = [];
  const output = found.sizeBytes <= MAX_PREVIEW ? value : shortened(value, "", cut);
  return { output, artifact: found.artifact, sizeBytes: found.sizeBytes, cut };
}

/** A value as far as it is shown. */
export function previewOf(
  value: Json,
): { readonly value: Json; readonly sizeBytes: number; readonly cut?: readonly string[] } {
  const sizeBytes = new TextEncoder().encode(JSON.stringify(value)).length;
  if (sizeBytes <= MAX_PREVIEW) return { value, sizeBytes };
  const cut: string[] = [];
  return { value: shortened(value, "", cut), sizeBytes, cut };
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
