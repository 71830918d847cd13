import assert from "node:assert/strict";
import { join } from "node:path";
import { checkFolder } from "../../../extensions/dev/check_folder.ts";
import { pack } from "../../../extensions/dev/pack_folder.ts";
import { Grants } from "../../../extensions/grants.ts";
import { type Dependent } from "../../../extensions/install/dependencies.ts";
import { type CheckFailure, ExtensionStore, isNewer } from "../../../extensions/install/extension_store.ts";
import { writeTar } from "../../../extensions/install/tar.ts";
import { ExtensionLoader } from "../../../extensions/loader/loader.ts";
import { bench, inFolder, manifestText, operatorText, put } from "../dev/bench.ts";

const main = operatorText("    void context; return input;");
const reads = [{ kind: "files", access: "read", reason: "to read them" }];
const readsMain = operatorText("    void context.files.readText('x'); return input;");

function storeIn(folder: string, bundled: readonly Dependent[] = []) {
  const data = join(folder, "data");
  const loader = () => new ExtensionLoader({ user: join(data, "extensions"), cache: join(data, "cache") });
  const store = new ExtensionStore(data, bench, {
    forget: (entry) => loader().forget(entry),
    bundled: () => Promise.resolve(bundled),
  });
  const loaded = async () => {
    const { installed, problems } = await loader().load();
    assert.deepEqual(problems, []);
    return installed.map(({ manifest }) => `${manifest.id} ${manifest.version}`);
  };
  return { store, data, loaded };
}

/** Every file below, without the lock. */
async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (below: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(join(folder, below))) {
      const path = below === "" ? name : `${below}/${name}`;
      if (isDirectory) await walk(path);
      else if (!name.endsWith(".lock")) found.push(path);
    }
  };
  await walk("").catch(() => undefined);
  return found.sort();
}

const source = (version: string, more: object = {}, text = main) => ({
  "source/symphony.jsonc": manifestText({ version, ...more }),
  "source/main.ts": text,
});

Deno.test("ExtensionStore installs from a folder, an archive and an address, and loads the same module from each", async () => {
  await inFolder(source("1.0.0"), async (folder) => {
    const { built } = await checkFolder(join(folder, "source"), bench);
    assert.ok(built !== undefined);
    const { archive, sha256 } = await pack(built);
    await Deno.writeFile(join(folder, "tool.tgz"), archive);
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      ({ url }) =>
        url.endsWith("/moved.tgz") ? Response.redirect(new URL("/tool.tgz", url)) : new Response(archive),
    );
    const address = `http://127.0.0.1:${server.addr.port}`;
    for (const spec of ["source", "tool.tgz", `${address}/moved.tgz#sha256=${sha256}`]) {
      const { store, loaded, data } = storeIn(folder);
      await using staged = await store.stage(spec, folder);
      assert.deepEqual([staged.refusal, staged.before, staged.version], [undefined, undefined, "1.0.0"]);
      await store.install(staged);
      assert.deepEqual(await loaded(), ["acme/tool 1.0.0"]);
      await store.uninstall("acme/tool");
      assert.deepEqual(await loaded(), []);
      await Deno.remove(data, { recursive: true });
    }
    const { store } = storeIn(folder);
    await assert.rejects(
      store.stage(`${address}/tool.tgz#sha256=${"0".repeat(64)}`, folder),
      /expected SHA-256/,
    );
    await assert.rejects(store.stage("http://example.com/x.tgz", folder), /expected an https address/);
    await assert.rejects(store.stage("./nowhere", folder), { code: "bad-input" });
  });
});

Deno.test("ExtensionStore installs a package of npm by npm's own program, without running its scripts", async () => {
  await inFolder(source("1.0.0"), async (folder) => {
    const { built } = await checkFolder(join(folder, "source"), bench);
    assert.ok(built !== undefined);
    const { files } = await pack(built);
    const scripts = { preinstall: `touch ${folder}/ran`, prepare: `touch ${folder}/ran` };
    const description = JSON.stringify({ name: "@acme/tool", version: "1.0.0", scripts });
    const tar = writeTar(
      [...files, { path: "package.json", bytes: new TextEncoder().encode(description) }].map((
        { path, bytes },
      ) => ({
        path: `package/${path}`,
        bytes,
      })),
    );
    const archive = new Uint8Array(
      await new Response(new Blob([tar]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer(),
    );
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", archive));
    await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, ({ url }) => {
      const { pathname, origin } = new URL(url);
      if (pathname.endsWith(".tgz")) return new Response(archive);
      if (!decodeURIComponent(pathname).startsWith("/@acme/tool")) return new Response("{}", { status: 404 });
      const integrity = `sha512-${btoa(String.fromCharCode(...digest))}`;
      const version = {
        name: "@acme/tool",
        version: "1.0.0",
        dist: { tarball: `${origin}/tool.tgz`, integrity },
      };
      return Response.json({
        name: "@acme/tool",
        "dist-tags": { latest: "1.0.0" },
        versions: { "1.0.0": version },
      });
    });
    // npm's own settings; a test that runs under npx has inherited some.
    const wanted = {
      "npm_config_registry": `http://127.0.0.1:${server.addr.port}/`,
      "npm_config_cache": join(folder, "npm-cache"),
      "npm_config_audit": "false",
    };
    const before = Object.keys(wanted).map((name) => [name, Deno.env.get(name)] as const);
    for (const [name, value] of Object.entries(wanted)) Deno.env.set(name, value);
    try {
      const { store, loaded } = storeIn(folder);
      await using staged = await store.stage("@acme/tool", folder);
      assert.deepEqual(staged.from, { kind: "npm", where: "@acme/tool" });
      await store.install(staged);
      assert.deepEqual(await loaded(), ["acme/tool 1.0.0"]);
      assert.equal(await Deno.stat(join(folder, "ran")).catch(() => undefined), undefined);
      await assert.rejects(store.stage("npm:@acme/absent", folder), {
        code: "not-found",
        message: /@acme\/absent/,
      });
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) Deno.env.delete(name);
        else Deno.env.set(name, value);
      }
    }
  });
});

Deno.test("ExtensionStore grants what was shown at the installation, and asks in an update only for what is new", async () => {
  await inFolder(source("1.0.0"), async (folder) => {
    const { store, data, loaded } = storeIn(folder);
    {
      await using staged = await store.stage("source", folder);
      assert.deepEqual(staged.consent.asks, []);
      await store.install(staged);
    }
    const net = { kind: "net", hosts: ["api.example.com", "*"], reason: "to ask it" };
    const secret = {
      kind: "secret",
      name: "key",
      hosts: ["api.example.com"],
      header: "X-Key",
      reason: "to be let in",
    };
    const more = operatorText(
      "    void context.files.readText('x'); void context.fetch('https://api.example.com'); return input;",
    );
    await put(folder, source("1.1.0", { permissions: [...reads, net, secret] }, more));
    await using staged = await store.stageUpdate("acme/tool");
    assert.equal(isNewer(staged), true);
    assert.deepEqual(
      staged.consent.asks.map(({ permission, given, risk }) => [permission, given, risk]),
      [["files:read", true, "medium"], ["net:api.example.com", true, "medium"], ["net:*", false, "high"], [
        "secret:key",
        false,
        "high",
      ]],
    );
    assert.equal(staged.consent.risk, "high");
    assert.ok(staged.consent.doesNotAsk.includes("to change files"));
    assert.deepEqual((await Grants.open(data)).list(), []);
    await store.install(staged);
    const granted = (await Grants.open(data)).list().map(({ permission }) => permission);
    assert.deepEqual(granted, ["files:read", "net:api.example.com"]);
    assert.deepEqual(await loaded(), ["acme/tool 1.1.0"]);
    await store.rollBack("acme/tool");
    assert.deepEqual(await loaded(), ["acme/tool 1.0.0"]);
  });
});

Deno.test("ExtensionStore uninstalls without leaving a file, a grant, a setting or a module", async () => {
  await inFolder(source("1.0.0", { permissions: reads }, readsMain), async (folder) => {
    const { store, data, loaded } = storeIn(folder);
    {
      await using staged = await store.stage("source", folder);
      await store.install(staged);
    }
    await put(data, { "settings.jsonc": '{ "acme/tool": { "x": 1 }, "acme/other": { "y": 2 } }' });
    assert.deepEqual(await loaded(), ["acme/tool 1.0.0"]);
    assert.notDeepEqual(await filesBelow(join(data, "cache")), []);
    await store.uninstall("acme/tool");
    assert.deepEqual(await filesBelow(join(data, "extensions")), ["installed.jsonc"]);
    assert.deepEqual(await filesBelow(join(data, "cache")), []);
    assert.deepEqual((await Grants.open(data)).list(), []);
    const settings = await Deno.readTextFile(join(data, "settings.jsonc"));
    assert.ok(settings.includes("acme/other") && !settings.includes("acme/tool"));
    await assert.rejects(store.uninstall("acme/tool"), { code: "not-found" });
  });
});

Deno.test("ExtensionStore refuses what the check finds wrong, and leaves what is installed as it is", async () => {
  await inFolder(source("1.0.0"), async (folder) => {
    const { store, loaded, data } = storeIn(folder);
    {
      await using staged = await store.stage("source", folder);
      await store.install(staged);
    }
    await put(folder, source("2.0.0", {}, operatorText("    return eval(input.text);")));
    {
      await using staged = await store.stage("source", folder);
      assert.equal(staged.refusal, "the check found an error");
      await assert.rejects(store.install(staged), { code: "bad-input" });
    }
    await put(folder, source("2.0.0", {}, "export default {"));
    await assert.rejects(store.stage("source", folder), { code: "bad-input" });
    assert.deepEqual(await loaded(), ["acme/tool 1.0.0"]);
    const stagings = (await filesBelow(join(data, "extensions"))).filter((path) => path.includes(".staging"));
    assert.deepEqual(stagings, []);
  });
});

Deno.test("ExtensionStore refuses the product's own names, missing dependencies, and an update that breaks another", async () => {
  await inFolder({
    ...source("1.0.0"),
    "own/symphony.jsonc": manifestText({ id: "symphony/tool" }),
    "own/main.ts": main,
    "needy/symphony.jsonc": manifestText({ id: "acme/needy", dependencies: { "acme/tool": "^1.0.0" } }),
    "needy/main.ts": operatorText("    void context; return input;", "", "acme/needy"),
  }, async (folder) => {
    const { store, loaded } = storeIn(folder, [{ id: "symphony/text", version: "1.0.0", dependencies: {} }]);
    const refusal = async (spec: string) => {
      await using staged = await store.stage(spec, folder);
      if (staged.refusal === undefined) await store.install(staged);
      return staged.refusal;
    };
    assert.match(await refusal("own") ?? "", /product's own/);
    assert.match(await refusal("needy") ?? "", /needs acme\/tool \^1\.0\.0, which is not installed/);
    assert.equal(await refusal("source"), undefined);
    assert.equal(await refusal("needy"), undefined);
    assert.deepEqual((await loaded()).sort(), ["acme/needy 1.0.0", "acme/tool 1.0.0"]);
    await put(folder, source("2.0.0"));
    assert.match(await refusal("source") ?? "", /acme\/needy would no longer work/);
  });
});

Deno.test("ExtensionStore refuses a package that makes files of the person part of its module", async () => {
  await inFolder({ ...source("1.0.0"), "private.json": `"a secret of the person"` }, async (folder) => {
    const { store } = storeIn(folder);
    const text = `import taken from ${JSON.stringify(join(folder, "private.json"))};\n` +
      operatorText("    void context; void input; return { taken } as never;");
    const files = [
      { path: "package/symphony.jsonc", bytes: new TextEncoder().encode(manifestText({ version: "1.0.0" })) },
      { path: "package/main.ts", bytes: new TextEncoder().encode(text) },
    ];
    const archive = new Blob([writeTar(files)]).stream().pipeThrough(new CompressionStream("gzip"));
    await Deno.writeFile(join(folder, "tool.tgz"), new Uint8Array(await new Response(archive).arrayBuffer()));
    await assert.rejects(store.stage("./tool.tgz", folder), (error: CheckFailure) => {
      assert.match(error.problems.map(({ message }) => message).join(), /private\.json" lies outside/);
      const [problem] = error.problems;
      assert.match(`${problem?.file}:${problem?.line}`, /main\.ts:1$/);
      return true;
    });
    for (const path of await filesBelow(join(folder, "data"))) {
      assert.ok(!(await Deno.readTextFile(join(folder, "data", path))).includes("a secret of the person"));
    }
  });
});
