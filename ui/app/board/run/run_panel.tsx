/** The run that is shown on the board: its state, what it asks, its nodes, its outputs. @module */

import { refusedIn, refusedWords } from "../../../../core/policy/refused_permission.ts";
import { Button, IconButton } from "../../parts/button.tsx";
import { durationText, momentText } from "../../monitor/format.ts";
import { useNow } from "../../monitor/now.ts";
import { AskingCard, placeOf } from "../../monitor/runs/asking_card.tsx";
import { GrantOffer } from "../../monitor/runs/grant_offer.tsx";
import { RunPart } from "../../monitor/runs/run_part.tsx";
import { RunWaiting } from "../../monitor/runs/run_waiting.tsx";
import { PromptCard } from "../../monitor/system/prompt_card.tsx";
import { Icon } from "../../parts/icon.tsx";
import { StateDot } from "../../parts/state_dot.tsx";
import { EmptyState } from "../../parts/states.tsx";
import { VirtualList } from "../../parts/virtual_list.tsx";
import { useApp } from "../../state/app.ts";
import { hrefOf } from "../../state/route.ts";
import type { Workbench } from "../workbench.ts";
import type { RunMode } from "./board_run.ts";
import { ForecastLine } from "./forecast.tsx";

export function RunPanel(
  { bench, onRun }: { readonly bench: Workbench; readonly onRun: (mode: RunMode) => void },
) {
  const { run, board, overlay } = bench;
  const detail = run.detail.value;
  const isLive = run.isRunning;
  const now = useNow(isLive) + useApp().live.skewMs;
  if (run.runId.value === undefined) {
    return (
      <EmptyState
        icon="play"
        title="Nothing has run here yet"
        action={
          <Button
            icon="play"
            look="primary"
            onClick={() => onRun("all")}
          >
            Run
          </Button>
        }
      >
        A run of the board shows its states on the nodes, and what goes through each connection. Nothing need
        be saved for it.
        <ForecastLine run={run} />
      </EmptyState>
    );
  }
  const nodes = detail?.nodes.filter(({ scope }) => scope === undefined || scope === "") ?? [];
  const refused = detail?.failure && refusedIn(detail.failure);
  const show = (node: string) => {
    board.select([node]);
    board.reveal(node);
  };
  return (
    <div class="run-panel">
      <div class="run-head">
        <StateDot state={run.shown.value} word />
        {detail?.isMock === true ? <span class="badge warn">Mock</span> : null}
        <span class="grow" />
        {isLive && detail?.state !== "paused"
          ? <IconButton small icon="pause" label="Pause the run" onClick={() => void run.command("pause")} />
          : null}
        {detail?.state === "paused"
          ? <IconButton small icon="play" label="Resume the run" onClick={() => void run.command("resume")} />
          : null}
        {isLive
          ? <IconButton small icon="stop" label="Cancel the run" onClick={() => void run.command("cancel")} />
          : null}
        <IconButton small icon="close" label="Take the run off the board" onClick={() => run.leave()} />
      </div>
      <div class="row run-links">
        {detail?.outputs === undefined
          ? null
          : (
            <a class="button small primary" href={hrefOf("runs", run.runId.value, { tab: "data" })}>
              Outputs
            </a>
          )}
        <a class="own-line" href={hrefOf("runs", run.runId.value)}>Open in the monitor</a>
        {detail?.costUsd === undefined || detail.costUsd === 0
          ? null
          : <span class="faint numbers">${detail.costUsd.toFixed(4)}</span>}
      </div>
      {detail?.part === undefined
        ? null
        : <RunPart part={detail.part} titleOf={(node) => run.titleOf(node)} class="run-waits" />}
      {isLive ? null : <ForecastLine run={run} isNext />}
      {run.prompts.value.map((prompt) => (
        <PromptCard
          key={prompt.id}
          prompt={prompt}
          {...prompt.node === undefined ? {} : {
            place: {
              name: placeOf(prompt, run.titleOf(prompt.node)),
              onShow: () => show(prompt.node as string),
            },
          }}
        />
      ))}
      {[...counted(detail?.held ?? [])].map(([node, count]) => (
        <div key={node} class="asking">
          <span class="grow">
            Stopped before <strong>{run.titleOf(node)}</strong>
            {count === 1 ? null : <span class="faint">, {count} of its items</span>}
          </span>
          <Button small icon="step" onClick={() => void run.goOn(true, node)}>Step</Button>
          <Button small icon="play" onClick={() => void run.goOn(false, node)}>Go on</Button>
        </div>
      ))}
      {detail?.asking.map((asking) =>
        asking.for.kind === "time"
          ? (
            <p key={asking.node} class="run-waits muted">
              <Icon name="wait" size={13} /> {placeOf(asking, run.titleOf(asking.node))} waits until{" "}
              {momentText(asking.for.untilMs)}
            </p>
          )
          : (
            <AskingCard
              key={`${asking.scope ?? ""}/${asking.node}/${asking.item ?? ""}`}
              asking={asking}
              place={placeOf(asking, run.titleOf(asking.node))}
              isBusy={run.isTelling.value}
              onAnswer={(answer) => void run.approve(answer)}
              onSignal={(name, value) => void run.signal(name, value)}
              onSkip={() => void run.skip(asking.node, asking.item)}
              onShow={() => show(asking.node)}
            />
          )
      )}
      {detail?.failure === undefined ? null : (
        <div class="failure" role="group" aria-label="Failure">
          <strong>
            {detail.failure.node === undefined ? "The run" : run.titleOf(detail.failure.node)} failed
          </strong>
          <p>{refused === undefined ? detail.failure.message : refusedWords(refused)}</p>
          {detail.failure.node === undefined ? null : (
            <div class="row monitor-wrap">
              {refused === undefined ? null : (
                <GrantOffer
                  refused={refused}
                  isBusy={run.isTelling.value}
                  onGranted={() => void run.retry(detail.failure?.node as string)}
                />
              )}
              <Button
                small
                onClick={() => show(detail.failure?.node as string)}
              >
                Show
              </Button>
              <Button small icon="retry" onClick={() => onRun({ fromNode: detail.failure?.node as string })}>
                Run again from there
              </Button>
            </div>
          )}
        </div>
      )}
      <RunWaiting run={run.runId.value} />
      <div class="panel-rest">
        <VirtualList
          label="Nodes of the run"
          count={nodes.length}
          rowPx={30}
          chosen={nodes.findIndex(({ node }) => board.selection.value.has(node))}
          onChoose={(index) => {
            const node = nodes[index]?.node;
            if (node !== undefined) show(node);
          }}
          row={(index) => {
            const node = nodes[index];
            if (node === undefined) return null;
            const status = overlay.of(node.node).peek();
            const ms = node.startedAt === undefined ? undefined : (node.endedAt ?? now) - node.startedAt;
            return (
              <div class="outline-row">
                <StateDot state={status?.state ?? node.state} />
                <span class="cut grow" title={status?.note ?? node.node}>
                  {board.graph.peek().nodes.get(node.node)?.title ?? node.node}
                  {node.state === "skipped" && status?.note !== undefined
                    ? <span class="faint">: {status.note}</span>
                    : null}
                </span>
                {node.isFan && node.counts.failed > 0
                  ? <span class="badge bad">{node.counts.failed} failed</span>
                  : null}
                {status?.counts ? <span class="faint numbers">{status.counts}</span> : null}
                {run.pinned.value.has(node.node) ? <span class="badge warn">given</span> : null}
                {ms === undefined ? null : <span class="faint numbers">{durationText(ms)}</span>}
              </div>
            );
          }}
        />
      </div>
    </div>
  );
}

/** Each name once, with how often it is there. */
function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
