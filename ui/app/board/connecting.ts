/** From a dropped connection to a change of the workflow, or to the words that say why not. @module */

import { fit } from "../../../core/workflow/port_type.ts";
import { elementOf } from "../../../core/workflow/schema_path.ts";
import { announce } from "../state/announce.ts";
import { showToast } from "../state/toasts.ts";
import type { Board } from "./board.ts";
import { fittingPort, type LibraryEntry } from "./library.ts";
import { INPUTS, OUTPUTS } from "./model/board_node.ts";
import { addNode, connect, type Connection, connectItems, disconnect, type Point } from "./model/commands.ts";
import { ConnectionJudge, type End } from "./model/connection_judge.ts";
import { groupOfBox } from "./model/folded.ts";
import type { BoardEdge } from "./model/graph.ts";
import { nameForUse } from "./model/names.ts";
import type { Drop } from "./view/wire_hand.ts";

type Dropped = Pick<Drop, "fixed" | "isFromSource" | "node" | "port" | "verdict" | "replaces">;

/** Connects what was dropped on a node; without a port, to the one that fits best. */
export function dropConnection(board: Board, drop: Dropped, kind?: Connection["kind"]): void {
  const { fixed, isFromSource, node, replaces } = drop;
  if (node === undefined) {
    if (replaces !== undefined) board.apply(disconnect(board.document.ground, [replaces]));
    return;
  }
  const group = groupOfBox(node);
  if (group !== undefined) {
    const text = "Unfold the group to connect inside it";
    showToast({
      look: "warn",
      title: "Cannot connect",
      text,
      action: {
        title: "Unfold",
        run: () => board.fold(board.groupsOf().filter(({ id }) => id === group), false),
      },
    });
    announce(`Cannot connect: ${text}`);
    return;
  }
  const judge = new ConnectionJudge(board.graph.peek(), board.types, fixed, isFromSource);
  const port = drop.port ?? bestPort(board, judge, fixed.port, isFromSource, node);
  const verdict = drop.verdict ?? judge.judge({ node, port });
  if (verdict.fits === "no") {
    const [from, to] = isFromSource ? [fixed, { node, port }] : [{ node, port }, fixed];
    const isForEach = fitsEach(board, from, to);
    showToast({
      look: "warn",
      title: "Cannot connect",
      text: isForEach
        ? `${verdict.reason}. The list's items fit: ${to.node} can be called once for each`
        : verdict.reason,
      ...isForEach ? { action: { title: "Once for each", run: () => connectEach(board, from, to) } } : {},
    });
    announce(`Cannot connect: ${verdict.reason}`);
    return;
  }
  const [source, target] = isFromSource ? [fixed, { node, port }] : [{ node, port }, fixed];
  // Dropped where it was picked up: nothing changes.
  if (replaces !== undefined && replaces.to === target.node && replaces.toPort === target.port) return;
  const chosen = kind ?? (target.port === "" ? "after" : "data");
  const fromPort = source.port === "" && chosen === "data" ? firstPort(board, source.node) : source.port;
  if (replaces !== undefined) board.apply(disconnect(board.document.ground, [replaces]));
  const change = connect(board.document.ground, {
    from: source.node,
    fromPort,
    to: target.node,
    toPort: target.port,
    kind: chosen,
  });
  if (board.apply(change)) announce(change.label);
}

/** True where `from` gives a list whose items fit the port `to`, and the node is not yet called once for each of something. */
function fitsEach(board: Board, from: End, to: End): boolean {
  const target = board.graph.peek().nodes.get(to.node);
  const port = target?.inputs.find(({ name }) => name === to.port);
  if (target === undefined || port === undefined || target.value["each"] !== undefined) return false;
  const type = new ConnectionJudge(board.graph.peek(), board.types, from, true).outputType(from);
  if (typeof type !== "object" || type["type"] !== "array") return false;
  return fit(elementOf(type), port.schema).fit !== "no";
}

/** Calls the node once for each item of the list, with the item at the port; one step of undo. */
function connectEach(board: Board, from: End, to: End): void {
  const change = connectItems(board.document.ground, {
    from: from.node,
    fromPort: from.port,
    to: to.node,
    toPort: to.port,
  });
  if (board.apply(change)) announce(change.label);
}

function firstPort(board: Board, node: string): string {
  return board.graph.peek().nodes.get(node)?.outputs[0]?.name ?? "";
}

function bestPort(
  board: Board,
  judge: ConnectionJudge,
  name: string,
  isFromSource: boolean,
  node: string,
): string {
  const found = board.graph.peek().nodes.get(node);
  const ports = isFromSource ? found?.inputs ?? [] : found?.outputs ?? [];
  let best = "";
  let most = -1;
  for (const port of ports) {
    const { fits } = judge.judge({ node, port: port.name });
    if (fits === "no") continue;
    const score = (port.isBound ? 0 : 4) + (port.isRequired ? 2 : 0) + (port.name === name ? 3 : 0) +
      (fits === "yes" ? 1 : 0);
    if (score <= most) continue;
    most = score;
    best = port.name;
  }
  // Nothing fits: the first port's reason is what is told.
  return best === "" ? ports[0]?.name ?? "" : best;
}

/** Puts a new node into a connection. */
export function insertOnEdge(board: Board, edge: BoardEdge, entry: LibraryEntry, at: Point): void {
  const added = addNode(
    board.document.ground,
    nameForUse(entry.id),
    entry.value,
    board.freePlace({ x: at.x - 108, y: at.y - 30 }, entry.node),
  );
  const fromEnd = { node: edge.from, port: edge.fromPort };
  const judge = new ConnectionJudge(board.graph.peek(), board.types, fromEnd, true);
  const input = fittingPort(entry, judge, true);
  const target = new ConnectionJudge(
    board.graph.peek(),
    board.types,
    { node: edge.to, port: edge.toPort },
    false,
  );
  const output = fittingPort(entry, target, false);
  board.apply(added);
  if (edge.kind !== "data" || !edge.isPlain || edge.from === OUTPUTS || edge.to === INPUTS) return;
  if (input !== undefined) {
    board.apply(
      connect(board.document.ground, {
        from: edge.from,
        fromPort: edge.fromPort,
        to: added.id,
        toPort: input,
        kind: "data",
      }),
    );
  }
  if (output !== undefined) {
    board.apply(
      connect(board.document.ground, {
        from: added.id,
        fromPort: output,
        to: edge.to,
        toPort: edge.toPort,
        kind: "data",
      }),
    );
  }
  board.select([added.id]);
}
