import assert from "node:assert/strict";
import { extensionId } from "../../core/ids.ts";
import { InProcessExtensions } from "../../extensions/in_process.ts";
import type { ExtensionSource } from "../../extensions/installed.ts";
import { ExtensionLoader } from "../../extensions/loader/loader.ts";
import { ExtensionMotifs, matches } from "../../extensions/motif/extension_motifs.ts";
import { testMotifPort } from "../contracts/motif_contract.ts";
import definition from "../fixtures/extensions/motif/main.ts";
import { openRig } from "./host_rig.ts";

const folder = new URL("../fixtures/extensions/motif", import.meta.url).pathname;
const cache = `${Deno.env.get("TMPDIR") ?? "/tmp"}/symphony-test-bundles`;
const source: ExtensionSource = new ExtensionLoader({ extra: [folder], cache });

testMotifPort("ExtensionMotifs in process", () => {
  const extensions = new InProcessExtensions([{ id: extensionId("tests/motif"), definition }]);
  return Promise.resolve({
    motifs: new ExtensionMotifs(source, extensions),
    [Symbol.asyncDispose]: () => extensions.close(),
  });
});

testMotifPort("ExtensionMotifs in host processes", async () => {
  const rig = await openRig(["motif"]);
  return {
    motifs: new ExtensionMotifs(source, rig.extensions),
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
});

Deno.test("ExtensionMotifs starts what wants to be there at an event, and nothing else", async () => {
  const extensions = new InProcessExtensions([{ id: extensionId("tests/motif"), definition }]);
  const motifs = new ExtensionMotifs(source, extensions);
  assert.deepEqual(await motifs.wake("onView:other"), []);
  assert.deepEqual(extensions.health(), []);
  assert.deepEqual(await motifs.wake("onStart"), []);
  assert.equal(extensions.health().length, 1);
  await extensions.close();
  assert.equal(matches("onView:*", "onView:clock"), true);
  assert.equal(matches("onView:clock", "onView:clocks"), false);
});
