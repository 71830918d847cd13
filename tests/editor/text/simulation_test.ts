/**
 * Replicas that edit, undo, redo, fall behind, forget, are saved and loaded, over a transport that drops, doubles and reorders; against
 * `reference_merge.ts`. A seed that once found something stays in the list.
 *
 * @module
 */

import assert from "node:assert/strict";
import { TextDocument } from "../../../editor/text/document.ts";
import { readTextEvent, type TextEvent } from "../../../editor/text/text_event.ts";
import { deltaOn } from "./random_text.ts";
import { ReferenceMerge } from "./reference_merge.ts";

const WORDS = ["a", "b", "xy", "\n", "é", "😀", "漢字", "z z"];
/** How far behind the newest revision an edit may be made. */
const BEHIND = 5;

class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = Math.imul(seed, 7919) + 13;
  }
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor(this.#state / 0x100000000 * limit);
  }
  one<T>(all: readonly T[]): T {
    return all[this.below(all.length)]!;
  }
}

/** A document and what a listener that only sees deltas makes of it. */
class Replica {
  document: TextDocument;
  mirror: string;
  revision: number;
  readonly told: number[] = [];

  constructor(name: string, text: string) {
    this.document = new TextDocument(text, { replica: name });
    this.mirror = text;
    this.revision = 0;
    this.#listen();
  }

  reload(): void {
    const saved = this.document.save();
    const { text, ...rest } = saved;
    const copy = { ...JSON.parse(JSON.stringify(rest)), text };
    const { revision, version, oldest } = this.#state();
    this.document = TextDocument.load(copy);
    assert.deepEqual(this.#state(), { revision, version, oldest });
    this.#listen();
    this.check();
  }

  check(): void {
    assert.equal(this.document.text.toString(), this.mirror, "deltas lead to the text");
    assert.equal(this.document.revision, this.revision, "every revision was told");
    this.document.text.check();
  }

  #state() {
    return {
      revision: this.document.revision,
      version: this.document.version(),
      oldest: this.document.oldest,
    };
  }

  #listen(): void {
    this.document.onRevision(({ revision, delta }) => {
      assert.equal(revision, this.revision + 1);
      this.mirror = delta.applyToString(this.mirror);
      this.revision = revision;
    });
  }
}

interface Options {
  readonly seed: number;
  readonly steps: number;
  readonly undo?: boolean;
  readonly forget?: boolean;
}

/** Gives every replica what the others have. */
function meet(replicas: readonly Replica[]): void {
  for (let round = 0; round < 2; round++) {
    for (const { document } of replicas) {
      for (const other of replicas) document.apply(other.document.eventsSince(document.version()));
    }
  }
}

/** What a session came to: own events, revisions forgotten. */
interface Tally {
  operations: number;
  forgotten: number;
}

function simulate({ seed, steps, undo = true, forget = false }: Options, tally: Tally): void {
  const random = new Random(seed);
  const start = Array.from({ length: random.below(6) }, () => random.one(WORDS)).join("");
  const reference = new ReferenceMerge(start);
  const replicas = ["A", "B", "C"].map((name) => new Replica(name, start));
  const underway: TextEvent[] = [];

  const made = (replica: Replica, before: number) => {
    for (
      let revision = Math.max(before, replica.document.oldest) + 1;
      revision <= replica.document.revision;
      revision++
    ) {
      const event = replica.document.record(revision);
      if (event.replica !== replica.document.replica) continue;
      tally.operations++;
      reference.apply(event);
      for (let copies = random.below(3); copies > 0; copies--) underway.push(event);
    }
  };
  const editing = (replica: Replica) => {
    const { document } = replica;
    const revision = Math.max(
      document.oldest,
      document.revision - (random.below(3) === 0 ? random.below(BEHIND) : 0),
    );
    const text = document.textAt(revision).toString();
    const changes = Array.from({ length: 1 + random.below(2) }, () => ({
      from: random.below(1 << 20),
      size: random.below(2) * random.below(5),
      insert: random.below(4) === 0 ? "" : random.one(WORDS),
    }));
    const delta = deltaOn(text, changes);
    if (random.below(4) === 0 && revision === document.revision && delta.size === 1) {
      document.replace(
        delta.from[0]!,
        delta.to[0]!,
        delta.insert[0]!,
        `u${random.below(2)}`,
        1 + random.below(6),
      );
    } else {
      const author = `u${random.below(2)}`;
      const result = document.edit({
        revision,
        delta,
        author,
        group: 1 + random.below(6),
        priority: random.below(3),
      });
      assert.equal(result.revision, document.revision);
    }
  };
  const undoing = (replica: Replica) => {
    const { document } = replica;
    const author = `u${random.below(2)}`;
    const groups = [1, 2, 3].filter(() => random.below(3) === 0);
    const before = document.text;
    const preview = document.deltaIfUndone(groups);
    assert.ok(document.text.equals(before), "a preview changes nothing");
    switch (random.below(4)) {
      case 0:
        assert.equal(document.canUndo(author), document.undo(author) !== undefined);
        break;
      case 1:
        assert.equal(document.canRedo(author), document.redo(author) !== undefined);
        break;
      case 2:
        document.setUndone([...document.undone, ...groups], author);
        assert.ok(document.text.equals(preview.apply(before)), "a preview says what happens");
        break;
      default:
        document.setUndone(groups, author);
    }
  };
  const travelling = (replica: Replica) => {
    const batch = underway.splice(random.below(underway.length + 1), 1 + random.below(4));
    if (random.below(3) === 0) batch.reverse();
    // What travels is text.
    replica.document.apply(batch.map((event) => readTextEvent(JSON.parse(JSON.stringify(event)))));
  };
  const forgetting = (replica: Replica) => {
    meet(replicas);
    // One goes on alone for a while: these versions everybody shares.
    for (let more = 0; more < 2 * BEHIND; more++) {
      const before = replica.document.revision;
      replica.document.replace(0, 0, "+");
      made(replica, before);
    }
    meet(replicas);
    const peers = replicas.filter((other) => other !== replica).map(({ document }) =>
      document.settle(Math.max(document.oldest, document.revision - BEHIND))
    );
    const held = random.below(2) === 0
      ? replica.document.hold(Math.max(replica.document.oldest, replica.document.revision - 7))
      : undefined;
    const { oldest } = replica.document;
    tally.forgotten += replica.document.compact({ revisions: BEHIND, peers }) - oldest;
    if (held !== undefined) {
      replica.document.textAt(held.revision);
      held.release();
    }
  };

  for (let step = 0; step < steps; step++) {
    const replica = random.one(replicas);
    const before = replica.document.revision;
    const what = random.below(10);
    if (what < 5) editing(replica);
    else if (what < 7 && undo) undoing(replica);
    else if (what < 9) travelling(replica);
    else {
      const rare = random.below(8);
      if (rare < 2) {
        replica.document.apply(random.one(replicas).document.eventsSince(replica.document.version()));
      } else if (rare < 4 && forget) forgetting(replica);
      else if (rare === 4) replica.reload();
    }
    made(replica, before);
    replica.check();
    const past = replica.document.oldest +
      random.below(replica.document.revision - replica.document.oldest + 1);
    const there = replica.document.deltaBetween(replica.document.revision, past);
    const back = replica.document.deltaBetween(past, replica.document.revision);
    assert.equal(
      back.applyToString(there.applyToString(replica.mirror)),
      replica.mirror,
      "to the past and back",
    );
  }
  meet(replicas);
  for (const replica of replicas) {
    replica.check();
    assert.equal(
      replica.mirror,
      reference.text(),
      `replica ${replica.document.replica} has what the definition gives`,
    );
  }
}

/** Runs seeds one after the other, naming the one that fails. */
function run(seeds: number, options: Omit<Options, "seed">, first: number): Tally {
  const tally = { operations: 0, forgotten: 0 };
  for (let seed = first; seed < first + seeds; seed++) {
    try {
      simulate({ seed, ...options }, tally);
    } catch (error) {
      throw new Error(`Seed ${seed} of ${JSON.stringify(options)}`, { cause: error });
    }
  }
  return tally;
}

Deno.test("documents converge to what the definition gives: many short sessions with undo", () => {
  assert.ok(run(1500, { steps: 40 }, 1).operations > 20_000);
});

Deno.test("documents converge to what the definition gives: long sessions with undo", () => {
  assert.ok(run(16, { steps: 400 }, 5000).operations > 2500);
});

Deno.test("documents converge to what the definition gives: long sessions without undo", () => {
  assert.ok(run(12, { steps: 500, undo: false }, 300).operations > 2500);
});

Deno.test("documents that forget what nobody needs converge all the same", () => {
  const { operations, forgotten } = run(500, { steps: 80, forget: true }, 600);
  assert.ok(
    operations > 10_000 && forgotten > 1000,
    `${operations} operations, ${forgotten} revisions forgotten`,
  );
});
