import assert from "node:assert/strict";
import type { ChangeSet } from "@codemirror/state";
import fc from "fast-check";
import { authorId, type BufferId } from "../../../../core/ids.ts";
import type { TextPorts } from "../../../../core/ports/text_editing.ts";
import { memoryTextPorts } from "../../../../editor/link/memory_text_ports.ts";
import { changedText } from "../../../../core/merge/text_diff.ts";
import { changeSetOf } from "../../../../ui/app/editor/sync/deltas.ts";
import { type Outgoing, TextSync, type Told } from "../../../../ui/app/editor/sync/text_sync.ts";

type Answer = Awaited<ReturnType<TextPorts["editing"]["edit"]>>;

/** A page with a wire that is as late, and as breakable, as the test wants; the server side does as TextDesk does. */
class Page {
  readonly author: string;
  readonly sync: TextSync;
  readonly #ports: TextPorts;
  readonly #buffer: BufferId;
  /** What the person sees: only what the sync says is brought into it. */
  shown: string;
  readonly toServer: Outgoing[] = [];
  readonly answers: { readonly id: string; readonly answer: Answer }[] = [];
  readonly events: Told[] = [];
  readonly #known: Map<string, Answer>;
  readonly #log: Told[];
  isConnected = true;
  #next = 0;

  constructor(
    author: string,
    ports: TextPorts,
    buffer: BufferId,
    text: string,
    known: Map<string, Answer>,
    log: Told[],
  ) {
    this.author = author;
    this.#ports = ports;
    this.#buffer = buffer;
    this.#known = known;
    this.#log = log;
    this.shown = text;
    this.sync = new TextSync(author, text, 0, () => `${author}-${this.#next++}`);
  }

  get isQuiet(): boolean {
    return !this.sync.isBehind && this.events.length + this.answers.length + this.toServer.length === 0;
  }

  type(from: number, to: number, insert: string): void {
    const changes = changeSetOf([{ from, to, insert }], this.shown.length);
    this.shown = changedText(this.shown, [{ from, to, insert }]);
    this.sync.typed(changes);
    this.send();
  }

  send(): void {
    if (!this.isConnected) return;
    const next = this.sync.next();
    if (next !== undefined) this.toServer.push(next);
  }

  /** The server takes the oldest edit. */
  async serve(): Promise<void> {
    const edit = this.toServer.shift();
    if (edit === undefined) return;
    let answer = this.#known.get(edit.id);
    if (answer === undefined) {
      const { revision, changes } = edit;
      answer = await this.#ports.editing.edit(this.#buffer, {
        revision,
        changes,
        author: authorId(this.author),
      });
      this.#known.set(edit.id, answer);
      // Listeners are told a little later.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    if (this.isConnected) this.answers.push({ id: edit.id, answer });
  }

  hearAnswer(): void {
    const answer = this.answers.shift();
    if (answer !== undefined) this.#bring(this.sync.answered(answer.id, answer.answer));
    this.send();
  }

  hearEvent(): void {
    const event = this.events.shift();
    if (event !== undefined) this.#bring(this.sync.heard(event));
    this.send();
  }

  drop(): void {
    this.isConnected = false;
    this.toServer.length = 0;
    this.answers.length = 0;
    this.events.length = 0;
    this.sync.dropped();
  }

  async connect(isReset: boolean): Promise<void> {
    if (this.isConnected) return;
    this.isConnected = true;
    const again = this.sync.again();
    if (again !== undefined) this.toServer.push(again);
    const { revision, text } = await this.#ports.editing.read(this.#buffer);
    if (isReset) this.events.push({ kind: "reset", revision, text });
    else {
      this.events.push(
        ...this.#log.filter((told) => told.kind === "changed" && told.since >= this.sync.revision),
      );
    }
    this.send();
  }

  /** The server's process has died; another has its text and none of its names. */
  restart(text: string, revision: number): void {
    this.drop();
    this.isConnected = true;
    this.#bring(this.sync.restarted(text, revision));
    this.send();
  }

  #bring(came: readonly { readonly changes: ChangeSet }[]): void {
    for (const { changes } of came) {
      const list: { from: number; to: number; insert: string }[] = [];
      changes.iterChanges(
        (from, to, _a, _b, insert) => list.push({ from, to, insert: insert.toString() }),
        true,
      );
      this.shown = changedText(this.shown, list);
    }
    assert.equal(this.shown, this.sync.text.toString(), "what is shown is the copy");
  }
}

type Step = {
  readonly page: number;
  readonly what: "type" | "erase" | "serve" | "answer" | "event" | "drop" | "connect" | "reset" | "restart";
  readonly at: number;
  readonly size: number;
};

const steps = fc.array(
  fc.record<Step>({
    page: fc.nat(2),
    what: fc.constantFrom(
      ...[
        "type",
        "type",
        "type",
        "erase",
        "serve",
        "serve",
        "answer",
        "answer",
        "event",
        "event",
        "event",
      ] as const,
      ...["drop", "connect", "reset", "restart"] as const,
    ),
    at: fc.nat(10_000),
    size: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 120 },
);

/** Joins what is told into one, as for a slow reader. */
function compact(events: Told[], length: number): void {
  const [first, second] = events;
  if (first?.kind !== "changed" || second?.kind !== "changed") return;
  const a = changeSetOf(first.changes, length);
  const both = a.compose(changeSetOf(second.changes, a.newLength));
  const changes: { from: number; to: number; insert: string }[] = [];
  both.iterChanges((from, to, _a, _b, insert) => changes.push({ from, to, insert: insert.toString() }));
  events.splice(0, 2, {
    kind: "changed",
    since: first.since,
    revision: second.revision,
    changes,
    authors: [...new Set([...first.authors, ...second.authors])],
  });
}

async function play(script: readonly Step[], { erases }: { readonly erases: boolean }): Promise<void> {
  using ports = memoryTextPorts();
  const start = "the quick brown fox\njumps over\n";
  const { buffer } = await ports.editing.open({ text: start });
  const log: Told[] = [];
  const known = new Map<string, Answer>();
  const pages = ["user:a", "user:b", "agent:c"].map((author) =>
    new Page(author, ports, buffer, start, known, log)
  );
  const stop = ports.editing.subscribe(buffer, (event) => {
    if (event.kind !== "changed") return;
    log.push(event);
    for (const page of pages) if (page.isConnected) page.events.push(event);
  });
  let mark = 0x4e00;
  const typed: string[] = [];
  for (const { page: number, what, at, size } of script) {
    const page = pages[number] as Page;
    const from = at % (page.shown.length + 1);
    switch (what) {
      case "type": {
        const text = Array.from({ length: size }, () => String.fromCharCode(mark++)).join("");
        typed.push(...text);
        page.type(from, from, text);
        break;
      }
      case "erase":
        if (erases) page.type(from, Math.min(page.shown.length, from + size), size === 2 ? "\n" : "");
        break;
      case "serve":
        await page.serve();
        break;
      case "answer":
        page.hearAnswer();
        break;
      case "event":
        if (size === 3 && page.events[0]?.kind === "changed" && !page.sync.isBehind) {
          compact(page.events, page.sync.text.length);
        }
        page.hearEvent();
        break;
      case "drop":
        page.drop();
        break;
      case "connect":
      case "reset":
        await page.connect(what === "reset");
        break;
      case "restart": {
        // Events that came to other pages meanwhile stay: only this page's server is another.
        if (erases) break;
        const { text, revision } = await ports.editing.read(buffer);
        page.restart(text, revision);
      }
    }
  }
  for (let round = 0; round < 2000; round++) {
    for (const page of pages) {
      await page.connect(false);
      await page.serve();
      page.hearAnswer();
      page.hearEvent();
    }
    if (pages.every((page) => page.isQuiet)) break;
  }
  stop();
  const { text, revision } = await ports.editing.read(buffer);
  for (const page of pages) assert.deepEqual([page.sync.revision, page.shown], [revision, text]);
  if (!erases) {
    for (const letter of typed) assert.equal(text.split(letter).length, 2, "each letter is there once");
    for (const letter of start) assert.ok(text.includes(letter));
  }
}

const runs = { numRuns: 300, seed: 20_261_126 };

Deno.test("TextSync loses and doubles nothing that three pages type over late, dropped and new connections", async () => {
  await fc.assert(fc.asyncProperty(steps, (script) => play(script, { erases: false })), runs);
});

Deno.test("TextSync ends with the core's text whatever three pages type and erase over late and dropped connections", async () => {
  await fc.assert(fc.asyncProperty(steps, (script) => play(script, { erases: true })), runs);
});

Deno.test("TextSync.answered moves nothing that was typed meanwhile where the server put the edit where it was guessed", () => {
  const sync = new TextSync("user:me", "[]", 0, () => "e");
  sync.typed(changeSetOf([{ from: 1, to: 1, insert: "abc" }], 2));
  sync.next();
  const other = sync.heard({
    kind: "changed",
    since: 0,
    revision: 1,
    changes: [{ from: 1, to: 1, insert: "X" }],
    authors: ["agent"],
  });
  assert.equal(other.length, 1);
  sync.typed(changeSetOf([{ from: 5, to: 5, insert: "d" }], 6), "later");
  const own = { revision: 2, changes: [{ from: 2, to: 2, insert: "abc" }] };
  assert.deepEqual(sync.heard({ kind: "changed", since: 1, ...own, authors: ["user:me"] }), []);
  assert.deepEqual(sync.answered("e", { ok: true, value: own }), []);
  assert.equal(sync.text.toString(), "[Xabcd]");
  assert.equal(sync.isSending, false);
});

Deno.test("TextSync.restarted sends an edit again that the dead server had not carried out, and not one that it had", () => {
  for (const [text, left] of [["[]", 1], ["[abc]", 0], ["# by another\n[abc]", 0]] as const) {
    const sync = new TextSync("user:me", "[]", 7, () => "e");
    sync.typed(changeSetOf([{ from: 1, to: 1, insert: "abc" }], 2));
    sync.next();
    sync.restarted(text, 0);
    assert.equal(sync.isBehind, left === 1, text);
    assert.equal(sync.text.toString(), text.replace("[]", "[abc]"));
  }
});

Deno.test("TextSync.typed cuts what is too long for the wire into edits one after the other", () => {
  const sync = new TextSync("user:me", "head tail", 0, () => "e");
  const long = "x".repeat(300_000) + "😀".repeat(60_000);
  sync.typed(changeSetOf([{ from: 0, to: 4, insert: "H" }, { from: 4, to: 5, insert: long }], 9));
  let server = "head tail";
  let edits = 0;
  for (let edit = sync.next(); edit !== undefined; edit = sync.next()) {
    assert.ok(
      edit.changes.every(({ insert }) => insert.length <= 131_072 && !/[\uD800-\uDBFF]$/.test(insert)),
    );
    server = changedText(server, edit.changes);
    const value = { revision: ++edits, changes: edit.changes };
    sync.answered("e", { ok: true, value });
    sync.heard({ kind: "changed", since: edits - 1, ...value, authors: ["user:me"] });
  }
  assert.ok(edits >= 4);
  assert.equal(server, `H${long}tail`);
  assert.equal(sync.text.toString(), server);
});
