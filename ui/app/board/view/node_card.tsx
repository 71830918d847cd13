/**
 * A node near enough to be read: head, ports, foot. What changes while a workflow runs is read from signals by its smallest
 * part, so that a hundred changes a frame paint a hundred dots and no cards.
 *
 * @module
 */

import type { ReadonlySignal } from "@preact/signals";
import { memo } from "../../parts/memo.ts";
import { Icon } from "../../parts/icon.tsx";
import { StateDot, stateToken, stateWord } from "../../parts/state_dot.tsx";
import type { Board } from "../board.ts";
import type { BoardNode, BoardPort } from "../model/board_node.ts";
import { describe } from "../../../../core/workflow/port_type.ts";
import type { RunOverlay } from "../run/run_overlay.ts";
import { type CardShape, PADDING, portPlace, ROW_HEIGHT } from "./card_shape.ts";
import { CardView } from "./card_view.tsx";
import { colourFor, groupWords, iconFor } from "./kinds.ts";
import { wire } from "./wire.tsx";

export interface NodeCardProps {
  readonly board: Board;
  readonly run: RunOverlay;
  readonly node: BoardNode;
  readonly shape: CardShape;
  readonly x: number;
  readonly y: number;
  readonly isSelected: boolean;
  readonly isCursor: boolean;
  readonly worst: "error" | "warning" | undefined;
  /** Ports with problems, by name; `when`, `each` for the marks. */
  readonly badPorts: ReadonlySet<string>;
  readonly isFaded: boolean;
  /** The run that is shown. */
  readonly runId: ReadonlySignal<string | undefined>;
}

export const NodeCard = memo(function NodeCard(props: NodeCardProps) {
  const { board, run, node, shape, x, y, isSelected, isCursor, worst, badPorts, isFaded, runId } = props;
  const isExpanded = board.expanded.value.has(node.id);
  const folded = shape.hidden;
  const problemWord = worst === undefined ? "" : worst === "error" ? ", has errors" : ", has warnings";
  const words = `, ${groupWords[node.group]}${node.isDisabled ? ", disabled" : ""}${problemWord}`;
  const classes = [
    "card",
    `kind-${node.group}`,
    isSelected ? "is-selected" : "",
    isCursor ? "is-cursor" : "",
    worst === undefined ? "" : `has-${worst}`,
    isFaded ? "is-faded" : "",
    node.isDisabled ? "is-disabled" : "",
  ].join(" ");
  return (
    <div
      class={classes}
      id={`node-${node.id}`}
      data-node={node.id}
      role="option"
      aria-selected={isSelected}
      style={{
        transform: `translate(${x}px, ${y}px)`,
        width: `${shape.width}px`,
        height: `${shape.height}px`,
        ...colourFor(node.use),
      }}
    >
      <div class="card-head">
        <span class="card-icon">
          <Icon name={iconFor(node.use, node.group)} size={15} />
        </span>
        <span class="card-names">
          <span class="card-title cut">{node.title}</span>
          {node.use === "" ? null : <span class="card-use cut">{node.use}</span>}
        </span>
        {node.unavailable === undefined ? null : (
          <span class="card-flag warn" data-tip={node.unavailable}>
            <Icon name="plug" size={13} />
          </span>
        )}
        {node.isDisabled
          ? (
            <span class="card-flag" data-tip="Disabled: it hands on what it takes">
              <Icon name="eyeoff" size={13} />
            </span>
          )
          : null}
        <span class="hidden-text">{words}</span>
        <CardRun run={run} id={node.id} />
        {worst === undefined ? null : (
          <span class={`card-flag ${worst}`}>
            <Icon name={worst === "error" ? "bad" : "warn"} size={14} />
          </span>
        )}
      </div>
      {shape.inputs.map((port) => (
        <Port
          key={`i${port.name}`}
          side="input"
          node={node}
          port={port}
          shape={shape}
          isBad={badPorts.has(port.name)}
        />
      ))}
      {shape.outputs.map((port) => (
        <Port key={`o${port.name}`} side="output" node={node} port={port} shape={shape} isBad={false} />
      ))}
      {node.id === "$outputs" ? null : (
        <span
          class="port-dot whole port-dot-input"
          data-port=""
          data-side="input"
          data-tip="Order: run after"
          style={{ top: "13px" }}
        />
      )}
      {node.id === "$inputs" ? null : (
        <span
          class="port-dot whole port-dot-output"
          data-port=""
          data-side="output"
          data-tip="The node as a whole"
          style={{ top: "13px" }}
        />
      )}
      {folded > 0 || isExpanded && shape.rows > 0 && (node.inputs.length > 5 || node.outputs.length > 5)
        ? (
          <span
            class="card-fold"
            aria-hidden="true"
            data-fold=""
            style={{ top: `${36 + PADDING / 2 + (shape.rows - 1) * ROW_HEIGHT}px` }}
          >
            {folded > 0 ? `${folded} more` : "less"}
          </span>
        )
        : null}
      {shape.viewTop === undefined
        ? null
        : <CardView node={node} run={run} runId={runId} top={shape.viewTop} />}
      {shape.marks.length === 0 ? null : (
        <div class="card-foot" aria-hidden="true">
          {shape.marks.map(({ kind, text }) => (
            <span
              key={kind}
              class={`card-mark cut ${badPorts.has(kind) ? "bad" : ""}`}
              data-tip={markTips[kind](text)}
            >
              <Icon name={markIcons[kind]} size={11} />
              {kind === "each" || kind === "when" ? <code class="cut">{text}</code> : text}
            </span>
          ))}
        </div>
      )}
      <StateEdge run={run} id={node.id} />
      <Progress run={run} id={node.id} />
    </div>
  );
});

const markIcons = {
  each: "loop",
  when: "branch",
  retry: "retry",
  importance: "info",
  timeout: "clock",
} as const;
const markTips = {
  each: (text: string) => `Runs once for each of ${text}`,
  when: (text: string) => `Runs only when ${text}`,
  retry: (text: string) => `Tries again up to ${text} times`,
  importance: (text: string) =>
    text === "optional" ? "The run goes on quietly without it" : "The run goes on, degraded, without it",
  timeout: (text: string) => `At most ${text}`,
} as const;

function Port(
  { side, node, port, shape, isBad }: {
    readonly side: "input" | "output";
    readonly node: BoardNode;
    readonly port: BoardPort;
    readonly shape: CardShape;
    readonly isBad: boolean;
  },
) {
  const { y } = portPlace(shape, side, port.name);
  const isWanted = side === "input" && port.isRequired && !port.isBound && !node.isDisabled;
  const connecting = wire.value;
  const isHeld = connecting !== undefined && connecting.fixed.node === node.id &&
    connecting.fixed.port === port.name &&
    connecting.isFromSource === (side === "output");
  const isOffered = connecting !== undefined && connecting.isFromSource === (side === "input");
  const verdict = isOffered ? connecting.judge.judge({ node: node.id, port: port.name }).fits : undefined;
  const offer = isHeld
    ? "is-held"
    : connecting === undefined
    ? ""
    : verdict === undefined || verdict === "no"
    ? "is-refused"
    : "is-offered";
  const state = `${offer} ${isBad ? "is-bad" : ""} ${isWanted ? "is-wanted" : ""} ${
    port.isBound ? "is-bound" : ""
  }`;
  const constant = side === "input" ? node.value["with"] : undefined;
  const isConstant = typeof constant === "object" && constant !== null && port.name in constant;
  return (
    <div
      class={`port port-${side} ${state}`}
      aria-hidden="true"
      data-port={port.name}
      data-side={side}
      data-tip={`${port.name}: ${describe(port.schema)}${
        port.isRequired && side === "input" ? ", required" : ""
      }`}
      style={{ top: `${y - ROW_HEIGHT / 2}px` }}
    >
      <span class={`port-dot port-dot-${side} ${isConstant ? "is-constant" : ""}`} />
      <span class="port-name cut">{port.name}</span>
    </div>
  );
}

/** The dot of the node's state in the run that is shown. */
function CardRun({ run, id }: { readonly run: RunOverlay; readonly id: string }) {
  const status = run.of(id).value;
  const marks = run.marksOf(id);
  return (
    <>
      {marks.isBreakpoint
        ? (
          <span class="card-flag breakpoint" data-tip="Breakpoint">
            <Icon name="breakpoint" size={12} label="Breakpoint" />
          </span>
        )
        : null}
      {marks.isPinned
        ? (
          <span class="card-flag pinned" data-tip="Output is pinned">
            <Icon name="pin" size={13} label="Pinned" />
          </span>
        )
        : null}
      {status === undefined
        ? null
        : (
          <span class="card-state" data-tip={status.note ?? stateWord(status.state)}>
            {status.counts === ""
              ? null
              : <span class="card-count numbers" aria-hidden="true">{status.counts}</span>}
            <StateDot state={status.state} />
          </span>
        )}
    </>
  );
}

/** The card's outline in the colour of what becomes of the node: where many cards are, the failed one is seen at once. */
function StateEdge({ run, id }: { readonly run: RunOverlay; readonly id: string }) {
  const state = run.of(id).value?.state;
  if (state === undefined || state === "pending" || state === "left-out") return null;
  const token = stateToken(state);
  return <span class={`card-edge is-${token}`} style={{ borderColor: `var(--${token})` }} />;
}

function Progress({ run, id }: { readonly run: RunOverlay; readonly id: string }) {
  const status = run.of(id).value;
  if (status?.share === undefined) return null;
  return <span class="card-progress" style={{ transform: `scaleX(${status.share})` }} />;
}
