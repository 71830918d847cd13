import assert from "node:assert/strict";
import fc from "fast-check";
import { BufferFiles } from "../../../editor/buffer_files.ts";
import { Buffers } from "../../../editor/buffers.ts";
import { MemoryDisk } from "../../../editor/files/memory_disk.ts";
import type { ByteChannel } from "../../../editor/revision/byte_channel.ts";
import { Desk } from "../../../editor/revision/desk.ts";
import { LineTransport } from "../../../editor/revision/line_transport.ts";
import { serveRevision } from "../../../editor/revision/serve_revision.ts";
import { RevisionSession } from "../../../editor/revision/session.ts";
import { memoryChannels } from "./memory_channel.ts";

interface Answer {
  readonly id: number | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: { readonly code: string };
  };
}

/** A client that writes lines and reads answers. */
class Client {
  readonly notifications: Answer[] = [];
  readonly #channel: ByteChannel;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;

  constructor(channel: ByteChannel) {
    this.#channel = channel;
    this.#read();
  }

  line(text: string): void {
    this.#channel.write(new TextEncoder().encode(`${text}\n`));
  }

  async ask(method: string, params: unknown): Promise<Answer> {
    const [answer] = await this.askAll(method, [params]);
    return answer as Answer;
  }

  /** Sends requests in one piece. */
  askAll(method: string, all: readonly unknown[]): Promise<Answer[]> {
    const lines: string[] = [];
    const answers = all.map((params) => {
      const id = ++this.#lastId;
      lines.push(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
      return new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    });
    this.line(lines.join("\n"));
    return Promise.all(answers);
  }

  close(): void {
    this.#channel.close();
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(1 << 16);
    const decoder = new TextDecoder();
    let rest = "";
    for (
      let count = await this.#channel.read(buffer);
      count !== null;
      count = await this.#channel.read(buffer)
    ) {
      const lines = (rest + decoder.decode(buffer.subarray(0, count), { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const answer = JSON.parse(line) as Answer;
        if (answer.method !== undefined) this.notifications.push(answer);
        else if (answer.id !== null) this.#waiting.get(answer.id)?.(answer);
      }
    }
  }
}

function rig(): { desk: Desk; disk: MemoryDisk; connect(): Client; ended: Promise<void>[] } & Disposable {
  const disk = new MemoryDisk();
  const buffers = new Buffers((error) => {
    throw error;
  });
  const files = new BufferFiles(buffers, disk);
  const desk = new Desk(buffers, files);
  const ended: Promise<void>[] = [];
  return {
    desk,
    disk,
    ended,
    connect() {
      const [client, server] = memoryChannels();
      ended.push(serveRevision(server, desk, undefined));
      return new Client(client);
    },
    [Symbol.dispose]() {
      desk[Symbol.dispose]();
      files[Symbol.dispose]();
    },
  };
}

const begin = { protocol: 1, client: "c", resume: [] };

Deno.test("RevisionSession answers nothing but who it is before it begins, and refuses another protocol", async () => {
  using editor = rig();
  const client = editor.connect();
  assert.equal((await client.ask("text/open", { text: "x" })).error?.data?.code, "protocol");
  const hello = (await client.ask("session/hello", {})).result as { protocol: number; session: null };
  assert.deepEqual([hello.protocol, hello.session], [1, null]);
  assert.equal(
    (await client.ask("session/begin", { ...begin, protocol: 2 })).error?.data?.code,
    "unsupported",
  );
  assert.deepEqual((await client.ask("session/begin", begin)).result, { resumed: [] });
  assert.equal((await client.ask("no/such", {})).error?.code, -32_601);
});

Deno.test("RevisionSession names the parameter that it cannot read", async () => {
  using editor = rig();
  const client = editor.connect();
  await client.ask("session/begin", begin);
  const { result } = await client.ask("text/open", { text: "x" });
  const { buffer } = result as { buffer: number };
  const edit = { buffer, revision: 0, changes: [[0, 0, "y"]], author: "a" };
  for (
    const [params, expected] of [
      [{ ...edit, buffer: "1" }, '"buffer" is "1", expected a number'],
      [{ ...edit, changes: [[0, "0", "y"]] }, '"changes[0]" is [0,"0","y"], expected [from, to, insert]'],
      [{ ...edit, changes: 5 }, '"changes" is 5, expected a list'],
      [{ ...edit, revision: null }, '"revision" is null, expected a number'],
      [{ ...edit, author: "" }, 'Cannot read author ""'],
      [[1, 2], '"params"'],
    ] as const
  ) {
    const { error } = await client.ask("text/edit", params);
    assert.ok(error?.message.includes(expected), `${error?.message} | ${expected}`);
  }
});

Deno.test("RevisionSession does an edit that is sent twice once", async () => {
  using editor = rig();
  const client = editor.connect();
  await client.ask("session/begin", begin);
  const { buffer } = (await client.ask("text/open", { text: "x" })).result as { buffer: number };
  const edit = { buffer, revision: 0, changes: [[0, 0, "y"]], author: "a", seq: 1 };
  const first = await client.ask("text/edit", edit);
  const second = await client.ask("text/edit", edit);
  assert.deepEqual(second.result, first.result);
  const undo = { buffer, author: "a", seq: 2 };
  assert.deepEqual(
    (await client.ask("text/undo", undo)).result,
    (await client.ask("text/undo", undo)).result,
  );
  const other = editor.connect();
  await other.ask("session/begin", { ...begin, client: "d" });
  assert.notDeepEqual((await other.ask("text/edit", edit)).result, first.result, "another client's first");
  assert.deepEqual((await client.ask("text/read", { buffer })).result, { revision: 3, text: "yx" });
});

Deno.test("RevisionSession shows two clients one text, and keeps it for the other when one goes", async () => {
  using editor = rig();
  editor.disk.write("/f", "file");
  const [one, two] = [editor.connect(), editor.connect()];
  const open = async (client: Client, name: string) => {
    await client.ask("session/begin", { ...begin, client: name });
    return ((await client.ask("text/open", { file: "/f" })).result as { buffer: number }).buffer;
  };
  const [buffer, same] = [await open(one, "one"), await open(two, "two")];
  assert.equal(buffer, same);
  await one.ask("text/edit", { buffer, revision: 0, changes: [[0, 0, "a "]], author: "one" });
  await two.ask("text/edit", { buffer, revision: 0, changes: [[4, 4, " b"]], author: "two" });
  await two.ask("session/ping", {});
  const changes = two.notifications.filter(({ method }) => method === "text/changed").map(({ params }) =>
    params
  );
  assert.deepEqual(changes, [
    { buffer, since: 0, revision: 1, changes: [[0, 0, "a "]], authors: ["one"] },
    { buffer, since: 1, revision: 2, changes: [[6, 6, " b"]], authors: ["two"] },
  ]);
  one.close();
  await editor.ended[0];
  assert.deepEqual((await two.ask("text/read", { buffer })).result, { revision: 2, text: "a file b" });
  two.close();
  await editor.ended[1];
  assert.deepEqual([...editor.desk.texts()], []);
});

Deno.test("RevisionSession tells a slow client of many edits in few changes", async () => {
  using editor = rig();
  const client = editor.connect();
  await client.ask("session/begin", begin);
  const { buffer } = (await client.ask("text/open", { text: "" })).result as { buffer: number };
  const edits = Array.from(
    { length: 1_000 },
    (_, at) => ({ buffer, revision: at, changes: [[at, at, "x"]], author: "a" }),
  );
  await client.askAll("text/edit", edits);
  await client.ask("session/ping", {});
  const told = client.notifications.map(({ params }) => params as { since: number; revision: number });
  assert.equal(told.at(-1)?.revision, 1_000);
  assert.ok(told.length < 500, `${told.length} notifications for 1,000 edits`);
  told.forEach(({ since }, at) => assert.equal(since, told[at - 1]?.revision ?? 0));
});

const methods = [
  "session/begin",
  "session/hello",
  "session/ping",
  "text/open",
  "text/close",
  "text/read",
  "text/edit",
  "text/undo",
  "text/redo",
  "text/save",
  "text/announce",
  "text/present",
  "text/mark",
  "text/place",
  "text/unmark",
  "text/watch",
  "text/unwatch",
  "text/propose",
  "changes/list",
  "changes/review",
  "changes/accept",
  "changes/undo",
  "$/cancelRequest",
  "__proto__",
  "constructor",
  "",
];

Deno.test("RevisionSession goes on after 20,000 malformed and hostile messages, and no text has changed but by edits", async () => {
  using editor = rig();
  editor.disk.write("/f", "untouched\n".repeat(10));
  const [client, witness] = [editor.connect(), editor.connect()];
  await client.ask("session/begin", begin);
  await witness.ask("session/begin", { ...begin, client: "witness" });
  const { buffer } = (await client.ask("text/open", { file: "/f" })).result as { buffer: number };
  await witness.ask("text/open", { file: "/f" });
  const odd = fc.oneof(
    fc.constantFrom(
      buffer,
      -1,
      0,
      1e9,
      0.5,
      null,
      true,
      "",
      "x",
      [],
      {},
      "__proto__",
      "\ud800",
      "a".repeat(300),
    ),
    fc.jsonValue(),
  );
  const names = [
    "buffer",
    "revision",
    "range",
    "author",
    "changes",
    "mark",
    "selections",
    "text",
    "base",
    "file",
    "step",
  ];
  const params = fc.oneof(
    odd,
    fc.dictionary(
      fc.constantFrom(...names, "seq", "changeSet", "resume", "adopt", "protocol", "client"),
      odd,
    ),
  );
  // An edit with well-formed parameters would change the text, and that is right.
  const hostile = fc.record({
    jsonrpc: fc.constantFrom("2.0", "1.0", null),
    id: fc.oneof(fc.integer({ min: 1_000_000 }), odd),
    method: fc.oneof(fc.constantFrom(...methods), odd),
    params,
  }, { requiredKeys: ["jsonrpc"] });
  const lines = fc.oneof(
    { weight: 8, arbitrary: hostile.map((message) => JSON.stringify(message)) },
    { weight: 1, arbitrary: fc.string({ maxLength: 80 }).map((text) => text.replaceAll("\n", " ")) },
  );
  let sent = 0;
  for (const line of fc.sample(lines, { seed: 20261126, numRuns: 20_000 })) {
    client.line(line);
    if (++sent % 500 === 0) {
      const { result } = await client.ask("session/ping", {});
      assert.equal(result, null);
    }
  }
  const { result } = await witness.ask("text/read", { buffer });
  assert.equal((result as { text: string }).text, "untouched\n".repeat(10));
  const edit = {
    buffer,
    revision: (result as { revision: number }).revision,
    changes: [[0, 0, "!"]],
    author: "a",
  };
  assert.equal(((await client.ask("text/edit", edit)).result as { ok: boolean }).ok, true);
});

Deno.test("RevisionSession restores the text that is asked for first, and in time those that nobody asks for", async () => {
  using editor = rig();
  const restored: number[] = [];
  const { promise: all, resolve } = Promise.withResolvers<void>();
  const [client, server] = memoryChannels();
  const ended = Promise.withResolvers<void>();
  new RevisionSession(editor.desk, new LineTransport(server, "server"), {
    version: "1",
    session: "new",
    adopt: () => Promise.resolve([11, 12, 13]),
    arrived: () => undefined,
    restored(id) {
      restored.push(id);
      if (restored.length === 3) resolve();
      return Promise.resolve(editor.desk.buffers.open({ id, text: `text ${id}` }));
    },
    onEnd: ended.resolve,
  });
  const asking = new Client(client);
  const resume = [11, 12, 13].map((buffer) => ({ buffer, opens: 1, revision: 0, watches: [] }));
  const { result } = await asking.ask("session/begin", { ...begin, adopt: ["old"], resume });
  assert.deepEqual(result, { resumed: ["later", "later", "later"] });
  assert.deepEqual((await asking.ask("text/read", { buffer: 13 })).result, { revision: 0, text: "text 13" });
  assert.deepEqual(restored, [13]);
  await all;
  assert.deepEqual(restored, [13, 11, 12]);
  asking.close();
  await ended.promise;
});
