/**
 * Changes of many files: all or nothing, in folders and buffers that are really there.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import {
  applyWorkspaceChange,
  editAs,
  planWorkspaceEdit,
  touchesLater,
  type WorkspaceChange,
} from "../../../editor/lsp/features/workspace_edit.ts";
import { uriOfPath } from "../../../editor/lsp/uri.ts";
import { Delta } from "../../../editor/text/delta.ts";
import { edit, fakeServer, Rig } from "./rig.ts";

const AUTHOR = "agent:1";
const BY_AGENT = editAs(AUTHOR);
const range = (a: number, b: number, c: number, d: number) => ({
  start: { line: a, character: b },
  end: { line: c, character: d },
});

async function plan(rig: Rig, value: unknown): Promise<WorkspaceChange | string> {
  const [buffer] = rig.buffers;
  const server = await rig.server(buffer!);
  const planned = await planWorkspaceEdit(value, {
    world: rig.languages.world,
    server,
    encoding: "utf-16",
    sent: server.flushAll(),
  });
  return planned.ok ? planned.value : planned.error;
}

async function apply(rig: Rig, value: unknown): Promise<string | undefined> {
  const change = await plan(rig, value);
  if (typeof change === "string") return change;
  const applied = await applyWorkspaceChange(change, rig.languages.world, BY_AGENT);
  return applied.ok ? undefined : applied.error;
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

Deno.test("a change edits open buffers, writes closed files, makes, renames and deletes", async () => {
  await using rig = await Rig.with([fakeServer("honest")]);
  const buffer = await rig.open("open.fake", "open text");
  const at = (name: string) => join(rig.folder, name);
  const uri = (name: string) => uriOfPath(at(name));
  await Deno.writeTextFile(at("closed.txt"), "\uFEFFclosed\r\ntext\r\n");
  await Deno.writeTextFile(at("old.txt"), "moved");
  await Deno.writeTextFile(at("gone.txt"), "deleted");
  const refusal = await apply(rig, {
    documentChanges: [
      {
        textDocument: { uri: uri("open.fake"), version: 0 },
        edits: [{ range: range(0, 0, 0, 4), newText: "OPEN" }],
      },
      {
        textDocument: { uri: uri("closed.txt"), version: null },
        edits: [{ range: range(0, 0, 0, 6), newText: "CLOSED" }],
      },
      {
        textDocument: { uri: uri("closed.txt"), version: null },
        edits: [{ range: range(1, 0, 1, 4), newText: "TEXT" }],
      },
      { kind: "create", uri: uri("new/made.txt") },
      {
        textDocument: { uri: uri("new/made.txt"), version: null },
        edits: [{ range: range(0, 0, 0, 0), newText: "made" }],
      },
      { kind: "rename", oldUri: uri("old.txt"), newUri: uri("deep/er/new.txt") },
      { kind: "delete", uri: uri("gone.txt") },
    ],
  });
  assert.equal(refusal, undefined);
  assert.equal(buffer.text.toString(), "OPEN text");
  assert.equal(await Deno.readTextFile(at("open.fake")), "open text", "an open buffer is not saved");
  assert.deepEqual(
    [...await Deno.readFile(at("closed.txt"))].slice(0, 3),
    [0xef, 0xbb, 0xbf],
    "the mark stays",
  );
  assert.equal((await Deno.readTextFile(at("closed.txt"))).replace("\uFEFF", ""), "CLOSED\r\nTEXT\r\n");
  assert.equal(await Deno.readTextFile(at("new/made.txt")), "made");
  assert.equal(await Deno.readTextFile(at("deep/er/new.txt")), "moved");
  assert.deepEqual([await exists(at("old.txt")), await exists(at("gone.txt"))], [false, false]);
  buffer.document.undo(AUTHOR);
  assert.equal(buffer.text.toString(), "open text");
});

Deno.test("a change that fails half-way leaves every file and buffer as it was", async () => {
  await using rig = await Rig.with([fakeServer("honest")]);
  const buffer = await rig.open("open.fake", "open");
  const at = (name: string) => join(rig.folder, name);
  for (const name of ["one.txt", "two.txt", "gone.txt", "old.txt"]) await Deno.writeTextFile(at(name), name);
  const change = await plan(rig, {
    documentChanges: [
      {
        textDocument: { uri: uriOfPath(at("open.fake")), version: null },
        edits: [{ range: range(0, 0, 0, 0), newText: "x" }],
      },
      {
        textDocument: { uri: uriOfPath(at("one.txt")), version: null },
        edits: [{ range: range(0, 0, 0, 0), newText: "x" }],
      },
      {
        textDocument: { uri: uriOfPath(at("two.txt")), version: null },
        edits: [{ range: range(0, 0, 0, 0), newText: "x" }],
      },
      { kind: "delete", uri: uriOfPath(at("gone.txt")) },
      { kind: "rename", oldUri: uriOfPath(at("old.txt")), newUri: uriOfPath(at("new.txt")) },
    ],
  });
  assert.ok(typeof change !== "string");
  for (
    const [harm, mend] of [
      [
        () => Deno.writeTextFile(at("two.txt"), "changed outside"),
        () => Deno.writeTextFile(at("two.txt"), "two.txt"),
      ],
      [() => Deno.writeTextFile(at("new.txt"), "in the way"), () => Deno.remove(at("new.txt"))],
      [() => Promise.resolve(edit(buffer, 0, 1, "O")), () => Promise.resolve(edit(buffer, 0, 1, "o"))],
    ] as const
  ) {
    await harm();
    const before = buffer.text.toString();
    const applied = await applyWorkspaceChange(change, rig.languages.world, BY_AGENT);
    assert.equal(applied.ok, false);
    assert.equal(buffer.text.toString(), before);
    assert.equal(await Deno.readTextFile(at("one.txt")), "one.txt");
    assert.equal(await Deno.readTextFile(at("gone.txt")), "gone.txt");
    assert.equal(await Deno.readTextFile(at("old.txt")), "old.txt");
    await mend();
  }
  const names: string[] = [];
  for await (const { name } of Deno.readDir(rig.folder)) names.push(name);
  assert.deepEqual(
    names.sort(),
    [".fake-root", "gone.txt", "old.txt", "one.txt", "open.fake", "two.txt"],
    "nothing is left over",
  );
});

Deno.test("planWorkspaceEdit() refuses what it must not or cannot do, naming it", async () => {
  await using rig = await Rig.with([fakeServer("honest")]);
  const buffer = await rig.open("open.fake", "open");
  const other = rig.buffers.open({ text: "dirty", path: join(rig.folder, "other.txt") }).buffer;
  edit(other, 0, 0, "very ");
  await Deno.mkdir(join(rig.folder, "folder"));
  await Deno.writeTextFile(join(rig.folder, "read-only.txt"), "x", { mode: 0o444 });
  await Deno.writeFile(join(rig.folder, "binary.bin"), new Uint8Array([0, 1, 2, 0, 255]));
  const uri = (name: string) => uriOfPath(join(rig.folder, name));
  const edits = [{ range: range(0, 0, 0, 1), newText: "x" }];
  const cases: [unknown, RegExp][] = [
    [null, /no object/],
    [{ changes: { [uri("missing.txt")]: edits } }, /no such file/],
    [{ changes: { "file:///etc/hostname": edits } }, /is not in/],
    [{ changes: { [uri("../escape.txt")]: edits } }, /is not in/],
    [{ changes: { "untitled:none": edits } }, /no file and not open/],
    [{ changes: { [uri("other.txt")]: edits } }, /changes that the server does not know/],
    [{ changes: { [uri("read-only.txt")]: edits } }, /read-only/],
    [{ changes: { [uri("binary.bin")]: edits } }, /binary/],
    [
      { documentChanges: [{ textDocument: { uri: uri("open.fake"), version: 9 }, edits }] },
      /version 9 of it is not known/,
    ],
    [{
      documentChanges: [{ textDocument: { uri: uri("open.fake"), version: 0 }, edits }, {
        textDocument: { uri: uri("open.fake"), version: 0 },
        edits,
      }],
    }, /edited twice/],
    [{ documentChanges: [{ kind: "create", uri: uri("open.fake") }] }, /exists already/],
    [
      { documentChanges: [{ kind: "create", uri: uri("open.fake"), options: { overwrite: true } }] },
      /would be overwritten/,
    ],
    [
      { documentChanges: [{ kind: "delete", uri: uri("folder"), options: { recursive: true } }] },
      /is a folder/,
    ],
    [{ documentChanges: [{ kind: "delete", uri: uri("open.fake") }] }, /is open/],
    [{ documentChanges: [{ kind: "delete", uri: uriOfPath(rig.folder) }] }, /is not in/],
    [{ documentChanges: [{ kind: "rename", oldUri: uri("none"), newUri: uri("some") }] }, /does not exist/],
    [{ documentChanges: Array.from({ length: 5001 }, () => ({})) }, /more than 5000 files/],
  ];
  for (const [value, expected] of cases) assert.match(String(await plan(rig, value)), expected);
  assert.deepEqual(
    await plan(rig, {
      documentChanges: [{ kind: "delete", uri: uri("none"), options: { ignoreIfNotExists: true } }],
    }),
    {
      steps: [],
      server: "honest",
    },
  );
  assert.equal(buffer.text.toString(), "open");
});

Deno.test("a renamed file that is open stays open under its new name", async () => {
  await using rig = await Rig.with([fakeServer("honest")]);
  const buffer = await rig.open("old.fake", "text");
  const [from, to] = [buffer.path!, join(rig.folder, "new.fake")];
  assert.equal(
    await apply(rig, {
      documentChanges: [{ kind: "rename", oldUri: uriOfPath(from), newUri: uriOfPath(to) }],
    }),
    undefined,
  );
  assert.equal(buffer.path, to);
  assert.equal(await Deno.readTextFile(to), "text");
});

Deno.test("touchesLater() is true where a later edit meets what is replaced, its edges counted, and false elsewhere", async () => {
  await using rig = await Rig.with([]);
  const cases: [[number, number, string], [number, number, string], boolean][] = [
    [[2, 4, "x"], [5, 6, "y"], false],
    [[2, 4, "x"], [4, 4, "y"], true],
    [[2, 4, "x"], [0, 1, ""], false],
    [[2, 4, "x"], [2, 2, "y"], true],
    [[2, 4, "x"], [3, 3, "y"], true],
    [[2, 4, "x"], [0, 8, ""], true],
    [[3, 3, "x"], [3, 3, "y"], false],
    [[3, 3, "x"], [2, 4, ""], true],
    [[3, 3, "x"], [3, 5, ""], false],
  ];
  for (const [ours, theirs, expected] of cases) {
    const { buffer } = rig.buffers.open({ text: "12345678" });
    edit(buffer, ...theirs);
    assert.equal(
      touchesLater(buffer, 0, Delta.replace(8, ...ours)),
      expected,
      JSON.stringify([ours, theirs]),
    );
  }
});
