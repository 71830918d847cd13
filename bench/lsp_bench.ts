/**
 * What language servers cost the one who types, and how long they take to be asked: a keystroke beside none, with servers that
 * behave and with such that do not; completion from an edit to its list, beside vscode-jsonrpc as it comes to the same process; what
 * real servers need, where the tests have installed them.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { setImmediate } from "node:timers";
import { dirname } from "node:path";
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";
import { type Buffer, Buffers } from "../editor/buffers.ts";
import { SystemDisk } from "../editor/files/disk.ts";
import { defaultLanguageSettings } from "../editor/lsp/config/language_settings.ts";
import type { ServerDefinition } from "../editor/lsp/config/server_definition.ts";
import { contentChanges } from "../editor/lsp/content_changes.ts";
import { complete } from "../editor/lsp/features/completion.ts";
import { hover } from "../editor/lsp/features/hover.ts";
import { LanguageClients } from "../editor/lsp/language_clients.ts";
import { type PositionEncoding, PositionMap } from "../editor/lsp/position.ts";
import { Delta } from "../editor/text/delta.ts";
import { Rope } from "../editor/text/rope.ts";
import { SystemClock } from "../system/clock.ts";
import { line, percentile, print, type Sample, sample } from "./tail.ts";

const KEYSTROKES = 2_000;
const QUESTIONS = 1_000;
const here = (name: string) => new URL(name, import.meta.url).pathname;
const run = ["run", "-A", "-q", "--config", here("../deno.json")];

function definition(name: string, args: readonly string[]): ServerDefinition {
  return { name, languages: ["bench"], launches: [{ command: Deno.execPath(), args }], rootMarkers: [] };
}
const echo = (items: number) =>
  definition(`echo ${items}`, [...run, here("lsp_echo_server.ts"), String(items)]);
const fake = (mode: string) => definition(mode, [...run, here("../tests/fixtures/lsp/fake_server.js"), mode]);

/** A text of about a million units in which someone types in the middle. */
const text = "export function greet(name: string): string { return name; } // 漢字\n".repeat(16_000);

class Rig implements AsyncDisposable {
  readonly buffers = new Buffers((error) => print(String(error)));
  readonly buffer: Buffer;
  readonly languages: LanguageClients | undefined;
  #at: number;

  constructor(servers: readonly ServerDefinition[] | undefined) {
    const world = { buffers: this.buffers, disk: new SystemDisk({ watch: false }) };
    this.languages = servers === undefined
      ? undefined
      : new LanguageClients(world, new SystemClock(), { settings: { servers, useNodeModules: false } });
    this.buffer = this.buffers.open({ text, path: `${Deno.cwd()}/a.bench`, language: "Bench" }).buffer;
    this.#at = this.buffer.text.lineStart(8_000);
  }

  async ready(): Promise<this> {
    for (const server of await this.languages?.serversOf(this.buffer) ?? []) await server.ready(20_000);
    return this;
  }

  type(): void {
    const { buffer } = this;
    buffer.edit({ delta: Delta.replace(buffer.text.length, this.#at, this.#at, "x"), author: "bench" });
    this.#at++;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.languages?.[Symbol.asyncDispose]();
  }
}

const turn = () => new Promise<void>((done) => setImmediate(done));

/** Keystrokes with a turn after each, as they come in: the call itself, and from the key until the program is free again. */
async function typing(rig: Rig): Promise<{ readonly call: Sample; readonly free: Sample }> {
  const free: number[] = [];
  const call = await sample(() => rig.type(), KEYSTROKES);
  for (let at = 0; at < KEYSTROKES; at++) {
    const began = performance.now();
    rig.type();
    await turn();
    free.push(performance.now() - began);
    if (at % 4 === 0) await new Promise<void>((done) => setTimeout(done, 1));
  }
  return { call, free: free.sort((a, b) => a - b) };
}

print(
  "A keystroke in a text of 1.1 million units: the edit, and (→) from the key until the next turn of the program",
);
{
  // Not measured: until the edit is compiled, it is slower than any server makes it.
  await using rig = await new Rig(undefined).ready();
  await typing(rig);
}
let floor: Awaited<ReturnType<typeof typing>> | undefined;
const cases: readonly [string, readonly ServerDefinition[] | undefined][] = [
  ["no language servers", undefined],
  ["one server", [echo(10)]],
  ["three servers", [echo(10), echo(11), echo(12)]],
  ["a server that answers nothing", [fake("hang")]],
  ["a server that does not read", [fake("deaf")]],
  ["a server that floods", [fake("flood")]],
];
for (const [name, servers] of cases) {
  await using rig = await new Rig(servers).ready();
  const times = await typing(rig);
  print(`  ${line(name, times.call, floor?.call)}`);
  print(`  ${line("  →", times.free, floor?.free)}`);
  floor ??= times;
}

print("\nThe message of a change, made from its delta (in the turn after the edit)");
for (const [name, carets] of [["one caret", 1], ["100 carets", 100], ["10,000 carets", 10_000]] as const) {
  const rope = Rope.of(text);
  const changes = Array.from({ length: carets }, (_, at) => {
    const from = rope.lineStart(at + 1);
    return { from, to: from, insert: "x" };
  });
  const delta = Delta.of(rope.length, changes);
  for (const encoding of ["utf-16", "utf-8"] satisfies PositionEncoding[]) {
    const map = new PositionMap(rope, encoding, false);
    const times = await sample(() => JSON.stringify(contentChanges(map, delta)), carets > 100 ? 30 : 2_000);
    print(`  ${line(`${name}, ${encoding}`, times)}`);
  }
}

print(
  "\nCompletion: a key is typed, its change and the question go out, the list is read, checked and ranked",
);
for (const items of [10, 1_000]) {
  const child = spawn(Deno.execPath(), [...run, here("lsp_echo_server.ts"), String(items)], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.listen();
  await connection.sendRequest("initialize", {});
  const bare = await sample((at) => {
    const textDocument = { uri: "file:///a", version: at };
    connection.sendNotification("textDocument/didChange", { textDocument, contentChanges: [] });
    return connection.sendRequest("textDocument/completion", {
      textDocument,
      position: { line: 1, character: 1 },
    });
  }, QUESTIONS);
  connection.dispose();
  child.kill("SIGKILL");
  print(`  ${line(`vscode-jsonrpc as it comes, ${items} items`, bare)}`);
  await using rig = await new Rig([echo(items)]).ready();
  const { buffer, languages } = rig;
  const ours = await sample(async () => {
    rig.type();
    const list = await complete(languages!.asking, buffer, 0);
    if (list.items.length === 0) throw new Error("There are no items");
  }, QUESTIONS);
  print(`  ${line(`LanguageClients, ${items} items`, ours, bare)}`);
}

const bin = here("../tests/fixtures/lsp/servers/node_modules/.bin");
const isInstalled = await Deno.stat(bin).then(() => true, () => false);
print(
  `\nReal servers: until they run / first diagnostics / hover / completion, the second of each, ms${
    isInstalled ? "" : ": not installed (deno test tests/editor/lsp/real_servers_test.ts installs them)"
  }`,
);
const samples: readonly [string, string, string, string][] = [
  [
    "main.ts",
    "package.json",
    `function greet(name: string) {\n  return name;\n}\nconst x: number = greet("");\n`,
    "greet(",
  ],
  [
    "deno/main.ts",
    "deno/deno.json",
    `function greet(name: string) {\n  return name;\n}\nconst x: number = greet("");\n`,
    "greet(",
  ],
  ["main.py", "pyproject.toml", `def greet(name: str) -> str:\n    return name\n\ngreet(5)\n`, "greet("],
  ["a.css", "package.json", `body { colr: red; }\n`, "body"],
  ["a.json", ".git", `{"a": 1,}`, "a"],
  ["a.yaml", ".git", `a: [1\n`, "a"],
];
for (const [name, marker, content, word] of isInstalled ? samples : []) {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(dirname(`${folder}/${name}`), { recursive: true });
  await Deno.writeTextFile(`${folder}/${marker}`, marker.endsWith(".json") ? "{}" : "");
  await Deno.writeTextFile(`${folder}/${name}`, content);
  const buffers = new Buffers((error) => print(String(error)));
  await using languages = new LanguageClients(
    { buffers, disk: new SystemDisk({ watch: false }) },
    new SystemClock(),
    {
      settings: defaultLanguageSettings,
      path: [bin, dirname(Deno.execPath())],
    },
  );
  const began = performance.now();
  const diagnosed = new Promise<number>((done) =>
    languages.listen({
      diagnosticsChanged: (buffer) =>
        languages.diagnostics(buffer).length > 0 && done(performance.now() - began),
    })
  );
  const { buffer } = buffers.open({ text: content, path: `${folder}/${name}` });
  const [server] = await languages.serversOf(buffer);
  await server?.ready(30_000);
  const running = performance.now() - began;
  const first = await Promise.race([
    diagnosed,
    new Promise<number>((done) => setTimeout(() => done(NaN), 20_000)),
  ]);
  const at = content.indexOf(word) + 1;
  const hovers = await sample(() => hover(languages.asking, buffer, at), 20, 3);
  const lists = await sample(() => complete(languages.asking, buffer, at), 20, 3);
  const figures = [running, first, percentile(hovers, 0.5), percentile(lists, 0.5)].map((ms) =>
    ms.toFixed(1).padStart(9)
  );
  print(`  ${(server?.name ?? "none").padEnd(14)}${figures.join("")}`);
  await Deno.remove(folder, { recursive: true });
}
Deno.exit(0);
