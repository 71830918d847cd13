import assert from "node:assert/strict";
import { isObject, type JsonObject } from "../../../core/json.ts";
import { BufferFiles } from "../../../editor/buffer_files.ts";
import { Buffers } from "../../../editor/buffers.ts";
import { Delta } from "../../../editor/text/delta.ts";
import { LineCache, type Message, TestFrontEnd } from "./front_end.ts";

/** What a front end has received, by method. */
class Received {
  readonly all: Message[] = [];
  readonly take = (message: Message) => void this.all.push(message);

  params(method: string): JsonObject[] {
    return this.all.filter((message) => message.method === method).map(({ params }) =>
      isObject(params) ? params : {}
    );
  }

  methods(): string[] {
    return this.all.map((message) => String(message.method ?? "answer"));
  }
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const until = async (is: () => boolean) => {
  for (let round = 0; !is(); round++) {
    assert.ok(round < 500, "it happens in five seconds");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

Deno.test("Session shows one buffer to two front ends, each with its own selection, undo shared", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/f`, "one\ntwo\n");
    const buffers = new Buffers((error) => assert.fail(String(error)));
    using files = new BufferFiles(buffers);
    const [left, right] = [new Received(), new Received()];
    using one = new TestFrontEnd({ buffers, files }, left.take);
    using two = new TestFrontEnd({ buffers, files }, right.take);
    const [a, b] = [
      await one.open(`${folder}/f`),
      await two.open(`${folder}/../${folder.split("/").at(-1)}/f`),
    ];
    assert.equal([...buffers].length, 1);
    two.edit(b, "move_to_end_of_document");
    one.edit(a, "insert", { chars: "zero\n" });
    await Promise.all([one.settled(), two.settled()]);
    assert.equal(await two.contents(b), "zero\none\ntwo\n");
    const cache = new LineCache();
    for (const { update } of right.params("update")) cache.apply(update as JsonObject);
    assert.deepEqual(cache.lines.map((line) => line?.text), ["zero\n", "one\n", "two\n", ""]);
    assert.deepEqual(cache.lines.at(-1)?.cursor, [0]);
    two.edit(b, "undo");
    await two.settled();
    assert.equal(await one.contents(a), "one\ntwo\n");
  }));

Deno.test("Session renders what others edit, and what they save", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/f`, "text");
    const received = new Received();
    using front = new TestFrontEnd({}, received.take);
    const view = await front.open(`${folder}/f`);
    const buffer = front.session.bufferOf(view);
    assert.ok(buffer !== undefined);
    received.all.length = 0;
    buffer.edit({ delta: Delta.replace(4, 0, 0, "agent's "), author: "agent:1" });
    buffer.edit({ delta: Delta.replace(12, 12, 12, "!"), author: "agent:2" });
    await front.settled();
    assert.deepEqual(received.methods(), ["update", "scroll_to"], "two edits in one turn are one update");
    front.edit(view, "undo");
    assert.equal(await front.contents(view), "agent's text!", "the person has nothing to undo");
    buffer.markSaved(buffer.text);
    await front.settled();
    assert.equal((received.params("update").at(-1)?.update as JsonObject).pristine, true);
  }));

Deno.test("Session brings in what someone else writes to a file that is open", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/f`, "one\ntwo\nthree\n");
    using front = new TestFrontEnd();
    const view = await front.open(`${folder}/f`);
    await Deno.writeTextFile(`${folder}/f`, "one\n2\nthree\n");
    const buffer = front.session.bufferOf(view);
    await until(() => buffer?.text.toString() === "one\n2\nthree\n");
  }));

Deno.test("Session asks for widths, wraps by them, and estimates where nobody answers", async () => {
  const received = new Received();
  using answers = new TestFrontEnd({ unitWidth: 10 }, received.take);
  answers.notify("modify_user_config", { domain: "general", changes: { word_wrap: true } });
  const view = await answers.open();
  answers.edit(view, "resize", { width: 45, height: 100 });
  answers.edit(view, "insert", { chars: "aa bb cc dd" });
  await answers.settled();
  const asked = received.all.filter(({ method }) => method === "measure_width");
  assert.deepEqual(asked.map(({ params }) => params), [[{ id: 8, strings: ["aa ", "bb ", "cc ", "dd"] }]]);
  const cache = new LineCache();
  for (const { update } of received.params("update")) cache.apply(update as JsonObject);
  assert.deepEqual(cache.lines.map((line) => line?.text), ["aa ", "bb ", "cc ", "dd"]);

  using silent = new TestFrontEnd();
  silent.notify("modify_user_config", { domain: "general", changes: { word_wrap: true } });
  const quiet = await silent.open();
  silent.edit(quiet, "resize", { width: 60, height: 100 });
  const began = performance.now();
  silent.edit(quiet, "insert", { chars: "one two three four" });
  silent.edit(quiet, "insert", { chars: "!" });
  assert.equal(await silent.contents(quiet), "one two three four!");
  const first = performance.now() - began;
  const again = performance.now();
  silent.edit(quiet, "insert", { chars: " more and more" });
  await silent.settled();
  assert.ok(performance.now() - again < first, "a front end that does not answer is waited for once");
});

Deno.test("Session does what a late answer about widths says", async () => {
  const received = new Received();
  using front = new TestFrontEnd({}, received.take);
  front.notify("modify_user_config", { domain: "general", changes: { word_wrap: true } });
  const view = await front.open();
  front.edit(view, "resize", { width: 10, height: 100 });
  front.edit(view, "insert", { chars: "aaaa bbbb" });
  await front.settled();
  const asked = received.all.find(({ method }) => method === "measure_width");
  front.raw(JSON.stringify({ id: asked?.id ?? null, result: [[1, 1]] }));
  await front.settled();
  const cache = new LineCache();
  for (const { update } of received.params("update")) cache.apply(update as JsonObject);
  assert.deepEqual(cache.lines.map((line) => line?.text), ["aaaa bbbb"]);
});

Deno.test("Session sends no update operation and explicit carets as the front end likes it", async () => {
  const received = new Received();
  using front = new TestFrontEnd({}, received.take);
  front.notify("client_started", { symphony: { ins_only: true } });
  const view = await front.open();
  front.edit(view, "insert", { chars: "a\nb\nc" });
  front.edit(view, "move_up");
  front.edit(view, "move_up");
  await front.settled();
  const ops = received.params("update").flatMap(({ update }) => (update as JsonObject).ops as JsonObject[]);
  assert.ok(ops.every(({ op }) => op !== "update"));

  const others = new Received();
  using usual = new TestFrontEnd({}, others.take);
  const second = await usual.open();
  usual.edit(second, "insert", { chars: "a\nb\nc" });
  usual.edit(second, "move_up");
  await usual.settled();
  const updates = others.params("update").flatMap(({ update }) => (update as JsonObject).ops as JsonObject[])
    .filter(({ op }) => op === "update");
  assert.ok(updates.length > 0);
  for (const { lines } of updates) {
    for (const line of lines as JsonObject[]) assert.ok(Array.isArray(line.cursor));
  }
});

Deno.test("Session sends parts of long lines to front ends that take them", async () => {
  const received = new Received();
  using front = new TestFrontEnd({}, received.take);
  front.notify("client_started", { symphony: { parts: true } });
  const view = await front.open();
  front.edit(view, "insert", { chars: "é".repeat(30_000) });
  front.edit(view, "scroll", [0, 10, 20_000, 20_100]);
  await front.settled();
  const ops = (received.params("update").at(-1)?.update as JsonObject).ops as JsonObject[];
  const [line] = ops.find(({ op }) => op === "ins")?.lines as JsonObject[];
  assert.equal(line?.bytes, 60_000);
  assert.ok(Number(line?.start) <= 20_000 && Number(line?.start) > 18_000);
  assert.ok(String(line?.text).length < 6000);
});

Deno.test("Session tells the complete find status when a search has ended, once", async () => {
  const received = new Received();
  using front = new TestFrontEnd({}, received.take);
  front.notify("client_started", { symphony: { find_status: true } });
  const view = await front.open();
  front.edit(view, "insert", { chars: "a b\na" });
  front.edit(view, "find", { chars: "a", case_sensitive: false });
  await front.settled();
  front.edit(view, "find", { chars: "(", case_sensitive: false, regex: true });
  await front.settled();
  const queries = received.params("find_status").map((params) => (params.queries as JsonObject[])[0]);
  const complete = queries.filter((query) => query?.chars !== null);
  assert.deepEqual(complete.map((query) => [query?.chars, query?.lines]), [["a", [1, 2]], ["(", []]]);
  assert.ok(typeof complete[1]?.error === "string");
});

Deno.test("Session keeps the case of what it replaces, and counts a selected match again, where asked", async () => {
  using front = new TestFrontEnd();
  const view = await front.open();
  front.edit(view, "insert", { chars: "name Name NAME" });
  front.edit(view, "find", { chars: "name", case_sensitive: false });
  front.edit(view, "replace", { chars: "title", preserve_case: true });
  front.edit(view, "replace_all");
  assert.equal(await front.contents(view), "title Title TITLE");
  front.edit(view, "find", { chars: "title", case_sensitive: false });
  front.edit(view, "gesture", { line: 0, col: 0, ty: "point_select" });
  front.edit(view, "find_next", { wrap_around: true });
  front.edit(view, "find_next", { wrap_around: true, allow_same: true });
  await front.settled();
  assert.deepEqual(front.session.selectionsOf(view).map(({ start, end }) => [start, end]), [[0, 5]]);
});

Deno.test("Session's improved edits: last line, end of text, short blank lines, other letters", async () => {
  const edits:
    readonly (readonly [start: string, caret: readonly [number, number], method: string, end: string])[] = [
      ["ab", [0, 1], "duplicate_line", "ab\nab"],
      ["abc", [0, 3], "transpose", "acb"],
      ["a\n  \nb", [1, 1], "outdent", "a\n\nb"],
      ["élan", [0, 1], "capitalize", "Élan"],
      ["rest of it", [0, 4], "delete_to_end_of_paragraph", "rest"],
    ];
  using front = new TestFrontEnd();
  for (const [start, [line, col], method, end] of edits) {
    const view = await front.open();
    front.edit(view, "insert", { chars: start });
    front.edit(view, "gesture", { line, col, ty: "point_select" });
    front.edit(view, method);
    assert.equal(await front.contents(view), end, method);
  }
});

Deno.test("Session saves under another name, tells errors, and keeps what someone else wrote", () =>
  inFolder(async (folder) => {
    const received = new Received();
    using front = new TestFrontEnd({}, received.take);
    const view = await front.open();
    front.edit(view, "insert", { chars: "mine" });
    await Deno.writeTextFile(`${folder}/there`, "older");
    front.notify("save", { view_id: view, file_path: `${folder}/there` });
    await front.settled();
    assert.equal(await Deno.readTextFile(`${folder}/there`), "mine\n");
    front.notify("save", { view_id: view, file_path: `${folder}/no/such/folder` });
    await front.settled();
    assert.equal(received.params("alert").length, 1);
    front.edit(view, "insert", { chars: " more" });
    await Deno.writeTextFile(`${folder}/there`, "theirs, and longer\n");
    front.notify("save", { view_id: view, file_path: `${folder}/there` });
    await front.settled();
    assert.equal(await Deno.readTextFile(`${folder}/there`), "theirs, and longer\n");
    assert.ok(received.params("alert").length >= 2);
    assert.equal(await front.contents(view), "mine more");
  }));

Deno.test("Session goes on after every kind of nonsense, and says what was wrong with a request", async () => {
  using front = new TestFrontEnd();
  const view = await front.open();
  for (
    const line of [
      '{"id":null}',
      '{"result":1}',
      '{"method":7}',
      '{"method":"edit"}',
      '{"id":9,"result":{}}',
      "",
    ]
  ) front.raw(line);
  const refused = await front.request("get_config", { view: 1 });
  assert.deepEqual(refused.error, {
    code: -32600,
    message: "Invalid request",
    data: "missing field `view_id`",
  });
  assert.deepEqual((await front.request("edit", { view_id: "view-id-99", method: "copy" })).error, {
    code: 404,
    message: "missing view view-id-99",
  });
  front.edit(view, "insert", { chars: "\ud800" });
  assert.equal(await front.contents(view), "\ufffd");
});

Deno.test("Session takes the other spellings that front ends use", async () => {
  using front = new TestFrontEnd();
  const view = await front.open();
  front.edit(view, "insert", { chars: "one two\nthree" });
  front.edit("1", "click", [0, 5, 0, 2]);
  assert.deepEqual(
    (await front.request("edit", { view_id: view, method: "copy", params: [] })).result,
    "two",
  );
  front.edit(view, "select_all", {});
  front.edit(view, "cancel_operation");
  assert.deepEqual(front.session.selectionsOf(view).map(({ start, end }) => [start, end]), [[13, 13]]);
  front.edit(view, "multi_find", [{ chars: "o", case_sensitive: true }]);
  front.edit(view, "find_all", null);
  assert.equal(front.session.selectionsOf(view).length, 2);
  front.notify("set_language", { "view-id": view, language_id: "Rust" });
  assert.equal(front.session.bufferOf(view)?.language, "Rust");
});

Deno.test("Session plays recordings as one step of undo", async () => {
  using front = new TestFrontEnd();
  const view = await front.open();
  front.edit(view, "toggle_recording", { recording_name: "r" });
  front.edit(view, "insert", { chars: "ab" });
  front.edit(view, "insert_newline");
  front.edit(view, "insert", { chars: "c" });
  front.edit(view, "toggle_recording");
  front.edit(view, "play_recording", { recording_name: "r" });
  front.edit(view, "insert", { chars: "!" });
  assert.equal(await front.contents(view), "ab\ncab\nc!");
  front.edit(view, "undo");
  front.edit(view, "undo");
  assert.equal(await front.contents(view), "ab\nc");
});

Deno.test("Session undoes nineteen steps, or as many as the settings say", async () => {
  for (const [limit, left] of [[undefined, 6], [11, 15], [100, 0]] as const) {
    using front = new TestFrontEnd();
    if (limit !== undefined) {
      front.notify("modify_user_config", { domain: "general", changes: { undo_limit: limit } });
    }
    const view = await front.open();
    for (let step = 0; step < 25; step++) front.edit(view, "paste", { chars: "x" });
    for (let step = 0; step < 30; step++) front.edit(view, "undo");
    assert.equal(await front.contents(view), "x".repeat(left), `limit ${limit}`);
    for (let step = 0; step < 30; step++) front.edit(view, "redo");
    assert.equal(await front.contents(view), "x".repeat(25));
  }
});

Deno.test("Session searches and wraps a large text in pieces, from what is visible on", async () => {
  const received = new Received();
  using front = new TestFrontEnd({}, received.take);
  const view = await front.open();
  front.edit(view, "insert", { chars: "needle in hay\n".repeat(100_000) });
  front.edit(view, "find", { chars: "needle", case_sensitive: true });
  await front.settled();
  const counts = received.params("find_status").map((params) =>
    Number((params.queries as JsonObject[])[0]?.matches)
  );
  assert.equal(counts.at(-1), 100_000);
  assert.ok(counts.some((count) => count > 0 && count < 100_000), "some are told before all are known");
  front.notify("modify_user_config", { domain: "general", changes: { wrap_width: 8 } });
  await front.settled();
  front.edit(view, "goto_line", { line: 150_000 });
  await front.settled();
  assert.equal(received.params("scroll_to").at(-1)?.line, 150_000);
});

Deno.test("Session refuses a folder as what cannot be read and a binary as what is no text", async () => {
  using front = new TestFrontEnd();
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/binary`, new Uint8Array([1, 0, 2, 0, 0, 0, 255]));
    await Deno.writeTextFile(`${folder}/text`, "text");
    for (
      const [path, code] of [[folder, 5], [`${folder}/binary`, 6], [`${folder}/text`, undefined]] as const
    ) {
      const { error } = await front.request("new_view", { file_path: path });
      assert.equal((error as { code: number } | undefined)?.code, code);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
