/**
 * A hundred thousand operations of several authors on one document, against a model that knows only a list of characters: who inserted
 * each, who deleted it, and which groups are undone. Seeds are fixed; one that fails is named.
 *
 * @module
 */

import assert from "node:assert/strict";
import { Delta } from "../../../editor/text/delta.ts";
import { TextDocument } from "../../../editor/text/document.ts";

const SESSIONS = 500;
const STEPS = 200;
const WORDS = ["a", "b", "\n", "\r\n", "é", "漢", "😀", "hello", "x\ny", "\u0301"];
const AUTHORS = ["ann", "bob", "agent:1"];
const encoder = new TextEncoder();

interface Unit {
  readonly char: string;
  readonly group: number;
  readonly deletedBy: Set<number>;
}

/** The text as a list of all units ever, and the groups that are undone. */
class Model {
  readonly units: Unit[];
  readonly undone = new Set<number>();
  /** What each author did, newest last: edits and undos of groups. */
  readonly done: { author: string; group: number; isUndo?: boolean; isRedo?: boolean }[] = [];

  constructor(text: string) {
    this.units = text.split("").map((char) => ({ char, group: 0, deletedBy: new Set() }));
  }

  get shown(): Unit[] {
    return this.units.filter(({ group, deletedBy }) =>
      !this.undone.has(group) && [...deletedBy].every((by) => this.undone.has(by))
    );
  }

  get text(): string {
    return this.shown.map(({ char }) => char).join("");
  }

  edit(delta: Delta, group: number, author: string): void {
    const shown = this.shown;
    for (const { from, to, insert } of [...delta.changes()].reverse()) {
      for (const unit of shown.slice(from, to)) unit.deletedBy.add(group);
      const at = from === 0 ? 0 : this.units.indexOf(shown[from - 1]!) + 1;
      this.units.splice(
        at,
        0,
        ...insert.split("").map((char) => ({ char, group, deletedBy: new Set<number>() })),
      );
    }
    this.done.push({ author, group });
  }

  /** Who made the first edit of a group. */
  beginner(group: number): string | undefined {
    return this.done.find((one) => one.group === group && !one.isUndo && !one.isRedo)?.author;
  }

  undoable(author: string): number | undefined {
    return this.done.findLast(({ author: who, group, isUndo, isRedo }) =>
      who === author && !isUndo && !isRedo && !this.undone.has(group) && this.beginner(group) === author
    )?.group;
  }

  redoable(author: string): number | undefined {
    for (const one of this.done.toReversed()) {
      if (one.author !== author) continue;
      if (!one.isUndo && !one.isRedo) return undefined;
      if (one.isUndo && this.undone.has(one.group)) return one.group;
    }
    return undefined;
  }
}

class Session {
  readonly #document: TextDocument;
  readonly #model: Model;
  readonly #anchors: { offset: number; readonly anchor: ReturnType<TextDocument["anchor"]> }[] = [];
  #state: number;
  #group = 1;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 7919) + 13;
    const start = Array.from({ length: this.#below(20) }, () => this.#one(WORDS)).join("");
    this.#document = new TextDocument(start);
    this.#model = new Model(start);
    this.#document.onRevision(({ delta }) => {
      for (const entry of this.#anchors) entry.offset = delta.mapOffset(entry.offset, entry.anchor.bias);
    });
  }

  /** One operation, and everything the document says afterwards. */
  step(): void {
    const author = this.#one(AUTHORS);
    const what = this.#below(12);
    if (what < 8) this.#edit(author);
    else if (what === 8) this.#turn(author, this.#model.undoable(author), "undo");
    else if (what === 9) this.#turn(author, this.#model.redoable(author), "redo");
    else if (what === 10) this.#setUndone(author);
    else this.#anchor();
    this.#check();
  }

  #edit(author: string): void {
    const text = this.#model.text;
    const changes = Array.from({ length: 1 + this.#below(2) }, () => this.#place(text)).sort((a, b) => a - b);
    const delta = Delta.of(
      text.length,
      [...new Set(changes)].map((from, at, all) => {
        const limit = (all[at + 1] ?? text.length + 1) - 1;
        // The longer the text, the more is deleted.
        const to = this.#below(300) < text.length ? cut(text, Math.min(limit, from + this.#below(30))) : from;
        return { from, to: Math.max(from, to), insert: this.#below(4) === 0 ? "" : this.#one(WORDS) };
      }),
    );
    if (this.#below(3) > 0) this.#group = this.#document.newGroup();
    const group = this.#below(9) === 0 ? 1 + this.#below(this.#group) : this.#group;
    const { delta: done } = this.#document.edit({ delta, author, group });
    if (delta.isIdentity) return;
    assert.ok(done.equals(this.#model.undone.has(group) ? Delta.identity(text.length) : delta));
    this.#model.edit(delta, group, author);
  }

  #turn(author: string, group: number | undefined, how: "undo" | "redo"): void {
    const document = this.#document;
    assert.equal(how === "undo" ? document.canUndo(author) : document.canRedo(author), group !== undefined);
    const revision = how === "undo" ? document.undo(author) : document.redo(author);
    assert.equal(revision?.group, group);
    if (group === undefined) return;
    if (how === "undo") this.#model.undone.add(group);
    else this.#model.undone.delete(group);
    this.#model.done.push(how === "undo" ? { author, group, isUndo: true } : { author, group, isRedo: true });
  }

  #setUndone(author: string): void {
    const { undone, done } = this.#model;
    const group = 1 + this.#below(this.#group);
    const wanted = undone.has(group) ? [...undone].filter((other) => other !== group) : [...undone, group];
    done.push(undone.has(group) ? { author, group, isRedo: true } : { author, group, isUndo: true });
    this.#document.setUndone(wanted, author);
    undone.clear();
    for (const other of wanted) undone.add(other);
  }

  #anchor(): void {
    const [gone] = this.#anchors.length > 12
      ? this.#anchors.splice(this.#below(this.#anchors.length), 1)
      : [];
    gone?.anchor.release();
    const offset = this.#place(this.#model.text);
    this.#anchors.push({ offset, anchor: this.#document.anchor(offset, this.#below(2) === 0 ? -1 : 1) });
  }

  #check(): void {
    const document = this.#document;
    const text = this.#model.text;
    const rope = document.text;
    assert.equal(rope.toString(), text);
    assert.deepEqual([...document.undone].sort(), [...this.#model.undone].sort());
    for (const { offset, anchor } of this.#anchors) assert.equal(anchor.offset, offset);
    const at = this.#place(text);
    const before = text.slice(0, at);
    const found = [rope.bytesAt(at), rope.pointsAt(at), rope.lineAt(at), rope.lines, rope.length];
    const lines = before.split("\n").length - 1;
    assert.deepEqual(found, [
      encoder.encode(before).length,
      [...before].length,
      lines,
      text.split("\n").length,
      text.length,
    ]);
  }

  #place(text: string): number {
    return cut(text, this.#below(text.length + 1));
  }

  #below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor(this.#state / 0x100000000 * limit);
  }

  #one<T>(all: readonly T[]): T {
    return all[this.#below(all.length)]!;
  }
}

/** An offset that cuts no pair. */
function cut(text: string, at: number): number {
  return at > 0 && at < text.length && /[\udc00-\udfff]/.test(text[at]!) ? at - 1 : at;
}

Deno.test("TextDocument is a list of characters: 100,000 edits, undos and redos of three authors", () => {
  let steps = 0;
  for (let seed = 1; seed <= SESSIONS; seed++) {
    const session = new Session(seed);
    for (let step = 0; step < STEPS; step++) {
      try {
        session.step();
      } catch (error) {
        throw new Error(`Seed ${seed}, step ${step}`, { cause: error });
      }
      steps++;
    }
  }
  assert.equal(steps, 100_000);
});
