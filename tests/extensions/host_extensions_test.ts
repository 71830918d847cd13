import assert from "node:assert/strict";
import { HeldArtifacts } from "../../extensions/capabilities/held_artifacts.ts";
import { readAudit } from "../../extensions/audit_log.ts";
import { Grants } from "../../extensions/grants.ts";
import { denoHostCommand } from "../../extensions/host/host_command.ts";
import { HostExtensions } from "../../extensions/host_extensions.ts";
import { ExtensionLoader } from "../../extensions/loader/loader.ts";
import type { CallEvent } from "../../core/ports/extension.ts";
import type { Installed } from "../../extensions/installed.ts";
import { request, testExtensionPort } from "../contracts/extension_contract.ts";
import { openRig } from "./host_rig.ts";
import { bundleOf } from "./zoo/habits.ts";
import { installedOf, sourceOf } from "./zoo/zoo.ts";

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

async function withOne(
  installed: Installed,
  prompt: Parameters<typeof Grants.open>[1],
  body: (extensions: HostExtensions, grants: Grants, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-one-" });
  const grants = await Grants.open(`${folder}/data`, prompt);
  const extensions = new HostExtensions({
    source: sourceOf([installed]),
    command: denoHostCommand(),
    grants,
    artifacts: new HeldArtifacts(),
    restarts: { budget: 100, windowMs: 60_000, firstDelayMs: 0, longestDelayMs: 0 },
  });
  try {
    await extensions.describe();
    await body(extensions, grants, folder);
  } finally {
    await extensions.close();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("HostExtensions hold the payloads of an extension's calls within one budget while a person is asked", () => {
  const run = `let refused = 0;
    const one = new Uint8Array(30 << 20);
    for (let at = 0; at < 3; at++) context.files.write("f" + at, one).catch((error) => { if (/128 MiB/.test(String(error))) refused++; });
    for (let at = 0; at < 100 && refused === 0; at++) await new Promise((resolve) => setTimeout(resolve, 30));
    return { refused };`;
  const holder = installedOf("zoo/hold", bundleOf({ name: "hold", run, ends: /ok/ }), {
    memoryMb: 512,
    permissions: [{ kind: "files", access: "write", reason: "It keeps much" }],
  });
  const nobody = { ask: () => new Promise<undefined>(() => {}) };
  return withOne(holder, nobody, async (extensions, _, folder) => {
    const instance = await extensions.activate(holder.manifest.id);
    const wants = request("zoo/hold", {}, { workspace: folder, mayWrite: true });
    const call = () => extensions.call(instance, wants, { signal: new AbortController().signal });
    const results = await Promise.all([call(), call()]);
    const refused = results.map((result) => result.ok ? Number(result.output["refused"]) : -100);
    assert.ok(refused[0]! + refused[1]! >= 1, JSON.stringify(results));
  });
});

Deno.test("HostExtensions end the process of a rescued call, too, when a grant is taken back", () => {
  const run =
    `await context.files.readText("a.txt"); context.log("info", "read"); await new Promise(() => {});`;
  const reader = installedOf("zoo/reader", bundleOf({ name: "reader", run, ends: /ok/ }), {
    permissions: [{ kind: "files", access: "read", reason: "It reads" }],
  });
  const id = reader.manifest.id;
  return withOne(reader, undefined, async (extensions, grants, folder) => {
    await Deno.writeTextFile(`${folder}/a.txt`, "a");
    await grants.add(id, "files:read");
    const instance = await extensions.activate(id);
    let reads = 0;
    const onEvent = ({ kind }: CallEvent) => {
      if (kind !== "log") return;
      // Killed from outside, the call is begun again in another process; there it loses its grant.
      if (++reads === 1) Deno.kill(extensions.pidOf(instance) as number, "SIGKILL");
      else void grants.remove(id, "files:read");
    };
    const result = await extensions.call(instance, request("zoo/reader", {}, { workspace: folder }), {
      signal: new AbortController().signal,
      timeoutMs: 20_000,
      onEvent,
    });
    assert.equal(reads, 2);
    assert.match(result.ok ? "ok" : `${result.failure.class}: ${result.failure.message}`, /^crash: .*ended/);
  });
});

Deno.test("HostExtensions start nothing that contributes other things than when it was described", async () => {
  const data = await Deno.makeTempDir({ prefix: "symphony-other-" });
  const top = `contributes[0].description = String(Date.now()); contributes[0].effect = "none";`;
  const liar = installedOf("zoo/liar", bundleOf({ name: "liar", top, ends: /ok/ }));
  const grants = await Grants.open(data);
  const extensions = new HostExtensions({
    source: sourceOf([liar]),
    command: denoHostCommand(),
    grants,
    artifacts: new HeldArtifacts(),
    restarts: { budget: 1, windowMs: 60_000, firstDelayMs: 0, longestDelayMs: 0 },
  });
  try {
    assert.equal((await extensions.describe()).nodes.size, 1);
    const told = /zoo\/liar is not started: it contributes other things than when it was described/;
    await assert.rejects(extensions.activate(liar.manifest.id), told);
    await assert.rejects(extensions.activate(liar.manifest.id), told);
    await assert.rejects(extensions.activate(liar.manifest.id), /zoo\/liar is in quarantine/);
    assert.deepEqual(extensions.health(), []);
    await grants.flush();
    const audit = await Array.fromAsync(readAudit(data, { extension: "zoo/liar" }));
    assert.ok(audit.some(({ reason }) => /it contributes other things/.test(reason ?? "")));
  } finally {
    await extensions.close();
    await Deno.remove(data, { recursive: true });
  }
});
