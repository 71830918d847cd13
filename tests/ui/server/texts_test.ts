import assert from "node:assert/strict";
import { authorId, bufferId } from "../../../core/ids.ts";
import { changedText } from "../../../core/merge/text_diff.ts";
import { openTexts } from "../../../main_texts.ts";
import type { StreamEvent, TextEvent } from "../../../ui/api/mod.ts";
import type { Texts } from "../../../ui/server/mod.ts";
import type { EventClient } from "./event_client.ts";
import { UiRig, until } from "./ui_rig.ts";

/** A rig with the real text core, in its own process. */
async function textRig(): Promise<{ readonly rig: UiRig; readonly texts: () => Texts }> {
  let texts: Texts | undefined;
  const rig: UiRig = await UiRig.start({ openTexts: async () => texts = await openTexts(rig.data) });
  return { rig, texts: () => texts as Texts };
}

/** The text as a reader of the topic has it: every change applied to what was before. */
class Reader {
  text = "";
  revision = -1;

  take({ seq, data }: StreamEvent): void {
    const event = data as TextEvent;
    if (event.kind === "reset") {
      this.text = event.text;
      this.revision = event.revision;
    } else if (event.kind === "changed") {
      assert.equal(event.since, this.revision, "a change follows on what is known");
      this.text = changedText(this.text, event.changes);
      this.revision = event.revision;
    }
    assert.ok(seq >= this.revision || event.kind !== "changed");
  }
}

function reading(client: EventClient): Reader {
  const reader = new Reader();
  client.onEvent = (event) => reader.take(event);
  return reader;
}

Deno.test("TextTopic brings two windows and an agent to one text, each edit with its author", async () => {
  const { rig, texts } = await textRig();
  await using _ = rig;
  rig.write("notes.txt", "alpha beta gamma\n");
  const one = await rig.connect("one");
  const two = await rig.connect("two");
  const opened = await one.request("text.open", { file: "notes.txt" });
  assert.deepEqual([opened.file, opened.text, opened.revision], ["notes.txt", "alpha beta gamma\n", 0]);
  const { buffer } = opened;
  assert.equal((await two.request("text.open", { file: "notes.txt" })).buffer, buffer);
  const readers = [reading(one), reading(two)];
  for (const client of [one, two]) await client.subscribe(`text:${buffer}`);
  await one.until(() => readers.every(({ revision }) => revision === 0));
  const insert = (client: EventClient, id: string, at: number, text: string, revision = 0) =>
    client.request("text.edit", { buffer, id, revision, changes: [{ from: at, to: at, insert: text }] });
  // All three speak of the first text.
  const agent = authorId("agent:review-1");
  const [first, second, third] = await Promise.all([
    insert(one, "a", 0, "ONE "),
    insert(two, "b", 6, "TWO "),
    texts().editing.edit(bufferId(buffer), {
      revision: 0,
      changes: [{ from: 17, to: 17, insert: "by an agent\n" }],
      author: agent,
      changeSet: "run-1",
    }),
  ]);
  assert.ok(first.ok && second.ok && third.ok);
  await one.until(() => readers.every(({ revision }) => revision === 3));
  for (const { text } of readers) assert.equal(text, "ONE alpha TWO beta gamma\nby an agent\n");
  const authors = one.events.flatMap(({ data }) =>
    data.kind === "changed" && "authors" in data ? data.authors : []
  );
  assert.deepEqual([...authors].sort(), [agent, "user:one", "user:two"]);
  // The agent's edits wait for a review.
  await one.until(() =>
    one.events.some(({ data }) => data.kind === "changeSets" && data.changeSets[0] === "run-1")
  );
  const review = await one.request("changes.review", { changeSet: "run-1" });
  assert.equal(review.buffers[0]?.buffer, buffer);
  // All of it is taken; taken back, it waits again as a whole, and goes without what others did since.
  assert.equal(await one.request("changes.accept", { changeSet: "run-1" }), true);
  assert.deepEqual(await one.request("changes.list", {}), []);
  assert.equal(await two.request("changes.takeBack", { changeSet: "run-1", what: "last" }), 1);
  assert.deepEqual(await one.request("changes.list", {}), ["run-1"]);
  assert.equal(await two.request("changes.takeBack", { changeSet: "run-1", what: "all" }), 0);
  await one.request("changes.undo", { changeSet: "run-1" });
  await one.until(() => readers.every(({ text }) => text === "ONE alpha TWO beta gamma\n"));
  // Undo is each window's own.
  await one.request("text.undo", { buffer });
  await one.until(() => readers.every(({ text }) => text === "alpha TWO beta gamma\n"));
  await two.request("text.announce", {
    buffer,
    revision: readers[1]?.revision ?? 0,
    selections: [{ anchor: 6, head: 9 }],
  });
  await one.until(() =>
    one.events.some(({ data }) =>
      data.kind === "presence" && data.present.some(({ author }) => author === "user:two")
    )
  );
  const saved = await one.request("text.save", { buffer });
  assert.ok(saved.ok);
  assert.equal(await Deno.readTextFile(`${rig.folder}/notes.txt`), "alpha TWO beta gamma\n");
  for (const client of [one, two]) await client.close();
});

Deno.test("TextTopic goes on at the revision that a page has after it was cut off; an edit that is sent again is made once", async () => {
  const { rig } = await textRig();
  await using _ = rig;
  rig.write("notes.txt", "abc");
  const before = await rig.connect("one");
  const { buffer } = await before.request("text.open", { file: "notes.txt" });
  const other = await rig.connect("two");
  await other.request("text.open", { file: "notes.txt" });
  const edit = { buffer, id: "e1", revision: 0, changes: [{ from: 3, to: 3, insert: "d" }] };
  await before.request("text.edit", edit);
  await before.close();
  await other.request("text.edit", { ...edit, id: "o1", changes: [{ from: 0, to: 0, insert: "_" }] });
  const back = await rig.connect("one");
  assert.equal((await back.request("text.open", { file: "notes.txt" })).buffer, buffer);
  const again = await back.request("text.edit", edit);
  assert.ok(again.ok && again.value.revision === 1, "the answer of before");
  const { how } = await back.subscribe(`text:${buffer}`, { seq: 1 });
  assert.equal(how, "resumed");
  const reader = reading(back);
  reader.text = "abcd";
  reader.revision = 1;
  for (const event of back.of(`text:${buffer}`)) if (event.data.kind === "changed") reader.take(event);
  await back.until(() => reader.revision === 2);
  assert.equal(reader.text, "_abcd");
  assert.equal((await back.subscribe(`text:${buffer}`, { seq: 77 })).how, "snapshot");
  await back.until(() => back.events.some(({ data }) => data.kind === "reset" && data.text === "_abcd"));
  for (const client of [back, other]) await client.close();
});

Deno.test("texts are those of the workspace, and calls are checked by place", async () => {
  const { rig } = await textRig();
  await using _ = rig;
  rig.write("notes.txt", "abc");
  const client = await rig.connect();
  const refusals: readonly (readonly [string, object, RegExp])[] = [
    ["text.open", { file: "../data/ui/token.json" }, /outside the workspace/],
    ["text.open", { file: 3 }, /params/],
    ["text.edit", { buffer: 1, id: "a", revision: 0 }, /params\.changes/],
    ["text.close", { buffer: 99 }, /not open here/],
    ["text.shout", {}, /no such call/],
    ["toString", {}, /no such call/],
    ["language.complete", { buffer: "x", revision: 0, offset: 0 }, /params\.buffer/],
  ];
  for (const [call, params, pattern] of refusals) {
    await assert.rejects(
      client.request(call as "text.open", params as { readonly file: string }),
      pattern,
      call,
    );
  }
  await assert.rejects(client.subscribe("text:99"), /not open/);
  const { buffer } = await client.request("text.open", { file: "notes.txt" });
  await client.subscribe(`text:${buffer}`);
  const bad = await client.request("text.edit", {
    buffer,
    id: "x",
    revision: 0,
    changes: [{ from: 5, to: 9, insert: "" }],
  });
  assert.deepEqual(bad, { ok: false, error: "bad-range" });
  await client.request("text.close", { buffer });
  await until(() => client.frames.some((frame) => frame.type === "ended"));
  assert.deepEqual(rig.errors, []);
  await client.close();
});

Deno.test("windows that type at random into one text all end with the text of the core", async () => {
  const { rig, texts } = await textRig();
  await using _ = rig;
  rig.write("notes.txt", "0123456789".repeat(20));
  const clients = await Promise.all(["a", "b", "c"].map((name) => rig.connect(name)));
  let buffer = 0;
  for (const client of clients) buffer = (await client.request("text.open", { file: "notes.txt" })).buffer;
  const readers = clients.map(reading);
  for (const client of clients) await client.subscribe(`text:${buffer}`);
  await until(() => readers.every(({ revision }) => revision >= 0));
  // A fixed sequence, so that a failure can be seen again.
  let state = 12_345;
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  };
  const sent: Promise<unknown>[] = [];
  for (let step = 0; step < 150; step++) {
    const at = random(clients.length);
    const client = clients[at] as EventClient;
    const reader = readers[at] as Reader;
    const from = random(reader.text.length + 1);
    const to = Math.min(reader.text.length, from + random(4));
    const changes = [{ from, to, insert: String.fromCharCode(97 + random(26)).repeat(random(3)) }];
    sent.push(client.request("text.edit", { buffer, id: `${step}`, revision: reader.revision, changes }));
    if (step % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(sent);
  const { revision, text } = await texts().editing.read(bufferId(buffer));
  await until(() => readers.every((reader) => reader.revision === revision));
  for (const reader of readers) assert.equal(reader.text, text);
  for (const client of clients) await client.close();
});
