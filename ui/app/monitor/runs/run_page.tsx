/** One run, live or long past: what it does, how far it is, what went wrong, and what can be done about it. @module */

import { useEffect, useState } from "preact/hooks";
import { signal } from "@preact/signals";
import { Button, IconButton } from "../../parts/button.tsx";
import { rememberedSize, SplitHandle } from "../../parts/split.tsx";
import { stateWord } from "../../parts/state_dot.tsx";
import { Icon } from "../../parts/icon.tsx";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { TabPanel, Tabs } from "../../parts/tabs.tsx";
import { afterDrawing } from "../../parts/after_drawing.ts";
import { useApp } from "../../state/app.ts";
import { useResource } from "../../state/resource.ts";
import { hrefOf, navigate } from "../../state/route.ts";
import { AskingCards } from "./asking_cards.tsx";
import { NodeList } from "./node_list.tsx";
import { NodePanel } from "./node_panel.tsx";
import { RunActions } from "./run_actions.tsx";
import { RunFacts } from "./run_facts.tsx";
import { RunGraph } from "./graph/run_graph.tsx";
import { RunHeading } from "./run_heading.tsx";
import { RunOutputs } from "./run_outputs.tsx";
import { RunLog } from "./run_log.tsx";
import { RunPart } from "./run_part.tsx";
import { RunWaiting } from "./run_waiting.tsx";
import { RunReviewed } from "./run_reviewed.tsx";
import { RunTimeline } from "./timeline/run_timeline.tsx";
import { RunWatch } from "./run_watch.ts";

const tabs = [
  { id: "graph", title: "Graph" },
  { id: "timeline", title: "Timeline" },
  { id: "log", title: "Log" },
  { id: "data", title: "Outputs and inputs" },
] as const;
type TabId = (typeof tabs)[number]["id"];

const listPx = rememberedSize("monitor.nodes", 240);
const panelPx = rememberedSize("monitor.node", 360);
/** On a narrow window the list of nodes is a sheet. */
const isListOpen = signal(false);

export function RunPage(
  { run, query }: { readonly run: string; readonly query: Readonly<Record<string, string>> },
) {
  const app = useApp();
  const [watch, setWatch] = useState<RunWatch | undefined>(undefined);
  useEffect(() => {
    const made = new RunWatch(app, run);
    setWatch(made);
    return () => made.close();
  }, [run]);
  if (watch === undefined) return <LoadingState what="the run" lines={8} />;
  return <WatchedRun watch={watch} query={query} />;
}

function WatchedRun(
  { watch, query }: { readonly watch: RunWatch; readonly query: Readonly<Record<string, string>> },
) {
  const { model, run } = watch;
  void model.tick.value;
  const tab = tabs.find(({ id }) => id === query["tab"])?.id ?? "graph";
  const chosen = query["node"];
  const go = (change: Readonly<Record<string, string | undefined>>) => {
    const next: Record<string, string> = {};
    for (const [name, value] of Object.entries({ ...query, ...change })) {
      if (value !== undefined && value !== "") next[name] = value;
    }
    navigate(hrefOf("runs", run, next), true);
  };
  const choose = (key: string | undefined) => {
    isListOpen.value = false;
    go({ node: key });
  };
  /** From what is said of a node to the node itself. */
  const show = (key: string) => {
    choose(key);
    afterDrawing(() => document.querySelector<HTMLElement>(".monitor-node-body")?.focus());
  };
  const { error } = watch;
  if (!model.isKnown && error.value !== undefined) {
    return (
      <>
        <header class="bar">
          <BackLink />
          <h1>Run {run}</h1>
        </header>
        <ErrorState title="Cannot show this run" error={error.value} onRetry={() => watch.load()} />
      </>
    );
  }
  if (!model.isKnown) {
    return (
      <>
        <header class="bar">
          <BackLink />
          <h1>Run {run}</h1>
        </header>
        <LoadingState what="the run" lines={8} />
      </>
    );
  }
  return (
    <>
      <header class="bar monitor-bar">
        <BackLink />
        <RunHeading watch={watch} />
        <span class="grow" />
        {model.account.outputs === undefined || tab === "data"
          ? null
          : (
            <Button small icon="output" onClick={() => go({ tab: "data", node: undefined })}>
              Outputs
            </Button>
          )}
        <BoardLink watch={watch} />
        <RunActions watch={watch} chosen={chosen} />
      </header>
      {model.account.part === undefined
        ? null
        : <RunPart part={model.account.part} titleOf={(node) => watch.titleOf(node)} class="monitor-part" />}
      <RunFacts watch={watch} onShow={show} />
      <AskingCards watch={watch} onShow={show} />
      <RunWaiting run={run} />
      <div class="monitor-run">
        <aside
          class={`panel monitor-list ${isListOpen.value ? "open" : ""}`}
          style={{ width: `${listPx.value}px` }}
          aria-label="Nodes of the run"
        >
          <NodeList
            watch={watch}
            chosen={chosen}
            onChoose={choose}
            onClose={() => isListOpen.value = false}
          />
        </aside>
        <SplitHandle label="Width of the list of nodes" size={listPx} min={160} max={480} />
        <section class="monitor-stage" aria-label="Run">
          <div class="monitor-tabs">
            <IconButton
              icon="runs"
              label="Show the list of nodes"
              class="monitor-only-narrow"
              aria-expanded={isListOpen.value}
              onClick={() => isListOpen.value = !isListOpen.value}
            />
            <Tabs
              label="Parts of the run"
              name="run"
              tabs={tabs}
              chosen={tab}
              onChoose={(id: TabId) => go({ tab: id === "graph" ? undefined : id })}
            />
          </div>
          <TabPanel name="run" chosen={tab} class="monitor-tab">
            {tab === "graph"
              ? <RunGraph watch={watch} chosen={chosen} onChoose={choose} />
              : tab === "timeline"
              ? <RunTimeline watch={watch} chosen={chosen} onChoose={choose} />
              : tab === "log"
              ? <RunLog watch={watch} chosen={chosen} />
              : <RunData watch={watch} />}
          </TabPanel>
        </section>
        {chosen === undefined ? null : (
          <>
            <SplitHandle label="Width of the node's panel" size={panelPx} min={260} max={720} after />
            <aside
              class="panel monitor-node"
              style={{ width: `${panelPx.value}px` }}
              aria-label="Chosen node"
            >
              <NodePanel watch={watch} nodeKey={chosen} onClose={() => choose(undefined)} />
            </aside>
          </>
        )}
      </div>
    </>
  );
}

/** To the file that this is a run of, with the run on it; nothing where there is none, or two of that name. */
function BoardLink({ watch }: { readonly watch: RunWatch }) {
  const files = useResource((client, signal) => client.call("GET /workflows", { signal }), []);
  const named = files.value?.filter(({ id }) => id === watch.model.account.workflow) ?? [];
  const [only] = named;
  if (only === undefined || named.length > 1) return null;
  return (
    <a
      class="button small"
      href={hrefOf("board", only.file, { run: watch.run })}
      aria-label={`Open ${only.file} on the board`}
      data-tip={only.file}
    >
      <Icon name="board" size={13} />
      <span class="wide-only">On the board</span>
    </a>
  );
}

function BackLink() {
  return (
    <a class="button quiet small" href={hrefOf("runs")} aria-label="All runs">
      <Icon name="left" size={14} />
      <span class="wide-only">All runs</span>
    </a>
  );
}

function RunData({ watch }: { readonly watch: RunWatch }) {
  const { account } = watch.model;
  return (
    <div class="monitor-data">
      <section>
        <h2>Outputs</h2>
        {account.outputs === undefined
          ? (
            <EmptyState icon="output" title="No outputs yet">
              {account.endedAt === undefined
                ? "They stand here when the run has completed."
                : `The run is ${
                  stateWord(account.state).toLowerCase()
                }; what its nodes made is on each node.`}
            </EmptyState>
          )
          : <RunOutputs outputs={account.outputs} />}
      </section>
      <section>
        <h2>Inputs</h2>
        {Object.keys(account.inputs).length === 0
          ? <p class="faint">This workflow was given no inputs.</p>
          : <pre class="monitor-value">{JSON.stringify(account.inputs, undefined, 2)}</pre>}
      </section>
      <RunReviewed run={watch.run} />
      <section>
        <h2>Where</h2>
        <dl class="monitor-facts">
          <div>
            <dt>Workspace</dt>
            <dd class="mono">{account.workspace}</dd>
          </div>
          <div>
            <dt>May write</dt>
            <dd>
              {account.proposes ? "Proposes its changes to you" : account.mayWrite ? "Yes" : "No"}
            </dd>
          </div>
          <div>
            <dt>Version</dt>
            <dd>{account.version}</dd>
          </div>
        </dl>
        <p>
          <a class="own-line" href={hrefOf("artifacts", "", { run: watch.run })}>Artifacts of this run</a>
        </p>
      </section>
    </div>
  );
}
