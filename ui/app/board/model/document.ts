/**
 * The workflow on the board: its text, the graph in it, and what was done to it. The text is the truth; everything that is
 * shown is read from it, and every change is an edit of it that can be taken back.
 *
 * Invariants: D1 the graph is that of the text. D2 undoing everything gives the text that was loaded, to the letter.
 * D3 text outside what a change names is as it was.
 *
 * @module
 */

import type { Catalog } from "../../../../core/workflow/catalog.ts";
import type { BoardNode } from "./board_node.ts";
import type { Change, Ground } from "./change.ts";
import { editedGraph, type Graph, graphInParts, readGraph, type Scope } from "./graph.ts";
import { History } from "./history.ts";
import type { Parts } from "./parts.ts";
import { applyEdits, differenceEdit, sortedEdits, type TextEdit } from "./text_edit.ts";
import { styleOf, type TextStyle } from "./value_text.ts";

const MOST_RETRACED = 12;

export class BoardDocument {
  readonly history = new History();
  readonly #now: () => number;
  #text: string;
  #scope: Scope = [];
  #catalog: Catalog;
  #graph: Graph;
  #style: TextStyle;

  /** `now` in milliseconds, to tell typing from two separate changes; `graph` is that of the text, where it was read already. */
  constructor(text: string, catalog: Catalog, now: () => number, graph?: Graph) {
    this.#now = now;
    this.#text = text;
    this.#catalog = catalog;
    this.#style = styleOf(text);
    this.#graph = graph ?? readGraph(text, [], catalog);
  }

  get text(): string {
    return this.#text;
  }

  get graph(): Graph {
    return this.#graph;
  }

  get scope(): Scope {
    return this.#scope;
  }

  get catalog(): Catalog {
    return this.#catalog;
  }

  /** What changes are made to. */
  get ground(): Ground {
    return { text: this.#text, scope: this.#scope, graph: this.#graph, style: this.#style };
  }

  /** The graph of a text that this one is to become, in parts: it can be read while this one is still shown. */
  ahead(text: string): Parts<Graph> {
    return graphInParts(text, this.#scope, this.#catalog, this.#graph);
  }

  /** Makes a change; false where it changes nothing. `graph` is that of the text after it, where it was read ahead. */
  apply(change: Change, selection: readonly string[] = [], graph?: Graph): boolean {
    if (change.edits.length === 0) return false;
    const about = {
      label: change.label,
      join: change.join,
      chain: change.chain,
      before: selection,
      after: change.select ?? selection,
    };
    const edits = sortedEdits(change.edits);
    const text = this.history.apply(this.#text, edits, about, this.#now());
    const edited = graph ?? editedGraph(this.#graph, text, edits, this.#catalog);
    if (edited === undefined || edited.fault !== undefined) this.#show(text);
    else {
      this.#text = text;
      this.#graph = edited;
    }
    return true;
  }

  /** Takes the last step back; gives what was selected before it. `graph` as for `apply`. */
  undo(graph?: Graph): readonly string[] | undefined {
    const undone = this.history.undo(this.#text);
    if (undone === undefined) return undefined;
    this.#retrace(undone.text, undone.step.back, graph);
    return undone.step.before;
  }

  redo(graph?: Graph): readonly string[] | undefined {
    const redone = this.history.redo(this.#text);
    if (redone === undefined) return undefined;
    this.#retrace(redone.text, redone.step.forward, graph);
    return redone.step.after;
  }

  /** Another text in place of this one, as a step that can be taken back. */
  replace(text: string, label: string): void {
    const edit = differenceEdit(this.#text, text);
    if (edit !== undefined) this.apply({ label, edits: [edit] });
  }

  /** Looks at another part of the file. */
  enter(scope: Scope): void {
    this.#scope = scope;
    this.#graph = readGraph(this.#text, scope, this.#catalog);
    if (this.#graph.fault !== undefined && scope.length > 0) this.enter([]);
  }

  /** The same text with another catalogue; nodes that it `keeps` as they are need not be read again. */
  setCatalog(catalog: Catalog, keeps: (node: BoardNode) => boolean = () => false): void {
    this.#catalog = catalog;
    const nodes = new Map([...this.#graph.nodes].filter(([, node]) => keeps(node)));
    this.#graph = readGraph(this.#text, this.#scope, catalog, { ...this.#graph, nodes });
  }

  /** The graph follows a few edits one by one; after many, or others than of nodes, the text is read as a whole. */
  #retrace(text: string, steps: readonly (readonly TextEdit[])[], known?: Graph): void {
    const graph = known ?? this.#followed(steps);
    if (graph === undefined || graph.fault !== undefined) return this.#show(text);
    this.#text = text;
    this.#graph = graph;
  }

  #followed(steps: readonly (readonly TextEdit[])[]): Graph | undefined {
    let graph: Graph | undefined = steps.length <= MOST_RETRACED ? this.#graph : undefined;
    let now = this.#text;
    for (const edits of steps) {
      if (graph === undefined) break;
      now = applyEdits(now, edits);
      graph = editedGraph(graph, now, edits, this.#catalog);
    }
    return graph;
  }

  #show(text: string): void {
    this.#text = text;
    const graph = readGraph(text, this.#scope, this.#catalog, this.#graph);
    if (graph.fault !== undefined && this.#scope.length > 0) {
      this.enter([]);
      return;
    }
    this.#graph = graph;
  }
}
