/** All runs, live and past: searched, filtered by state, opened. @module */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { RunLine } from "../../../api/runs.ts";
import { Button } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { SearchField } from "../../parts/search_field.tsx";
import { StateDot } from "../../parts/state_dot.tsx";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { VirtualList } from "../../parts/virtual_list.tsx";
import { useApp } from "../../state/app.ts";
import { hrefOf, navigate } from "../../state/route.ts";
import { agoText, durationText, momentText, moneyText } from "../format.ts";
import { useNow } from "../now.ts";
import { promptsOf } from "../system/prompt_index.ts";
import { shownState } from "./run_state.ts";
import { ShareBar } from "./share_bar.tsx";
import {
  areRunsKnown,
  followRuns,
  hasMoreRuns,
  isLoadingRuns,
  loadMoreRuns,
  runsError,
  sortedRuns,
} from "./run_index.ts";

const filters = [
  { id: "all", title: "All" },
  { id: "live", title: "Live" },
  { id: "asking", title: "Asking" },
  { id: "failed", title: "Failed" },
  { id: "done", title: "Completed" },
] as const;
type Filter = (typeof filters)[number]["id"];
const ROW_PX = 52;

function fits(line: RunLine, filter: Filter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "live":
      return line.driver !== "ended";
    case "asking":
      return line.isAsking === true && line.driver !== "ended";
    case "failed":
      return line.state === "failed";
    case "done":
      return line.state === "completed";
  }
}

export function RunList({ query }: { readonly query: Readonly<Record<string, string>> }) {
  const app = useApp();
  const [chosen, setChosen] = useState(-1);
  const filter = filters.find(({ id }) => id === query["state"])?.id ?? "all";
  const text = query["text"] ?? "";
  useEffect(() => followRuns(app), []);
  useEffect(() => {
    if (!areRunsKnown.value) void loadMoreRuns(app);
  }, []);
  const all = sortedRuns.value;
  const shown = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
    return all.filter((line) => {
      if (!fits(line, filter)) return false;
      const hay = `${line.run} ${line.workflow} ${line.state}`.toLowerCase();
      return words.every((word) => hay.includes(word));
    });
  }, [all, filter, text]);
  const counts = useMemo(
    () => new Map(filters.map(({ id }) => [id, all.filter((line) => fits(line, id)).length])),
    [all],
  );
  const set = (change: Readonly<Record<string, string>>) => {
    const next = { ...query, ...change };
    navigate(
      hrefOf("runs", "", Object.fromEntries(Object.entries(next).filter(([, value]) => value !== ""))),
      true,
    );
    setChosen(-1);
  };
  const open = (index: number) => {
    const line = shown[index];
    if (line !== undefined) navigate(hrefOf("runs", line.run));
  };
  return (
    <>
      <header class="bar monitor-bar">
        <h1>Runs</h1>
        <div class="monitor-search">
          <SearchField label="Search runs" value={text} onValue={(value) => set({ text: value })} />
        </div>
        <span class="grow" />
        <div class="monitor-chips" role="group" aria-label="Filter by state">
          {filters.map(({ id, title }) => (
            <button
              key={id}
              type="button"
              class="monitor-chip"
              aria-pressed={id === filter}
              onClick={() => set({ state: id === "all" ? "" : id })}
            >
              {title}
              <span class="numbers faint">{counts.get(id) ?? 0}</span>
            </button>
          ))}
        </div>
      </header>
      {runsError.value !== undefined && all.length === 0
        ? (
          <ErrorState
            title="Cannot list the runs"
            error={runsError.value}
            onRetry={() => loadMoreRuns(app)}
          />
        )
        : !areRunsKnown.value && all.length === 0
        ? <LoadingState what="runs" lines={8} />
        : all.length === 0
        ? (
          <EmptyState
            icon="runs"
            title="Nothing has run yet"
            action={<a class="button primary" href={hrefOf("board")}>Open the Harmony Board</a>}
          >
            Start a workflow on the board, or with{" "}
            <code>symphony run code-review</code>. Runs of every process that shares this data folder appear
            here.
          </EmptyState>
        )
        : shown.length === 0
        ? (
          <EmptyState
            icon="search"
            title="No run fits"
            action={<Button onClick={() => set({ text: "", state: "" })}>Show all runs</Button>}
          >
            {hasMoreRuns.value ? "Older runs have not been loaded yet." : "Try fewer words or another state."}
          </EmptyState>
        )
        : (
          <div class="monitor-runs">
            <VirtualList
              label="Runs"
              count={shown.length}
              rowPx={ROW_PX}
              keyOf={(index) => shown[index]?.run ?? index}
              row={(index) => <RunRow line={shown[index] as RunLine} />}
              chosen={chosen}
              onChoose={(index) => setChosen(index)}
              onOpen={open}
            />
          </div>
        )}
      {hasMoreRuns.value
        ? (
          <div class="monitor-foot">
            <Button small disabled={isLoadingRuns.value} onClick={() => loadMoreRuns(app)}>
              {isLoadingRuns.value ? "Loading…" : "Load older runs"}
            </Button>
          </div>
        )
        : null}
    </>
  );
}

const drivers = {
  here: "",
  elsewhere: "another process",
  nobody: "nobody carries it out",
  ended: "",
} as const;

function RunRow({ line }: { readonly line: RunLine }) {
  const now = useNow(line.driver !== "ended");
  const total = line.total ?? 0;
  const done = line.done ?? 0;
  const asksLeave = promptsOf(line.run).length > 0;
  const state = shownState({ ...line, isAsking: line.isAsking === true, asksLeave });
  return (
    <div class="monitor-run-row" onClick={() => navigate(hrefOf("runs", line.run))}>
      <StateDot state={state} />
      <span class="monitor-run-name">
        <strong class="cut">{line.workflow === "" ? "Unnamed workflow" : line.workflow}</strong>
        <span class="faint mono cut">{line.run}</span>
      </span>
      <span class="monitor-run-notes">
        {line.isMock ? <span class="badge warn">Mock</span> : null}
        {line.isPart === true
          ? <span class="badge" data-tip="It goes only as far as some node">Part</span>
          : null}
        {line.isAsking === true && line.driver !== "ended"
          ? (
            <span class="badge warn">
              <Icon name={asksLeave ? "shield" : "gate"} size={11} />{" "}
              {asksLeave ? "Asks for leave" : "Asks you"}
            </span>
          )
          : null}
        {(line.failed ?? 0) > 0 ? <span class="badge bad">{line.failed} failed</span> : null}
        {drivers[line.driver] === "" || state === "waiting-for-input"
          ? null
          : <span class="badge">{drivers[line.driver]}</span>}
      </span>
      <span class="monitor-run-share">
        {total === 0 ? null : (
          <>
            <ShareBar state={state} share={total === 0 ? 0 : done / total} />
            <span class="numbers faint">{done}/{total}</span>
          </>
        )}
      </span>
      <span class="numbers faint monitor-run-cost">
        {line.costUsd === undefined ? "" : moneyText(line.costUsd)}
      </span>
      <span class="numbers monitor-run-time">
        {durationText((line.endedAt ?? (line.driver === "ended" ? line.startedAt : now)) - line.startedAt)}
      </span>
      <time
        class="faint monitor-run-when"
        dateTime={new Date(line.startedAt).toISOString()}
        title={momentText(line.startedAt)}
      >
        {agoText(line.startedAt, now)}
      </time>
    </div>
  );
}
