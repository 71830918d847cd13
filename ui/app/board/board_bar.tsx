/** The bar above the board: its name, whether it is saved, undo, panels, save and run. @module */

import { Button, IconButton } from "../parts/button.tsx";
import { Icon } from "../parts/icon.tsx";
import { MenuButton } from "../parts/menu.tsx";
import { hrefOf } from "../state/route.ts";
import type { BoardActions } from "./board_actions.ts";
import type { RunMode } from "./run/board_run.ts";
import { forecastTip } from "./run/forecast.tsx";
import type { Workbench } from "./workbench.ts";

interface BoardBarProps {
  readonly bench: Workbench;
  readonly actions: BoardActions;
  readonly onRun: (mode: RunMode) => void;
  /** Which panels are shown. */
  readonly sides: { readonly left: boolean; readonly right: boolean };
  readonly onSide: (side: "left" | "right") => void;
}

export function BoardBar({ bench, actions, onRun, sides, onSide }: BoardBarProps) {
  const { board, file, run } = bench;
  const isDirty = board.isDirty.value;
  board.version.value;
  const { history, scope } = board.document;
  const name = board.graph.value.head["name"];
  const save = file.state.value;
  const tip = forecastTip(run);
  // There is no board that panels could stand beside.
  const undrawn = board.graph.value.fault === undefined ? undefined : "first the file's text must be mended";
  const keysOf = (id: string) => bench.app.commands.keysOf(`board.${id}`);
  return (
    <div class="bar">
      <a
        class="button quiet icon-only"
        href={hrefOf("board")}
        aria-label="All workflows"
        data-tip="All workflows"
      >
        <Icon name="left" />
      </a>
      <h1>{typeof name === "string" ? name : bench.board.file}</h1>
      {scope.length === 0 ? null : (
        <span class="row">
          <Icon name="right" size={12} />
          <Button small look="quiet" onClick={() => board.enter(scope.slice(0, -3))}>
            {scope.at(-2)}: leave
          </Button>
        </span>
      )}
      <span class="faint cut bar-file">{bench.board.file}</span>
      <span class={`badge ${save === "failed" ? "bad" : isDirty ? "warn" : ""}`} role="status">
        {save === "saving"
          ? "Saving"
          : save === "failed"
          ? "Not saved"
          : isDirty
          ? "Changed"
          : file.isWritable
          ? "Saved"
          : "Read-only"}
      </span>
      <span class="grow" />
      <IconButton
        icon="undo"
        label={history.canUndo === undefined ? "Undo" : `Undo: ${history.canUndo.label}`}
        keys={keysOf("undo")}
        disabled={history.canUndo === undefined}
        onClick={() => actions.undo()}
      />
      <IconButton
        icon="redo"
        label={history.canRedo === undefined ? "Redo" : `Redo: ${history.canRedo.label}`}
        keys={keysOf("redo")}
        disabled={history.canRedo === undefined}
        onClick={() => actions.redo()}
      />
      <span class="bar-rule" />
      <IconButton
        icon="panelleft"
        label="Library"
        keys={keysOf("library")}
        reason={undrawn}
        aria-pressed={sides.left && undrawn === undefined}
        onClick={() => onSide("left")}
      />
      <IconButton
        icon="panelright"
        label="Inspector"
        keys={keysOf("inspector")}
        reason={undrawn}
        aria-pressed={sides.right && undrawn === undefined}
        onClick={() => onSide("right")}
      />
      <IconButton
        icon="layout"
        class="wide-only"
        label="Lay out"
        keys={keysOf("layout")}
        reason={undrawn}
        onClick={() => void board.layout([...board.selection.peek()])}
      />
      <MenuButton
        label="More"
        entries={() => {
          board.select([]);
          return actions.menu(board.freePlace());
        }}
      />
      <span class="bar-rule" />
      <Button
        icon="save"
        aria-label="Save"
        onClick={() => void file.save()}
        disabled={!isDirty && save !== "failed"}
        data-tip="Save"
        data-tip-keys={keysOf("save")}
      >
        <span class="wide-only">Save</span>
      </Button>
      <span class="button-group">
        <Button
          icon="play"
          look="primary"
          aria-label="Run"
          disabled={run.isStarting.value}
          {...tip === undefined ? {} : { "data-tip": tip, "aria-description": tip }}
          onMouseEnter={() => void run.loadForecast()}
          onFocus={() => void run.loadForecast()}
          onClick={() => onRun("all")}
        >
          <span class="wide-only">Run</span>
        </Button>
        <MenuButton
          label="More ways to run"
          icon="down"
          look="primary"
          entries={() => {
            const isFirst = run.runId.peek() === undefined;
            const after = "After a first run on this board: it takes over what need not be done again";
            const isOne = board.selection.peek().size === 1;
            return [
              { title: "Run", icon: "play", run: () => onRun("all") },
              {
                title: "Run only what changed",
                icon: "retry",
                disabled: isFirst,
                note: isFirst ? after : undefined,
                run: () => onRun("changed"),
              },
              {
                title: "Run only to the chosen node",
                icon: "output",
                keys: keysOf("runTo"),
                disabled: actions.ends.length === 0,
                note: board.document.scope.length > 0
                  ? "Leave the loop first: it runs as a whole"
                  : actions.ends.length > 0
                  ? undefined
                  : "Choose a node first",
                run: () => actions.runTo(),
              },
              {
                title: "Run from the chosen node",
                icon: "step",
                disabled: isFirst || !isOne,
                note: isFirst ? after : isOne ? undefined : "Choose one node first",
                run: () => actions.runFrom(),
              },
              { title: "Run with mock data", icon: "bulb", run: () => onRun("mock") },
            ];
          }}
        />
      </span>
    </div>
  );
}
