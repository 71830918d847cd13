/**
 * Asking, granting, refusing and taking back, with real capabilities and real processes.
 *
 * @module
 */

import assert from "node:assert/strict";
import { extensionId, nodeId, runId } from "../../core/ids.ts";
import { type Permission, type PermissionKey, secretKey } from "../../core/policy/permission.ts";
import type {
  PermissionAnswer,
  PermissionPromptPort,
  PermissionQuestion,
} from "../../core/ports/permission_prompt.ts";
import { readAudit } from "../../extensions/audit_log.ts";
import { Capabilities } from "../../extensions/capabilities/broker.ts";
import { HeldArtifacts } from "../../extensions/capabilities/held_artifacts.ts";
import { Grants } from "../../extensions/grants.ts";
import { consentFor } from "../../extensions/install/consent.ts";
import { PolicyBook } from "../../extensions/policy_book.ts";
import { testPermissionPrompt } from "../contracts/permission_prompt_contract.ts";
import { request } from "../contracts/extension_contract.ts";
import { openRig } from "./host_rig.ts";

const tool = extensionId("acme/tool");
const permissions: readonly Permission[] = [
  { kind: "files", access: "read", reason: "It counts words" },
  { kind: "git", reason: "It shows who wrote what", isOptional: true },
];
const asker = { extension: tool, origin: "third-party" as const, permissions };
const never = new AbortController().signal;

/** A person who answers as told, and then no more. */
class Person implements PermissionPromptPort {
  readonly questions: PermissionQuestion[] = [];
  readonly #answers: PermissionAnswer[];

  constructor(answers: readonly PermissionAnswer[]) {
    this.#answers = [...answers];
  }

  async ask(asked: PermissionQuestion, signal: AbortSignal): Promise<PermissionAnswer | undefined> {
    if (signal.aborted) return undefined;
    this.questions.push({ ...asked, why: asked.why.replace(/[\p{Cc}\u202e]/gu, "") });
    await Promise.resolve();
    return this.#answers.shift();
  }
}

testPermissionPrompt("Person", (answers) => {
  const port = new Person(answers);
  return { port, shown: () => JSON.stringify(port.questions) };
});

interface Desk {
  readonly grants: Grants;
  readonly person: Person;
  readonly folder: string;
  /** Reads a file in a call of its own; "ok" or the failure. */
  read(key?: PermissionKey): Promise<string>;
}

async function withDesk(
  answers: readonly PermissionAnswer[],
  body: (desk: Desk) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-permissions-" });
  try {
    const person = new Person(answers);
    const grants = await Grants.open(`${folder}/data`, person);
    await Deno.mkdir(`${folder}/work`);
    await Deno.writeTextFile(`${folder}/work/a.txt`, "a");
    const read = async (operation = "files.read") => {
      const capabilities = openCapabilities(grants, `${folder}/work`);
      return await capabilities.call(operation, { path: "a.txt" }).then(
        () => "ok",
        (error) => String(error.message),
      );
    };
    await body({ grants, person, folder, read: (key) => read(key === "git" ? "git.tags" : "files.read") });
    await grants.flush();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function openCapabilities(grants: Grants, workspace: string): Capabilities {
  return new Capabilities({
    authority: grants.authorityOf(asker),
    workspace,
    mayWrite: true,
    signal: never,
    run: runId("r000000000000000"),
    node: nodeId("n"),
    artifacts: new HeldArtifacts(),
    asset: () => Promise.resolve(undefined),
  });
}

Deno.test("a capability asks the person in the moment of use, with what, why, the risk and what is not asked", () =>
  withDesk([{ verdict: "allow", scope: { kind: "always" } }], async ({ person, read, folder }) => {
    assert.equal(await read(), "ok");
    const [asked] = person.questions;
    assert.equal(asked?.what, "read the files of the folder");
    assert.equal(asked?.why, "It counts words");
    assert.equal(asked?.risk, "medium");
    assert.ok(asked?.notAsked.includes("change files"));
    assert.ok(!asked?.notAsked.includes("read files"));
    assert.equal(asked?.folder, `${folder}/work`);
    assert.equal(await read(), "ok");
    assert.equal(person.questions.length, 1);
  }));

Deno.test("a grant for once holds for the call that asked and for no other", () =>
  withDesk([{ verdict: "allow", scope: { kind: "once" } }], async ({ grants, person, folder }) => {
    const first = openCapabilities(grants, `${folder}/work`);
    await first.call("files.read", { path: "a.txt" });
    await first.call("files.stat", { path: "a.txt" });
    assert.equal(person.questions.length, 1);
    const second = openCapabilities(grants, `${folder}/work`);
    await assert.rejects(second.call("files.read", { path: "a.txt" }), /may not use files:read/);
    assert.equal(person.questions.length, 2);
    assert.deepEqual(grants.list(), []);
  }));

Deno.test("a grant for the session is kept in memory, one for always or until a time in the file", async () => {
  const soon = Date.now() + 60_000;
  for (
    const [scope, kept] of [
      [{ kind: "session" }, 0],
      [{ kind: "always" }, 1],
      [{ kind: "until", atMs: soon }, 1],
    ] as const
  ) {
    await withDesk([{ verdict: "allow", scope }], async ({ grants, read, folder }) => {
      assert.equal(await read(), "ok");
      assert.equal(grants.list().length, 1);
      assert.equal((await Grants.open(`${folder}/data`)).list().length, kept, scope.kind);
    });
  }
});

Deno.test("a grant until a time ends then, also where the answer was remembered", () =>
  withDesk([], async ({ grants, read }) => {
    await grants.add(tool, "files:read", { untilMs: Date.now() + 150 });
    assert.equal(await read(), "ok");
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.match(await read(), /may not use files:read/);
  }));

Deno.test("a refusal holds for the session, and many calls at once ask once", () =>
  withDesk([{ verdict: "deny", scope: { kind: "once" } }], async ({ person, read }) => {
    const results = await Promise.all(Array.from({ length: 20 }, () => read()));
    assert.ok(results.every((result) => /may not use files:read/.test(result)));
    assert.match(await read(), /it was refused/);
    assert.equal(person.questions.length, 1);
  }));

Deno.test("an answer that holds once is for the call that asked, with its folder; the others ask for themselves", () =>
  withDesk(
    [{ verdict: "allow", scope: { kind: "once" } }, { verdict: "deny", scope: { kind: "session" } }],
    async ({ grants, person, folder }) => {
      await Deno.mkdir(`${folder}/taxes`);
      await Deno.writeTextFile(`${folder}/taxes/a.txt`, "a");
      const [toy, taxes] = [`${folder}/work`, `${folder}/taxes`].map((one) => openCapabilities(grants, one));
      const read = (one: Capabilities | undefined) => one!.call("files.read", { path: "a.txt" });
      // Two of the same call: one question is enough.
      const results = await Promise.allSettled([read(toy), read(toy), read(taxes)]);
      assert.deepEqual(results.map(({ status }) => status), ["fulfilled", "fulfilled", "rejected"]);
      assert.deepEqual(person.questions.map((one) => one.folder), [`${folder}/work`, `${folder}/taxes`]);
    },
  ));

Deno.test("an answer for longer than a call holds for all that wait, also in other folders", () =>
  withDesk([{ verdict: "allow", scope: { kind: "session" } }], async ({ grants, person, folder }) => {
    await Deno.mkdir(`${folder}/other`);
    await Deno.writeTextFile(`${folder}/other/a.txt`, "a");
    const read = (name: string) =>
      openCapabilities(grants, `${folder}/${name}`).call("files.read", { path: "a.txt" });
    await Promise.all([read("work"), read("other"), read("work")]);
    assert.equal(person.questions.length, 1);
  }));

Deno.test("a question tells which calls of which nodes wait for its answer, each once, until it comes or they are over", () =>
  withDesk([], async ({ folder }) => {
    const shown: string[] = [];
    const answer = Promise.withResolvers<PermissionAnswer>();
    const prompt: PermissionPromptPort = {
      ask: ({ node, others }) => {
        assert.equal(node, "first");
        others?.watch(() =>
          shown.push(others.list().map((call) => `${call.node}[${call.item ?? ""}]`).join(" "))
        );
        return answer.promise;
      },
    };
    const grants = await Grants.open(`${folder}/data`, prompt);
    const authority = grants.authorityOf(asker);
    const over = new AbortController();
    const ask = (node: string, item?: number, signal = never) =>
      authority.ask?.("git", {
        folder,
        signal,
        run: runId("r0aaaaaaaaaaaaaa"),
        node: nodeId(node),
        ...item === undefined ? {} : { item },
      });
    // The one that asked asks again within the same call.
    const all = [ask("first"), ask("first"), ask("second"), ask("each", 2, over.signal), ask("second")];
    over.abort();
    answer.resolve({ verdict: "allow", scope: { kind: "session" } });
    assert.deepEqual(await Promise.all(all), Array(5).fill("allowed"));
    assert.deepEqual(shown, ["second[]", "second[] each[2]", "second[]", ""]);
    await grants.flush();
  }));

Deno.test("a question whose call is over leaves the others theirs", () =>
  withDesk([], async ({ folder }) => {
    const over = new AbortController();
    const asked: AbortSignal[] = [];
    const prompt: PermissionPromptPort = {
      ask: (_, signal) => {
        asked.push(signal);
        if (signal !== over.signal) return Promise.resolve({ verdict: "allow", scope: { kind: "once" } });
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve(undefined)));
      },
    };
    const grants = await Grants.open(`${folder}/data`, prompt);
    const authority = grants.authorityOf(asker);
    const first = authority.ask?.("git", { folder, signal: over.signal });
    const second = authority.ask?.("git", { folder, signal: never });
    over.abort();
    assert.deepEqual(await Promise.all([first, second]), ["denied", "once"]);
    assert.deepEqual(asked, [over.signal, never]);
    await grants.flush();
  }));

Deno.test("policy and trust take effect at once, here and from another process, and end what relied on them", () =>
  withDesk([], async ({ grants, folder, read }) => {
    const work = `${folder}/work`;
    const lost: string[] = [];
    grants.onRevoked((extension) => lost.push(extension));
    await grants.add(tool, "files:read");
    assert.equal(await read(), "ok");
    await grants.book.setTrust(work, "restricted");
    assert.match(await read(), /the folder is not trusted/);
    assert.deepEqual(lost, [tool]);
    await grants.book.setTrust(work, "unknown");
    assert.equal(await read(), "ok");
    const until = async (is: RegExp) => {
      for (let at = 0; at < 500 && !is.test(await read()); at++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.match(await read(), is);
    };
    // As `symphony trust restrict` does.
    await (await PolicyBook.open(`${folder}/data`)).setTrust(work, "restricted");
    await until(/the folder is not trusted/);
    assert.deepEqual(lost, [tool, tool]);
    await (await PolicyBook.open(`${folder}/data`)).setTrust(work, "unknown");
    await until(/^ok$/);
    await grants.remove(tool, "files:read");
    lost.length = 0;
    await grants.book.setBase("permissive");
    assert.equal(await read(), "ok");
    await (await PolicyBook.open(`${folder}/data`)).setBase("strict");
    await until(/policy strict refuses/);
    assert.deepEqual(lost, [tool]);
    await grants.book.setBase("permissive");
    assert.equal(await read(), "ok");
    // One that cannot be read allows nothing.
    await Deno.writeTextFile(`${folder}/data/policy.jsonc`, "{");
    await until(/policy strict refuses/);
  }));

Deno.test("an approval in another process is seen, and lets in what was kept off", () =>
  withDesk([], async ({ grants, folder }) => {
    assert.equal(grants.unapproved({ ...asker, permissions: [] }), undefined);
    assert.match(grants.unapproved(asker) ?? "", /files:read/);
    await grants.flush();
    const elsewhere = await Grants.open(`${folder}/data`);
    await elsewhere.approve(asker);
    await elsewhere.flush();
    for (let at = 0; at < 500 && grants.unapproved(asker) !== undefined; at++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(grants.unapproved(asker), undefined);
  }));

Deno.test("a refusal for the session is told where something was granted, and what was granted once holds no more", () =>
  withDesk([{ verdict: "allow", scope: { kind: "once" } }], async ({ grants, folder }) => {
    const lost: string[] = [];
    grants.onRevoked((extension) => lost.push(extension));
    grants.addForSession("acme/tool=git");
    grants.addForSession("acme/tool=git", "deny");
    assert.deepEqual(lost, [tool]);
    const call = openCapabilities(grants, `${folder}/work`);
    await call.call("files.read", { path: "a.txt" });
    grants.addForSession("acme/tool=files:read", "deny");
    await assert.rejects(call.call("files.read", { path: "a.txt" }), /it was refused/);
    // Nothing that held for longer was lost: its process need not end for that.
    assert.deepEqual(lost, [tool]);
  }));

Deno.test("what is granted after a refusal for the session holds, and a refusal is told as one at once", () =>
  withDesk([{ verdict: "deny", scope: { kind: "once" } }], async ({ grants, folder }) => {
    const call = openCapabilities(grants, `${folder}/work`);
    await assert.rejects(
      call.call("files.read", { path: "a.txt" }),
      /may not use files:read: it was refused$/,
    );
    await grants.add(tool, "files:read");
    await call.call("files.read", { path: "a.txt" });
  }));

Deno.test("PolicyBook knows a folder by its real path as well", () =>
  withDesk([], async ({ folder }) => {
    const book = await PolicyBook.open(`${folder}/data`);
    await Deno.mkdir(`${folder}/real/inner`, { recursive: true });
    await Deno.symlink(`${folder}/real`, `${folder}/link`);
    await Deno.mkdir(`${folder}/good`);
    await Deno.symlink(`${folder}/real`, `${folder}/good/way`);
    await book.setTrust(`${folder}/real`, "restricted");
    await book.setTrust(`${folder}/good`, "trusted");
    for (const path of ["link", "link/inner", "good/way", "good/way/inner", "real/new"]) {
      assert.equal(book.trustOf(`${folder}/${path}`), "restricted", path);
    }
    await book.setTrust(`${folder}/link`, "unknown");
    assert.equal(book.trustOf(`${folder}/real`), "unknown");
    await book.setTrust(`${folder}/link`, "restricted");
    assert.equal(book.trustOf(`${folder}/real/inner`), "restricted");
    // A link in a trusted folder does not lend its trust.
    await book.setTrust(`${folder}/link`, "unknown");
    assert.equal(book.trustOf(`${folder}/good/way`), "unknown");
    assert.equal(book.trustOf(`${folder}/good`), "trusted");
  }));

Deno.test("an optional permission is asked for when it is first wanted", () =>
  withDesk([{ verdict: "deny", scope: { kind: "session" } }], async ({ person, read }) => {
    assert.equal(person.questions.length, 0);
    assert.match(await read("git"), /may not use git/);
    assert.deepEqual(person.questions.map(({ permission }) => permission), ["git"]);
  }));

Deno.test("a secret is attached where it was granted for the call alone", () =>
  withDesk(
    [{ verdict: "allow", scope: { kind: "once" } }, { verdict: "allow", scope: { kind: "once" } }],
    async ({ grants, folder }) => {
      const server = Deno.serve({ port: 0, onListen: () => {} }, (asked) =>
        new Response(asked.headers.get("x-key")));
      const host = `127.0.0.1:${(server.addr as Deno.NetAddr).port}`;
      Deno.env.set("SYMPHONY_PERMISSIONS_KEY", "very-secret");
      try {
        const wants: readonly Permission[] = [
          { kind: "net", hosts: [host], reason: "It asks a server" },
          {
            kind: "secret",
            name: "key",
            hosts: [host],
            header: "x-key",
            prefix: "",
            env: "SYMPHONY_PERMISSIONS_KEY",
            reason: "key",
          },
        ];
        const capabilities = new Capabilities({
          authority: grants.authorityOf({ ...asker, permissions: wants }),
          workspace: folder,
          mayWrite: false,
          signal: never,
          run: runId("r000000000000000"),
          node: nodeId("n"),
          artifacts: new HeldArtifacts(),
          asset: () =>
            Promise.resolve(undefined),
        });
        await capabilities.call("fetch.open", { id: 1, url: `http://${host}/`, method: "GET", headers: [] });
        const { bytes } = await capabilities.call("fetch.pull", { id: 1 });
        assert.equal(new TextDecoder().decode(bytes), "very-secret");
        capabilities.close();
      } finally {
        Deno.env.delete("SYMPHONY_PERMISSIONS_KEY");
        await server.shutdown();
      }
    },
  ));

Deno.test("every check, grant, refusal and withdrawal is in the audit log, and can be asked for", () =>
  withDesk([], async ({ grants, folder, read }) => {
    for (let at = 0; at < 5; at++) await read();
    await grants.add(tool, "files:read");
    for (let at = 0; at < 7; at++) assert.equal(await read(), "ok");
    await grants.remove(tool, "files:read");
    await grants.flush();
    const counts = new Map<string, number>();
    for await (const { decision, count = 1 } of readAudit(`${folder}/data`, { extension: tool })) {
      counts.set(decision, (counts.get(decision) ?? 0) + count);
    }
    // Each refused read looks three times: whether it may, whether there is anybody to ask, and what came of it.
    assert.deepEqual(Object.fromEntries(counts), { prompt: 15, granted: 1, allowed: 7, withdrawn: 1 });
    const only: string[] = [];
    for await (const { decision } of readAudit(`${folder}/data`, { decision: "withdrawn" })) {
      only.push(decision);
    }
    assert.deepEqual(only, ["withdrawn"]);
    for await (const line of readAudit(`${folder}/data`, { sinceMs: Date.now() + 1000 })) {
      assert.fail(JSON.stringify(line));
    }
    assert.equal((await Deno.stat(`${folder}/data/audit.log`)).mode! & 0o777, 0o600);
  }));

Deno.test("an update that asks for more stays off until it is approved, also where it asked for nothing before", () =>
  withDesk([], async ({ grants, folder }) => {
    const nothing = { ...asker, permissions: [] };
    assert.equal(grants.unapproved(nothing), undefined);
    assert.match(grants.unapproved(asker) ?? "", /asks for more than when it was let in: files:read$/);
    await grants.flush();
    const later = await Grants.open(`${folder}/data`);
    assert.match(later.unapproved(asker) ?? "", /files:read/);
    await later.approve(asker);
    assert.equal(later.unapproved(asker), undefined);
    assert.equal((await Grants.open(`${folder}/data`)).unapproved(asker), undefined);
    await later.flush();
  }));

Deno.test("an update that sends a secret elsewhere, or takes it from elsewhere, stays off, and the person is asked anew", () =>
  withDesk([], async ({ grants, person, folder }) => {
    const secret = {
      kind: "secret",
      name: "key",
      hosts: ["api.example.com"],
      header: "x-key",
      prefix: "",
      env: "ACME_KEY",
      reason: "It signs in",
    } as const;
    const wants = (more: object) => ({ ...asker, permissions: [{ ...secret, ...more }] });
    assert.equal(grants.unapproved(wants({})), undefined);
    await grants.add(tool, "secret:key@api.example.com/x-key/ACME_KEY");
    for (
      const [more, told] of [
        [{ hosts: ["telemetry.acme.dev"] }, /secret:key@telemetry\.acme\.dev\/x-key\/ACME_KEY$/],
        [{ env: "AWS_SECRET_ACCESS_KEY" }, /secret:key@api\.example\.com\/x-key\/AWS_SECRET_ACCESS_KEY$/],
        [{ header: "x-log" }, /secret:key@api\.example\.com\/x-log\/ACME_KEY$/],
      ] as const
    ) {
      assert.match(grants.unapproved(wants(more)) ?? "", told);
    }
    const update = wants({ hosts: ["telemetry.acme.dev"], env: "AWS_SECRET_ACCESS_KEY" });
    await grants.approve(update);
    const authority = grants.authorityOf(update);
    const key = secretKey(update.permissions[0]!);
    assert.match(authority.refusal(key) ?? "", /was not granted/);
    await authority.ask?.(key, { folder, signal: never });
    const { what = "" } = person.questions[0] ?? {};
    for (const word of ["telemetry.acme.dev", "AWS_SECRET_ACCESS_KEY", "x-key"]) {
      assert.ok(what.includes(word), what);
    }
    const [line] = consentFor(update.permissions, wants({}).permissions).asks;
    for (const word of ["telemetry.acme.dev", "AWS_SECRET_ACCESS_KEY", "x-key"]) {
      assert.ok(line?.what.includes(word), line?.what);
    }
  }));

Deno.test("PolicyBook keeps base and folders, finds the nearest folder above, and refuses a wrong file with its place", () =>
  withDesk([], async ({ folder }) => {
    const data = `${folder}/data`;
    const book = await PolicyBook.open(data);
    await book.setBase("strict");
    await book.setTrust("/a", "trusted");
    await book.setTrust("/a/b", "restricted");
    const again = await PolicyBook.open(data);
    assert.equal(again.policy.base, "strict");
    assert.deepEqual(["/a", "/a/c/d", "/a/b/x", "/z"].map((path) => again.trustOf(path)), [
      "trusted",
      "trusted",
      "restricted",
      "unknown",
    ]);
    for (
      const [text, expected] of [
        ['{"base": "lax"}', /base must be strict, balanced, permissive, found "lax"/],
        [
          '{"rules": [{"when": {"who": "x"}, "then": "allow"}]}',
          /rules\[0\]\.when: found the unknown key "who"/,
        ],
        ['{"rules": [{"when": {}, "then": "maybe"}]}', /rules\[0\]: then must be allow, ask, deny/],
      ] as const
    ) {
      await Deno.writeTextFile(`${data}/policy.jsonc`, text);
      await assert.rejects(PolicyBook.open(data), expected);
    }
  }));

Deno.test("HostExtensions end an extension's processes when a grant is taken back, in this process or another", async () => {
  await using rig = await openRig(["contract"]);
  const { extensions, grants, data } = rig;
  const zoo = extensionId("contract/zoo");
  await grants.add(zoo, "files:read");
  await Deno.writeTextFile(`${data}/a.txt`, "inside");
  const reader = request("reader", { path: "a.txt" }, { workspace: data });
  const first = await extensions.activate(zoo);
  assert.ok((await extensions.call(first, reader, { signal: never })).ok);
  await grants.remove(zoo, "files:read");
  assert.equal(extensions.isAlive(first), false);
  await grants.add(zoo, "files:read");
  const second = await extensions.activate(zoo);
  assert.ok((await extensions.call(second, reader, { signal: never })).ok);
  const elsewhere = await Grants.open(data);
  await elsewhere.remove(zoo, "files:read");
  await elsewhere.flush();
  while (extensions.isAlive(second)) await new Promise((resolve) => setTimeout(resolve, 20));
  const third = await extensions.activate(zoo);
  const refused = await extensions.call(third, reader, { signal: never });
  assert.equal(refused.ok ? "ok" : refused.failure.class, "permission");
});
