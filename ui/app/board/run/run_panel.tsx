/** The run that is shown on the board: its state, what it asks, its nodes, its outputs; and starting one. @module */

import { useState } from "preact/hooks";
import type { JsonObject } from "../../../../core/json.ts";
import { Button, IconButton } from "../../parts/button.tsx";
import { momentText } from "../../monitor/format.ts";
import { AskingCard, placeOf } from "../../monitor/runs/asking_card.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Icon } from "../../parts/icon.tsx";
import { SchemaForm } from "../../parts/schema_form.tsx";
import { StateDot } from "../../parts/state_dot.tsx";
import { EmptyState } from "../../parts/states.tsx";
import { withValue } from "../../parts/with_value.ts";
import { VirtualList } from "../../parts/virtual_list.tsx";
import { hrefOf } from "../../state/route.ts";
import { objectOf } from "../model/board_node.ts";
import type { Workbench } from "../workbench.ts";
import type { RunMode, Writing } from "./board_run.ts";
import { ForecastLine } from "./forecast.tsx";

export function RunPanel(
  { bench, onRun }: { readonly bench: Workbench; readonly onRun: (mode: RunMode) => void },
) {
  const { run, board, overlay } = bench;
  const detail = run.detail.value;
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
  const isLive = run.isRunning;
  const show = (node: string) => {
    board.select([node]);
    board.reveal(node);
  };
  return (
    <div class="run-panel">
      <div class="run-head">
        <StateDot state={detail?.state ?? "queued"} word />
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
      {isLive ? null : <ForecastLine run={run} />}
      {detail?.held.map((node) => (
        <div key={node} class="asking">
          <span class="grow">
            Stopped before <strong>{node}</strong>
          </span>
          <Button small icon="step" onClick={() => void run.goOn(true, node)}>Step</Button>
          <Button small icon="play" onClick={() => void run.goOn(false, node)}>Go on</Button>
        </div>
      ))}
      {detail?.asking.map((asking) =>
        asking.for.kind === "time"
          ? (
            <p key={asking.node} class="run-waits muted">
              <Icon name="wait" size={13} /> {placeOf(asking)} waits until {momentText(asking.for.untilMs)}
            </p>
          )
          : (
            <AskingCard
              key={`${asking.scope ?? ""}/${placeOf(asking)}`}
              asking={asking}
              place={placeOf(asking)}
              isBusy={run.isTelling.value}
              onAnswer={(answer) => void run.approve(answer)}
              onSignal={(name, value) => void run.signal(name, value)}
              onShow={() => show(asking.node)}
            />
          )
      )}
      {detail?.failure === undefined ? null : (
        <div class="failure" role="group" aria-label="Failure">
          <strong>{detail.failure.node ?? "The run"} failed</strong>
          <p>{detail.failure.message}</p>
          {detail.failure.node === undefined ? null : (
            <div class="row">
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
            const ms = node.startedAt === undefined
              ? undefined
              : (node.endedAt ?? Date.now()) - node.startedAt;
            return (
              <div class="outline-row">
                <StateDot state={status?.state ?? node.state} />
                <span class="cut grow" title={status?.note ?? node.node}>
                  {board.graph.peek().nodes.get(node.node)?.title ?? node.node}
                  {node.state === "skipped" && status?.note !== undefined
                    ? <span class="faint">: {status.note}</span>
                    : null}
                </span>
                {status?.counts ? <span class="faint numbers">{status.counts}</span> : null}
                {run.pinned.value.has(node.node) ? <span class="badge warn">given</span> : null}
                {ms === undefined ? null : <span class="faint numbers">{span(ms)}</span>}
              </div>
            );
          }}
        />
      </div>
    </div>
  );
}

function span(ms: number): string {
  return ms < 1000
    ? `${Math.max(0, Math.round(ms))} ms`
    : ms < 60_000
    ? `${(ms / 1000).toFixed(1)} s`
    : `${Math.floor(ms / 60_000)} min`;
}

const writings: readonly (readonly [Writing, string, string])[] = [
  ["no", "May not be changed", "nodes that write fail, unless you approve at a gate before them"],
  ["propose", "Changes are proposed", "they wait in the editor, each place for you to take or reject"],
  ["write", "May be changed", "at once"],
];

/** Asks for inputs before a run; what was given last stands there already. */
export function RunDialog(
  { bench, mode, onClose }: {
    readonly bench: Workbench;
    readonly mode: RunMode;
    readonly onClose: () => void;
  },
) {
  const declared = objectOf(bench.board.document.graph.head["inputs"]);
  const schema: JsonObject = {
    type: "object",
    properties: declared,
    required: Object.keys(declared).filter((name) => !Object.hasOwn(objectOf(declared[name]), "default")),
  };
  const [inputs, setInputs] = useState<JsonObject>(bench.run.inputs.peek());
  const [writing, setWriting] = useState(bench.run.writing.peek());
  const isWriting = [...bench.board.graph.peek().nodes.values()].some(({ effect }) => effect === "write");
  return (
    <Dialog
      title={mode === "mock" ? "Run with mock data" : "Run"}
      onClose={onClose}
      onSubmit={() => {
        onClose();
        bench.panel.value = "run";
        void bench.run.start(mode, inputs, writing);
      }}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" icon="play">Run</Button>
        </>
      }
    >
      {mode === "mock"
        ? (
          <p class="muted">
            Calls answer made-up values of the right types; nothing is changed and nothing is paid.
          </p>
        )
        : null}
      {mode === "mock" ? null : <ForecastLine run={bench.run} />}
      <SchemaForm
        name="run-input"
        root={schema}
        schema={schema}
        value={inputs}
        onChange={(path, value) => setInputs((before) => withValue(before, path, value))}
      />
      {isWriting
        ? (
          <fieldset class="choices">
            <legend>Files of the workspace</legend>
            {writings.map(([id, title, about]) => (
              <label key={id} class="check">
                <input
                  type="radio"
                  name="writing"
                  checked={writing === id}
                  onChange={() => setWriting(id)}
                />
                <span>
                  {title} <span class="faint">{about}</span>
                </span>
              </label>
            ))}
          </fieldset>
        )
        : null}
    </Dialog>
  );
}

/** True where a run needs to be asked about first. */
export function needsInputs(bench: Workbench): boolean {
  const inputs = objectOf(bench.board.document.graph.head["inputs"]);
  const isWriting = [...bench.board.graph.peek().nodes.values()].some(({ effect }) => effect === "write");
  return isWriting || Object.keys(inputs).length > 0;
}
