/** A folded group: one box with its title, how many stand in it, what a run makes of them, and their problems counted. @module */

import { counted } from "../../parts/counted.ts";
import { Icon } from "../../parts/icon.tsx";
import { StateDot, stateWord } from "../../parts/state_dot.tsx";
import { memo } from "../../parts/memo.ts";
import { boxState } from "../model/folded.ts";
import type { BoardGroup } from "../model/graph.ts";
import type { RunOverlay } from "../run/run_overlay.ts";
import type { CardShape } from "./card_shape.ts";

export interface FoldedCardProps {
  readonly id: string;
  readonly group: BoardGroup;
  readonly run: RunOverlay;
  readonly shape: CardShape;
  readonly x: number;
  readonly y: number;
  readonly isSelected: boolean;
  readonly isCursor: boolean;
  readonly isFaded: boolean;
  readonly errors: number;
  readonly warnings: number;
}

export const FoldedCard = memo(function FoldedCard(props: FoldedCardProps) {
  const { id, group, run, shape, x, y, isSelected, isCursor, isFaded, errors, warnings } = props;
  const problems = ([[errors, "error"], [warnings, "warning"]] as const).flatMap(([count, what]) =>
    count === 0 ? [] : counted(count, what)
  );
  const classes = [
    "card folded",
    `tint-${group.colour}`,
    isSelected ? "is-selected" : "",
    isCursor ? "is-cursor" : "",
    errors > 0 ? "has-error" : warnings > 0 ? "has-warning" : "",
    isFaded ? "is-faded" : "",
  ].join(" ");
  return (
    <div
      class={classes}
      id={`node-${id}`}
      data-node={id}
      role="option"
      aria-selected={isSelected}
      style={{
        transform: `translate(${x}px, ${y}px)`,
        width: `${shape.width}px`,
        height: `${shape.height}px`,
      }}
    >
      <div class="card-head">
        <span class="card-icon">
          <Icon name="group" size={15} />
        </span>
        <span class="card-names">
          <span class="card-title cut">{group.title === "" ? "Group" : group.title}</span>
        </span>
        <span class="hidden-text">
          , folded group{problems.length === 0 ? "" : `, ${problems.join(", ")} inside`}
        </span>
        <BoxRun run={run} group={group} />
        <span class="card-unfold" data-fold="" aria-hidden="true" data-tip="Unfold">
          <Icon name="zoomin" size={14} />
        </span>
      </div>
      <div class="card-foot">
        <span class="card-mark">{counted(group.nodes.length, "node")}</span>
        {errors === 0 ? null : (
          <span class="card-mark bad" aria-hidden="true">
            <Icon name="bad" size={11} /> {errors}
          </span>
        )}
        {warnings === 0 ? null : (
          <span class="card-mark warn" aria-hidden="true">
            <Icon name="warn" size={11} /> {warnings}
          </span>
        )}
      </div>
    </div>
  );
});

/** What the run has made of the members, read from their own signals. */
function BoxRun({ run, group }: { readonly run: RunOverlay; readonly group: BoardGroup }) {
  const found = boxState(group.nodes.map((id) => run.of(id).value?.state));
  if (found === undefined) return null;
  return (
    <span class="card-state" data-tip={`${stateWord(found.state)}, ${found.done} of ${found.total} done`}>
      <span class="card-count numbers" aria-hidden="true">{found.done}/{found.total}</span>
      <StateDot state={found.state} />
    </span>
  );
}
