/**
 * The workflows that were opened on the board since the page was loaded. Whoever leaves the board and comes back finds it as it
 * was: what is not saved yet, the steps of undo, the view, the run that is shown, pins and breakpoints. What is not saved is never
 * given up; of the others the last few are kept.
 *
 * @module
 */

import { computed, signal } from "@preact/signals";
import type { App } from "../state/app.ts";
import type { Workbench } from "./workbench.ts";

/** Boards without unsaved work that are kept. */
const MOST_KEPT = 4;

export class OpenBoards {
  /** By file, the one seen last at the end. */
  readonly #benches = signal<ReadonlyMap<string, Workbench>>(new Map());

  /** Files with work that is not saved. */
  readonly unsaved = computed(() =>
    new Set([...this.#benches.value].filter(([, bench]) => bench.board.isDirty.value).map(([file]) => file))
  );

  constructor() {
    addEventListener("beforeunload", (event) => {
      if (this.unsaved.peek().size > 0) event.preventDefault();
    });
  }

  of(file: string): Workbench | undefined {
    return this.#benches.peek().get(file);
  }

  /** Gives up the board of a file that is not there any more, or has another name; not one with unsaved work. */
  forget(file: string): void {
    const bench = this.#benches.peek().get(file);
    if (bench === undefined || bench.board.isDirty.peek()) return;
    this.#benches.value = new Map([...this.#benches.peek()].filter(([name]) => name !== file));
    bench.close();
  }

  /** Keeps what was opened, and closes what has not been looked at for longest. */
  keep(bench: Workbench): void {
    const { file } = bench.board;
    const benches = new Map([...this.#benches.peek()].filter(([name]) => name !== file));
    benches.set(file, bench);
    let clean = [...benches.values()].filter((one) => one !== bench && !isInUse(one));
    for (; clean.length >= MOST_KEPT; clean = clean.slice(1)) {
      const [oldest] = clean as [Workbench];
      benches.delete(oldest.board.file);
      oldest.close();
    }
    this.#benches.value = benches;
  }
}

function isInUse({ board, run }: Workbench): boolean {
  return board.isDirty.peek() || run.isRunning;
}

const known = new WeakMap<App, OpenBoards>();

/** Those of this page. */
export function openBoards(app: App): OpenBoards {
  let boards = known.get(app);
  if (boards === undefined) known.set(app, boards = new OpenBoards());
  return boards;
}
