import assert from "node:assert/strict";
import { join } from "node:path";
import {
  defaultLanguageSettings,
  parseLanguageSettings,
} from "../../../editor/lsp/config/language_settings.ts";
import { hover } from "../../../editor/lsp/features/hover.ts";
import { LazyLanguages } from "../../../editor/lsp/lazy_languages.ts";
import type { Progress } from "../../../editor/lsp/progress.ts";
import { Buffers } from "../../../editor/buffers.ts";
import { SystemDisk } from "../../../editor/files/disk.ts";
import { SystemClock } from "../../../system/clock.ts";
import { edit, fakeServer, Rig, until } from "./rig.ts";

Deno.test("LanguageClients answers what a server asks, takes its registrations and tells of its progress", async () => {
  await using rig = await Rig.with([
    fakeServer("registering", { settings: { fake: { inner: { deep: 1 } } } }),
  ]);
  const progress: (readonly Progress[])[] = [];
  const messages: string[] = [];
  const refreshed: string[] = [];
  rig.languages.listen({
    progressed: (server, all) =>
      progress.push(all.map((one) => ({ ...one, title: `${server}: ${one.title}` }))),
    messaged: (_, level, text) => messages.push(`${level}: ${text}`),
    refreshed: (what) => refreshed.push(what),
  });
  const buffer = await rig.open("a.fake", "text");
  await rig.server(buffer);
  type Seen = { answers: [string, unknown][]; configurations: unknown[] };
  await until(
    "everything was answered",
    async () => (await rig.ask(buffer, "test/watched") as Seen).answers.length >= 8,
  );
  const { answers, configurations } = await rig.ask(buffer, "test/watched") as Seen;
  assert.deepEqual(Object.fromEntries(answers), {
    w1: null,
    c1: [{ deep: 1 }, null, { fake: { inner: { deep: 1 } } }],
    f1: [{ uri: `file://${rig.folder}`, name: rig.folder.split("/").at(-1) }],
    s1: null,
    d1: { success: false },
    r1: null,
    u1: -32601,
    p1: null,
  });
  assert.deepEqual(configurations, [{ fake: { inner: { deep: 1 } } }]);
  assert.ok((await rig.languages.methods(buffer)).includes("textDocument/declaration"));
  assert.deepEqual(progress, [
    [{ title: "registering: Indexing", percentage: 10 }],
    [{ title: "registering: Indexing", message: "half", percentage: 50 }],
    [],
  ]);
  assert.deepEqual(messages, ["warning: choose"]);
  assert.ok(refreshed.includes("semanticToken"));
});

Deno.test("WatchedFiles tells of what others write, of what the editor writes, and of nothing that was not asked for", async () => {
  await using rig = await Rig.with([fakeServer("registering")]);
  await Deno.mkdir(join(rig.folder, "inner"));
  await Deno.mkdir(join(rig.folder, "node_modules"));
  const buffer = await rig.open("a.fake", "text");
  const saved = await rig.open("b.watched", "text");
  await rig.server(buffer);
  const watched = async () => (await rig.ask(buffer, "test/watched") as { watched: string[] }).watched;
  await until("its watches are there", async () => {
    await Deno.writeTextFile(join(rig.folder, "inner", "c.watched"), String(performance.now()));
    return (await watched()).length > 0;
  });
  await Deno.writeTextFile(join(rig.folder, "inner", "d.other"), "x");
  await Deno.writeTextFile(join(rig.folder, "node_modules", "e.watched"), "x");
  await Deno.writeTextFile(join(rig.folder, "f.made"), "x");
  await Deno.remove(join(rig.folder, "inner", "c.watched"));
  saved.markSaved(saved.text);
  await until("all was told", async () => {
    const all = await watched();
    return all.includes("3 c.watched") && all.includes("2 b.watched") && all.includes("1 f.made");
  });
  assert.deepEqual((await watched()).filter((one) => /[de]\.|2 f\.made/.test(one)), []);
});

Deno.test("LanguageClients.configure() ends servers that are no longer wanted and starts those that are", async () => {
  await using rig = await Rig.with([fakeServer("honest")]);
  const buffer = await rig.open("a.fake", "text");
  const before = await rig.server(buffer);
  rig.languages.configure({ servers: [fakeServer("diagnose")], useNodeModules: true });
  const after = await rig.server(buffer);
  assert.deepEqual([before.name, after.name, after.state], ["honest", "diagnose", "running"]);
  await until("the old one is gone", () => before.state === "stopped");
  assert.equal((await hover(rig.languages.asking, buffer, 0))?.contents.text, "hovered");
  rig.languages.configure({ servers: [], useNodeModules: true });
  assert.equal(await hover(rig.languages.asking, buffer, 0), undefined);
});

Deno.test("two servers of one language are both told and asked, and one document of each root has its own process", async () => {
  await using rig = await Rig.with([fakeServer("honest"), fakeServer("diagnose")]);
  const buffer = await rig.open("a.fake", "text");
  for (const server of await rig.languages.serversOf(buffer)) await server.ready(20_000);
  assert.equal((await hover(rig.languages.asking, buffer, 0))?.contents.text, "hovered\n\n---\n\nhovered");
  edit(buffer, 0, 0, "x");
  await until("one of them found something", () => rig.languages.diagnostics(buffer).length === 1);
  await Deno.mkdir(join(rig.folder, "other"));
  await Deno.writeTextFile(join(rig.folder, "other", ".fake-root"), "");
  const other = await rig.open("other/b.fake", "text");
  await rig.server(other);
  assert.deepEqual(
    rig.languages.status.map(({ name, root }) => `${name} ${root.slice(rig.folder.length)}`).sort(),
    [
      "diagnose ",
      "diagnose /other",
      "honest ",
      "honest /other",
    ],
  );
});

Deno.test("LazyLanguages loads nothing for texts that no server is for, and tells those who listened before it was loaded", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "lazy-" }));
  const buffers = new Buffers((error) => {
    throw error;
  });
  const { settings } = parseLanguageSettings({
    servers: { fake: { command: ["/no/such/program"], languages: ["rust"] } },
  }, {
    ...defaultLanguageSettings,
    servers: [],
  });
  await using languages = new LazyLanguages(
    { buffers, disk: new SystemDisk({ watch: false }) },
    new SystemClock(),
    {
      settings,
      log: () => {},
    },
  );
  let told = 0;
  languages.listen({ diagnosticsChanged: () => told++ });
  const { buffer } = buffers.open({ text: "x", path: join(folder, "a.txt") });
  await new Promise((done) => setTimeout(done, 60));
  assert.equal(languages.loaded, undefined);
  buffer.move(join(folder, "a.rs"));
  await until("it is loaded", () => languages.loaded !== undefined);
  buffer.move(join(folder, "b.rs"));
  assert.equal(told, 1);
  await Deno.remove(folder, { recursive: true });
});
