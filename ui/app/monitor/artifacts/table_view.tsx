/** A table with rows in sight only, sorted by a click on a column. @module */

import { useMemo, useState } from "preact/hooks";
import { VirtualList } from "../../parts/virtual_list.tsx";
import { plural } from "../format.ts";
import { sortedRows, type Table } from "./table_rows.ts";

const ROW_PX = 26;
const MOST_COLUMNS = 40;

export function TableView({ table }: { readonly table: Table }) {
  const [by, setBy] = useState<{ readonly column: number; readonly isDown: boolean } | undefined>(undefined);
  const [at, setAt] = useState(-1);
  const rows = useMemo(() => by === undefined ? table.rows : sortedRows(table, by.column, by.isDown), [
    table,
    by,
  ]);
  const columns = table.columns.slice(0, MOST_COLUMNS);
  const grid = { gridTemplateColumns: `repeat(${columns.length}, minmax(110px, 1fr))` };
  return (
    <div class="monitor-grid">
      <p class="faint monitor-grid-note">
        {plural(table.rows.length, "row")}, {plural(table.columns.length, "column")}
        {table.columns.length > columns.length ? `; the first ${columns.length} are shown` : ""}
      </p>
      <div class="monitor-grid-room" style={{ minWidth: `${columns.length * 110}px` }}>
        <div class="monitor-grid-head" style={grid} role="group" aria-label="Sort by column">
          {columns.map((name, column) => {
            const isBy = by?.column === column;
            return (
              <button
                key={column}
                type="button"
                aria-pressed={isBy}
                onClick={() => setBy({ column, isDown: isBy && by?.isDown === false })}
              >
                <span class="cut">{name === "" ? `Column ${column + 1}` : name}</span>
                {isBy
                  ? (
                    <span aria-label={by?.isDown ? "descending" : "ascending"} role="img">
                      {by?.isDown ? "↓" : "↑"}
                    </span>
                  )
                  : null}
              </button>
            );
          })}
        </div>
        <VirtualList
          label="Rows"
          count={rows.length}
          rowPx={ROW_PX}
          chosen={at}
          onChoose={setAt}
          row={(index) => (
            <div class="monitor-grid-row" style={grid}>
              {columns.map((_name, column) => (
                <span key={column} class="cut">{rows[index]?.[column] ?? ""}</span>
              ))}
            </div>
          )}
        />
      </div>
    </div>
  );
}
