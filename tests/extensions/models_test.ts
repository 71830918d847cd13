/**
 * Asking models from an extension in a process of its own: what the manifest and the person allow, what it may use up, and what is
 * known of it afterwards. The models themselves are of whoever carries the call out (`tests/core/orchestration/models_test.ts`).
 *
 * @module
 */

import assert from "node:assert/strict";
import { extensionId, nodeTypeId } from "../../core/ids.ts";
import type { CallResult } from "../../core/ports/extension.ts";
import type { ModelRequest, ModelsPort } from "../../core/ports/models.ts";
import { ok } from "../../core/result.ts";
import { readAudit } from "../../extensions/audit_log.ts";
import { HeldArtifacts } from "../../extensions/capabilities/held_artifacts.ts";
import { Grants } from "../../extensions/grants.ts";
import { denoHostCommand } from "../../extensions/host/host_command.ts";
import { HostExtensions } from "../../extensions/host_extensions.ts";
import { defaultResources } from "../../extensions/manifest/manifest.ts";
import { request } from "../contracts/extension_contract.ts";
import { installedOf, sourceOf, told } from "./zoo/zoo.ts";

const id = extensionId("acme/asker");
const never = new AbortController().signal;
const any = `{ type: "object", properties: {} }`;
const code =
  `const operator = (type, run) => ({ kind: "operator", type, title: "t", description: "d", input: ${any},
  output: ${any}, run });
const how = (error) => error.failureClass + ": " + error.message;
const extension = { contributes: [
  operator("acme/ask", ({ use, input = {} }, { models }) => models.ask(use, input)),
  operator("acme/many", async ({ use, times }, { models }) => {
    const all = await Promise.all(Array.from({ length: times }, () => models.ask(use, {}).then(() => "ok", how)));
    return { all };
  }),
] };
export { extension as default };
`;

/** Answers everything with so much, and keeps to what it is told to. */
class Answers implements ModelsPort {
  readonly asked: ModelRequest[] = [];
  usd = 0.01;

  async ask(request: ModelRequest) {
    this.asked.push(request);
    const { usd: left = Infinity } = request.allowance.left();
    if (left < this.usd) {
      return { ok: false as const, error: { class: "credit" as const, message: "it is spent" } };
    }
    const tell = request.allowance.hold({ usd: this.usd });
    await Promise.resolve();
    const taken = { usd: this.usd, tokens: 100 };
    tell(taken);
    return ok({ output: { text: "hello" }, instrument: nodeTypeId("acme/model"), taken });
  }
}

interface Stand {
  readonly extensions: HostExtensions;
  readonly grants: Grants;
  readonly models: Answers;
  readonly data: string;
  call(type: string, input: object, models?: ModelsPort | null): Promise<CallResult>;
}

async function withAsker(
  use: readonly string[],
  body: (stand: Stand) => Promise<void>,
  limits: { readonly usd?: number; readonly tokens?: number } = {},
): Promise<void> {
  const data = await Deno.makeTempDir({ prefix: "symphony-models-" });
  const grants = await Grants.open(data);
  const plain = installedOf(id, code, {
    permissions: use.length === 0 ? [] : [{ kind: "models", use, reason: "It summarises" }],
  });
  const { manifest } = plain;
  const installed = { ...plain, manifest: { ...manifest, resources: { ...defaultResources, ...limits } } };
  const extensions = new HostExtensions({
    source: sourceOf([installed]),
    command: denoHostCommand(),
    grants,
    artifacts: new HeldArtifacts(),
  });
  const models = new Answers();
  try {
    await extensions.describe();
    await body({
      extensions,
      grants,
      models,
      data,
      async call(type, input, given: ModelsPort | null = models) {
        const instance = await extensions.activate(id);
        try {
          const asked = request(type, input as never);
          const options = { signal: never, timeoutMs: 60_000 };
          return await extensions.call(
            instance,
            asked,
            given === null ? options : { ...options, models: given },
          );
        } finally {
          await extensions.deactivate(instance);
        }
      },
    });
  } finally {
    await extensions.close();
    await Deno.remove(data, { recursive: true });
  }
}

Deno.test("a model is asked by a name that the manifest and the person allow, and by no other", () =>
  withAsker(["instrument/write", "acme/*"], async ({ grants, models, call }) => {
    assert.match(told(await call("acme/ask", { use: "acme/model" })), /^permission: .*models:acme\/model/);
    assert.equal(models.asked.length, 0);
    grants.addForSession(`${id}=models:acme/*`);
    const got = await call("acme/ask", { use: "acme/model", input: { prompt: "x" } });
    assert.ok(got.ok, told(got));
    assert.deepEqual(got.output, {
      output: { text: "hello" },
      instrument: "acme/model",
      tokens: 100,
      usd: 0.01,
    });
    assert.deepEqual(models.asked[0]?.input, { prompt: "x" });
    assert.match(told(await call("acme/ask", { use: "instrument/write" })), /^permission/);
    grants.addForSession(`${id}=models:*`);
    assert.ok((await call("acme/ask", { use: "instrument/write" })).ok);
    // The manifest is the most.
    assert.match(told(await call("acme/ask", { use: "other/model" })), /its manifest does not ask for/);
    assert.match(told(await call("acme/ask", { use: "../etc" })), /^input: Cannot ask "..\/etc"/);
    assert.equal(models.asked.length, 2);
  }));

Deno.test("no policy grants a model that the manifest does not name", () =>
  withAsker(["*"], async ({ grants, call }) => {
    await grants.book.setBase("permissive");
    assert.match(told(await call("acme/ask", { use: "acme/model" })), /^permission/);
  }));

Deno.test("a permissive policy grants one that it names, and outside a run none is there", () =>
  withAsker(["acme/model"], async ({ grants, call }) => {
    await grants.book.setBase("permissive");
    assert.ok((await call("acme/ask", { use: "acme/model" })).ok);
    const without = told(await call("acme/ask", { use: "acme/model" }, null));
    assert.match(without, /^unavailable: .*in the nodes of a run/);
  }));

Deno.test("what models took is counted by the core, shown and audited, and ends at the manifest's limit", () =>
  withAsker(["acme/model"], async ({ extensions, grants, call, data }) => {
    grants.addForSession(`${id}=models:acme/model`);
    const got = await call("acme/many", { use: "acme/model", times: 10 });
    assert.ok(got.ok, told(got));
    const all = got.output["all"] as string[];
    assert.deepEqual([all.filter((one) => one === "ok").length, all.length], [4, 10], all.join("\n"));
    assert.match(all.find((one) => one !== "ok") ?? "", /^credit: .*it is spent/);
    const reading = extensions.monitor.readings().find(({ extension }) => extension === id);
    assert.ok(Math.abs((reading?.usd ?? 0) - 0.04) < 1e-9);
    assert.equal(reading?.tokens, 400);
    await grants.flush();
    const used = [];
    for await (const line of readAudit(data, { decision: "used" })) used.push(line);
    assert.equal(used[0]?.permission, "models:acme/model");
    assert.equal(used[0]?.reason, "acme/model answered: 100 tokens, $0.010000");
    assert.equal(used.reduce((sum, { count = 1 }) => sum + count, 0), 4);
  }, { usd: 0.045 }));

Deno.test("an answer that took more than the limit ends the extension, and it is not started again", () =>
  withAsker(["acme/model"], async ({ grants, models, call }) => {
    grants.addForSession(`${id}=models:acme/model`);
    models.usd = 0.02;
    // It says that it has room, and takes more than that.
    const greedy: ModelsPort = {
      ask: (asked) => models.ask({ ...asked, allowance: { ...asked.allowance, left: () => ({}) } }),
    };
    const result = await call("acme/many", { use: "acme/model", times: 3 }, greedy);
    assert.match(told(result), /^resource: .*US dollars|^resource: .*\$/i);
    await assert.rejects(call("acme/ask", { use: "acme/model" }), /is not started again/);
  }, { usd: 0.03 }));
