import assert from "node:assert/strict";
import { ExtensionLoader } from "../../extensions/loader/loader.ts";
import { inFolder, manifestText, operatorText } from "./dev/bench.ts";

const tool = (id: string, more: object = {}) => ({
  "symphony.jsonc": manifestText({ id, ...more }),
  "main.ts": operatorText("    void context; return input;", "", id),
});
const at = (folder: string, files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));

Deno.test("ExtensionLoader takes what a folder brings along only where the folder is trusted, and says so otherwise", async () => {
  await inFolder(at("work/.symphony/extensions/tool", tool("acme/tool")), async (folder) => {
    const load = (trusted: boolean) =>
      new ExtensionLoader({
        workspace: { folder: `${folder}/work`, isTrusted: () => Promise.resolve(trusted) },
        cache: `${folder}/cache`,
      }).load();
    const trusted = await load(true);
    assert.deepEqual(trusted.installed.map(({ manifest }) => manifest.id), ["acme/tool"]);
    const untrusted = await load(false);
    assert.deepEqual(untrusted.installed, []);
    assert.match(untrusted.problems[0]?.message ?? "", /left out: the folder is not trusted/);
  });
});

Deno.test("ExtensionLoader leaves out whose dependencies are not there, with the reason, and nobody else", async () => {
  await inFolder({
    ...at("x/one", tool("acme/one", { dependencies: { "acme/two": "^2.0.0" } })),
    ...at("x/two", tool("acme/two")),
    ...at("x/three", tool("acme/three", { dependencies: { "acme/two": "^1.0.0" } })),
  }, async (folder) => {
    const { installed, problems } = await new ExtensionLoader({
      extra: [`${folder}/x`],
      cache: `${folder}/cache`,
    }).load();
    assert.deepEqual(installed.map(({ manifest }) => manifest.id).sort(), ["acme/three", "acme/two"]);
    assert.deepEqual(problems.map(({ where }) => where), ["acme/one"]);
    assert.match(problems[0]?.message ?? "", /needs acme\/two \^2\.0\.0, but 1\.0\.0 is installed/);
  });
});
