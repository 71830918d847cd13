/**
 * Changes of thousands of nodes, made in parts with turns of the page between them, so that it never stands still. Each part is a
 * step of its own with its text and graph whole; undo and redo take the parts of one change together.
 *
 * @module
 */

import { nextTurn } from "../state/turn.ts";
import { INPUTS, OUTPUTS } from "./model/board_node.ts";
import { moveNodes, type Point } from "./model/commands.ts";
import type { BoardDocument } from "./model/document.ts";

/** Nodes of a part: some 15 ms of work. Fewer are moved at once. */
export const PART = 400;

export class ChainedSteps {
  readonly #document: BoardDocument;
  readonly #show: (selected: readonly string[]) => void;
  readonly #turn: () => Promise<void>;
  #running: Promise<void> | undefined;

  /** `show` is told at the end of a change, with what shall be selected. */
  constructor(
    document: BoardDocument,
    show: (selected: readonly string[]) => void,
    turn: () => Promise<void> = nextTurn,
  ) {
    this.#document = document;
    this.#show = show;
    this.#turn = turn;
  }

  /** Moves nodes; resolves when all of them stand there. What a person does meanwhile counts, and what is gone is left out. */
  async move(places: ReadonlyMap<string, Point>, label: string, selected: readonly string[]): Promise<void> {
    await this.#running;
    await this.#run(async () => {
      const chain = crypto.randomUUID();
      const { scope } = this.#document;
      for (const part of partsOf(places)) {
        // Another part of the file has other nodes of these names.
        if (this.#document.scope !== scope) break;
        const change = moveNodes(this.#document.ground, part, label);
        if (this.#document.apply({ ...change, chain }, selected)) await this.#turn();
      }
      this.#show(selected);
    });
  }

  /** Takes a step back, or makes it again; after what is under way. */
  step(way: "undo" | "redo"): void {
    if (this.#running !== undefined) return void this.#running.then(() => this.step(way));
    const { history } = this.#document;
    const chainOf = () => (way === "undo" ? history.canUndo : history.canRedo)?.chain;
    const take = () => way === "undo" ? this.#document.undo() : this.#document.redo();
    const chain = chainOf();
    let selected = take();
    if (selected === undefined) return;
    if (chain === undefined || chainOf() !== chain) return this.#show(selected);
    void this.#run(async () => {
      for (await this.#turn(); chainOf() === chain; await this.#turn()) selected = take() ?? selected;
      this.#show(selected ?? []);
    });
  }

  #run(work: () => Promise<void>): Promise<void> {
    const running = work().finally(() => this.#running = undefined);
    // Who waits for its turn is not to hear of the failure of another.
    this.#running = running.catch(() => {});
    return running;
  }
}

/** The nodes of the file in parts; what stands in its head, which has to be read anew, comes last. */
function partsOf(places: ReadonlyMap<string, Point>): readonly ReadonlyMap<string, Point>[] {
  const isHead = (id: string) => id === INPUTS || id === OUTPUTS || id.startsWith("note:");
  const nodes = [...places].filter(([id]) => !isHead(id));
  const parts: Map<string, Point>[] = [];
  for (let at = 0; at < nodes.length; at += PART) parts.push(new Map(nodes.slice(at, at + PART)));
  const head = new Map([...places].filter(([id]) => isHead(id)));
  return head.size === 0 ? parts : [...parts, head];
}
