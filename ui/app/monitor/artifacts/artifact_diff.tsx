/** Two artifacts line by line. @module */

import { ErrorState, LoadingState } from "../../parts/states.tsx";
import { VirtualList } from "../../parts/virtual_list.tsx";
import { useResource } from "../../state/resource.ts";
import { plural, shortId } from "../format.ts";
import { type DiffRow, rowsOfDiff } from "./diff_rows.ts";

const ROW_PX = 20;

export function ArtifactDiffView({ from, to }: { readonly from: string; readonly to: string }) {
  const loaded = useResource(
    (client, signal) =>
      client.call("GET /artifacts/{id}/diff", { params: { id: from }, query: { with: to }, signal }),
    [from, to],
  );
  const diff = loaded.value;
  if (diff === undefined) {
    return loaded.error === undefined
      ? <LoadingState what="the difference" />
      : <ErrorState title="Cannot compare" error={loaded.error} onRetry={loaded.reload} />;
  }
  if (diff.kind === "bytes") {
    return (
      <p>
        {diff.added === 0 && diff.removed === 0
          ? "Both hold the same bytes."
          : "They differ, and at least one is no text."}
      </p>
    );
  }
  return (
    <>
      <p class="row monitor-wrap">
        <code>{shortId(diff.from)}</code>
        <span aria-hidden="true">→</span>
        <code>{shortId(diff.to)}</code>
        <span class="badge good">{plural(diff.added, "line")} added</span>
        <span class="badge bad">{plural(diff.removed, "line")} removed</span>
        {diff.isCut ? <span class="faint">long equal parts are cut</span> : null}
      </p>
      {diff.hunks.length === 0
        ? <p class="faint">No line differs.</p>
        : <DiffLines rows={rowsOfDiff(diff)} isTall={false} />}
    </>
  );
}

export function DiffLines({ rows, isTall }: { readonly rows: readonly DiffRow[]; readonly isTall: boolean }) {
  const signs = { added: "+", removed: "−", equal: " ", head: "" } as const;
  return (
    <div
      class="monitor-diff"
      {...isTall ? {} : { style: { height: `${Math.min(640, rows.length * ROW_PX + 2)}px` } }}
    >
      <VirtualList
        label="Difference"
        count={rows.length}
        rowPx={ROW_PX}
        row={(index) => {
          const row = rows[index] as DiffRow;
          return (
            <div class={`monitor-diff-row ${row.kind}`}>
              <span class="numbers">{row.from ?? ""}</span>
              <span class="numbers">{row.to ?? ""}</span>
              <span>
                {signs[row.kind]}
                <span class="hidden-text">
                  {row.kind === "added" || row.kind === "removed" ? row.kind : ""}
                </span>
              </span>
              <span class="monitor-diff-text">{row.text}</span>
            </div>
          );
        }}
      />
    </div>
  );
}
