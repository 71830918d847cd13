/** One node of a run: state, tries, what it says, what it took and gave, and the commands for it. @module */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { NodeAccount } from "../../../../core/orchestration/run_account.ts";
import type { LoggedEvent } from "../../../../core/ports/dag.ts";
import { Button, IconButton } from "../../parts/button.tsx";
import { StateDot } from "../../parts/state_dot.tsx";
import { messageOf } from "../../parts/states.tsx";
import { hrefOf } from "../../state/route.ts";
import { clockText, countText, durationText, moneyText, sizeText } from "../format.ts";
import { useNow } from "../now.ts";
import { ItemStepper, NoItemValue } from "./item_stepper.tsx";
import { graphOfScope } from "./node_rows.ts";
import { NodeInputs } from "./node_inputs.tsx";
import { type ShownValues, useNodeValues } from "./node_values.ts";
import { FailureCard } from "../failures/failure_card.tsx";
import { ValueView } from "../artifacts/value_view.tsx";
import { promptNote } from "../system/prompt_index.ts";
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
  const title = graphNode?.title ?? name;
  const node = model.node(nodeKey);
  const state = model.stateOf(nodeKey);
  const isRunning = ["running", "retrying", "waiting", "waiting-for-input"].includes(state);
  const prompt = state === "waiting-for-input" ? model.promptOf(nodeKey) : undefined;
  const now = useNow(isRunning) + watch.app.live.skewMs;
  const texts = model.textsOf(nodeKey);
  const note = prompt === undefined ? model.noteOf(nodeKey) : promptNote(prompt);
  return (
    <>
      <div class="panel-head">
        <h2 class="cut">{title}</h2>
        <StateDot state={state} word />
        <IconButton icon="close" label="Close the node" small onClick={onClose} />
      </div>
      <div class="panel-body column monitor-node-body" tabIndex={0} role="group" aria-label={`Node ${title}`}>
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
            {failureCards(node.failures.slice(0, FAILURES_OPEN))}
            {node.failures.length <= FAILURES_OPEN ? null : (
              <details>
                <summary>{node.failures.length - FAILURES_OPEN} more</summary>
                <div class="column">{failureCards(node.failures.slice(FAILURES_OPEN))}</div>
              </details>
            )}
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

/** Failures of items that are shown at once. */
const FAILURES_OPEN = 2;

function failureCards(failures: NodeAccount["failures"]) {
  return failures.map(({ item, failure }, index) => (
    <FailureCard key={index} failure={failure} {...item === undefined ? {} : { item }} />
  ));
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
  const title = watch.titleOf(node, scope);
  // Commands name nodes of the top graph; those inside a body go by the node that has the body.
  if (scope !== undefined) return null;
  const { account } = watch.model;
  const hasEnded = account.endedAt !== undefined;
  const id = node as never;
  return (
    <div class="row monitor-wrap" role="group" aria-label={`Commands for ${title}`}>
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
            onClick={() => void watch.command({ type: "retry-node", node: id }, `Retry ${title}`)}
          >
            Retry
          </Button>
        )
        : null}
      {(!hasEnded &&
          ["pending", "queued", "retrying", "waiting", "waiting-for-input", "running"].includes(state)) ||
          (account.state === "failed" && account.failure?.node === node)
        ? (
          <Button
            small
            icon="step"
            disabled={busy}
            onClick={() =>
              void watch.command(
                { type: "skip-node", node: id, reason: "skipped on the monitor" },
                `Skip ${title}`,
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
            onClick={() => void watch.rerun({ from: [node] }, `Run again from ${title}`)}
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
  const account = watch.model.node(`${scope ?? ""}/${node}`);
  const { completed = 0, failed = 0, skipped = 0 } = account?.counts ?? {};
  const ended = isFan ? completed + failed + skipped : completed;
  const isThere = state === "completed" || ended > 0;
  const values = useNodeValues({ run: watch.run, node, scope }, isThere, [state, isFan ? ended : 0]);
  const { value } = values;
  const title = watch.titleOf(node, scope);
  if (account?.startedAt === undefined) return null;
  return (
    <>
      {value?.items === undefined || value.item === undefined ? null : (
        <ItemStepper
          items={value.items}
          item={value.item}
          isChosen={values.chosen !== undefined}
          onItem={values.choose}
        />
      )}
      <NodeInputs
        run={watch.run}
        node={node}
        scope={scope}
        item={values.chosen ?? value?.item?.index}
        title={title}
      />
      {isThere ? <Output title={title} values={values} /> : null}
    </>
  );
}

/** What came out, item by item where there are items. */
function Output(
  { title, values }: { readonly title: string; readonly values: ShownValues },
) {
  const { value, error } = values;
  return (
    <section class="column">
      <h3>Output</h3>
      {value === undefined
        ? <p class="faint">{error === undefined ? "Loading…" : messageOf(error)}</p>
        : value.items?.total === 0
        ? <p class="faint">It had no items.</p>
        : value.item !== undefined && value.output === undefined
        ? <NoItemValue item={value.item} />
        : (
          <>
            {value.output === undefined
              ? null
              : <ValueView label={`Output of ${title}`} value={value.output} />}
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

const waits = {
  approval: "asks you",
  failure: "failed, and asks you what now",
  signal: "waits for a signal",
  time: "waits for its time",
} as const;

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
      return `${item}${waits[event.for.kind]}`;
    case "node.expanded":
      return `has ${event.count} items`;
    case "node.iterated":
      return `round ${event.iteration} ended`;
    default:
      return event.type;
  }
}
