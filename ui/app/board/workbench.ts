/**
 * One open workflow with everything around it: the board, its file on the server, the checker, the layout worker, the library,
 * the run that is shown. Made when a file is opened; open_boards.ts keeps it while the person looks at something else.
 *
 * @module
 */

import { effect, type Signal, signal } from "@preact/signals";
import type { CatalogInfo } from "../../api/catalog.ts";
import type { TemplateLine, WorkflowFile } from "../../api/workflows.ts";
import type { App } from "../state/app.ts";
import { inOwnFrame } from "../state/own_frame.ts";
import { inTurns, nextTurn } from "../state/turn.ts";
import { Board } from "./board.ts";
import { BoardFile } from "./file/board_file.ts";
import { Checker } from "./check/checker.ts";
import { type BoardNode, objectOf, type WorkflowPorts } from "./model/board_node.ts";
import { type Graph, graphInParts, readGraph } from "./model/graph.ts";
import { LayoutClient } from "./layout/layout_client.ts";
import { catalogFrom, type LibraryEntry, libraryOf } from "./library.ts";
import { BoardRun } from "./run/board_run.ts";
import { RunOverlay } from "./run/run_overlay.ts";

/** Frames of a board that opens before anything else is begun: its panels and the cards in sight. */
const FIRST_FRAMES = 6;

export type SidePanel = "inspector" | "problems" | "run" | "versions";

/** What can be put on a board. */
export interface Parts {
  readonly info: CatalogInfo;
  readonly templates: readonly TemplateLine[];
}

interface Known extends Parts {
  readonly library: readonly LibraryEntry[];
}

/** Whoever runs a workflow waits for this at most, where the page's own check does not answer. */
const SERVER_PATIENCE_MS = 8_000;

export class Workbench {
  readonly app: App;
  readonly board: Board;
  readonly file: BoardFile;
  readonly overlay = new RunOverlay();
  readonly run: BoardRun;
  readonly layouter = new LayoutClient();
  readonly #known: Signal<Known>;
  /** What other workflows take and give, as far as they were looked into. */
  #workflows: ReadonlyMap<string, WorkflowPorts>;
  readonly panel = signal<SidePanel>("inspector");
  readonly #checker: Checker;
  readonly #stops: (() => void)[] = [];
  #hasBegun = false;
  #isClosed = false;

  /** Reads the file in turns, so that a large one holds the page up nowhere. */
  static async open(app: App, file: WorkflowFile, parts: Parts): Promise<Workbench> {
    const catalog = catalogFrom(parts.info, portsOf(parts.templates));
    const graph = await inTurns(graphInParts(file.text, [], catalog));
    await nextTurn();
    const bench = new Workbench(app, file, parts, graph);
    await nextTurn();
    // The geometry, before anybody draws by it.
    const scene = bench.board.scene.peek();
    await nextTurn();
    for (const _ of scene.prepare()) await nextTurn();
    return bench;
  }

  /** Begins what a board does besides being shown, once it stands there: its problems, and the ways of many wires. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    afterFrames(FIRST_FRAMES, () => {
      if (this.#isClosed) return;
      this.#checker.start();
      this.#followScene();
    });
  }

  private constructor(app: App, file: WorkflowFile, { info, templates }: Parts, graph: Graph) {
    this.app = app;
    this.#workflows = portsOf(templates);
    const catalog = catalogFrom(info, this.#workflows);
    this.#known = signal({ info, templates, library: libraryOf(info, catalog, templates) });
    this.board = new Board(file.file, file.text, catalog, this.layouter, graph);
    this.#checker = new Checker({
      fetchOther: (reference) => this.#other(reference),
      onAnswer: (answer) => this.board.takeCheck(answer),
      askServer: async (text, name) => {
        const signal = AbortSignal.timeout(SERVER_PATIENCE_MS);
        return (await app.client.call("POST /workflows/check", { body: { text, file: name }, signal }))
          .problems;
      },
    });
    this.#checker.setCatalog(info);
    this.board.onText = (text) => this.#checker.ask(text, file.file);
    this.#checker.ask(file.text, file.file);
    this.file = new BoardFile(app, this.board, file);
    this.run = new BoardRun(app, this.board, this.overlay);
    this.#stops.push(this.file.follow());
  }

  /** Has the ways of wires found whenever the scene is another. */
  #followScene(): void {
    this.#stops.push(effect(() => {
      this.board.scene.value;
      // Not in the midst of a change.
      queueMicrotask(() => void this.board.ways.find());
    }));
  }

  get library(): readonly LibraryEntry[] {
    return this.#known.value.library;
  }

  get catalog(): CatalogInfo {
    return this.#known.value.info;
  }

  /** What there is of node types now: extensions come and go while a workflow is open. */
  takeParts({ info, templates }: Parts): void {
    const { info: before, templates: had } = this.#known.peek();
    if (JSON.stringify([info, templates]) === JSON.stringify([before, had])) return;
    this.#workflows = new Map([...this.#workflows, ...portsOf(templates)]);
    const catalog = catalogFrom(info, this.#workflows);
    this.#known.value = { info, templates, library: libraryOf(info, catalog, templates) };
    this.board.setCatalog(catalog);
    this.#checker.setCatalog(info);
    this.#checker.ask(this.board.document.text, this.board.file);
  }

  /** The text of a workflow that this one names: a template, or a file beside it. Its ports are shown from now on. */
  async #other(reference: string): Promise<string | null> {
    const text = await this.#otherText(reference);
    const { head } = readGraph(text, [], catalogFrom(this.catalog));
    const ports = { inputs: objectOf(head["inputs"]), outputs: Object.keys(objectOf(head["outputs"])) };
    if (JSON.stringify(ports) === JSON.stringify(this.#workflows.get(reference))) return text;
    this.#workflows = new Map([...this.#workflows, [reference, ports]]);
    const runsIt = ({ use, value }: BoardNode) =>
      use === "control/workflow" && value["workflow"] === reference;
    this.board.setCatalog(catalogFrom(this.catalog, this.#workflows), (node) => !runsIt(node));
    return text;
  }

  async #otherText(reference: string): Promise<string> {
    const { client } = this.app;
    if (/[/\\.]/.test(reference)) {
      const folder = this.board.file.split("/").slice(0, -1).join("/");
      const file = folder === ""
        ? reference.replace(/^\.\//, "")
        : `${folder}/${reference.replace(/^\.\//, "")}`;
      return (await client.call("GET /workflow", { query: { file, textOnly: true } })).text;
    }
    return (await client.call("GET /templates/{id}", { params: { id: reference } })).text;
  }

  /** Resolves when the problems are those of the text as it is, or with false when nobody could check it. */
  checked(): Promise<boolean> {
    return this.#checker.settled();
  }

  close(): void {
    this.#isClosed = true;
    this.#checker.close();
    this.layouter.close();
    this.run.close();
    for (const stop of this.#stops) stop();
  }
}

function portsOf(templates: readonly TemplateLine[]): ReadonlyMap<string, WorkflowPorts> {
  return new Map(templates.map((template) => [template.id, template]));
}

function afterFrames(count: number, go: () => void): void {
  if (count === 0) go();
  else inOwnFrame(() => afterFrames(count - 1, go));
}
