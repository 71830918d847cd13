/**
 * What keeps an extension from being started, with the real composition.
 *
 * @module
 */

import assert from "node:assert/strict";
import { extensionId } from "../../core/ids.ts";
import { HeldArtifacts } from "../../extensions/capabilities/held_artifacts.ts";
import { Grants } from "../../extensions/grants.ts";
import { HealthBook } from "../../extensions/health_book.ts";
import { denoHostCommand } from "../../extensions/host/host_command.ts";
import { HostExtensions } from "../../extensions/host_extensions.ts";
import type { Installed } from "../../extensions/installed.ts";
import { request } from "../contracts/extension_contract.ts";
import { bundleOf } from "./zoo/habits.ts";
import { installedOf, sourceOf } from "./zoo/zoo.ts";

const id = extensionId("zoo/tool");
const good = installedOf(id, bundleOf({ name: "tool", ends: /ok/ }));
const bad = installedOf(id, bundleOf({ name: "tool", top: `throw new Error("not today");`, ends: /x/ }));

async function withData(
  body: (data: string, open: (installed: Installed) => Promise<HostExtensions>) => Promise<void>,
) {
  const data = await Deno.makeTempDir({ prefix: "symphony-placement-" });
  try {
    await body(data, async (installed) =>
      new HostExtensions({
        source: sourceOf([installed]),
        command: denoHostCommand(),
        grants: await Grants.open(data),
        artifacts: new HeldArtifacts(),
        health: await HealthBook.open(data),
        restarts: { budget: 1, windowMs: 60_000, firstDelayMs: 0, longestDelayMs: 0 },
      }));
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}

Deno.test("HostExtensions keep an update off that asks for more than before, until it is approved", () =>
  withData(async (data, open) => {
    const first = await open(good);
    await first.activate(id);
    await first.close();
    const permissions = [{ kind: "net", hosts: ["api.example.com"], reason: "It calls home" }] as const;
    const update = { ...good, manifest: { ...good.manifest, permissions } };
    const second = await open(update);
    await assert.rejects(
      second.activate(id),
      /stays off: it asks for more than when it was let in: net:api.example.com/,
    );
    await second.close();
    const grants = await Grants.open(data);
    await grants.approve({ extension: id, origin: "third-party", permissions });
    await grants.flush();
    const third = await open(update);
    await third.activate(id);
    await third.close();
  }));

Deno.test("HostExtensions run nothing of an update that is not approved, not even to describe it", () =>
  withData(async (data) => {
    const grants = await Grants.open(data);
    await grants.approve({ extension: id, origin: "third-party", permissions: [] });
    const lines: string[] = [];
    const top = `console.log("ran");`;
    const update = installedOf(id, bundleOf({ name: "tool", top, ends: /ok/ }), {
      permissions: [{ kind: "git", reason: "It looks back" }],
    });
    const extensions = new HostExtensions({
      source: sourceOf([update]),
      command: denoHostCommand(),
      grants,
      artifacts: new HeldArtifacts(),
      onLog: (_, line) => lines.push(line),
    });
    const { nodes, problems } = await extensions.describe();
    assert.equal(nodes.size, 0);
    assert.match(problems.map(({ message }) => message).join(), /stays off: it asks for more .* git$/);
    assert.deepEqual(lines, []);
    await grants.approve({ extension: id, origin: "third-party", permissions: update.manifest.permissions });
    assert.equal((await extensions.describe()).nodes.size, 1);
    await extensions.close();
    assert.deepEqual(lines, ["ran"]);
  }));

Deno.test("HostExtensions do not start a module again in every session that never loads", () =>
  withData(async (data, open) => {
    const told: string[] = [];
    for (let session = 0; session < 3; session++) {
      const extensions = await open(bad);
      told.push((await extensions.describe()).problems.map(({ message }) => message).join());
      await extensions.close();
    }
    assert.match(told[0] ?? "", /^Its module cannot be loaded: .*not today/);
    assert.match(told[1] ?? "", /^Its module cannot be loaded: .*not today/);
    assert.match(told[2] ?? "", /is in quarantine: its module did not load again/);
    // Released, it is tried again; other code is tried at once.
    const book = await HealthBook.open(data);
    assert.equal(book.release(id), true);
    await book.flush();
    const other = await open({ ...good, codeHash: "1".repeat(64) });
    assert.equal((await other.describe()).nodes.size, 1);
    await other.close();
  }));

Deno.test("HostExtensions keep a quarantine over sessions, until it is released or its code is another", () =>
  withData(async (data, open) => {
    const first = await open(bad);
    for (let at = 0; at < 2; at++) await assert.rejects(first.activate(id), /not today/);
    await assert.rejects(first.activate(id), /in quarantine: it failed 2 times/);
    await first.close();
    const second = await open(bad);
    await assert.rejects(second.activate(id), /in quarantine: it failed 2 times/);
    // Released, it is on probation: one failure is enough.
    const book = await HealthBook.open(data);
    assert.equal(book.release(id), true);
    assert.equal(book.release(id), false);
    await book.flush();
    // The session that runs sees it, too.
    await assert.rejects(second.activate(id), /not today/);
    await second.close();
    const again = await HealthBook.open(data);
    again.release(id);
    await again.flush();
    const third = await open(bad);
    await assert.rejects(third.activate(id), /not today/);
    await assert.rejects(third.activate(id), /in quarantine: it failed on probation/);
    await third.close();
    const fourth = await open({ ...good, codeHash: "1".repeat(64) });
    const instance = await fourth.activate(id);
    assert.equal(fourth.health()[0]?.health, "probation");
    assert.ok(
      (await fourth.call(instance, request("zoo/tool"), { signal: new AbortController().signal })).ok,
    );
    await fourth.close();
  }));

Deno.test("HostExtensions run an extension in the light tier where the person chose it, whatever its manifest says", () =>
  withData(async (data, open) => {
    await Deno.writeTextFile(`${data}/policy.jsonc`, '{"light": ["zoo/*"]}');
    const asks = bundleOf({
      name: "tool",
      run: `return { text: await context.files.readText("a.txt") };`,
      ends: /x/,
    });
    const extensions = await open(installedOf(id, asks));
    const instance = await extensions.activate(id);
    const result = await extensions.call(instance, request("zoo/tool"), {
      signal: new AbortController().signal,
    });
    assert.match(result.ok ? "ok" : result.failure.message, /A light extension has no capabilities/);
    await extensions.close();
  }));
