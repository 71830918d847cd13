/**
 * One open workflow with everything around it: the board, its file on the server, the checker, the layout worker, the library,
 * the run that is shown. Made when a file is opened; open_boards.ts keeps it while the person looks at something else.
 *
 * @module
 */

import { effect, type Signal, signal } from "@preact/signals";
import type { CatalogInfo } from "../../api/catalog.ts";
import type { WorkflowFile } from "../../api/workflows.ts";
import type { App } from "../state/app.ts";
import { nextTurn } from "../state/turn.ts";
import { Board } from "./board.ts";
import { BoardFile } from "./file/board_file.ts";
import { Checker } from "./check/checker.ts";
import { type Graph, readGraphInTurns } from "./model/graph.ts";
import { LayoutClient } from "./layout/layout_client.ts";
import { catalogFrom, type LibraryEntry, libraryOf } from "./library.ts";
import { BoardRun } from "./run/board_run.ts";
import { RunOverlay } from "./run/run_overlay.ts";

export type SidePanel = "inspector" | "problems" | "run" | "versions";

interface Known {
  readonly info: CatalogInfo;
  readonly library: readonly LibraryEntry[];
}

export class Workbench {
  readonly app: App;
  readonly board: Board;
  readonly file: BoardFile;
  readonly overlay = new RunOverlay();
  readonly run: BoardRun;
  readonly layouter = new LayoutClient();
  readonly #known: Signal<Known>;
  readonly panel = signal<SidePanel>("inspector");
  readonly #checker: Checker;
  readonly #stops: (() => void)[] = [];

  /** Reads the file in turns, so that a large one holds the page up nowhere. */
  static async open(app: App, file: WorkflowFile, info: CatalogInfo): Promise<Workbench> {
    const graph = await readGraphInTurns(file.text, catalogFrom(info), nextTurn, () => performance.now());
    const bench = new Workbench(app, file, info, graph);
    await nextTurn();
    // The geometry, before anybody draws by it.
    const scene = bench.board.scene.peek();
    await nextTurn();
    scene.prepare();
    await nextTurn();
    return bench;
  }

  private constructor(app: App, file: WorkflowFile, info: CatalogInfo, graph: Graph) {
    this.app = app;
    const catalog = catalogFrom(info);
    this.#known = signal({ info, library: libraryOf(info, catalog) });
    this.board = new Board(file.file, file.text, catalog, this.layouter, graph);
    this.#checker = new Checker({
      fetchOther: (reference) => this.#other(reference),
      onAnswer: (answer) => this.board.takeCheck(answer),
    });
    this.#checker.setCatalog(info);
    this.board.onText = (text) => this.#checker.ask(text, file.file);
    this.#checker.ask(file.text, file.file);
    this.file = new BoardFile(app, this.board, file);
    this.run = new BoardRun(app, this.board, this.overlay);
    this.#stops.push(this.file.follow());
    this.#stops.push(effect(() => {
      this.board.scene.value;
      // Not in the midst of a change.
      queueMicrotask(() => void this.board.findWays());
    }));
  }

  get library(): readonly LibraryEntry[] {
    return this.#known.value.library;
  }

  get catalog(): CatalogInfo {
    return this.#known.value.info;
  }

  /** What there is of node types now: extensions come and go while a workflow is open. */
  takeCatalog(info: CatalogInfo): void {
    if (JSON.stringify(info) === JSON.stringify(this.catalog)) return;
    const catalog = catalogFrom(info);
    this.#known.value = { info, library: libraryOf(info, catalog) };
    this.board.setCatalog(catalog);
    this.#checker.setCatalog(info);
    this.#checker.ask(this.board.document.text, this.board.file);
  }

  /** The text of a workflow that this one names: a template, or a file beside it. */
  async #other(reference: string): Promise<string | null> {
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

  close(): void {
    this.#checker.close();
    this.layouter.close();
    this.run.close();
    for (const stop of this.#stops) stop();
  }
}
