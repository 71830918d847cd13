/** What the calls logged: by node, by level, by words; the newest at the end, followed while one stands there. @module */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { LogLevel, LogLine } from "../../../api/runs.ts";
import { Button } from "../../parts/button.tsx";
import { SearchField } from "../../parts/search_field.tsx";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { VirtualList } from "../../parts/virtual_list.tsx";
import { clockText, plural } from "../format.ts";
import type { RunWatch } from "./run_watch.ts";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const ROW_PX = 22;

export function RunLog({ watch, chosen }: { readonly watch: RunWatch; readonly chosen: string | undefined }) {
  const { model } = watch;
  const tick = model.tick.value;
  const [kept, setKept] = useState<readonly LogLine[] | undefined>(undefined);
  const [keptTotal, setKeptTotal] = useState(0);
  const [error, setError] = useState<unknown>(undefined);
  const [text, setText] = useState("");
  const [level, setLevel] = useState<LogLevel>("debug");
  const [onlyChosen, setOnlyChosen] = useState(false);
  const [round, setRound] = useState(0);
  const [at, setAt] = useState(-1);
  useEffect(() => {
    setError(undefined);
    watch.logs({}).then(({ lines, total }) => {
      setKept(lines);
      setKeptTotal(total);
    }, setError);
  }, [watch, round]);
  // What was told live is also in what was kept: the live lines begin where the kept ones end.
  const all = useMemo(() => {
    const last = kept?.at(-1);
    if (kept === undefined || last === undefined) return model.lines;
    const from = model.lines.findIndex((line) => line.at > last.at);
    return from < 0 ? kept : [...kept, ...model.lines.slice(from)];
  }, [kept, model.lines.length, tick]);
  const node = chosen?.slice(chosen.lastIndexOf("/") + 1);
  const shown = useMemo(() => {
    const least = levels.indexOf(level);
    const wanted = text.toLowerCase();
    return all.filter((line) =>
      levels.indexOf(line.level) >= least &&
      (!onlyChosen || node === undefined || line.node === node) &&
      (wanted === "" || line.text.toLowerCase().includes(wanted) || line.node.includes(wanted))
    );
  }, [all, level, text, onlyChosen, node]);
  if (error !== undefined && all.length === 0) {
    return <ErrorState title="Cannot read the log" error={error} onRetry={() => setRound(round + 1)} />;
  }
  return (
    <div class="monitor-log">
      <div class="monitor-tools">
        <SearchField label="Search the log" value={text} onValue={setText} />
        <select
          class="select"
          aria-label="Level and above"
          value={level}
          onChange={(event) => setLevel(event.currentTarget.value as LogLevel)}
        >
          {levels.map((name) => <option key={name} value={name}>{name} and above</option>)}
        </select>
        <label class="check">
          <input
            type="checkbox"
            checked={onlyChosen && node !== undefined}
            disabled={node === undefined}
            onChange={(event) => setOnlyChosen(event.currentTarget.checked)}
          />
          {node === undefined ? "Only the chosen node" : `Only ${node}`}
        </label>
        <span class="faint numbers">{plural(shown.length, "line")}</span>
        {keptTotal > (kept?.length ?? 0)
          ? (
            <Button small onClick={() => setRound(round + 1)}>
              {keptTotal - (kept?.length ?? 0)} more are kept
            </Button>
          )
          : null}
      </div>
      {kept === undefined && all.length === 0
        ? <LoadingState what="the log" lines={6} />
        : shown.length === 0
        ? (
          <EmptyState icon="runs" title={all.length === 0 ? "Nothing was logged" : "No line fits"}>
            {all.length === 0
              ? "Extensions log with context.log; logs are kept for runs that a server carried out."
              : "Try fewer words, or a lower level."}
          </EmptyState>
        )
        : (
          <VirtualList
            label="Log"
            class="monitor-lines"
            count={shown.length}
            rowPx={ROW_PX}
            row={(index) => <Line line={shown[index] as LogLine} />}
            chosen={at}
            onChoose={setAt}
            follow
          />
        )}
      {at >= 0 && shown[at] !== undefined
        ? <pre class="monitor-line-full" tabIndex={0} aria-label="The chosen line">{shown[at]?.text}</pre>
        : null}
    </div>
  );
}

function Line({ line }: { readonly line: LogLine }) {
  return (
    <div class={`monitor-line ${line.level}`}>
      <time class="faint">{clockText(line.at)}</time>
      <span class="monitor-level">{line.level}</span>
      <span class="monitor-line-node cut">
        {line.item === undefined ? line.node : `${line.node}[${line.item}]`}
      </span>
      <span class="cut">{line.text}</span>
    </div>
  );
}
