/** How an extension shows an opened node of a type: what it is given, and what came out of it in the run that is shown. @module */

import { MotifView } from "../../motif/motif_view.tsx";
import { nodeViews } from "../../motif/motifs.ts";
import type { BoardNode } from "../model/board_node.ts";
import { useNodeAbout } from "../motif_about.ts";
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
  const about = useNodeAbout(node, bench.overlay, bench.run.runId.value);
  return <MotifView extension={extension} view={view} title={`The view of ${from}`} about={about} />;
}
