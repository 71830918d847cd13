import assert from "node:assert/strict";
import { HeldArtifacts } from "../../extensions/capabilities/held_artifacts.ts";
import { Grants } from "../../extensions/grants.ts";
import { denoHostCommand } from "../../extensions/host/host_command.ts";
import { HostExtensions } from "../../extensions/host_extensions.ts";
import { ExtensionLoader } from "../../extensions/loader/loader.ts";
import { testExtensionPort } from "../contracts/extension_contract.ts";
import { openRig } from "./host_rig.ts";

testExtensionPort("HostExtensions", async () => {
  const rig = await openRig(["contract"], { grants: ["contract/zoo=files:read"] });
  const { extensions } = rig;
  const close = extensions.close.bind(extensions);
  extensions.close = async () => {
    await close();
    await Deno.remove(rig.data, { recursive: true });
  };
  return extensions;
});

Deno.test("HostExtensions describes the product's own together, and says which one cannot be loaded", async () => {
  const folder = await Deno.makeTempDir({ prefix: "symphony-own-" });
  const main = (name: string) =>
    `import { defineExtension, defineOperator, Type } from "symphony/sdk";
     ${name === "c" ? 'throw new Error("It does not load");' : ""}
     export default defineExtension({ contributes: [defineOperator({ type: "test/${name}", title: "T",
       description: "D", input: Type.Object({}), output: Type.Object({}), run: () => ({}) })] });`;
  for (const name of ["a", "b", "c", "d", "e"]) {
    await Deno.mkdir(`${folder}/own/${name}`, { recursive: true });
    const manifest = { id: `symphony/${name}`, name, version: "1.0.0", kind: "operator", description: "D" };
    await Deno.writeTextFile(
      `${folder}/own/${name}/symphony.jsonc`,
      JSON.stringify({ ...manifest, entry: "main.ts" }),
    );
    await Deno.writeTextFile(`${folder}/own/${name}/main.ts`, main(name));
  }
  const open = async () =>
    new HostExtensions({
      source: new ExtensionLoader({ bundled: `${folder}/own`, cache: `${folder}/cache` }),
      command: denoHostCommand(),
      grants: await Grants.open(folder),
      artifacts: new HeldArtifacts(),
    });
  try {
    for (let start = 0; start < 2; start++) {
      const extensions = await open();
      const { nodes, problems } = await extensions.describe();
      assert.deepEqual([...nodes.keys()].sort(), ["test/a", "test/b", "test/d", "test/e"]);
      assert.deepEqual(problems.map(({ where }) => where), ["symphony/c"]);
      assert.match(problems[0]?.message ?? "", /It does not load/);
      await extensions.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
