/** What is chosen on the board, to be looked at and changed: a node, a connection, several nodes, or the workflow itself. @module */

import { Button, IconButton } from "../../parts/button.tsx";
import { Field } from "../../parts/field.tsx";
import { Icon } from "../../parts/icon.tsx";
import { made } from "../model/parts.ts";
import { INPUTS, mayDisable, OUTPUTS } from "../model/board_node.ts";
import { aligned, type AlignTo } from "../model/align.ts";
import { disableNodes, disconnect, groupNodes, removeNodes, setGroup } from "../model/commands.ts";
import { boxOf } from "../model/folded.ts";
import type { BoardEdge, BoardGroup } from "../model/graph.ts";
import { DataPreview } from "../run/data_preview.tsx";
import type { Workbench } from "../workbench.ts";
import { NodeInspector } from "./node_inspector.tsx";
import { WorkflowInspector } from "./workflow_inspector.tsx";

export function Inspector(
  { bench, onCollapse }: { readonly bench: Workbench; readonly onCollapse: () => void },
) {
  const { board } = bench;
  const selection = board.selection.value;
  const { nodes, edges } = board.graph.value;
  const named = board.selectedEdge.value;
  const edge = named === undefined ? undefined : edges.find(({ id }) => id === named);
  if (edge !== undefined) return <EdgeInspector bench={bench} edge={edge} />;
  const bundle = named === undefined ? [] : board.edgesNamed(named);
  if (bundle.length > 0) return <BundleInspector bench={bench} edges={bundle} />;
  const [only] = selection;
  const node = selection.size === 1 && only !== undefined ? nodes.get(only) : undefined;
  if (node !== undefined && node.id !== INPUTS && node.id !== OUTPUTS) {
    return <NodeInspector key={node.id} bench={bench} node={node} />;
  }
  if (selection.size > 1) return <SeveralInspector bench={bench} onCollapse={onCollapse} />;
  if (board.graph.value.fault !== undefined) {
    return <p class="muted">The fields of the workflow stand here once its text can be read.</p>;
  }
  return <WorkflowInspector bench={bench} />;
}

function EdgeInspector({ bench, edge }: { readonly bench: Workbench; readonly edge: BoardEdge }) {
  const { board } = bench;
  const words = {
    data: "Data",
    each: "Once for each item",
    when: "Condition",
    after: "Order only",
    case: "Condition of a case",
  } as const;
  const name = (id: string) => id === INPUTS ? "inputs" : id === OUTPUTS ? "outputs" : id;
  const problems = board.allProblems.value.filter((one) =>
    one.node === edge.to && one.field.replace(/^in\./, "") === (edge.toPort || edge.kind)
  );
  return (
    <div class="form inspector">
      <h2>Connection</h2>
      <p class="row">
        <Button small look="quiet" onClick={() => board.select([edge.from])}>
          {name(edge.from)}
          {edge.fromPort === "" ? "" : `.${edge.fromPort}`}
        </Button>
        <Icon name="right" size={13} />
        <Button small look="quiet" onClick={() => board.select([edge.to])}>
          {name(edge.to)}
          {edge.toPort === "" ? "" : `.${edge.toPort}`}
        </Button>
      </p>
      <p class="muted">
        {words[edge.kind]}: <code>{edge.text}</code>
      </p>
      {problems.map(({ message, hint }, index) => (
        <p key={index} class="field-error">
          <Icon name="bad" size={13} />
          <span>{message}. {hint}</span>
        </p>
      ))}
      <Button
        icon="trash"
        look="danger"
        disabled={!edge.isPlain}
        onClick={() => board.apply(disconnect(board.document.ground, [edge]))}
      >
        Disconnect
      </Button>
      {edge.isPlain
        ? null
        : <p class="field-help">It is part of a larger expression: change that in {name(edge.to)}.</p>}
      <h2>What goes through</h2>
      <DataPreview bench={bench} node={edge.from} port={edge.fromPort} />
    </div>
  );
}

/** Connections that go to or from a folded group together. */
function BundleInspector(
  { bench, edges }: { readonly bench: Workbench; readonly edges: readonly BoardEdge[] },
) {
  const { board } = bench;
  const plain = edges.filter(({ isPlain }) => isPlain);
  return (
    <div class="form inspector">
      <h2>{edges.length} connections</h2>
      <p class="field-help">They go to or from a folded group; one opens it to show where.</p>
      {edges.map((edge) => (
        <Button
          key={edge.id}
          small
          look="quiet"
          onClick={() => {
            board.reveal(edge.from);
            board.reveal(edge.to);
            board.selectEdge(edge.id);
          }}
        >
          {edge.from === INPUTS ? "inputs" : edge.from}
          {edge.fromPort === "" ? "" : `.${edge.fromPort}`}
          <Icon name="right" size={13} />
          {edge.to === OUTPUTS ? "outputs" : edge.to}
          {edge.toPort === "" ? "" : `.${edge.toPort}`}
        </Button>
      ))}
      <Button
        icon="trash"
        look="danger"
        disabled={plain.length === 0}
        onClick={() => board.apply(disconnect(board.document.ground, plain))}
      >
        Disconnect {plain.length === edges.length ? "all" : plain.length}
      </Button>
    </div>
  );
}

function GroupFields({ bench, group }: { readonly bench: Workbench; readonly group: BoardGroup }) {
  const { board } = bench;
  const isFolded = board.shown.value.boxes.has(boxOf(group.id));
  return (
    <>
      <h2>Group of {group.nodes.length}</h2>
      <Field id="group-title" label="Title">
        <input
          id="group-title"
          class="input"
          aria-describedby="group-title-help"
          value={group.title}
          onInput={({ currentTarget }) =>
            board.apply(setGroup(board.document.ground, group.id, { title: currentTarget.value }))}
        />
      </Field>
      <Button icon={isFolded ? "zoomin" : "zoomout"} onClick={() => board.fold([group], !isFolded)}>
        {isFolded ? "Unfold" : "Fold into one box"}
      </Button>
      {isFolded
        ? (
          <ul class="outputs">
            {group.nodes.map((id) => (
              <li key={id}>
                <Button
                  small
                  look="quiet"
                  onClick={() => {
                    board.reveal(id);
                    board.select([id]);
                  }}
                >
                  {board.graph.value.nodes.get(id)?.title ?? id}
                </Button>
              </li>
            ))}
          </ul>
        )
        : null}
    </>
  );
}

const alignments = [
  ["left", "alignleft", "Align left"],
  ["centre", "aligncentre", "Align centres"],
  ["right", "alignright", "Align right"],
  ["across", "distribute", "Even gaps across"],
  ["top", "aligntop", "Align top"],
  ["middle", "alignmiddle", "Align middles"],
  ["bottom", "alignbottom", "Align bottom"],
  ["down", "distributedown", "Even gaps down"],
] as const;

function SeveralInspector(
  { bench, onCollapse }: { readonly bench: Workbench; readonly onCollapse: () => void },
) {
  const { board } = bench;
  const ids = [...board.selection.value];
  const group = board.graph.value.groups.find(({ nodes }) =>
    nodes.length === ids.length && nodes.every((id) => board.selection.value.has(id))
  );
  const align = (to: AlignTo) => alignSelection(bench, to);
  const workers = ids.flatMap((id) => board.graph.value.nodes.get(id) ?? []).filter(mayDisable);
  const isEnabled = workers.some(({ isDisabled }) => !isDisabled);
  return (
    <div class="form inspector">
      {group === undefined ? <h2>{ids.length} chosen</h2> : <GroupFields bench={bench} group={group} />}
      <div class="align-buttons" role="group" aria-label="Align">
        {alignments.map(([to, icon, label]) => (
          <IconButton
            key={to}
            icon={icon}
            label={label}
            onClick={() => align(to)}
          />
        ))}
      </div>
      <Button icon="layout" onClick={() => void board.layout(ids)}>Lay these out</Button>
      <Button
        icon="group"
        onClick={() => void board.change(ids.length, (ground) => made(groupNodes(ground, ids)))}
      >
        Group
      </Button>
      {workers.length === 0 ? null : (
        <Button
          icon="eyeoff"
          onClick={() =>
            board.apply(disableNodes(board.document.ground, workers.map(({ id }) => id), isEnabled))}
        >
          {isEnabled ? "Disable these" : "Enable these"}
        </Button>
      )}
      <Button icon="workflow" onClick={onCollapse}>Make a sub-workflow…</Button>
      <Button
        icon="trash"
        look="danger"
        onClick={() => void board.change(ids.length, (ground) => removeNodes(ground, ids))}
      >
        Remove
      </Button>
    </div>
  );
}

/** Aligns what is chosen; one step of undo. */
export function alignSelection({ board }: Workbench, to: AlignTo): void {
  const scene = board.scene.peek();
  const { hidden } = board.shown.peek().graph;
  const shown = new Set([...board.selection.peek()].map((id) => hidden?.get(id) ?? id));
  const boxes = [...shown].flatMap((id) => {
    const index = scene.indexOf.get(id);
    return index === undefined ? [] : [{
      id,
      x: scene.left[index]!,
      y: scene.top[index]!,
      width: scene.width[index]!,
      height: scene.height[index]!,
    }];
  });
  if (boxes.length > 1) board.moveTo(aligned(boxes, to), `Align ${boxes.length} nodes`);
}
