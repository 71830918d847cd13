/**
 * Extensions that are installed, edited, set anew and removed while programs use them: hosts in processes of their own, and the
 * real server.
 *
 * @module
 */

import assert from "node:assert/strict";
import { extensionId, type InstanceId, nodeTypeId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import { HeldArtifacts } from "../../extensions/capabilities/held_artifacts.ts";
import { Grants } from "../../extensions/grants.ts";
import { denoHostCommand } from "../../extensions/host/host_command.ts";
import { HostExtensions } from "../../extensions/host_extensions.ts";
import { ExtensionLoader } from "../../extensions/loader/loader.ts";
import { openSettings } from "../../extensions/settings.ts";
import { request } from "../contracts/extension_contract.ts";
import { EventClient } from "../ui/server/event_client.ts";
import { call as callRoute, Program, sessionAt } from "../ui/server/program.ts";
import { told } from "./zoo/zoo.ts";

const id = extensionId("acme/tool");
const never = new AbortController().signal;
const cache = `${Deno.env.get("TMPDIR") ?? "/tmp"}/symphony-test-bundles`;

interface Version {
  readonly version?: string;
  readonly says?: string;
  readonly type?: string;
  readonly permissions?: readonly object[];
  readonly code?: string;
}

/** Writes a version of `acme/tool`, whose one operator says a word, its setting and after how long it was told to. */
async function put(folder: string, { version = "1.0.0", says = "one", type = "acme/say", ...more }: Version) {
  const manifest = {
    id: "acme/tool",
    name: "Tool",
    version,
    kind: "operator",
    description: "Says a word",
    entry: "main.js",
    permissions: more.permissions ?? [],
    config: { type: "object", properties: { tone: { type: "string", default: "plain" } } },
  };
  const code = more.code ?? `const word = ${JSON.stringify(says)};
    export default { contributes: [{ kind: "operator", type: "${type}", title: "t", description: "d",
      input: { type: "object", properties: { ms: { type: "integer", default: 0 } } },
      output: { type: "object", properties: { says: { type: "string" }, tone: { type: "string" } } },
      run: async ({ ms }, { config }) => { await new Promise((done) => setTimeout(done, ms)); return { says: word, tone: config.tone }; } }] };`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/main.js`, code);
  await Deno.writeTextFile(`${folder}/symphony.jsonc`, JSON.stringify(manifest));
}

interface Stand {
  readonly extensions: HostExtensions;
  readonly folder: string;
  readonly data: string;
  readonly grants: Grants;
  say(input?: JsonObject, type?: string): Promise<string>;
  callOn(instance: InstanceId, input?: JsonObject): Promise<string>;
  news(): Promise<readonly string[]>;
}

async function withTool(body: (stand: Stand) => Promise<void>): Promise<void> {
  const data = await Deno.realPath(await Deno.makeTempDir({ prefix: "symphony-reload-" }));
  const folder = `${data}/extensions/tool`;
  await put(folder, {});
  const grants = await Grants.open(data);
  const extensions = new HostExtensions({
    source: new ExtensionLoader({ user: `${data}/extensions`, cache }),
    command: denoHostCommand(),
    grants,
    artifacts: new HeldArtifacts(),
    settings: await openSettings(data),
    readSettings: () => openSettings(data),
  });
  const callOn = async (instance: InstanceId, input: JsonObject = {}, type = "acme/say") => {
    const result = await extensions.call(instance, request(type, input), {
      signal: never,
      timeoutMs: 30_000,
    });
    return result.ok ? `${result.output["says"]}, ${result.output["tone"]}` : told(result);
  };
  try {
    const { problems } = await extensions.describe();
    assert.deepEqual(problems, []);
    await body({
      extensions,
      folder,
      data,
      grants,
      callOn,
      say: async (input, type) => {
        const instance = await extensions.activate(id);
        try {
          return await callOn(instance, input, type);
        } finally {
          await extensions.deactivate(instance);
        }
      },
      news: async () =>
        (await extensions.reload()).map(({ extension, what, version }) => `${extension} ${what} ${version}`),
    });
  } finally {
    await extensions.close();
    await Deno.remove(data, { recursive: true });
  }
}

Deno.test("reload() takes a new version for the next calls, and the call under way ends as it began", () =>
  withTool(async ({ extensions, folder, say, callOn, news }) => {
    assert.equal(await say(), "one, plain");
    assert.deepEqual(await news(), []);
    const instance = await extensions.activate(id);
    const underWay = callOn(instance, { ms: 600 });
    await put(folder, { version: "1.1.0", says: "two" });
    assert.deepEqual(await news(), ["acme/tool replaced 1.1.0"]);
    assert.equal(extensions.isAlive(instance), false);
    assert.equal(await say(), "two, plain");
    assert.equal(await underWay, "one, plain");
    // Whoever had the old instance in hand, and not called yet, is served by the new one.
    assert.equal(await callOn(instance), "two, plain");
    await extensions.deactivate(instance);
    assert.match(await callOn(instance), /is not alive/);
    assert.equal(extensions.health().length, 0);
  }));

Deno.test("reload() keeps what runs where the new code does not start or cannot be read, says so, and takes what is mended", () =>
  withTool(async ({ extensions, folder, say, news }) => {
    const bad = [
      "export default {",
      "throw new Error('not today'); export default { contributes: [] };",
      "export default 1;",
    ];
    for (const code of bad) {
      await put(folder, { version: "1.1.0", code });
      assert.deepEqual(await news(), ["acme/tool kept 1.0.0"], code);
      assert.equal(await say(), "one, plain");
      // Said once.
      assert.deepEqual(await news(), [], code);
      const { problems, nodes } = await extensions.describe();
      assert.ok(problems.length >= 1);
      assert.equal(nodes.get(nodeTypeId("acme/say"))?.version, "1.0.0");
    }
    assert.match(JSON.stringify((await extensions.describe()).problems), /1\.0\.0 as it was goes on/);
    await Deno.writeTextFile(`${folder}/symphony.jsonc`, "{");
    assert.deepEqual(await news(), ["acme/tool kept 1.0.0"]);
    assert.equal(await say(), "one, plain");
    await put(folder, { version: "1.2.0", says: "three" });
    assert.deepEqual(await news(), ["acme/tool replaced 1.2.0"]);
    assert.equal(await say(), "three, plain");
    assert.deepEqual((await extensions.describe()).problems, []);
  }));

Deno.test("reload() takes what was set anew, what is new, and forgets what is gone", () =>
  withTool(async ({ extensions, folder, data, say, news, callOn }) => {
    await Deno.writeTextFile(`${data}/settings.jsonc`, JSON.stringify({ "acme/tool": { tone: "loud" } }));
    assert.deepEqual(await news(), ["acme/tool replaced 1.0.0"]);
    assert.equal(await say(), "one, loud");
    await put(`${data}/extensions/other`, { version: "3.0.0" });
    const manifest = await Deno.readTextFile(`${data}/extensions/other/symphony.jsonc`);
    await Deno.writeTextFile(
      `${data}/extensions/other/symphony.jsonc`,
      manifest.replace("acme/tool", "acme/other"),
    );
    await Deno.writeTextFile(
      `${data}/extensions/other/main.js`,
      (await Deno.readTextFile(`${data}/extensions/other/main.js`)).replace("acme/say", "acme/other"),
    );
    assert.deepEqual(await news(), ["acme/other added 3.0.0"]);
    assert.ok((await extensions.describe()).nodes.has(nodeTypeId("acme/other")));
    const instance = await extensions.activate(id);
    const underWay = callOn(instance, { ms: 400 });
    await Deno.remove(folder, { recursive: true });
    assert.deepEqual(await news(), ["acme/tool removed 1.0.0"]);
    assert.equal(await underWay, "one, loud");
    assert.match(await callOn(instance), /^unavailable: Extension acme\/tool was removed/);
    await assert.rejects(extensions.activate(id), /no such extension/);
  }));

Deno.test("reload() leaves an update off that asks for more, until it is approved; what was decided for the old one is decided anew", () =>
  withTool(async ({ folder, grants, say, news }) => {
    const permissions = [{ kind: "net", hosts: ["api.example.com"], reason: "To ask there" }];
    await put(folder, { version: "2.0.0", says: "more", permissions });
    assert.deepEqual(await news(), ["acme/tool kept 1.0.0"]);
    assert.equal(await say(), "one, plain");
    await grants.approve({ extension: id, origin: "third-party", permissions: permissions as never });
    assert.deepEqual(await news(), ["acme/tool replaced 2.0.0"]);
    assert.equal(await say(), "more, plain");
  }));

Deno.test("a result that another version made is marked, so that it is not kept as the old one's", () =>
  withTool(async ({ extensions, folder, news }) => {
    const { codeHash = "" } = (await extensions.describe()).nodes.get(nodeTypeId("acme/say")) ?? {};
    const marked = async () => {
      const instance = await extensions.activate(id);
      const result = await extensions.call(instance, request("acme/say", {}, { codeHash }), {
        signal: never,
      });
      await extensions.deactivate(instance);
      return result.ok && result.byOtherCode;
    };
    assert.equal(await marked(), undefined);
    await put(folder, { says: "two" });
    await news();
    assert.equal(await marked(), true);
  }));

Deno.test("a running server takes over what is installed, edited, broken, set and removed; a run under way goes on", async () => {
  const data = await Deno.realPath(await Deno.makeTempDir({ prefix: "symphony-reload-serve-" }));
  const folder = `${data}/extensions/tool`;
  try {
    await using server = new Program(["serve", "--data", data, "--workspace", data]);
    const session = await sessionAt(await server.line());
    const client = await EventClient.connect(session.port, session.cookie);
    await client.subscribe("notices");
    const notice = (text: RegExp) => () =>
      client.events.some(({ data }) => data.kind === "notice" && text.test(data.notice.text));
    const workflow = (ms: number) =>
      JSON.stringify({
        schema: 1,
        id: "say",
        nodes: {
          first: { use: "acme/say", with: { ms } },
          second: { use: "acme/say", after: ["first"] },
        },
        outputs: { first: "first", second: "second" },
      });
    const finished = async (run: string) => {
      await client.subscribe(`run:${run}`, { seq: -1 });
      const ended = () =>
        client.of(`run:${run}`).flatMap(({ data }) =>
          data.kind === "event" && "event" in data && /^run\.(completed|failed)$/.test(data.event.type)
            ? [data.event]
            : []
        );
      await client.until(() => ended().length > 0, 60_000);
      const { outputs } = await callRoute(session, `GET /runs/${run}`);
      return JSON.stringify(outputs ?? ended());
    };
    const start = async (ms: number) =>
      (await callRoute(session, "POST /runs", { workflow: { text: workflow(ms) } })).run as string;
    // Nothing of it is there yet.
    assert.equal(await start(0), undefined);
    // The session is open long enough to be watched.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await put(folder, { says: "one" });
    await client.until(notice(/^1\.0\.0 is there now/), 30_000);
    const first = await start(2_500);
    assert.ok(first, "a run with it is started");
    await client.until(() => false, 1_000).catch(() => {});
    await put(folder, { version: "1.1.0", says: "two" });
    await client.until(notice(/^1\.1\.0 as it is now is in use/), 30_000);
    const outputs = await finished(first);
    assert.match(outputs, /"first":.*one/);
    await put(folder, { version: "1.2.0", code: "throw new Error('not today'); export default {};" });
    await client.until(
      notice(/^What it is now cannot be started, 1\.1\.0 as it was goes on: .*not today/),
      30_000,
    );
    assert.match(await finished(await start(0)), /"first":.*two/);
    await Deno.writeTextFile(`${data}/settings.jsonc`, JSON.stringify({ "acme/tool": { tone: "loud" } }));
    await put(folder, { version: "1.3.0", says: "three" });
    await client.until(notice(/^1\.3\.0 as it is now is in use/), 30_000);
    assert.match(await finished(await start(0)), /three.*loud|loud.*three/);
    await Deno.remove(folder, { recursive: true });
    await client.until(notice(/is gone; calls under way end with it/), 30_000);
    assert.equal(await start(0), undefined);
    await client.close();
    assert.equal((await server.kill("SIGINT")).code, 130);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
