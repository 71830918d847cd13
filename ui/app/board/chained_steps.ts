/**
 * Changes of thousands of nodes, made in turns of the page so that it never stands still. Those that only move nodes are made in parts,
 * each a step of its own with its text and graph whole; undo and redo take the parts of one change together. Others are one step:
 * what the text becomes is worked out and read beside what is shown, and taken over at once.
 *
 * @module
 */

import { inTurns, pageTurns, type Turns } from "../state/turn.ts";
import { INPUTS, OUTPUTS } from "./model/board_node.ts";
import type { Change, Ground } from "./model/change.ts";
import { moveNodes, type Point } from "./model/commands.ts";
import type { BoardDocument } from "./model/document.ts";
import type { Step } from "./model/history.ts";
import { atOnce, type Parts } from "./model/parts.ts";
import { applyEdits, sortedEdits, type TextEdit } from "./model/text_edit.ts";

/** Nodes of a part: some 15 ms of work. Fewer are moved at once. */
export const PART = 400;
/** Characters that come or go in a step that is retraced in turns. */
const LARGE_STEP = 20_000;
/** Tries to make a change in turns while a person makes others; then it is made at once. */
const MOST_TRIES = 3;

/** Works out a change of the text as it is then. */
export type Making = (ground: Ground) => Parts<Change>;

export class ChainedSteps {
  readonly #document: BoardDocument;
  readonly #show: (selected: readonly string[]) => void;
  readonly #turns: Turns;
  #running: Promise<void> | undefined;

  /** `show` is told at the end of a change, with what shall be selected. */
  constructor(
    document: BoardDocument,
    show: (selected: readonly string[]) => void,
    turns: Turns = pageTurns,
  ) {
    this.#document = document;
    this.#show = show;
    this.#turns = turns;
  }

  /** Moves nodes; resolves when all of them stand there. What a person does meanwhile counts, and what is gone is left out. */
  async move(places: ReadonlyMap<string, Point>, label: string, selected: readonly string[]): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    await this.#run(async () => {
      const chain = crypto.randomUUID();
      const { scope } = this.#document;
      for (const part of partsOf(places)) {
        // Another part of the file has other nodes of these names.
        if (this.#document.scope !== scope) break;
        const change = moveNodes(this.#document.ground, part, label);
        if (this.#document.apply({ ...change, chain }, selected)) await this.#turns.turn();
      }
      this.#show(selected);
    });
  }

  /**
   * Makes a large change as one step. What a person does meanwhile counts: then it is worked out anew. Resolves to the change, or to
   * undefined where it changes nothing.
   */
  async make(making: Making, selected: () => readonly string[]): Promise<Change | undefined> {
    while (this.#running !== undefined) await this.#running;
    let made: Change | undefined;
    await this.#run(async () => {
      made = await this.#make(making, selected);
      if (made !== undefined) this.#show(made.select ?? selected());
    });
    return made;
  }

  async #make(making: Making, selected: () => readonly string[]): Promise<Change | undefined> {
    const document = this.#document;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { graph } = document;
      const { text } = document;
      const change = await inTurns(making(document.ground), this.#turns);
      if (document.graph !== graph) continue;
      const after = applyEdits(text, sortedEdits(change.edits));
      const ahead = await inTurns(document.ahead(after), this.#turns);
      await this.#turns.turn();
      if (document.graph !== graph) continue;
      return document.apply(change, selected(), ahead) ? change : undefined;
    }
    const change = atOnce(making(document.ground));
    return document.apply(change, selected()) ? change : undefined;
  }

  /** Takes a step back, or makes it again; after what is under way. */
  step(way: "undo" | "redo"): void {
    if (this.#running !== undefined) return void this.#running.then(() => this.step(way));
    const { history } = this.#document;
    const next = () => way === "undo" ? history.canUndo : history.canRedo;
    const take = () => way === "undo" ? this.#document.undo() : this.#document.redo();
    const step = next();
    if (step === undefined) return;
    if (step.chain === undefined && isLarge(step)) return void this.#run(() => this.#retrace(step, way));
    const { chain } = step;
    let selected = take();
    if (chain === undefined || next()?.chain !== chain) return this.#show(selected ?? []);
    void this.#run(async () => {
      for (await this.#turns.turn(); next()?.chain === chain; await this.#turns.turn()) {
        selected = take() ?? selected;
      }
      this.#show(selected ?? []);
    });
  }

  /** Takes a large step back, or makes it again, unless a person makes another change meanwhile, which is then the last. */
  async #retrace(step: Step, way: "undo" | "redo"): Promise<void> {
    const document = this.#document;
    const { graph } = document;
    const text = (way === "undo" ? step.back : step.forward).reduce(applyEdits, document.text);
    const ahead = await inTurns(document.ahead(text), this.#turns);
    await this.#turns.turn();
    if (document.graph !== graph) return;
    const selected = way === "undo" ? document.undo(ahead) : document.redo(ahead);
    this.#show(selected ?? []);
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

function isLarge({ forward, back }: Step): boolean {
  const size = (edits: readonly TextEdit[]) => edits.reduce((sum, { text }) => sum + text.length, 0);
  return [...forward, ...back].reduce((sum, edits) => sum + size(edits), 0) > LARGE_STEP;
}
