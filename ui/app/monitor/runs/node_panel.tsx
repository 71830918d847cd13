/** One node of a run: state, tries, what it says, what it took and gave, and the commands for it. @module */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { LoggedEvent } from "../../../../core/ports/dag.ts";
import { Button, IconButton } from "../../parts/button.tsx";
import { StateDot } from "../../parts/state_dot.tsx";
import { useResource } from "../../state/resource.ts";
import { hrefOf } from "../../state/route.ts";
import { clockText, countText, durationText, moneyText, sizeText } from "../format.ts";
import { useNow } from "../now.ts";
import { graphOfScope } from "./node_rows.ts";
import { FailureCard } from "../failures/failure_card.tsx";
import { ValueView } from "../artifacts/value_view.tsx";
import type { RunWatch } from "./run_watch.ts";

export function NodePanel(
  { watch, nodeKey, onClose }: {
    readonly watch: RunWatch;
    readonly nodeKey: string;
    readonly onClose: () => void;
  },
) {
  const { model } = watch;
  void model.tick.value;
  const slash = nodeKey.lastIndexOf("/");
  const scope = slash <= 0 ? undefined : nodeKey.slice(0, slash);
  const name = nodeKey.slice(slash + 1);
  const graph = watch.definition.value?.graph;
  const graphNode = graph === undefined
    ? undefined
    : graphOfScope(graph, scope)?.nodes.find(({ id }) => id === name);
  const node = model.node(nodeKey);
  const state = model.stateOf(nodeKey);
  const isRunning = state === "running" || state === "retrying" || state === "waiting";
  const now = useNow(isRunning) + watch.app.live.skewMs;
  const texts = model.textsOf(nodeKey);
  const note = model.noteOf(nodeKey);
  return (
    <>
      <div class="panel-head">
        <h2 class="cut">{graphNode?.title ?? name}</h2>
        <StateDot state={state} word />
        <IconButton icon="close" label="Close the node" small onClick={onClose} />
      </div>
      <div class="panel-body column monitor-node-body" tabIndex={0} role="group" aria-label={`Node ${name}`}>
        <NodeActions watch={watch} node={name} scope={scope} state={state} />
        <dl class="monitor-facts">
          <div>
            <dt>Node</dt>
            <dd class="mono">{scope === undefined ? name : `${scope} / ${name}`}</dd>
          </div>
          {graphNode?.use === undefined ? null : (
            <div>
              <dt>Does</dt>
              <dd class="mono">{graphNode.use}</dd>
            </div>
          )}
          {node?.instrument === undefined ? null : (
            <div>
              <dt>By</dt>
              <dd>
                <span class="mono">{node.instrument}</span>
                {node.reason === undefined ? null : <span class="faint">{node.reason}</span>}
              </dd>
            </div>
          )}
          {node === undefined || node.startedAt === undefined ? null : (
            <div>
              <dt>Time</dt>
              <dd class="numbers">
                {durationText((node.endedAt ?? now) - node.startedAt)}, began {clockText(node.startedAt)}
              </dd>
            </div>
          )}
          {node === undefined || node.attempts === 0 ? null : (
            <div>
              <dt>Attempts</dt>
              <dd class="numbers">
                {node.attempts}
                {node.fallbacks === 0 ? null : <span class="badge warn">{node.fallbacks} fallbacks</span>}
              </dd>
            </div>
          )}
          {node?.isFan === true
            ? (
              <div>
                <dt>Items</dt>
                <dd class="numbers">
                  {countText(node.counts.completed)} of {node.count ?? "?"} completed
                  {node.counts.failed > 0 ? `, ${node.counts.failed} failed` : ""}
                  {node.counts.skipped > 0 ? `, ${node.counts.skipped} skipped` : ""}
                  {node.counts.running > 0 ? `, ${node.counts.running} running` : ""}
                </dd>
              </div>
            )
            : null}
          {node === undefined || node.rounds === 0 ? null : (
            <div>
              <dt>Rounds</dt>
              <dd>{node.rounds}</dd>
            </div>
          )}
          {node === undefined || node.tokensIn + node.tokensOut === 0 ? null : (
            <div>
              <dt>Tokens</dt>
              <dd class="numbers">{countText(node.tokensIn)} in, {countText(node.tokensOut)} out</dd>
            </div>
          )}
          {node === undefined || node.costUsd === 0 ? null : (
            <div>
              <dt>Cost</dt>
              <dd class="numbers">{moneyText(node.costUsd)}</dd>
            </div>
          )}
          {node?.reused === undefined ? null : (
            <div>
              <dt>Taken over</dt>
              <dd>{node.reused.why}</dd>
            </div>
          )}
          {node?.skipReason === undefined ? null : (
            <div>
              <dt>Skipped</dt>
              <dd>{node.skipReason}</dd>
            </div>
          )}
          {note === "" ? null : (
            <div>
              <dt>Says</dt>
              <dd>{note}</dd>
            </div>
          )}
        </dl>
        {texts.length === 0 ? null : (
          <section class="column">
            <h3>{isRunning ? "Streaming" : "What it said"}</h3>
            {texts.slice(-4).map((text) => (
              <StreamedText
                key={`${text.item ?? ""}/${text.attempt}`}
                label={text.item === undefined ? "Streamed text" : `Streamed text of item ${text.item}`}
                text={text.from > 0 ? `…${text.text}` : text.text}
              />
            ))}
          </section>
        )}
        {node === undefined || node.failures.length === 0 ? null : (
          <section class="column">
            <h3>What failed</h3>
            {node.failures.map(({ item, failure }, index) => (
              <FailureCard key={index} failure={failure} {...item === undefined ? {} : { item }} />
            ))}
            {node.counts.failed > node.failures.length
              ? <p class="faint">and {node.counts.failed - node.failures.length} more</p>
              : null}
            <p>
              <a
                class="own-line"
                href={hrefOf("failures", "", {
                  text: node.failures.at(-1)?.failure.message.slice(0, 80) ?? "",
                })}
              >
                In the error tracker
              </a>
            </p>
          </section>
        )}
        <NodeValue watch={watch} node={name} scope={scope} state={state} isFan={node?.isFan === true} />
        <History events={model.historyOf(nodeKey)} />
      </div>
    </>
  );
}

/** Follows the end while one stands there. */
function StreamedText({ label, text }: { readonly label: string; readonly text: string }) {
  const box = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    if (isAtEnd.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  return (
    <pre
      ref={box}
      class="monitor-stream"
      tabIndex={0}
      aria-label={label}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) =>
        isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 24}
    >
      {text}
    </pre>
  );
}

function NodeActions(
  { watch, node, scope, state }: {
    readonly watch: RunWatch;
    readonly node: string;
    readonly scope: string | undefined;
    readonly state: string;
  },
) {
  const busy = watch.isBusy.value;
  // Commands name nodes of the top graph; those inside a body go by the node that has the body.
  if (scope !== undefined) return null;
  const { account } = watch.model;
  const hasEnded = account.endedAt !== undefined;
  const id = node as never;
  return (
    <div class="row monitor-wrap" role="group" aria-label={`Commands for ${node}`}>
      {state === "held"
        ? (
          <Button
            small
            look="primary"
            icon="play"
            onClick={() => void watch.command({ type: "continue", node }, "Continue")}
          >
            Continue
          </Button>
        )
        : null}
      {state === "failed" && account.state !== "completed" && account.state !== "cancelled"
        ? (
          <Button
            small
            look="primary"
            icon="retry"
            disabled={busy}
            onClick={() => void watch.command({ type: "retry-node", node: id }, `Retry ${node}`)}
          >
            Retry
          </Button>
        )
        : null}
      {(!hasEnded && ["pending", "queued", "retrying", "waiting"].includes(state)) ||
          (account.state === "failed" && account.failure?.node === node)
        ? (
          <Button
            small
            icon="step"
            disabled={busy}
            onClick={() =>
              void watch.command(
                { type: "skip-node", node: id, reason: "skipped on the monitor" },
                `Skip ${node}`,
              )}
          >
            Skip
          </Button>
        )
        : null}
      {hasEnded
        ? (
          <Button
            small
            icon="play"
            disabled={busy}
            data-tip="A new run that keeps everything before this node"
            onClick={() => void watch.rerun({ from: [node] }, `Run again from ${node}`)}
          >
            Run again from here
          </Button>
        )
        : null}
    </div>
  );
}

function NodeValue(
  { watch, node, scope, state, isFan }: {
    readonly watch: RunWatch;
    readonly node: string;
    readonly scope: string | undefined;
    readonly state: string;
    readonly isFan: boolean;
  },
) {
  const [item, setItem] = useState(0);
  useEffect(() => setItem(0), [node, scope]);
  const done = watch.model.node(`${scope ?? ""}/${node}`)?.counts.completed ?? 0;
  const isThere = state === "completed" || done > 0;
  const { value, error } = useResource(async (client, signal) => {
    if (!isThere) return undefined;
    return await client.call("GET /runs/{run}/values/{node}", {
      params: { run: watch.run, node },
      query: { ...scope === undefined ? {} : { scope }, ...isFan ? { item } : {} },
      signal,
    });
  }, [watch.run, node, scope, item, isThere, state === "completed"]);
  if (!isThere) return null;
  const count = watch.model.node(`${scope ?? ""}/${node}`)?.count ?? 0;
  return (
    <section class="column">
      <div class="row">
        <h3 class="grow">Output</h3>
        {isFan
          ? (
            <label class="row">
              <span class="faint">Item</span>
              <input
                class="input monitor-item"
                type="number"
                min={0}
                max={Math.max(0, count - 1)}
                value={item}
                onInput={(event) => setItem(Math.max(0, Number(event.currentTarget.value) || 0))}
              />
            </label>
          )
          : null}
      </div>
      {error !== undefined
        ? <p class="faint">{error instanceof Error ? error.message : String(error)}</p>
        : value === undefined
        ? <p class="faint">Loading…</p>
        : (
          <>
            {value.output === undefined
              ? null
              : <ValueView label={`Output of ${node}`} value={value.output} />}
            <p class="row monitor-wrap faint">
              {sizeText(value.sizeBytes)}
              {value.cut.length === 0 ? null : <span>cut: {value.cut.join(", ")}</span>}
              {value.artifact === undefined
                ? null
                : <a class="own-line" href={hrefOf("artifacts", value.artifact)}>Open as an artifact</a>}
            </p>
          </>
        )}
    </section>
  );
}

const MOST_EVENTS = 30;

function History({ events }: { readonly events: readonly LoggedEvent[] }) {
  if (events.length === 0) return null;
  const shown = events.slice(-MOST_EVENTS);
  return (
    <section class="column">
      <h3>History</h3>
      {events.length > shown.length ? <p class="faint">{events.length - shown.length} earlier ones</p> : null}
      <ol class="monitor-history">
        {shown.map((event) => (
          <li key={event.seq}>
            <time class="mono faint">{clockText(event.at)}</time>
            <span>{historyText(event)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function historyText(event: LoggedEvent): string {
  const item = "item" in event && event.item !== undefined ? `item ${event.item}: ` : "";
  switch (event.type) {
    case "node.started":
      return `${item}attempt ${event.attempt}${
        event.instrument === undefined ? "" : ` by ${event.instrument}`
      }`;
    case "node.completed":
      return `${item}${
        event.reused === undefined ? `completed in ${durationText(event.durationMs)}` : event.reused.why
      }`;
    case "node.retrying":
      return `${item}${event.failure.message}; ${
        event.recovery === undefined ? "tries again" : `${event.recovery.action}: ${event.recovery.reason}`
      }`;
    case "node.failed":
      return `${item}failed: ${event.failure.message}`;
    case "node.skipped":
      return `${item}skipped: ${event.reason}`;
    case "node.waiting":
      return `${item}waits for ${event.for.kind}`;
    case "node.expanded":
      return `has ${event.count} items`;
    case "node.iterated":
      return `round ${event.iteration} ended`;
    default:
      return event.type;
  }
}
