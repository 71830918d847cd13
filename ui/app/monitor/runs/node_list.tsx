/**
 * The nodes as a list: search, filter, and what a screen reader reads in place of the drawing. Rows in sight only, so ten
 * thousand nodes cost what forty do.
 *
 * @module
 */

import { useMemo, useState } from "preact/hooks";
import type { NodeAccount } from "../../../../core/orchestration/run_account.ts";
import { IconButton } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { SearchField } from "../../parts/search_field.tsx";
import { StateDot } from "../../parts/state_dot.tsx";
import { VirtualList } from "../../parts/virtual_list.tsx";
import { durationText } from "../format.ts";
import { fitsFilter, type NodeFilter, nodeFilters, type NodeRow, rowsOf } from "./node_rows.ts";
import type { RunWatch } from "./run_watch.ts";

const ROW_PX = 40;

export function NodeList(
  { watch, chosen, onChoose, onClose }: {
    readonly watch: RunWatch;
    readonly chosen: string | undefined;
    readonly onChoose: (key: string) => void;
    readonly onClose: () => void;
  },
) {
  const { model } = watch;
  const tick = model.tick.value;
  const graph = watch.definition.value?.graph;
  const [text, setText] = useState("");
  const [filter, setFilter] = useState<NodeFilter>("all");
  const count = graph === undefined ? model.account.nodes.size : model.bodyNodes.length;
  const rows = useMemo(() => rowsOf(graph, model), [graph, count]);
  const shown = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
    if (words.length === 0 && filter === "all") return rows;
    return rows.filter((row) => {
      if (!fitsFilter(model.stateOf(row.key), filter)) return false;
      if (words.length === 0) return true;
      const hay = `${row.node} ${row.title} ${row.scope ?? ""} ${row.graphNode?.use ?? ""}`.toLowerCase();
      return words.every((word) => hay.includes(word));
    });
    // States change with every tick, names do not.
  }, [rows, text, filter, filter === "all" ? 0 : tick]);
  const at = shown.findIndex(({ key }) => key === chosen);
  return (
    <>
      <div class="panel-head">
        <h2>Nodes</h2>
        <span class="faint numbers">
          {shown.length === rows.length ? rows.length : `${shown.length}/${rows.length}`}
        </span>
        <IconButton icon="close" label="Close the list" small class="monitor-only-narrow" onClick={onClose} />
      </div>
      <div class="monitor-list-tools">
        <SearchField label="Search nodes" value={text} onValue={setText} />
        <select
          class="select"
          aria-label="Nodes by state"
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value as NodeFilter)}
        >
          {nodeFilters.map(({ id, title }) => <option key={id} value={id}>{title}</option>)}
        </select>
      </div>
      {shown.length === 0 ? <p class="monitor-none faint">No node fits.</p> : (
        <VirtualList
          label="Nodes"
          count={shown.length}
          rowPx={ROW_PX}
          keyOf={(index) => shown[index]?.key ?? index}
          row={(index) => <Row row={shown[index] as NodeRow} watch={watch} isChosen={index === at} />}
          chosen={at}
          onChoose={(index) => {
            const row = shown[index];
            if (row !== undefined) onChoose(row.key);
          }}
        />
      )}
    </>
  );
}

/** Items that have begun. */
function itemsOf({ counts }: NodeAccount): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function Row(
  { row, watch, isChosen }: { readonly row: NodeRow; readonly watch: RunWatch; readonly isChosen: boolean },
) {
  const { model } = watch;
  void model.tick.value;
  const node = model.node(row.key);
  const state = model.stateOf(row.key);
  const isFan = node?.isFan === true;
  const took = node?.startedAt === undefined || node.endedAt === undefined
    ? undefined
    : node.endedAt - node.startedAt;
  return (
    <div class={`monitor-node-row ${isChosen ? "chosen" : ""}`}>
      <StateDot state={state} />
      <span class="monitor-node-name">
        <span class="cut">{row.title}</span>
        <span class="faint cut monitor-small">
          {row.scope === undefined
            ? row.graphNode?.use ?? row.graphNode?.kind ?? row.node
            : `${row.scope} / ${row.node}`}
        </span>
      </span>
      {node !== undefined && node.fallbacks > 0
        ? <Icon name="branch" size={12} label={`${node.fallbacks} fallbacks`} />
        : null}
      {node !== undefined && node.attempts > Math.max(1, itemsOf(node))
        ? (
          <span class="monitor-small numbers faint" title="Attempts">
            ×{node.attempts}
            <span class="hidden-text">attempts</span>
          </span>
        )
        : null}
      <span class="monitor-small numbers faint">
        {isFan
          ? node.count === undefined && state === "skipped"
            ? ""
            : `${node.counts.completed + node.counts.failed + node.counts.skipped}/${node.count ?? "?"}`
          : took === undefined
          ? ""
          : durationText(took)}
      </span>
    </div>
  );
}
