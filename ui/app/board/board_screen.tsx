/** The board as a person sees it: bar, library, stage, inspector, and the dialogs that actions open. @module */

import { counted } from "../parts/counted.ts";
import { useComputed } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Button, IconButton } from "../parts/button.tsx";
import { Icon } from "../parts/icon.tsx";
import { Later } from "../parts/later.tsx";
import { Menu } from "../parts/menu.tsx";
import { rememberedSize, SplitHandle } from "../parts/split.tsx";
import { TabPanel, Tabs } from "../parts/tabs.tsx";
import { afterDrawing } from "../parts/after_drawing.ts";
import { addFinder } from "../shell/command_palette.tsx";
import { hasFocusBegun } from "../shell/keep_focus.ts";
import { useStatus } from "../shell/status_bar.tsx";
import { announce } from "../state/announce.ts";
import { showToast } from "../state/toasts.ts";
import { BoardBar } from "./board_bar.tsx";
import { BoardActions } from "./board_actions.ts";
import { CollapseDialog } from "./collapse_dialog.tsx";
import { ConnectPalette } from "./connect_palette.tsx";
import { dropConnection, insertOnEdge } from "./connecting.ts";
import { ConflictDialog } from "./file/conflict_dialog.tsx";
import { Inspector } from "./inspector/inspector.tsx";
import { SaveAsDialog } from "./file/save_as_dialog.tsx";
import { SourceDialog } from "./file/source_dialog.tsx";
import type { LibraryEntry } from "./library.ts";
import { addNode, type Point } from "./model/commands.ts";
import { nameForUse } from "./model/names.ts";
import { DRAG_TYPE, type LeftTab, LibraryPanel, outlineMatches } from "./panels/library_panel.tsx";
import { ProblemsPanel } from "./panels/problems_panel.tsx";
import { VersionsPanel } from "./panels/versions_panel.tsx";
import type { PlacedProblem } from "./problems.ts";
import { QuickAdd } from "./quick_add.tsx";
import type { RunMode } from "./run/board_run.ts";
import { carriedOut, errorsIn } from "./run/carried_out.ts";
import { needsInputs, RunDialog } from "./run/run_dialog.tsx";
import { RunPanel } from "./run/run_panel.tsx";
import { nextPlace } from "./run/next_place.ts";
import { PassingPreview } from "./run/passing_preview.tsx";
import { type Rest, watchRests } from "./run/rest_watch.ts";
import { iconFor } from "./view/kinds.ts";
import type { Drop } from "./view/wire_hand.ts";
import { Stage } from "./view/stage.tsx";
import { UnreadableBoard } from "./unreadable_board.tsx";
import type { SidePanel, Workbench } from "./workbench.ts";

const leftSize = rememberedSize("board.left", 244);
const rightSize = rememberedSize("board.right", 316);

type Open =
  | { readonly kind: "add"; readonly at: Point | undefined; readonly drop?: Drop }
  | { readonly kind: "connect"; readonly source: string }
  | { readonly kind: "run"; readonly mode: RunMode }
  | { readonly kind: "collapse" }
  | { readonly kind: "source" }
  | { readonly kind: "menu"; readonly at: Point; readonly world: Point };

export function BoardScreen({ bench }: { readonly bench: Workbench }) {
  const { board, file, app } = bench;
  const isNarrow = innerWidth <= 900;
  const [open, setOpen] = useState<Open | undefined>(undefined);
  const [isLeft, setLeft] = useState(!isNarrow);
  const [isRight, setRight] = useState(!isNarrow);
  // The panels of a board that opens come after its stage; one that a person opens is there at once.
  const isOpen = useRef(false);
  useEffect(() => void (isOpen.current = true), []);
  useEffect(() => bench.begin(), [bench]);
  const [tab, setTab] = useState<LeftTab>("library");
  const [search, setSearch] = useState("");
  const stage = useRef<HTMLElement | undefined>(undefined);
  const [rest, setRest] = useState<Rest | undefined>(undefined);
  const resting = useRef<Rest | undefined>(undefined);
  resting.current = rest;
  const unwatch = useRef<(() => void) | undefined>(undefined);
  useEffect(() => () => unwatch.current?.(), []);

  const focusInspector = () => {
    setRight(true);
    bench.panel.value = "inspector";
    afterDrawing(() => {
      const panel = document.getElementById("inspector");
      const bad = panel?.querySelector<HTMLElement>('[aria-invalid="true"]');
      (bad ?? panel?.querySelector<HTMLElement>("input, textarea, select"))?.focus();
    });
  };
  const runNow = async (mode: RunMode) => {
    const nodes = carriedOut(board.graph.peek(), mode);
    const hasFault = () => errorsIn(board.allProblems.peek(), nodes).length > 0;
    // What was mended a moment ago is no error any more.
    const isKnown = !hasFault() || await bench.checked();
    if (hasFault()) {
      bench.panel.value = "problems";
      setRight(true);
      const words = !isKnown
        ? {
          title: "Cannot check the workflow",
          text:
            "Neither this page nor the server answered. The list at the right is from before: run again when the connection is back, or reload the page.",
        }
        : {
          title: "Mend the errors first",
          text: board.graph.peek().fault === undefined
            ? "The list at the right says what to do"
            : "Its text says where: each place is listed here",
        };
      showToast({ look: "warn", ...words });
      return;
    }
    const isAnew = mode === "all" || mode === "mock" || nodes !== undefined;
    if (isAnew && needsInputs(bench, nodes)) return setOpen({ kind: "run", mode });
    bench.panel.value = "run";
    setRight(true);
    await bench.run.start(mode, bench.run.inputs.peek());
  };
  const actions = useMemo(() =>
    new BoardActions(bench, {
      add: (at) => setOpen({ kind: "add", at }),
      connect: (source) => setOpen({ kind: "connect", source }),
      run: runNow,
      collapse: () => setOpen({ kind: "collapse" }),
      edit: focusInspector,
      search: () => {
        setLeft(true);
        setTab("outline");
        afterDrawing(() => document.querySelector<HTMLElement>("#left-panel input")?.focus());
      },
      togglePanel: (side) => side === "left" ? setLeft((shown) => !shown) : setRight((shown) => !shown),
      showSource: () => setOpen({ kind: "source" }),
      preview: () => setRest((before) => nextPlace(board, before)),
    }), [bench]);

  useEffect(() => {
    const list = actions.commands();
    const stop = app.commands.add(list);
    const stopFinder = addFinder(() =>
      [...board.graph.peek().nodes.values()].map(({ id, title, use, group }) => ({
        id: `node.${id}`,
        title,
        about: use,
        group: "Nodes",
        icon: iconFor(use, group),
        run: () => {
          board.select([id]);
          board.reveal(id);
          stage.current?.focus();
        },
      }))
    );
    return () => {
      stop();
      stopFinder();
    };
  }, [actions]);

  const faded = useMemo(() => {
    if (tab !== "outline" || search.trim() === "") return undefined;
    const { nodes } = board.graph.value;
    // Asked of those in sight, not of ten thousand for each letter.
    return {
      has: (id: string) => {
        const node = nodes.get(id);
        return node !== undefined && outlineMatches.matches(search, node) === undefined;
      },
    };
  }, [search, tab, board.graph.value]);

  const problems = board.allProblems.value;
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.length - errors;
  useStatus(
    "board.problems",
    (
      <button type="button" onClick={() => (bench.panel.value = "problems", setRight(true))}>
        <Icon name={errors > 0 ? "bad" : warnings > 0 ? "warn" : "good"} size={12} />
        {errors === 0 && warnings === 0
          ? "No problems"
          : `${counted(errors, "error")}, ${counted(warnings, "warning")}`}
      </button>
    ),
    [errors, warnings],
  );
  const { nodes, edges, fault } = board.graph.value;
  useStatus(
    "board.size",
    <span class="numbers">{counted(nodes.size, "node")}, {counted(edges.length, "connection")}</span>,
    [
      nodes.size,
      edges.length,
    ],
  );

  const add = (entry: LibraryEntry, at?: Point, drop?: Drop, port?: string) => {
    const edge = edges.find(({ id }) => id === board.selectedEdge.peek());
    if (drop === undefined && edge !== undefined && at !== undefined) {
      return insertOnEdge(board, edge, entry, at);
    }
    const change = addNode(
      board.document.ground,
      nameForUse(entry.id),
      entry.value,
      board.freePlace(at, entry.node),
    );
    board.apply(change);
    board.reveal(change.id);
    announce(`Added ${change.id}`);
    if (drop !== undefined && port !== undefined) {
      dropConnection(board, { ...drop, node: change.id, port, verdict: { fits: "yes", reason: "" } });
    }
    stage.current?.focus();
  };
  const goTo = ({ node, field }: PlacedProblem) => {
    if (node === undefined) {
      board.select([]);
      bench.panel.value = "inspector";
      return;
    }
    board.select([node]);
    board.reveal(node);
    bench.panel.value = "inspector";
    afterDrawing(() => {
      const name = field.replace(/^(in|with)\./, "port-");
      const element = document.getElementById(name) ?? document.getElementById(`node-${field}`) ??
        document.querySelector<HTMLElement>('#inspector [aria-invalid="true"]');
      element?.focus();
    });
  };

  return (
    <div class="board">
      <BoardBar
        bench={bench}
        actions={actions}
        onRun={runNow}
        sides={{ left: isLeft, right: isRight }}
        onSide={(side) => side === "left" ? setLeft(!isLeft) : setRight(!isRight)}
      />
      {file.conflict.value === undefined
        ? null
        : <ConflictDialog key={file.conflict.value.theirHash} file={file} conflict={file.conflict.value} />}
      {file.refusal.value === undefined ? null : <SaveAsDialog file={file} refusal={file.refusal.value} />}
      {fault !== undefined
        ? <UnreadableBoard bench={bench} fault={fault} onSource={() => setOpen({ kind: "source" })} />
        : (
          <div class="board-body">
            {isLeft
              ? (
                <aside class="panel side left" style={{ width: `${leftSize.value}px` }} aria-label="Library">
                  <Later isAtOnce={isOpen.current} isWanted={tab === "outline"}>
                    <LibraryPanel
                      bench={bench}
                      tab={tab}
                      onTab={setTab}
                      search={search}
                      onSearch={setSearch}
                      onAdd={(entry) => add(entry)}
                    />
                  </Later>
                </aside>
              )
              : null}
            {isLeft ? <SplitHandle label="Width of the library" size={leftSize} min={180} max={440} /> : null}
            <Stage
              board={board}
              run={bench.overlay}
              runId={bench.run.runId}
              faded={faded}
              onReady={(element) => {
                stage.current = element;
                // Who comes from the list or from a new name goes on here; who loads the page begins at its beginning.
                const { activeElement } = document;
                if (hasFocusBegun() && (activeElement === document.body || activeElement?.id === "main")) {
                  element.focus({ preventScroll: true });
                }
                unwatch.current?.();
                unwatch.current = watchRests(element, board, () => resting.current, setRest);
              }}
              onConnect={(drop) => {
                if (drop.node === undefined) setOpen({ kind: "add", at: drop.world, drop });
                else dropConnection(board, drop);
              }}
              onOpen={(id) => {
                const box = board.shown.peek().boxes.get(id);
                if (box === undefined) focusInspector();
                else board.fold([box], false);
              }}
              onAdd={(at) => setOpen({ kind: "add", at })}
              onMenu={(at, world) => setOpen({ kind: "menu", at, world })}
              onDropped={(data, world) => {
                const entry = bench.library.find(({ id }) => id === data.getData(DRAG_TYPE));
                if (entry !== undefined) add(entry, { x: world.x - 100, y: world.y - 18 });
                else if (data.getData("text/plain") !== "") {
                  actions.pasteText(
                    data.getData("text/plain"),
                    world,
                  );
                }
              }}
              onKey={(event) => {
                if (actions.stageKey(event)) {
                  event.preventDefault();
                  event.stopPropagation();
                }
              }}
            >
              <StageTools bench={bench} actions={actions} />
              {rest === undefined ? null : (
                <PassingPreview
                  key={rest.key}
                  bench={bench}
                  rest={rest}
                  onRun={() => (setRest(undefined), runNow("all"))}
                  onClose={() => setRest(undefined)}
                  onOpen={(passing) => {
                    setRest(undefined);
                    if ("edge" in passing && passing.edge !== undefined) board.selectEdge(passing.edge);
                    else if ("node" in passing) board.select([passing.node]);
                    setRight(true);
                    bench.panel.value = "inspector";
                  }}
                />
              )}
              {nodes.size === 0
                ? (
                  <div class="stage-hint">
                    <button type="button" onClick={() => app.commands.run("board.add")}>
                      <Icon name="plus" size={22} />
                      Add the first node
                    </button>
                    <p>
                      Press <kbd class="key">N</kbd>, double-click, or drag a node from the library.
                    </p>
                  </div>
                )
                : null}
            </Stage>
            {isRight
              ? <SplitHandle label="Width of the inspector" size={rightSize} min={240} max={640} after />
              : null}
            {isRight
              ? (
                <aside
                  class="panel side right"
                  style={{ width: `${rightSize.value}px` }}
                  aria-label="Inspector"
                >
                  <Later isAtOnce={isOpen.current}>
                    <RightPanel
                      bench={bench}
                      onGo={goTo}
                      onRun={runNow}
                      onCollapse={() => setOpen({ kind: "collapse" })}
                      errors={errors}
                    />
                  </Later>
                </aside>
              )
              : null}
          </div>
        )}
      {open?.kind === "add"
        ? (
          <QuickAdd
            library={bench.library}
            held={open.drop}
            onChoose={(entry, port) => add(entry, open.at, open.drop, port)}
            onClose={() => setOpen(undefined)}
          />
        )
        : null}
      {open?.kind === "connect"
        ? (
          <ConnectPalette
            board={board}
            source={open.source}
            onConnect={({ from, to, kind }) =>
              dropConnection(board, {
                fixed: from,
                isFromSource: true,
                node: to.node,
                port: to.port,
                verdict: { fits: "yes", reason: "" },
                replaces: undefined,
              }, kind)}
            onRefused={(reason) => {
              announce(`Refused: ${reason}`);
              showToast({ look: "warn", title: "Cannot connect", text: reason });
            }}
            onClose={() => setOpen(undefined)}
          />
        )
        : null}
      {open?.kind === "run"
        ? <RunDialog bench={bench} mode={open.mode} onClose={() => setOpen(undefined)} />
        : null}
      {open?.kind === "collapse" ? <CollapseDialog bench={bench} onClose={() => setOpen(undefined)} /> : null}
      {open?.kind === "source" ? <SourceDialog bench={bench} onClose={() => setOpen(undefined)} /> : null}
      {open?.kind === "menu"
        ? (
          <Menu
            label="Actions"
            at={open.at}
            entries={actions.menu(open.world)}
            onClose={() => setOpen(undefined)}
          />
        )
        : null}
    </div>
  );
}

/** Reads the zoom alone: panning draws no button anew. */
function ZoomButton({ bench, actions }: { readonly bench: Workbench; readonly actions: BoardActions }) {
  const { board } = bench;
  const percent = useComputed(() => Math.round(board.look.view.value.zoom * 100)).value;
  return (
    <Button
      small
      look="quiet"
      class="zoom numbers"
      aria-label={`${percent}%: zoom to 100 %`}
      onClick={() => actions.zoom(1 / board.look.view.peek().zoom)}
    >
      {percent}%
    </Button>
  );
}

function StageTools({ bench, actions }: { readonly bench: Workbench; readonly actions: BoardActions }) {
  const { board, app } = bench;
  const keysOf = (id: string) => app.commands.keysOf(`board.${id}`);
  return (
    <div class="stage-tools" role="group" aria-label="View">
      <IconButton
        small
        icon="zoomout"
        label="Zoom out"
        keys={keysOf("zoomOut")}
        onClick={() => actions.zoom(0.8)}
      />
      <ZoomButton bench={bench} actions={actions} />
      <IconButton
        small
        icon="zoomin"
        label="Zoom in"
        keys={keysOf("zoomIn")}
        onClick={() => actions.zoom(1.25)}
      />
      <IconButton
        small
        icon="fit"
        label="Show everything"
        keys={keysOf("fit")}
        onClick={() => board.look.fit()}
      />
      <IconButton
        small
        icon="plus"
        label="Add a node"
        keys={keysOf("add")}
        onClick={() => app.commands.run("board.add")}
      />
    </div>
  );
}

function RightPanel(
  { bench, onGo, onRun, onCollapse, errors }: {
    readonly bench: Workbench;
    readonly onGo: (problem: PlacedProblem) => void;
    readonly onRun: (mode: RunMode) => void;
    readonly onCollapse: () => void;
    readonly errors: number;
  },
) {
  const chosen = bench.panel.value;
  return (
    <>
      <Tabs<SidePanel>
        label="Inspector, problems, run, versions"
        name="right"
        tabs={[
          { id: "inspector", title: "Inspector" },
          {
            id: "problems",
            title: "Problems",
            ...(errors > 0 ? { badge: <span class="badge bad numbers">{errors}</span> } : {}),
          },
          { id: "run", title: "Run" },
          { id: "versions", title: "Versions" },
        ]}
        chosen={chosen}
        onChoose={(id) => bench.panel.value = id}
      />
      <TabPanel name="right" chosen={chosen} class={chosen === "inspector" ? "padded" : ""}>
        {chosen === "inspector"
          ? (
            <div id="inspector">
              <Inspector bench={bench} onCollapse={onCollapse} />
            </div>
          )
          : null}
        {chosen === "problems" ? <ProblemsPanel bench={bench} onGo={onGo} /> : null}
        {chosen === "run" ? <RunPanel bench={bench} onRun={onRun} /> : null}
        {chosen === "versions" ? <VersionsPanel bench={bench} /> : null}
      </TabPanel>
    </>
  );
}
