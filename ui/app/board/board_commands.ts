/** The board's actions by name: for the palette and keys, and as a menu of what can be done with what is chosen. @module */

import type { MenuEntry } from "../parts/menu.tsx";
import type { Command } from "../state/commands.ts";
import type { BoardActions } from "./board_actions.ts";
import { alignSelection } from "./inspector/inspector.tsx";
import { MAX_ELK_NODES } from "./layout/elk_layout.ts";
import type { Point } from "./model/commands.ts";
import { isMinimapShown } from "./view/minimap.tsx";
/** Everything, with its keys. */
export function boardCommands(actions: BoardActions): readonly Command[] {
  const { board, run } = actions.bench;
  const isDrawn = () => board.graph.peek().fault === undefined;
  const isChosen = () => board.selection.peek().size > 0;
  const command = (id: string, title: string, run: () => void, more: Partial<Command> = {}): Command => ({
    id: `board.${id}`,
    title,
    group: "Board",
    run,
    ...more,
  });
  return [
    command("save", "Save", () => void actions.bench.file.save(), { icon: "save", keys: "mod+s" }),
    command("undo", "Undo", () => actions.undo(), {
      icon: "undo",
      keys: "mod+z",
      when: () => board.document.history.canUndo !== undefined,
    }),
    command("redo", "Redo", () => actions.redo(), {
      icon: "redo",
      keys: "mod+shift+z|mod+y",
      when: () => board.document.history.canRedo !== undefined,
    }),
    command("add", "Add a node", () => actions.hands.add(), { icon: "plus", keys: "n" }),
    command("note", "Add a note", () => actions.note(board.freePlace(undefined, undefined, 110)), {
      icon: "note",
      keys: "shift+n",
    }),
    command("connect", "Connect the chosen node", () => actions.connect(), {
      icon: "link",
      keys: "c",
      when: isChosen,
    }),
    command("edit", "Edit what is chosen", () => actions.hands.edit(), { icon: "settings", keys: "e" }),
    command("copy", "Copy", () => void actions.copy(), {
      icon: "copy",
      keys: "mod+c",
      when: () => isChosen() && !hasTextChosen(),
    }),
    command("cut", "Cut", () => void actions.cut(), {
      keys: "mod+x",
      when: () => isChosen() && !hasTextChosen(),
    }),
    command("paste", "Paste", () => void actions.paste(), { keys: "mod+v" }),
    command("duplicate", "Duplicate", () => actions.duplicate(), {
      icon: "copy",
      keys: "mod+d",
      when: isChosen,
    }),
    command("remove", "Remove", () => actions.remove(), {
      icon: "trash",
      keys: "delete|backspace",
      when: () => isChosen() || board.selectedEdge.peek() !== undefined,
    }),
    command("removeAndReconnect", "Remove and reconnect", () => actions.remove(true), {
      keys: "mod+delete|mod+backspace",
      when: isChosen,
    }),
    command("selectAll", "Choose everything", () => board.select(board.scene.peek().ids), {
      keys: "mod+a",
    }),
    command("selectUpstream", "Choose what comes before", () => actions.selectReach(true), {
      when: isChosen,
      keys: "mod+shift+up",
    }),
    command("selectDownstream", "Choose what comes after", () => actions.selectReach(false), {
      when: isChosen,
      keys: "mod+shift+down",
    }),
    command("group", "Group", () => actions.group(), { icon: "group", keys: "mod+g", when: isChosen }),
    command("ungroup", "Ungroup", () => actions.ungroup(), { keys: "mod+shift+g", when: isChosen }),
    command("fold", "Fold or unfold the group", () => actions.fold(), {
      icon: "group",
      keys: "shift+g",
      when: () => board.groupsOf(board.selection.peek()).length > 0,
    }),
    command("foldAll", "Fold all groups", () => board.fold(board.groupsOf(), true), {
      when: () => board.groupsOf().some(({ id }) => !board.isFolded(id)),
    }),
    command("unfoldAll", "Unfold all groups", () => board.fold(board.groupsOf(), false), {
      when: () => board.groupsOf().some(({ id }) => board.isFolded(id)),
    }),
    command("collapse", "Make a sub-workflow of what is chosen", () => actions.hands.collapse(), {
      icon: "workflow",
      when: isChosen,
    }),
    command("layout", "Lay out", () => void board.layout([...board.selection.peek()]), {
      icon: "layout",
      keys: "shift+l",
    }),
    command("layoutFine", "Lay out finely (ELK)", () => void actions.layoutFine(), {
      icon: "layout",
      when: () => board.graph.peek().nodes.size <= MAX_ELK_NODES,
    }),
    command("alignLeft", "Align left", () => alignSelection(actions.bench, "left"), {
      icon: "alignleft",
      when: () => board.selection.peek().size > 1,
    }),
    command("alignTop", "Align top", () => alignSelection(actions.bench, "top"), {
      icon: "aligntop",
      when: () => board.selection.peek().size > 1,
    }),
    command("distributeAcross", "Even gaps across", () => alignSelection(actions.bench, "across"), {
      icon: "distribute",
      when: () => board.selection.peek().size > 2,
    }),
    command("distributeDown", "Even gaps down", () => alignSelection(actions.bench, "down"), {
      when: () => board.selection.peek().size > 2,
    }),
    command("fit", "Show everything", () => board.look.fit(), { icon: "fit", keys: "shift+1|f" }),
    command("fitChosen", "Show what is chosen", () => board.look.fit(board.selection.peek()), {
      keys: "shift+2",
      when: isChosen,
    }),
    command("zoomIn", "Zoom in", () => actions.zoom(1.25), { icon: "zoomin", keys: "+|=" }),
    command("zoomOut", "Zoom out", () => actions.zoom(0.8), { icon: "zoomout", keys: "-" }),
    command("zoomReset", "Zoom to 100 %", () => actions.zoom(1 / board.look.view.peek().zoom), { keys: "0" }),
    command("minimap", "Show or hide the map", () => isMinimapShown.value = !isMinimapShown.peek(), {
      icon: "map",
      keys: "m",
    }),
    command("preview", "Look at what passed here", () => actions.hands.preview(), {
      icon: "eye",
      keys: "v",
      when: () => board.cursor.peek() !== undefined || board.selectedEdge.peek() !== undefined,
    }),
    command("search", "Search this workflow", () => actions.hands.search(), {
      icon: "search",
      keys: "mod+f",
    }),
    command("library", "Show or hide the library", () => actions.hands.togglePanel("left"), {
      keys: "mod+b",
      when: isDrawn,
    }),
    command("inspector", "Show or hide the inspector", () => actions.hands.togglePanel("right"), {
      keys: "mod+i",
      when: isDrawn,
    }),
    command("run", "Run", () => actions.hands.run("all"), { icon: "play", keys: "mod+enter", group: "Run" }),
    command("runChanged", "Run only what changed", () => actions.hands.run("changed"), {
      group: "Run",
      icon: "play",
      when: () => run.runId.peek() !== undefined,
    }),
    command("runMock", "Run with mock data", () => actions.hands.run("mock"), { group: "Run", icon: "play" }),
    command("runTo", "Run only to the chosen node", () => actions.runTo(), {
      group: "Run",
      icon: "output",
      keys: "mod+shift+enter",
      when: () => actions.ends.length > 0,
    }),
    command("runFrom", "Run from the chosen node", () => actions.runFrom(), {
      group: "Run",
      icon: "play",
      when: () => isChosen() && run.runId.peek() !== undefined,
    }),
    command("disable", "Disable or enable", () => actions.disable(), {
      icon: "eyeoff",
      keys: "d",
      when: () => actions.workers.length > 0,
    }),
    command("breakpoint", "Stop before the chosen node", () => actions.breakpoint(), {
      group: "Run",
      icon: "breakpoint",
      keys: "f9",
      when: isChosen,
    }),
    command("step", "Step", () => void run.goOn(true), {
      group: "Run",
      icon: "step",
      keys: "f10",
      when: () => (run.detail.peek()?.held.length ?? 0) > 0,
    }),
    command("continue", "Go on", () => void run.goOn(false), {
      group: "Run",
      icon: "play",
      keys: "f8",
      when: () => (run.detail.peek()?.held.length ?? 0) > 0,
    }),
    command("svg", "Export as SVG", () => actions.exportSvg(), { icon: "download" }),
    command("png", "Export as PNG", () => void actions.exportPng(), { icon: "download" }),
    command("source", "Show the file's text", () => actions.hands.showSource(), { icon: "code" }),
    command("nextProblem", "Next problem", () => actions.nextProblem(), {
      icon: "warn",
      keys: "f4",
      when: () => board.allProblems.peek().length > 0,
    }),
  ];
}

/** The menu for what is chosen. */
export function boardMenu(actions: BoardActions, world: Point): readonly MenuEntry[] {
  const { board } = actions.bench;
  const all = new Map(actions.commands().map((command) => [command.id, command]));
  const entry = (id: string, title?: string): MenuEntry => {
    const command = all.get(`board.${id}`) as Command;
    return {
      title: title ?? command.title,
      ...(command.icon === undefined ? {} : { icon: command.icon }),
      keys: command.keys?.split("|")[0],
      disabled: command.when?.() === false,
      run: command.run,
    };
  };
  if (board.selectedEdge.peek() !== undefined) {
    return [
      { title: "Insert a node here", icon: "plus", run: () => actions.hands.add(world) },
      entry("remove"),
    ];
  }
  if (board.selection.peek().size === 0) {
    return [
      { title: "Add a node here", icon: "plus", keys: "n", run: () => actions.hands.add(world) },
      {
        title: "Add a note here",
        icon: "note",
        run: () => actions.note(world),
      },
      entry("paste"),
      "rule",
      entry("layout"),
      entry("layoutFine"),
      entry("fit"),
      entry("selectAll"),
      "rule",
      entry("svg"),
      entry("png"),
      entry("source"),
    ];
  }
  return [
    entry("edit"),
    entry("connect"),
    "rule",
    entry("runTo", "Run only to here"),
    entry("runFrom"),
    entry("breakpoint"),
    entry("disable", actions.workers.some(({ isDisabled }) => !isDisabled) ? "Disable" : "Enable"),
    "rule",
    entry("copy"),
    entry("cut"),
    entry("duplicate"),
    entry("group"),
    entry("ungroup"),
    entry("fold"),
    entry("collapse"),
    "rule",
    entry("layout"),
    entry("selectUpstream"),
    entry("selectDownstream"),
    "rule",
    entry("removeAndReconnect"),
    entry("remove"),
  ];
}

function hasTextChosen(): boolean {
  return (getSelection()?.toString() ?? "") !== "";
}
