/**
 * What every TriggerSourcePort promises.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Hook, TriggerSourcePort } from "../../core/ports/trigger_source.ts";
import type { Make } from "./subject.ts";

/** A folder of files and a git repository that the port sees. */
export interface Outside {
  readonly folder: string;
  write(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Makes a commit on `main` and gives its id. */
  commit(): Promise<string>;
}

async function signed(secret: string, body: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const bytes = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", bytes.encode(secret), algorithm, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes.encode(body)));
  return `sha256=${[...mac].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Registers the suite for one adapter. */
export function testTriggerSourcePort(
  name: string,
  make: Make<TriggerSourcePort>,
  outside: () => Promise<Outside & AsyncDisposable>,
): void {
  Deno.test(`${name}.nextMoment() reads cron expressions in a zone, over the change of clocks`, async () => {
    await using subject = await make();
    const next = (expression: string, zone: string, after: string) => {
      const at = subject.port.nextMoment(expression, zone, Date.parse(after));
      return at === undefined ? undefined : new Date(at).toISOString();
    };
    assert.equal(next("0 9 * * *", "UTC", "2026-11-26T08:59:59.5Z"), "2026-11-26T09:00:00.000Z");
    assert.equal(next("0 9 * * *", "UTC", "2026-11-26T09:00:00Z"), "2026-11-27T09:00:00.000Z");
    assert.equal(next("0 9 * * MON-FRI", "UTC", "2026-11-27T10:00:00Z"), "2026-11-30T09:00:00.000Z");
    assert.equal(next("0 9 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z"), "2026-03-29T07:00:00.000Z");
    assert.equal(next("0 9 * * *", "Europe/Berlin", "2026-03-27T12:00:00Z"), "2026-03-28T08:00:00.000Z");
    assert.equal(next("0 0 30 2 *", "UTC", "2026-01-01T00:00:00Z"), undefined);
    assert.throws(() => next("0 25 * * *", "UTC", "2026-01-01T00:00:00Z"), /Cannot read the schedule "0 25/);
  });

  Deno.test(`${name}.stateOf() changes with what is added, written and removed below a path, and with nothing else`, async () => {
    await using subject = await make();
    await using world = await outside();
    const state = () => subject.port.stateOf(world.folder);
    await world.write("a/one.txt", "1");
    const first = await state();
    assert.equal(await state(), first);
    await world.write("a/two.txt", "2");
    const second = await state();
    assert.notEqual(second, first);
    await world.write("a/two.txt", "22");
    assert.notEqual(await state(), second);
    await world.remove("a/two.txt");
    assert.equal(await state(), first);
    await world.write("node_modules/x/y.js", "");
    assert.equal(await state(), first);
    assert.equal(await subject.port.stateOf(`${world.folder}/nothing`), undefined);
    assert.notEqual(await subject.port.stateOf(`${world.folder}/a/one.txt`), undefined);
  });

  Deno.test(`${name}.commitOf() gives the commit of a branch, and nothing where there is none`, async () => {
    await using subject = await make();
    await using world = await outside();
    assert.equal(await subject.port.commitOf(world.folder, "main"), undefined);
    const first = await world.commit();
    assert.equal(await subject.port.commitOf(world.folder, "main"), first);
    const second = await world.commit();
    assert.notEqual(second, first);
    assert.equal(await subject.port.commitOf(world.folder, "main"), second);
    assert.equal(await subject.port.commitOf(world.folder, "other"), undefined);
    assert.equal(await subject.port.commitOf(`${world.folder}/nothing`, "main"), undefined);
  });

  Deno.test(`${name}.listen() passes on calls with the right secret, and answers all others`, async () => {
    await using subject = await make();
    const hooks: Hook[] = [];
    await using server = await subject.port.listen(0, {
      secretOf: (trigger) => Promise.resolve(trigger === "deploy" ? "s3cret" : undefined),
      received: (hook) => {
        hooks.push(hook);
        return Promise.resolve({ status: 202, message: "Queued as q1" });
      },
    });
    const call = async (path: string, init: RequestInit) => {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`, init);
      return { status: response.status, body: await response.json() as { message: string } };
    };
    const body = '{"ref":"main"}';
    const bearer = { authorization: "Bearer s3cret" };
    assert.deepEqual(await call("/hooks/deploy", { method: "POST", body, headers: bearer }), {
      status: 202,
      body: { message: "Queued as q1" },
    });
    const headers = { "x-hub-signature-256": await signed("s3cret", body), "x-github-delivery": "d1" };
    assert.equal((await call("/hooks/deploy", { method: "POST", body, headers })).status, 202);
    assert.deepEqual(hooks, [
      { trigger: "deploy", body: { ref: "main" } },
      { trigger: "deploy", body: { ref: "main" }, delivery: "d1" },
    ]);
    const refused: readonly [string, RequestInit, number][] = [
      ["/hooks/deploy", { method: "POST", body }, 401],
      ["/hooks/deploy", { method: "POST", body, headers: { authorization: "Bearer s3cre" } }, 401],
      ["/hooks/deploy", { method: "POST", body: `${body} `, headers }, 401],
      ["/hooks/other", { method: "POST", body, headers: bearer }, 401],
      ["/hooks/deploy", { method: "POST", body: "{", headers: bearer }, 400],
      ["/hooks/deploy", { method: "GET", headers: bearer }, 405],
      ["/other", { method: "POST", body, headers: bearer }, 404],
      ["/hooks/deploy", { method: "POST", body: "x".repeat(1024 * 1024 + 1), headers: bearer }, 413],
    ];
    for (const [path, init, status] of refused) assert.equal((await call(path, init)).status, status, path);
    assert.equal(hooks.length, 2);
    await assert.rejects(
      subject.port.listen(server.port, {
        secretOf: () => Promise.resolve(undefined),
        received: () => Promise.resolve({ status: 200, message: "" }),
      }),
      /Cannot listen on port/,
    );
  });
}
