/**
 * What the engine did and what the calls logged, in one line of time: by node, by level, by words; the newest at the end, followed
 * while one stands there.
 *
 * @module
 */

import { useEffect, useLayoutEffect, useMemo, useState } from "preact/hooks";
import type { LogLevel, LogLine } from "../../../api/runs.ts";
import { Button } from "../../parts/button.tsx";
import { SearchField } from "../../parts/search_field.tsx";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { VirtualList } from "../../parts/virtual_list.tsx";
import { clockText, plural } from "../format.ts";
import { type Kept, NONE_KEPT, withLive } from "./log_lines.ts";
import { NodeChoice, RUN_ITSELF } from "./node_choice.tsx";
import type { RunWatch } from "./run_watch.ts";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const speakers = [["", "Engine and calls"], ["engine", "Engine"], ["calls", "Calls"]] as const;
type Speaker = typeof speakers[number][0];
const ROW_PX = 24;

export function RunLog({ watch, chosen }: { readonly watch: RunWatch; readonly chosen: string | undefined }) {
  const { model } = watch;
  const tick = model.tick.value;
  const [kept, setKept] = useState<Kept>(NONE_KEPT);
  const [error, setError] = useState<unknown>(undefined);
  const [text, setText] = useState("");
  const [level, setLevel] = useState<LogLevel>("debug");
  const [by, setBy] = useState<Speaker>("");
  const [node, setNode] = useState("");
  const [round, setRound] = useState(0);
  const [at, setAt] = useState(-1);
  // Who goes to a node wants to see its lines. Before anything else can be chosen: whoever is quick must not be overruled.
  useLayoutEffect(() => {
    if (chosen !== undefined) setNode(chosen.slice(chosen.lastIndexOf("/") + 1));
  }, [chosen]);
  const query = {
    level,
    ...node === "" ? {} : { node: node === RUN_ITSELF ? "" : node },
    ...by === "" ? {} : { by },
  };
  useEffect(() => {
    let isLeft = false;
    setError(undefined);
    watch.logs(query).then((page) => isLeft || setKept({ ...page, isRead: true }), (problem) => {
      if (!isLeft) setError(problem);
    });
    return () => {
      isLeft = true;
    };
  }, [watch, round, level, node, by, model.snapshots]);
  const more = async () => {
    const page = await watch.logs({ ...query, offset: kept.lines.length }).catch(setError);
    if (page) setKept({ ...kept, total: page.total, lines: [...kept.lines, ...page.lines] });
  };
  const fits = (line: LogLine) =>
    levels.indexOf(line.level) >= levels.indexOf(level) &&
    (query.node === undefined || line.node === query.node) &&
    (by === "" || (by === "engine") === (line.isEngine === true));
  const all = useMemo(() => withLive(kept, model.lines, fits), [
    kept,
    model.lines.length,
    tick,
    level,
    node,
    by,
  ]);
  const shown = useMemo(() => {
    const wanted = text.toLowerCase();
    if (wanted === "") return all;
    return all.filter((line) => line.text.toLowerCase().includes(wanted) || line.node.includes(wanted));
  }, [all, text]);
  const nodes = nodesOf(watch);
  if (error !== undefined && all.length === 0) {
    return <ErrorState title="Cannot read the log" error={error} onRetry={() => setRound(round + 1)} />;
  }
  return (
    <div class="monitor-log">
      <div class="monitor-tools">
        <SearchField label="Search the log" value={text} onValue={setText} />
        <NodeChoice names={nodes} value={node} onValue={setNode} />
        <select
          class="select"
          aria-label="Said by"
          value={by}
          onChange={({ currentTarget }) => setBy(currentTarget.value as Speaker)}
        >
          {speakers.map(([id, title]) => <option key={id} value={id}>{title}</option>)}
        </select>
        <select
          class="select"
          aria-label="Level and above"
          value={level}
          onChange={({ currentTarget }) => setLevel(currentTarget.value as LogLevel)}
        >
          {levels.map((name) => <option key={name} value={name}>{name} and above</option>)}
        </select>
        <span class="faint numbers">{plural(shown.length, "line")}</span>
        {kept.total > kept.lines.length
          ? (
            <Button small onClick={() => void more()}>
              Read {plural(kept.total - kept.lines.length, "more line")}
            </Button>
          )
          : null}
      </div>
      {!kept.isRead && all.length === 0
        ? <LoadingState what="the log" lines={6} />
        : shown.length === 0
        ? (
          <EmptyState icon="runs" title={all.length === 0 ? "Nothing was said" : "No line fits"}>
            {all.length === 0
              ? "What calls log is kept for runs that a server carried out; what the engine did, for all."
              : "Try fewer words, another node, or a lower level."}
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

/** Every name that a line can bear: the graph's nodes, then those inside bodies. */
function nodesOf({ definition, model }: RunWatch): readonly string[] {
  const own = definition.value?.graph.nodes.map(({ id }) => id) ?? [];
  const inner = model.bodyNodes.map((key) => key.slice(key.lastIndexOf("/") + 1));
  return [...new Set([...own, ...inner])];
}

function Line({ line }: { readonly line: LogLine }) {
  const { node, scope, item } = line;
  const name = node === "" ? "run" : item === undefined ? node : `${node}[${item}]`;
  return (
    <div class={`monitor-line ${line.level}${line.isEngine === true ? " engine" : ""}`}>
      <time class="faint">{clockText(line.at)}</time>
      <span class="monitor-level">{line.level}</span>
      <span class="monitor-line-node cut">{scope === undefined ? name : `${scope} ${name}`}</span>
      <span class="cut" title={line.text}>{line.text}</span>
    </div>
  );
}
