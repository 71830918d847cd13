import assert from "node:assert/strict";
import fc from "fast-check";
import { Delta } from "../../../editor/text/delta.ts";
import { type Revision, TextDocument } from "../../../editor/text/document.ts";
import { readTextEvent, type TextEvent } from "../../../editor/text/text_event.ts";

const EVENT: TextEvent = {
  replica: "other",
  seq: 0,
  parents: [],
  author: "",
  group: 0,
  priority: 0,
  ops: [],
};

const text = (document: TextDocument) => document.text.toString();

function insert(document: TextDocument, at: number, what: string, author = "", group?: number): void {
  document.replace(at, at, what, author, group);
}

Deno.test("TextDocument.edit() at an old revision lands where it belongs and says what it came to", () => {
  const document = new TextDocument("hello");
  assert.equal(document.edit({ delta: Delta.replace(5, 5, 5, " world"), author: "user" }).revision, 1);
  const late = document.edit({
    revision: 0,
    delta: Delta.of(5, [{ from: 0, to: 1, insert: "J" }, { from: 5, to: 5, insert: "!" }]),
  });
  assert.equal(text(document), "Jello world!");
  assert.deepEqual([...late.delta.changes()], [{ from: 0, to: 1, insert: "J" }, {
    from: 11,
    to: 11,
    insert: "!",
  }]);
  assert.equal(document.textAt(1).toString(), "hello world");
  assert.equal(document.changesSince(0).applyToString("hello"), "Jello world!");
});

Deno.test("TextDocument.edit() puts the insert of higher priority behind, whichever came first", () => {
  for (const [first, second] of [[0, 1], [1, 0]] as const) {
    const document = new TextDocument("ab");
    document.edit({ delta: Delta.replace(2, 1, 1, `${first}`), priority: first });
    document.edit({ revision: 0, delta: Delta.replace(2, 1, 1, `${second}`), priority: second });
    assert.equal(text(document), "a01b");
  }
});

Deno.test("TextDocument.edit() that changes nothing makes no revision", () => {
  const document = new TextDocument("abc");
  const told: Revision[] = [];
  document.onRevision((revision) => told.push(revision));
  assert.equal(document.edit({ delta: Delta.identity(3) }).revision, 0);
  assert.equal(document.replace(1, 1, ""), 0);
  assert.equal(document.setUndone([]).revision, 0);
  assert.deepEqual([document.undo(), document.redo(), told.length], [undefined, undefined, 0]);
});

Deno.test("TextDocument refuses what cannot be, naming it, and nothing has changed", () => {
  const document = new TextDocument("a😀b");
  insert(document, 0, "x");
  const before = document.save();
  const refused: [() => unknown, RegExp][] = [
    [
      () => document.edit({ revision: 2, delta: Delta.identity(5) }),
      /Cannot find revision 2: known are 0 to 1/,
    ],
    [() => document.edit({ revision: 0.5, delta: Delta.identity(5) }), /Cannot find revision 0.5/],
    [() => document.edit({ delta: Delta.identity(4) }), /it has 5 units, the delta is for 4/],
    [
      () => document.edit({ delta: Delta.replace(5, 3, 3, "y") }),
      /Cannot edit at 3: it is inside a surrogate pair/,
    ],
    [() => document.edit({ revision: 0, delta: Delta.replace(4, 1, 2, "") }), /inside a surrogate pair/],
    [() => document.replace(3, 4, "y"), /cut a surrogate pair/],
    [() => document.replace(4, 9, ""), /the text has 5 units/],
    [() => document.replace(4, 3, ""), /Cannot replace 4 to 3/],
    [() => document.edit({ delta: Delta.replace(5, 0, 0, "y"), group: -1 }), /groups are whole numbers/],
    [() => document.textAt(7), /Cannot find revision 7/],
    [() => document.hold(-1), /Cannot find revision -1/],
    [() => document.anchor(6), /Cannot anchor at 6/],
    [() => document.record(0), /its event is not known/],
  ];
  for (const [act, message] of refused) assert.throws(act, { name: "RangeError", message });
  assert.deepEqual({ ...document.save(), text: "" }, { ...before, text: "" });
  assert.equal(text(document), "xa😀b");
});

Deno.test("TextDocument stores a lone surrogate as U+FFFD, by every way in", () => {
  const document = new TextDocument("\ud800");
  document.replace(1, 1, "\udc00");
  document.replace(2, 2, "x\ud800");
  document.edit({ delta: Delta.replace(4, 4, 4, "\udfff!") });
  assert.equal(text(document), "\ufffd\ufffdx\ufffd\ufffd!");
});

Deno.test("TextDocument.undo() takes back the author's newest group; others' later edits stay", () => {
  const document = new TextDocument("one two");
  insert(document, 0, "A ", "ann", 1);
  insert(document, 2, "B ", "bob", 2);
  insert(document, 4, "C ", "ann", 3);
  assert.equal(text(document), "A B C one two");
  document.undo("bob");
  assert.equal(text(document), "A C one two");
  document.undo("ann");
  assert.equal(text(document), "A one two");
  document.undo("ann");
  assert.equal(text(document), "one two");
  assert.deepEqual([document.canUndo("ann"), document.undo("ann")], [false, undefined]);
  document.redo("bob");
  assert.equal(text(document), "B one two");
  document.redo("ann");
  assert.equal(text(document), "A B one two");
  document.redo("ann");
  assert.equal(text(document), "A B C one two");
  assert.deepEqual([document.canRedo("ann"), document.canRedo("bob")], [false, false]);
});

Deno.test("TextDocument.redo() is over once the author has edited, for others it is not", () => {
  const document = new TextDocument("");
  insert(document, 0, "a", "ann");
  insert(document, 1, "b", "bob");
  document.undo("ann");
  document.undo("bob");
  insert(document, 0, "c", "ann");
  assert.deepEqual([document.canRedo("ann"), document.canRedo("bob")], [false, true]);
  document.redo("bob");
  assert.equal(text(document), "cb");
  document.undo("ann");
  assert.equal(text(document), "b");
});

Deno.test("TextDocument.undo() takes back a whole group, also what a plugin added to it, and not the plugin's alone", () => {
  const document = new TextDocument("");
  insert(document, 0, "{", "user", 5);
  insert(document, 1, "\n    ", "indent", 5);
  insert(document, 6, "x", "user", 6);
  assert.equal(document.canUndo("indent"), false, "the group is the user's");
  document.undo("user");
  document.undo("user");
  assert.equal(text(document), "");
  document.redo("user");
  assert.equal(text(document), "{\n    ");
});

Deno.test("TextDocument.undo() of a delete brings the text back between what was typed since", () => {
  const document = new TextDocument("keep this 😀 here");
  document.replace(5, 13, "", "ann");
  insert(document, 5, "that ", "bob");
  assert.equal(text(document), "keep that here");
  document.undo("ann");
  assert.equal(text(document), "keep that this 😀 here");
  document.undo("bob");
  assert.equal(text(document), "keep this 😀 here");
});

Deno.test("TextDocument keeps a text deleted by two deleted until both are undone", () => {
  const document = new TextDocument("abcdef");
  document.edit({ delta: Delta.replace(6, 1, 4, ""), author: "ann" });
  document.edit({ revision: 0, delta: Delta.replace(6, 2, 5, ""), author: "bob" });
  assert.equal(text(document), "af");
  document.undo("ann");
  assert.equal(text(document), "abf");
  document.undo("bob");
  assert.equal(text(document), "abcdef");
});

Deno.test("TextDocument.setUndone() makes exactly some groups undone; an edit in an undone group shows once it is redone", () => {
  const document = new TextDocument("");
  insert(document, 0, "a", "", 1);
  document.setUndone([1, 2]);
  assert.equal(text(document), "");
  document.edit({ delta: Delta.replace(0, 0, 0, "b"), group: 2 });
  document.edit({ delta: Delta.of(0, [{ from: 0, to: 0, insert: "c" }]), group: 1 });
  assert.equal(text(document), "");
  assert.deepEqual([...document.undone].sort(), [1, 2]);
  const { delta } = document.setUndone([]);
  assert.equal(text(document).length, 3);
  assert.equal(delta.applyToString(""), text(document));
  document.setUndone([2]);
  assert.equal([...text(document)].sort().join(""), "ac");
});

Deno.test("TextDocument.deltaIfUndone() says what an undo would do and changes nothing", () => {
  const document = new TextDocument("x");
  insert(document, 1, "agent", "agent", 7);
  insert(document, 0, "user", "user", 8);
  const preview = document.deltaIfUndone([7, 99]);
  assert.deepEqual([document.revision, text(document)], [2, "userxagent"]);
  document.setUndone([7]);
  assert.equal(preview.applyToString("userxagent"), text(document));
  assert.ok(document.deltaIfUndone([7]).isIdentity, "undone already");
});

Deno.test("TextDocument.freeze() makes the state of groups final", () => {
  const document = new TextDocument("");
  insert(document, 0, "a", "ann", 1);
  insert(document, 1, "b", "ann", 2);
  document.undo("ann");
  document.freeze([1, 2]);
  assert.deepEqual([document.canUndo("ann"), document.canRedo("ann")], [false, false]);
  document.setUndone([1]);
  assert.equal(text(document), "a");
});

Deno.test("TextDocument tells listeners each revision in order, also those that a listener makes", () => {
  const document = new TextDocument("");
  const told: string[] = [];
  let mirror = "";
  document.onRevision(({ revision, author }) => {
    if (author === "user" && document.revision < 3) insert(document, document.length, "!", "plugin");
    told.push(`first ${revision}`);
  });
  document.onRevision(({ revision, delta }) => {
    mirror = delta.applyToString(mirror);
    told.push(`second ${revision}`);
  });
  insert(document, 0, "a", "user");
  insert(document, 0, "b", "user");
  assert.deepEqual(told, ["first 1", "second 1", "first 2", "second 2", "first 3", "second 3"]);
  assert.equal(mirror, text(document));
});

Deno.test("TextDocument whose listener throws has the edit and can go on", () => {
  const document = new TextDocument("");
  const stop = document.onRevision(() => {
    throw new Error("mine");
  });
  assert.throws(() => insert(document, 0, "a"), /mine/);
  stop();
  insert(document, 1, "b");
  assert.equal(text(document), "ab");
});

Deno.test("TextDocument.watch() tells of changes that touch the range, which moves with the text", () => {
  const document = new TextDocument("0123456789");
  const seen: [number, number, number][] = [];
  const stop = document.watch(3, 6, ({ revision }, { from, to }) => seen.push([revision, from, to]));
  insert(document, 0, "__");
  document.replace(6, 7, "x");
  insert(document, 12, "end");
  document.replace(0, 15, "");
  stop();
  insert(document, 0, "again");
  assert.deepEqual(seen, [[2, 5, 8], [4, 0, 0]]);
});

Deno.test("TextDocument.anchor() moves by its bias and stays where it was once released", () => {
  const document = new TextDocument("ab");
  const before = document.anchor(1, -1);
  const after = document.anchor(1);
  insert(document, 1, "--");
  assert.deepEqual([before.offset, after.offset], [1, 3]);
  after.release();
  insert(document, 0, "++");
  assert.deepEqual([before.offset, after.offset], [3, 3]);
});

Deno.test("TextDocument.compact() forgets old revisions, keeps held ones, and all that came later", () => {
  const document = new TextDocument("start\n");
  for (let line = 0; line < 50; line++) insert(document, document.length, `line ${line}\n`, "ann");
  const hold = document.hold(30);
  const held = document.textAt(30).toString();
  assert.equal(document.compact({ revisions: 5 }), 30);
  assert.equal(document.oldest, 30);
  assert.throws(() => document.textAt(29), /known are 30 to 50/);
  assert.equal(document.textAt(30).toString(), held);
  document.edit({ revision: 30, delta: Delta.replace(held.length, 0, 0, "late "), author: "bob" });
  assert.ok(text(document).startsWith("late start\n") && text(document).endsWith("line 49\n"));
  // Where others have written since, it is merged.
  const end = held.length;
  document.edit({ revision: 30, delta: Delta.replace(end, end, end, "later\n"), author: "bob" });
  hold.release();
  hold.release();
  assert.equal(
    document.compact({ revisions: 0 }),
    30,
    "two versions that do not know of each other are still open",
  );
  for (let line = 50; line < 56; line++) insert(document, document.length, `line ${line}\n`, "ann");
  assert.equal(document.compact({ revisions: 5 }), 53);
  for (let undo = 0; undo < 5; undo++) assert.ok(document.undo("ann") !== undefined);
  assert.equal(document.undo("ann"), undefined, "older groups are final");
  assert.ok(text(document).endsWith("line 50\n"));
});

Deno.test("TextDocument.edit() of an old revision comes out as its event does elsewhere, touched since or not", () => {
  const place = fc.nat({ max: 60 });
  const edit = fc.record({
    behind: fc.nat({ max: 12 }),
    from: place,
    size: fc.nat({ max: 3 }),
    insert: fc.string({ maxLength: 3, unit: "grapheme-ascii" }),
    undo: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 40, size: "max" }), (edits) => {
      // What merging gives: each author has a replica of his own, which knew what he saw.
      const start = "The quick brown fox jumps over the lazy dog.";
      const document = new TextDocument(start, { replica: "a" });
      const other = new TextDocument(start, { replica: "b" });
      for (const { behind, from, size, insert, undo } of edits) {
        const revision = Math.max(0, document.revision - behind);
        const length = document.lengthAt(revision);
        const at = Math.min(from, length);
        const to = Math.min(at + size, length);
        const author = from % 2 === 0 ? "ann" : "bob";
        if (undo && from % 5 === 0) document.undo(author);
        else document.edit({ revision, delta: Delta.replace(length, at, to, insert), author });
      }
      other.apply(document.eventsSince(other.version()));
      assert.equal(text(other), text(document));
      while (document.undo("ann") !== undefined);
      while (document.undo("bob") !== undefined);
      assert.equal(text(document), start);
    }),
    { seed: 20_261_126, numRuns: 500 },
  );
});

Deno.test("TextDocument.edit() far from what has happened since is not merged, so the past can be forgotten", () => {
  const document = new TextDocument("a".repeat(1_000));
  for (let at = 0; at < 100; at++) {
    const revision = Math.max(0, document.revision - 20);
    const length = document.lengthAt(revision);
    const place = (at * 389) % length;
    document.edit({ revision, delta: Delta.replace(length, place, place, "b"), author: `agent-${at % 7}` });
  }
  assert.equal(document.compact({ revisions: 30 }), 70);
});

Deno.test("TextDocument.compact() does not forget what an undo still needs", () => {
  const document = new TextDocument("");
  insert(document, 0, "old", "ann", 1);
  for (let at = 0; at < 40; at++) insert(document, 0, "x", "bob");
  document.setUndone([1]);
  assert.equal(document.compact({ revisions: 10 }), 0);
  for (let at = 0; at < 40; at++) insert(document, 0, "y", "bob");
  assert.equal(document.compact({ revisions: 10 }), 72);
  assert.equal(text(document), "y".repeat(40) + "x".repeat(40));
});

Deno.test("TextDocument.save() and load() keep text, revisions, undo, redo, groups and what is settled", () => {
  const document = new TextDocument("a😀", { replica: "me" });
  for (let at = 0; at < 30; at++) insert(document, at, "é", "ann");
  document.undo("ann");
  document.compact({ revisions: 8 });
  document.undo("ann");
  const { text: base, ...rest } = document.save();
  const copy = TextDocument.load({ ...JSON.parse(JSON.stringify(rest)), text: base });
  for (const one of [document, copy]) {
    assert.equal(one.canRedo("ann"), true);
    one.redo("ann");
    one.redo("ann");
    while (one.undo("ann") !== undefined);
    insert(one, 0, "new", "ann");
  }
  assert.equal(text(copy), text(document));
  assert.deepEqual({ ...copy.save(), text: "" }, { ...document.save(), text: "" });
  assert.equal(copy.newGroup(), document.newGroup());
});

Deno.test("TextDocument replays recorded events to the same revisions, undo and redo, though keystrokes share runs", () => {
  const document = new TextDocument("base");
  const journal: string[] = [];
  document.onRevision(({ revision }) => journal.push(JSON.stringify(document.record(revision))));
  const length = document.length;
  for (const char of "hello") insert(document, document.length, char, "ann", 1);
  for (let at = 0; at < 3; at++) document.replace(document.length - 1, document.length, "", "ann", 2);
  document.edit({ revision: 2, delta: Delta.replace(length + 2, 0, 0, "late "), author: "bob" });
  document.undo("ann");
  const copy = new TextDocument("base");
  for (const [at, line] of journal.entries()) {
    assert.equal(copy.replay(readTextEvent(JSON.parse(line)))?.revision, at + 1);
  }
  assert.equal(copy.replay(readTextEvent(JSON.parse(journal[0]!))), undefined, "known");
  assert.equal(text(copy), text(document));
  for (let revision = 0; revision <= document.revision; revision++) {
    assert.equal(copy.textAt(revision).toString(), document.textAt(revision).toString());
  }
  document.redo("ann");
  copy.redo("ann");
  assert.equal(text(copy), text(document));
});

Deno.test("TextDocument.apply() waits for forerunners, once and for all, and tells how many wait", () => {
  const source = new TextDocument("", { replica: "A" });
  for (const char of "abc") insert(source, source.length, char);
  const [a, b, c] = source.eventsSince({});
  const target = new TextDocument("", { replica: "B" });
  assert.deepEqual(target.apply([c!, c!, b!]), { applied: 0, waiting: 2 });
  assert.deepEqual(target.apply([a!]), { applied: 3, waiting: 0 });
  assert.equal(text(target), "abc");
  assert.throws(() => new TextDocument("").replay(b!), /events before it are missing/);
  assert.throws(() => {
    const late = new TextDocument("", { replica: "C" });
    insert(source, 0, "x");
    source.compact({ revisions: 0 });
    late.apply(source.eventsSince(late.version()));
  }, /forgotten here/);
});

Deno.test("TextDocument refuses events that cannot be, and has changed nothing", () => {
  const document = new TextDocument("a😀b", { replica: "me" });
  insert(document, 4, "tail");
  const wrong: Partial<TextEvent>[] = [
    { ops: [[99, 0, "x"]] },
    { ops: [[0, 99, ""]] },
    { ops: [[2, 0, "x"]] },
    { ops: [[0, 1, ""], [0, 1, ""]] },
    { ops: [[0, 0, "ok"], [500, 1, ""]] },
    { parents: [["me", 3]], ops: [[8, 1, ""]] },
    { parents: [["me", 3]], ops: [[0, 0, "😀"], [1, 0, "x"]] },
    { parents: [["me", 1]], ops: [[0, 0, "x"]] },
    { replica: "me", seq: 2, ops: [[0, 0, "abc"]] },
  ];
  for (const part of wrong) {
    assert.throws(() => document.replay({ ...EVENT, ...part }), RangeError, JSON.stringify(part));
    assert.deepEqual([text(document), document.revision, document.length], ["a😀btail", 1, 8]);
    document.text.check();
  }
  assert.equal(document.replay({ ...EVENT, ops: [[0, 0, "fine "]] })?.revision, 2);
  assert.equal(text(document), "fine a😀btail");
});

Deno.test("TextDocument takes an event that names forerunners of its forerunners, too", () => {
  const texts = [[["A", 1]], [["A", 0], ["A", 1]]].map((parents) => {
    const document = new TextDocument("", { replica: "A" });
    for (const char of "abc") insert(document, document.length, char);
    document.replay({ ...EVENT, parents: parents as [string, number][], ops: [[2, 0, "x"]] });
    document.replay({ ...EVENT, seq: 1, parents: [["A", 2], ["other", 0]], ops: [[4, 0, "y"]] });
    insert(document, 0, "z");
    document.undo();
    return text(document);
  });
  assert.deepEqual(texts, ["abcxy", "abcxy"]);
});

Deno.test("readTextEvent() refuses what is no event, naming the field", () => {
  const event = { replica: "r", seq: 0, parents: [], author: "", group: 0, priority: 0, ops: [[0, 0, "x"]] };
  assert.deepEqual(readTextEvent(event), event);
  const wrong: [unknown, RegExp][] = [
    [undefined, /"event" of an event: expected an object, found undefined/],
    [[], /expected an object/],
    [{ ...event, replica: 3 }, /"replica".*expected a string, found 3/],
    [{ ...event, seq: -1 }, /"seq".*expected a whole number from 0/],
    [{ ...event, seq: 2 ** 60 }, /a whole number/],
    [{ ...event, group: 2 ** 31 }, /31 bits/],
    [{ ...event, parents: [["a"]] }, /"parents\[0\]".*\[replica, seq\]/],
    [{ ...event, ops: [[0, 0, ""]] }, /"ops\[0\]".*something removed or inserted/],
    [{ ...event, ops: [[0, 0, "\ud800"]] }, /lone surrogates/],
    [{ ...event, ops: [] }, /either ops or toggles/],
    [{ ...event, toggles: [{ replica: "r", group: 1, weight: 1 }] }, /either ops or toggles/],
    [{ ...event, ops: [], toggles: [{ replica: "r", group: 1, weight: "1" }] }, /"toggles\[0\].weight"/],
  ];
  for (const [value, message] of wrong) {
    assert.throws(() => readTextEvent(value), { name: "TypeError", message });
  }
});

Deno.test("TextDocument takes ten thousand carets, undoes them as one, and tells the change between", () => {
  const line = "const value = compute(first, second);\n";
  const document = new TextDocument(line.repeat(10_000));
  const start = text(document);
  const carets = Array.from({ length: 10_000 }, (_, at) => at * line.length + 5);
  for (const char of "xy") {
    const delta = Delta.of(document.length, carets.map((at) => ({ from: at, to: at, insert: char })));
    document.edit({ delta, author: "user", group: 1 });
    carets.splice(0, carets.length, ...delta.mapOffsets(carets, 1));
  }
  assert.equal(text(document), line.replace("const", "constxy").repeat(10_000));
  assert.equal(document.changesSince(0).size, 10_000);
  document.undo("user");
  assert.equal(text(document), start);
});
