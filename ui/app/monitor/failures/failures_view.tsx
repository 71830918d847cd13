/**
 * The error tracker: failures grouped by cause, newest first; one cause with its occurrences, the author's stack, the inputs
 * as artifacts, what recovery tried, and retry from there.
 *
 * @module
 */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { FailureGroup, FailureState } from "../../../api/failures.ts";
import type { ViewProps } from "../../shell/view.ts";
import { Button } from "../../parts/button.tsx";
import { SearchField } from "../../parts/search_field.tsx";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { VirtualList } from "../../parts/virtual_list.tsx";
import { useApp } from "../../state/app.ts";
import { hrefOf, navigate } from "../../state/route.ts";
import { agoText, countText, plural } from "../format.ts";
import { useNow } from "../now.ts";
import { failureGroups, failuresError, followFailures } from "./failure_index.ts";
import { FailureDetailPanel } from "./failure_detail.tsx";

const states = ["open", "resolved", "ignored"] as const satisfies readonly FailureState[];
const titles = { open: "Open", resolved: "Resolved", ignored: "Ignored" } as const;
const ROW_PX = 60;

export default function FailuresView({ route }: ViewProps) {
  const app = useApp();
  const now = useNow(true);
  const [text, setText] = useState(route.query["text"] ?? "");
  useEffect(() => followFailures(app), []);
  const state = states.find((one) => one === route.query["state"]) ?? "open";
  const groups = failureGroups.value;
  const shown = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
    return (groups ?? []).filter((group) => {
      const hay = `${group.message} ${group.nodeType} ${group.class}`.toLowerCase();
      return group.state === state && words.every((word) => hay.includes(word));
    });
  }, [groups, state, text]);
  const chosen = route.path === "" ? undefined : route.path;
  const at = shown.findIndex(({ fingerprint }) => fingerprint === chosen);
  const query: Readonly<Record<string, string>> = state === "open" ? {} : { state };
  return (
    <>
      <header class="bar monitor-bar">
        <h1>Failures</h1>
        <div class="monitor-search">
          <SearchField label="Search failures" value={text} onValue={setText} />
        </div>
        <span class="grow" />
        <div class="monitor-chips" role="group" aria-label="Filter by state">
          {states.map((one) => (
            <button
              key={one}
              type="button"
              class="monitor-chip"
              aria-pressed={one === state}
              onClick={() => navigate(hrefOf("failures", "", one === "open" ? {} : { state: one }), true)}
            >
              {titles[one]}
              <span class="faint numbers">{groups?.filter((group) => group.state === one).length ?? 0}</span>
            </button>
          ))}
        </div>
      </header>
      {groups === undefined
        ? failuresError.value === undefined ? <LoadingState what="failures" lines={7} /> : (
          <ErrorState
            title="Cannot list the failures"
            error={failuresError.value}
            onRetry={() => navigate(hrefOf("failures"), true)}
          />
        )
        : (
          <div class="monitor-sides">
            <div class={`monitor-side ${chosen === undefined ? "" : "behind"}`}>
              {shown.length === 0
                ? (
                  <EmptyState
                    icon={state === "open" && text === "" ? "good" : "search"}
                    title={text !== ""
                      ? "No failure fits"
                      : state === "open"
                      ? "Nothing is failing"
                      : `None ${state}`}
                    {...text === "" ? {} : { action: <Button onClick={() => setText("")}>Show all</Button> }}
                  >
                    {text === "" && state === "open"
                      ? "Every failed attempt of every run is grouped here by its cause."
                      : ""}
                  </EmptyState>
                )
                : (
                  <VirtualList
                    label="Failures by cause"
                    count={shown.length}
                    rowPx={ROW_PX}
                    keyOf={(index) => shown[index]?.fingerprint ?? index}
                    chosen={at}
                    onChoose={(index) => {
                      const group = shown[index];
                      if (group !== undefined) navigate(hrefOf("failures", group.fingerprint, query), true);
                    }}
                    row={(index) => <GroupRow group={shown[index] as FailureGroup} now={now} />}
                  />
                )}
            </div>
            <div class={`monitor-main ${chosen === undefined ? "empty" : ""}`}>
              {chosen === undefined
                ? (
                  <EmptyState icon="error" title="Choose a cause">
                    Its occurrences, stack, inputs and what was tried stand here.
                  </EmptyState>
                )
                : (
                  <FailureDetailPanel
                    key={chosen}
                    fingerprint={chosen}
                    count={groups.find(({ fingerprint }) => fingerprint === chosen)?.count ?? 0}
                    back={hrefOf("failures", "", query)}
                  />
                )}
            </div>
          </div>
        )}
    </>
  );
}

function GroupRow({ group, now }: { readonly group: FailureGroup; readonly now: number }) {
  return (
    <div class="monitor-entry">
      <div class="row">
        <span class="badge bad">{group.class}</span>
        <span class="mono faint cut grow monitor-small">{group.nodeType}</span>
        <span class="faint monitor-small">{agoText(group.lastAt, now)}</span>
      </div>
      <div class="row">
        <span class="cut grow">{group.message}</span>
        <span class="numbers faint monitor-small" title={plural(group.runs, "run")}>
          {countText(group.count)}×<span class="hidden-text">in {plural(group.runs, "run")}</span>
        </span>
      </div>
    </div>
  );
}
