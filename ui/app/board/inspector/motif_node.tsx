/** How an extension shows an opened node of a type: what it is given, and what came out of it in the run that is shown. @module */

import { useMemo } from "preact/hooks";
import type { JsonObject } from "../../../../core/json.ts";
import { MotifView } from "../../motif/motif_view.tsx";
import { nodeViews } from "../../motif/motifs.ts";
import { useResource } from "../../state/resource.ts";
import { type BoardNode, objectOf } from "../model/board_node.ts";
import type { Workbench } from "../workbench.ts";

export function MotifNode({ bench, node }: { readonly bench: Workbench; readonly node: BoardNode }) {
  const found = nodeViews.value.get(node.use);
  if (found?.view === undefined) return null;
  return (
    <section class="form motif-node" aria-label={`Shown by ${found.from}`}>
      <Shown bench={bench} node={node} extension={found.extension} view={found.view} from={found.from} />
      <p class="field-help">Shown by {found.from}</p>
    </section>
  );
}

function Shown({ bench, node, extension, view, from }: {
  readonly bench: Workbench;
  readonly node: BoardNode;
  readonly extension: string;
  readonly view: string;
  readonly from: string;
}) {
  const run = bench.run.runId.value;
  const status = bench.overlay.of(node.id).value;
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
  const about = useMemo((): JsonObject => ({
    node: {
      id: node.id,
      use: node.use,
      title: node.title,
      with: objectOf(node.value["with"]),
      in: objectOf(node.value["in"]),
    },
    ...state === undefined ? {} : { run: { state, ...output === undefined ? {} : { output } } },
  }), [node, state, output]);
  return <MotifView extension={extension} view={view} title={`The view of ${from}`} about={about} />;
}
