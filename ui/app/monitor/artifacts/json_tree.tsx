/** A JSON value as a tree: opened and closed by click or arrow keys; rows in sight only. @module */

import { useMemo, useState } from "preact/hooks";
import type { Json } from "../../../../core/json.ts";
import { Icon } from "../../parts/icon.tsx";
import { VirtualList } from "../../parts/virtual_list.tsx";
import { type JsonRow, jsonRows } from "./json_rows.ts";

const ROW_PX = 24;
/** Deeper levels begin closed. */
const OPEN_DEPTH = 2;

export function JsonTree(
  { label, value, isCompact = false }: {
    readonly label: string;
    readonly value: Json;
    /** As high as its rows, up to a limit. */
    readonly isCompact?: boolean;
  },
) {
  const [turned, setTurned] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [at, setAt] = useState(0);
  const rows = useMemo(
    () => jsonRows(value, (path, depth) => turned.get(path) ?? depth < OPEN_DEPTH),
    [value, turned],
  );
  const turn = (row: JsonRow | undefined, open = row?.isOpen !== true) => {
    if (row?.isOpen === undefined) return;
    setTurned(new Map(turned).set(row.path, open));
  };
  const height = Math.min(rows.length * ROW_PX + 2, 320);
  return (
    <div
      class="monitor-json"
      {...isCompact ? { style: { height: `${height}px` } } : {}}
      onKeyDownCapture={(event) => {
        if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
        event.preventDefault();
        event.stopPropagation();
        turn(rows[at], event.key === "ArrowRight");
      }}
    >
      <VirtualList
        label={label}
        count={rows.length}
        rowPx={ROW_PX}
        keyOf={(index) => rows[index]?.path ?? index}
        chosen={at}
        onChoose={(index) => setAt(index)}
        onOpen={(index) => turn(rows[index])}
        row={(index) => {
          const row = rows[index] as JsonRow;
          return (
            <div class="monitor-json-row" style={{ paddingLeft: `${8 + row.depth * 14}px` }}>
              <span class="monitor-json-turn" onClick={() => turn(row)}>
                {row.isOpen === undefined ? null : <Icon name={row.isOpen ? "down" : "right"} size={12} />}
              </span>
              {row.name === "" ? null : <span class="monitor-json-name">{row.name}</span>}
              <span class={`monitor-json-value cut ${row.kind}`}>{row.text}</span>
            </div>
          );
        }}
      />
    </div>
  );
}
