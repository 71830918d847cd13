import assert from "node:assert/strict";
import { extensionId } from "../../core/ids.ts";
import { isSealed, SettingSecrets } from "../../extensions/setting_secrets.ts";
import { changeSetting, listSettings, openSettings } from "../../extensions/settings.ts";
import { ExtensionLoader } from "../../extensions/loader/loader.ts";
import { inFolder, manifestText, operatorText } from "./dev/bench.ts";

const config = {
  type: "object",
  properties: { token: { type: "string", format: "secret" }, size: { type: "integer" } },
};
const files = {
  "tool/symphony.jsonc": manifestText({ config }),
  "tool/main.ts": operatorText("    void context; return input;"),
};

Deno.test("a secret setting is kept encrypted, never listed, and given to the extension in the clear", async () => {
  await inFolder(files, async (folder) => {
    const data = `${folder}/data`;
    const source = new ExtensionLoader({ extra: [`${folder}/tool`], cache: `${folder}/cache` });
    const set = (name: string, value: string | number) =>
      changeSetting(data, source, { extension: "acme/tool", name, value });
    await set("token", "correct horse");
    await set("size", 3);
    const kept = await Deno.readTextFile(`${data}/settings.jsonc`);
    assert.ok(!kept.includes("correct horse"));
    const listed = await listSettings(data, source, "acme/tool");
    assert.deepEqual(listed.map(({ name, value, isSet }) => [name, value, isSet]), [
      ["token", "••••••", true],
      ["size", 3, true],
    ]);
    const opened = await openSettings(data);
    assert.deepEqual(opened.get(extensionId("acme/tool")), { token: "correct horse", size: 3 });
    const { mode } = await Deno.stat(`${data}/secrets/.settings-key`);
    assert.equal((mode ?? 0) & 0o077, 0);
    await assert.rejects(set("token", 5), { code: "bad-input" });
  });
});

Deno.test("SettingSecrets seals anew each time, and does not open what was changed or sealed under another key", async () => {
  await inFolder({}, async (folder) => {
    const secrets = new SettingSecrets(folder);
    const [one, two] = [await secrets.seal("x"), await secrets.seal("x")];
    assert.notDeepEqual(one, two);
    assert.ok(isSealed(one));
    assert.equal(await new SettingSecrets(folder).unseal(one), "x");
    const text = String(one["$secret"]);
    const changed = { $secret: `${text.slice(0, -4)}${text.at(-4) === "A" ? "B" : "A"}${text.slice(-3)}` };
    await assert.rejects(secrets.unseal(changed), { code: "corrupt" });
    await assert.rejects(new SettingSecrets(`${folder}/other`).unseal(one), { code: "corrupt" });
  });
});
