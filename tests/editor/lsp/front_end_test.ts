/**
 * Language servers as a xi front end meets them: through the program itself.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { editorProgram } from "../program.ts";

const FAKE = new URL("../../fixtures/lsp/fake_server.js", import.meta.url).pathname;
const PATIENCE_MS = 30_000;

type Message = {
  readonly method?: string;
  readonly id?: number;
  readonly params?: Record<string, unknown>;
  readonly result?: unknown;
};

/** The editor in a process, with a server of a mode for JSON files. */
class FrontEnd implements AsyncDisposable {
  readonly folder: string;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #seen: Message[] = [];
  readonly #waiting: {
    readonly matches: (message: Message) => boolean;
    readonly done: (message: Message) => void;
  }[] = [];
  #lastId = 0;

  private constructor(folder: string, settings: string) {
    this.folder = folder;
    const { program, args } = editorProgram("--no-journal", "--languages", settings);
    this.#child = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#read();
  }

  static async start(mode: string): Promise<FrontEnd> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "front-" }));
    const settings = join(folder, "languages.jsonc");
    const command = [Deno.execPath(), "run", "-A", "-q", "--no-config", "--no-lock", FAKE, mode];
    await Deno.writeTextFile(
      settings,
      `{ "servers": { "json": { "command": ${JSON.stringify(command)} } } } // ours`,
    );
    const front = new FrontEnd(folder, settings);
    front.send("client_started", { symphony: { language: true } });
    return front;
  }

  send(method: string, params: unknown): void {
    this.#write({ method, params });
  }

  async ask(method: string, params: unknown): Promise<unknown> {
    const id = this.#lastId++;
    this.#write({ id, method, params });
    return (await this.next((message) => message.id === id && message.method === undefined)).result;
  }

  edit(viewId: unknown, method: string, params: unknown = []): void {
    this.send("edit", { view_id: viewId, method, params });
  }

  async open(name: string, text: string): Promise<unknown> {
    const path = join(this.folder, name);
    await Deno.writeTextFile(path, text);
    return await this.ask("new_view", { file_path: path });
  }

  /** The first message that matches, also one that has come already. */
  async next(matches: (message: Message) => boolean): Promise<Message> {
    const seen = this.#seen.find(matches);
    if (seen !== undefined) return seen;
    const found = new Promise<Message>((done) => this.#waiting.push({ matches, done }));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, fail) => {
      timer = setTimeout(() => fail(new Error(`No such message: ${matches}`)), PATIENCE_MS);
    });
    return await Promise.race([found, late]).finally(() => clearTimeout(timer));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    assert.equal((await this.#child.status).code, 0);
    await Deno.remove(this.folder, { recursive: true });
  }

  #write(message: unknown): void {
    this.#writer.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`));
  }

  async #read(): Promise<void> {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of this.#child.stdout) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#take(JSON.parse(line) as Message);
    }
  }

  #take(message: Message): void {
    this.#seen.push(message);
    const at = this.#waiting.findIndex(({ matches }) => matches(message));
    if (at >= 0) this.#waiting.splice(at, 1)[0]!.done(message);
  }
}

/** The annotations of a type in an update; undefined where the message is none or holds none. */
function annotated(
  message: Message,
  type: string,
): { n: number; ranges: unknown; payloads: unknown } | undefined {
  const update = message.params?.["update"] as {
    annotations: { type: string; n: number; ranges: unknown; payloads: unknown }[];
  } | undefined;
  return message.method === "update"
    ? update?.annotations.find((one) => one.type === type && one.n > 0)
    : undefined;
}

Deno.test("a front end gets hovers as show_hover and diagnostics as annotations that follow the text", async () => {
  await using front = await FrontEnd.start("diagnose");
  const view = await front.open("a.json", "[é bad]\n");
  // The server is started by the opening; hovers before it runs are nobody's.
  for (let request = 1;; request++) {
    front.edit(view, "request_hover", { request_id: request, position: { line: 0, column: 4 } });
    const shown = await Promise.race([
      front.next(({ method }) => method === "show_hover"),
      new Promise<undefined>((done) => setTimeout(() => done(undefined), 100)),
    ]);
    if (shown === undefined) continue;
    assert.equal(shown.params?.["result"], "hovered");
    break;
  }
  front.edit(view, "insert", { chars: "x" });
  const first = annotated(
    await front.next((message) => annotated(message, "diagnostic") !== undefined),
    "diagnostic",
  );
  assert.deepEqual(first?.ranges, [[0, 0, 0, 4]], "columns are UTF-8 bytes");
  assert.deepEqual(
    (first?.payloads as { message: string; severity: string }[]).map((
      { message, severity },
    ) => [severity, message]),
    [
      ["error", "of version 1"],
    ],
  );
});

Deno.test("a front end that asks for language intelligence completes, renames, fixes and formats, each undone as one", async () => {
  await using front = await FrontEnd.start("diagnose");
  assert.ok(
    ((await front.next(({ method }) => method === "language_methods")).params?.["methods"] as string[])
      .includes("complete"),
  );
  const view = await front.open("a.json", "é one\nx = al");
  const ask = (method: string, params: object = {}) =>
    front.ask("language", { view_id: view, method, params });
  const text = () => front.ask("debug_get_contents", { view_id: view });
  while (!(await ask("features") as string[]).includes("rename")) {
    await new Promise((done) => setTimeout(done, 20));
  }
  const { list, items } = await ask("complete", { line: 1, column: 6 }) as {
    list: number;
    items: { item: number; label: string }[];
  };
  assert.deepEqual(items.map(({ label }) => label), ["alpha", "alphabet"]);
  assert.equal(
    (await ask("describe_completion", { list, item: 0 }) as { detail: string }).detail,
    "resolved",
  );
  assert.equal(await ask("take_completion", { list, item: 0 }), null);
  assert.equal(await text(), "import\né one\nx = alpha");
  const shown = (message: Message) => JSON.stringify(message.params?.["update"] ?? "").includes("x = alpha");
  assert.equal((await front.next(shown)).method, "update", "the front end sees what was taken");
  front.edit(view, "undo");
  assert.equal(await text(), "é one\nx = al");

  front.edit(view, "gesture", { line: 0, col: 0, ty: "point_select" });
  assert.equal(await ask("rename", { name: "two" }), null);
  assert.equal(await text(), "twone\nx = al");
  front.edit(view, "undo");
  const fixes = await ask("fixes", { line: 0, column: 0 }) as {
    fix: number;
    title: string;
    preferred: boolean;
  }[];
  assert.deepEqual([fixes[0]?.title, fixes[0]?.preferred], ["edit", true]);
  assert.equal(await ask("take_fix", { fix: fixes[0]?.fix }), null);
  assert.equal(await text(), "fixedé one\nx = al");
  assert.equal(await ask("format", { tab_size: 2 }), true);
  let found: { range: number[]; message: string }[] = [];
  while (found.length === 0) found = await ask("diagnostics") as typeof found;
  // Where it is depends on which version the server has spoken of by now.
  assert.deepEqual([found[0]?.range.length, found[0]?.range[0]], [4, 0]);
  assert.deepEqual(await ask("definition"), []);
  assert.equal(await ask("no such method"), undefined, "an unknown method is refused");
});

Deno.test("symphony-editor names every fault of its language settings and leaves with status 2", async () => {
  const folder = await Deno.makeTempDir({ prefix: "front-" });
  const settings = join(folder, "languages.jsonc");
  await Deno.writeTextFile(settings, `{ "servers": { "mine": { "languages": [] } } }`);
  const { program, args } = editorProgram("--no-journal", "--languages", settings);
  const { code, stderr } = await new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  await Deno.remove(folder, { recursive: true });
  assert.equal(code, 2);
  assert.match(
    new TextDecoder().decode(stderr),
    /languages\.jsonc": servers\.mine\.languages: Expected a list of language identifiers, found \[\]; servers\.mine: /,
  );
});
