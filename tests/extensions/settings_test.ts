import assert from "node:assert/strict";
import { extensionId } from "../../core/ids.ts";
import type { ExtensionSource, Installed } from "../../extensions/installed.ts";
import { changeSetting, listSettings, readSettings } from "../../extensions/settings.ts";

const extension = "acme/tool";
const config = {
  type: "object",
  properties: {
    url: { type: "string", default: "http://a", description: "Where it is" },
    tries: { type: "integer", minimum: 1 },
  },
};
const source: ExtensionSource = {
  load: () =>
    Promise.resolve({
      installed: [{ manifest: { id: extensionId(extension), config } } as unknown as Installed],
      problems: [],
    }),
  workerRoot: () => Promise.reject(new Error("nothing is started")),
};

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("changeSetting() keeps a value in a file of its owner's, and forgets it again", () =>
  withFolder(async (data) => {
    await changeSetting(data, source, { extension, name: "tries", value: 3 });
    await changeSetting(data, source, { extension, name: "url", value: "http://b" });
    assert.deepEqual([...await readSettings(data)], [[extensionId(extension), {
      tries: 3,
      url: "http://b",
    }]]);
    assert.equal((await Deno.stat(`${data}/settings.jsonc`)).mode! & 0o777, 0o600);
    await changeSetting(data, source, { extension, name: "url", value: undefined });
    const lines = (await listSettings(data, source)).map(({ name, value, isSet }) => [name, value, isSet]);
    assert.deepEqual(lines, [["url", "http://a", false], ["tries", 3, true]]);
    await changeSetting(data, source, { extension, name: "tries", value: undefined });
    assert.deepEqual([...await readSettings(data)], []);
  }));

Deno.test("changeSetting() refuses what the schema does not take, and names that mean nothing", () =>
  withFolder(async (data) => {
    const change = (more: { extension?: string; name?: string; value?: string | number }) =>
      changeSetting(data, source, { extension, name: "tries", value: 1, ...more });
    await assert.rejects(change({ value: 0 }), /Cannot set acme\/tool tries: .*found 0/);
    await assert.rejects(change({ value: "many" }), /Expected integer, found "many"/);
    await assert.rejects(change({ name: "trie" }), /no setting "trie": Did you mean "tries"/);
    await assert.rejects(
      change({ extension: "acme/tol" }),
      /Cannot find extension "acme\/tol": Did you mean/,
    );
    assert.deepEqual([...await readSettings(data)], []);
  }));

Deno.test("readSettings() says where a file edited by hand is wrong", () =>
  withFolder(async (data) => {
    await Deno.writeTextFile(`${data}/settings.jsonc`, `{\n  "acme/tool": { "tries": }\n}`);
    await assert.rejects(readSettings(data), /settings\.jsonc:2:\d+: /);
    await Deno.writeTextFile(`${data}/settings.jsonc`, `{ "acme/tool": 3 }`);
    await assert.rejects(readSettings(data), /expected an object of "acme\/tool"/);
  }));
