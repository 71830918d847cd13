/** What a view of a node is about: the node, and what came out of it in the run that is shown. @module */

import { useMemo } from "preact/hooks";
import type { JsonObject } from "../../../core/json.ts";
import { useResource } from "../state/resource.ts";
import { type BoardNode, objectOf } from "./model/board_node.ts";
import type { RunOverlay } from "./run/run_overlay.ts";

/** The same object as long as nothing of it is another. */
export function useNodeAbout(node: BoardNode, overlay: RunOverlay, run: string | undefined): JsonObject {
  const status = overlay.of(node.id).value;
  const isDone = status?.state === "completed" && status.counts === "";
  const values = useResource(
    (client, signal) =>
      run === undefined || !isDone
        ? Promise.resolve(undefined)
        : client.call("GET /runs/{run}/values/{node}", { params: { run, node: node.id }, query: {}, signal }),
    [run, node.id, isDone],
  );
  const output = isDone ? values.value?.output : undefined;
  const state = status?.state;
  return useMemo((): JsonObject => ({
    node: {
      id: node.id,
      use: node.use,
      title: node.title,
      with: objectOf(node.value["with"]),
      in: objectOf(node.value["in"]),
    },
    ...state === undefined ? {} : { run: { state, ...output === undefined ? {} : { output } } },
  }), [node, state, output]);
}
