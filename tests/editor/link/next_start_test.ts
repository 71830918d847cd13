/**
 * A front end's editor killed, and the next start: text, undo and caret are there.
 *
 * @module
 */

import assert from "node:assert/strict";
import { EditorProcess } from "../../../editor/link/editor_process.ts";
import { temporaryDisk, temporaryFolder } from "../temporary_folder.ts";
import { editorCommand } from "./editor_rig.ts";

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
}

/** A front end: sends, and waits for what it needs to see. */
class FrontEnd implements AsyncDisposable {
  readonly process: EditorProcess;
  readonly #seen: Message[] = [];
  #wake = () => {};
  #rest = "";
  #lastId = 0;
  readonly #reading: Promise<void>;

  constructor(data: string) {
    const { program, args } = editorCommand(data);
    this.process = EditorProcess.start({ program, args: args.filter((word) => word !== "--spare") });
    this.#reading = this.#read();
    this.notify("client_started", {});
  }

  notify(method: string, params: object): void {
    this.process.channel.write(new TextEncoder().encode(`${JSON.stringify({ method, params })}\n`));
  }

  edit(view: string, method: string, params: object = []): void {
    this.notify("edit", { view_id: view, method, params });
  }

  async ask(method: string, params: object): Promise<unknown> {
    const id = ++this.#lastId;
    await this.process.channel.write(new TextEncoder().encode(`${JSON.stringify({ id, method, params })}\n`));
    return (await this.wait((message) => message.id === id)).result;
  }

  async wait(wanted: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.#seen.find(wanted);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  async kill(): Promise<void> {
    this.process.kill();
    await this.process.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#reading;
    this.process.channel.close();
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(1 << 16);
    for (let count = await this.process.channel.read(buffer); count !== null;) {
      const lines = (this.#rest + new TextDecoder().decode(buffer.subarray(0, count))).split("\n");
      this.#rest = lines.pop() ?? "";
      this.#seen.push(...lines.map((line) => JSON.parse(line) as Message));
      this.#wake();
      count = await this.process.channel.read(buffer);
    }
  }
}

Deno.test("symphony-editor killed under a front end has text, undo and caret of a file at the next start", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file.txt`;
  await Deno.writeTextFile(path, "first\nsecond\n");
  {
    await using before = new FrontEnd(`${folder.path}/data`);
    const view = await before.ask("new_view", { file_path: path }) as string;
    before.edit(view, "move_to_end_of_document");
    before.edit(view, "insert", { chars: "typed " });
    before.edit(view, "move_up");
    before.edit(view, "insert", { chars: "and more " });
    assert.equal(await before.ask("debug_get_contents", { view_id: view }), "first\nsecondand more \ntyped ");
    await before.kill();
  }
  await using after = new FrontEnd(`${folder.path}/data`);
  const view = await after.ask("new_view", { file_path: path }) as string;
  const contents = () => after.ask("debug_get_contents", { view_id: view });
  assert.equal(await contents(), "first\nsecondand more \ntyped ");
  after.edit(view, "insert", { chars: "!" });
  assert.equal(await contents(), "first\nsecondand more !\ntyped ", "the caret is where it was");
  after.edit(view, "undo");
  after.edit(view, "undo");
  assert.equal(await contents(), "first\nsecond\ntyped ");
  after.edit(view, "undo");
  assert.equal(await contents(), "first\nsecond\n");
  assert.equal(await Deno.readTextFile(path), "first\nsecond\n");
});

Deno.test("symphony-editor left by its front end keeps what was not saved; closing the view discards it", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file.txt`;
  await Deno.writeTextFile(path, "text");
  const open = async (editor: FrontEnd) => {
    const view = await editor.ask("new_view", { file_path: path }) as string;
    return { view, contents: await editor.ask("debug_get_contents", { view_id: view }) };
  };
  {
    await using one = new FrontEnd(`${folder.path}/data`);
    const { view } = await open(one);
    one.edit(view, "insert", { chars: "kept " });
    await one.ask("debug_get_contents", { view_id: view });
    one.process.channel.close();
    await one.process.ended;
  }
  {
    await using two = new FrontEnd(`${folder.path}/data`);
    const { view, contents } = await open(two);
    assert.equal(contents, "kept text");
    two.notify("close_view", { view_id: view });
    assert.equal((await open(two)).contents, "text");
  }
  assert.equal(await Deno.readTextFile(path), "text");
});

Deno.test("symphony-editor whose journal has no room goes on for the person, and says that edits are not safe", async () => {
  await using disk = await temporaryDisk(1);
  if (disk === undefined) return;
  await using folder = await temporaryFolder();
  const path = `${folder.path}/file.txt`;
  await Deno.writeTextFile(path, "text");
  await using editor = new FrontEnd(`${disk.path}/data`);
  const view = await editor.ask("new_view", { file_path: path }) as string;
  editor.edit(view, "insert", { chars: "a" });
  assert.equal(await editor.ask("debug_get_contents", { view_id: view }), "atext");
  await Deno.writeFile(`${disk.path}/filler`, new Uint8Array(2 << 20)).catch(() => undefined);
  editor.edit(view, "insert", { chars: "b".repeat(10_000) });
  const { params } = await editor.wait(({ method }) => method === "alert");
  assert.match(JSON.stringify(params), /the disk is full.*not safe from a crash/);
  editor.edit(view, "insert", { chars: "c" });
  const contents = await editor.ask("debug_get_contents", { view_id: view }) as string;
  assert.equal(contents, `a${"b".repeat(10_000)}ctext`);
  editor.notify("save", { view_id: view, file_path: path });
  await editor.wait(({ method }) => method === "language_changed");
  while (await Deno.readTextFile(path) !== `${contents}\n`) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});
