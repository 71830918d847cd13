import assert from "node:assert/strict";
import { readAudit } from "../../extensions/audit_log.ts";
import { extensionId } from "../../core/ids.ts";
import { secretKey, type SecretPermission } from "../../core/policy/permission.ts";
import { Grants } from "../../extensions/grants.ts";
import { eventOf } from "../../extensions/host/call_event.ts";
import { printable } from "../../extensions/host/log_drain.ts";
import { Secrets } from "../../extensions/secrets.ts";

const tool = extensionId("acme/tool");
const secret: SecretPermission = {
  kind: "secret",
  name: "key",
  hosts: ["api.example.com"],
  header: "x-key",
  prefix: "",
  env: "SYMPHONY_TEST_KEY",
  reason: "test",
};
const asker = {
  extension: tool,
  origin: "third-party" as const,
  permissions: [{ kind: "files" as const, access: "read" as const, reason: "reads" }, secret],
};

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("Grants keep what was granted in a file that only the owner reads, and forget what was withdrawn", () =>
  withFolder(async (folder) => {
    const grants = await Grants.open(folder);
    assert.match(
      grants.authorityOf(asker).refusal("files:read") ?? "",
      /symphony grants add acme\/tool files:read/,
    );
    await grants.add(tool, "files:read");
    assert.equal((await Deno.stat(`${folder}/grants.jsonc`)).mode! & 0o777, 0o600);
    const again = await Grants.open(folder);
    assert.equal(again.authorityOf(asker).refusal("files:read"), undefined);
    assert.equal(await again.remove(tool, "files:read"), true);
    assert.equal(await again.remove(tool, "files:read"), false);
    assert.notEqual((await Grants.open(folder)).authorityOf(asker).refusal("files:read"), undefined);
    await Promise.all([grants.flush(), again.flush()]);
  }));

Deno.test("Grants.addForSession() grants until the process ends and leaves the file alone", () =>
  withFolder(async (folder) => {
    const grants = await Grants.open(folder);
    grants.addForSession("acme/tool:files:read");
    assert.equal(grants.authorityOf(asker).refusal("files:read"), undefined);
    await grants.flush();
    assert.deepEqual((await Grants.open(folder)).list(), []);
    assert.throws(() => grants.addForSession("acme/tool"), { code: "bad-input" });
    assert.throws(() => grants.addForSession("acme/tool:everything"), { code: "bad-input" });
  }));

Deno.test("Grants note every decision in the audit log, and what is checked again as a count", () =>
  withFolder(async (folder) => {
    const grants = await Grants.open(folder);
    const authority = grants.authorityOf(asker);
    for (let turn = 0; turn < 3; turn++) authority.refusal("files:read");
    authority.refusal("files:write");
    await grants.add(tool, "files:read");
    await grants.flush();
    const lines = await Array.fromAsync(readAudit(folder));
    assert.deepEqual(
      lines.map(({ decision, permission, count = 1 }) => `${decision} ${permission} ${count}`).sort(),
      [
        "denied files:write 1",
        "granted files:read 1",
        "prompt files:read 1",
        "prompt files:read 2",
      ],
    );
  }));

Deno.test("an extension that asks for ever other things neither fills the core nor pushes a decision out of the audit", () =>
  withFolder(async (folder) => {
    const grants = await Grants.open(folder);
    await grants.add(tool, "net:collector.example");
    const authority = grants.authorityOf(asker);
    const neighbour = grants.authorityOf({ ...asker, extension: extensionId("acme/other") });
    // Names as long as no host's: without a bound, half a gigabyte of lines, kept verdicts and pending counts.
    const long = "a".repeat(1 << 20);
    for (let at = 0; at < 500; at++) authority.refusal(`net:${long}${at}.example:80`);
    neighbour.refusal("files:write");
    for (let at = 0; at < 2000; at++) authority.refusal(`net:h${at}.example:80`);
    await grants.flush();
    const size = (name: string) => Deno.statSync(`${folder}/${name}`).size;
    assert.ok(size("audit-checks.log") < 1 << 20, `${size("audit-checks.log")} bytes`);
    let [checks, granted, other, lines] = [0, 0, 0, 0];
    for await (const { extension, decision, count = 1 } of readAudit(folder)) {
      lines++;
      if (extension === "acme/other") other++;
      else if (decision === "granted") granted++;
      else checks += count;
    }
    // Nothing is lost: what has no line of its own is counted.
    assert.deepEqual({ checks, granted, other }, { checks: 2500, granted: 1, other: 1 });
    assert.ok(lines < 300, `${lines} lines`);
    assert.ok(size("audit.log") < 1000);
  }));

Deno.test("Grants refuse a file that is not a list of grants, with its place", () =>
  withFolder(async (folder) => {
    const file = `${folder}/grants.jsonc`;
    for (
      const text of [
        "{",
        "[]",
        '{"grants": [{"extension": "acme/tool"}]}',
        '{"grants": [{"extension": "acme/tool", "permission": "all"}]}',
      ]
    ) {
      await Deno.writeTextFile(file, text);
      await assert.rejects(Grants.open(folder), { code: "bad-input" }, text);
    }
  }));

Deno.test("Grants give a secret only where it is granted, from the variable that the grant names", () =>
  withFolder(async (folder) => {
    const grants = await Grants.open(folder);
    Deno.env.set("SYMPHONY_TEST_KEY", "from-manifest");
    Deno.env.set("SYMPHONY_OTHER_KEY", "from-grant");
    try {
      assert.equal(grants.authorityOf(asker).secret(secret), undefined);
      const key = secretKey(secret);
      assert.equal(key, "secret:key@api.example.com/x-key/SYMPHONY_TEST_KEY");
      await grants.add(tool, key);
      assert.equal(grants.authorityOf(asker).secret(secret), "from-manifest");
      await grants.add(tool, key, { env: "SYMPHONY_OTHER_KEY" });
      assert.equal(grants.authorityOf(asker).secret(secret), "from-grant");
      await grants.flush();
      for (const name of ["grants.jsonc", "audit.log", "audit-checks.log"]) {
        assert.doesNotMatch(await Deno.readTextFile(`${folder}/${name}`), /from-(grant|manifest)/);
      }
    } finally {
      Deno.env.delete("SYMPHONY_TEST_KEY");
      Deno.env.delete("SYMPHONY_OTHER_KEY");
    }
  }));

Deno.test("Grants give a secret where it was granted to go, and to a stranger not by its name alone", () =>
  withFolder(async (folder) => {
    const grants = await Grants.open(folder);
    Deno.env.set("SYMPHONY_TEST_KEY", "from-manifest");
    const of = (permission: SecretPermission, origin: "bundled" | "third-party" = "third-party") =>
      grants.authorityOf({ extension: tool, origin, permissions: [permission] }).secret(permission);
    const others: readonly SecretPermission[] = [
      { ...secret, hosts: ["telemetry.acme.dev"] },
      { ...secret, hosts: [...secret.hosts, "telemetry.acme.dev"] },
      { ...secret, env: "HOME" },
      { ...secret, header: "x-other" },
    ];
    try {
      await grants.add(tool, secretKey(secret));
      assert.equal(of(secret), "from-manifest");
      for (const other of others) assert.equal(of(other), undefined, secretKey(other));
      await grants.add(tool, "secret:key");
      assert.equal(of(secret), undefined);
      assert.equal(of(others[0]!, "bundled"), "from-manifest");
      // By its name it is refused, wherever it goes, and taken back.
      await grants.add(tool, "secret:key", { verdict: "deny" });
      for (const one of [secret, ...others]) assert.equal(of(one, "bundled"), undefined);
      await grants.add(tool, secretKey(secret));
      assert.equal(await grants.remove(tool, "secret:key"), true);
      assert.deepEqual(grants.list(), []);
      await grants.flush();
    } finally {
      Deno.env.delete("SYMPHONY_TEST_KEY");
    }
  }));

Deno.test("Secrets read a file that only its owner can read, and no other", () =>
  withFolder(async (folder) => {
    const fromFile = { ...secret, env: "SYMPHONY_TEST_UNSET" };
    await Deno.writeTextFile(`${folder}/key`, "file-secret\n", { mode: 0o600 });
    assert.equal(new Secrets(folder).value(fromFile, undefined), "file-secret");
    await Deno.chmod(`${folder}/key`, 0o644);
    assert.equal(new Secrets(folder).value(fromFile, undefined), undefined);
  }));

Deno.test("Secrets.keep() keeps a key for its owner alone, before what happens to be in the environment", () =>
  withFolder(async (folder) => {
    const secrets = new Secrets(`${folder}/secrets`);
    Deno.env.set("SYMPHONY_TEST_KEY", "from-manifest");
    Deno.env.set("SYMPHONY_OTHER_KEY", "from-grant");
    try {
      assert.deepEqual(secrets.sourceOf(secret, undefined), { kind: "env", name: "SYMPHONY_TEST_KEY" });
      await secrets.keep("key", " entered-by-hand\n");
      assert.equal((await Deno.stat(`${folder}/secrets/key`)).mode! & 0o777, 0o600);
      assert.equal(secrets.value(secret, undefined), "entered-by-hand");
      assert.deepEqual(secrets.sourceOf(secret, undefined), { kind: "kept" });
      assert.equal(
        secrets.value(secret, "SYMPHONY_OTHER_KEY"),
        "from-grant",
        "what the grant names comes first",
      );
      assert.equal(secrets.redact("an entered-by-hand b"), "an [secret] b");
      assert.equal(await secrets.forget("key"), true);
      assert.equal(await secrets.forget("key"), false);
      assert.equal(secrets.value(secret, undefined), "from-manifest");
      assert.deepEqual(await Array.fromAsync(Deno.readDir(`${folder}/secrets`)), []);
    } finally {
      Deno.env.delete("SYMPHONY_TEST_KEY");
      Deno.env.delete("SYMPHONY_OTHER_KEY");
    }
  }));

Deno.test("Secrets.keep() refuses what no header can hold and names that are no names, and never says the value", () =>
  withFolder(async (folder) => {
    const secrets = new Secrets(folder);
    for (const value of ["", "  ", "two-words-of-\nmany-lines", "with-a-\0-in-it", "long-".repeat(2000)]) {
      const error = await secrets.keep("key", value).then(() => assert.fail("kept"), (one: Error) => one);
      assert.match(error.message, /^Cannot keep the secret "key": found /);
      if (value.trim() !== "") assert.ok(!error.message.includes(value.slice(0, 9)), error.message);
    }
    for (const name of ["../key", ".settings-key", "Key", "", "a/b"]) {
      await assert.rejects(secrets.keep(name, "a-good-value"), { code: "bad-input" });
      await assert.rejects(secrets.forget(name), { code: "bad-input" });
    }
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  }));

Deno.test("Secrets.redact() takes every value out of text that passes, events included", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/key`, "file-secret", { mode: 0o600 });
    const secrets = new Secrets(folder);
    secrets.value({ ...secret, env: "SYMPHONY_TEST_UNSET" }, undefined);
    const redact = (text: string) => secrets.redact(text);
    assert.equal(redact("a file-secret b file-secret"), "a [secret] b [secret]");
    const log = eventOf({ kind: "log", level: "info", text: "key file-secret" }, redact);
    assert.deepEqual(log, { kind: "log", level: "info", text: "key [secret]" });
    assert.deepEqual(eventOf({ kind: "token", text: "file-secret" }, redact), {
      kind: "token",
      text: "[secret]",
    });
  }));

Deno.test("eventOf() refuses what is no event and removes control characters", () => {
  const same = (text: string) => text;
  assert.equal(eventOf({ kind: "other" }, same), undefined);
  assert.equal(eventOf({ kind: "log", level: "fatal", text: "x" }, same), undefined);
  assert.equal(eventOf({ kind: "progress", done: "1" }, same), undefined);
  assert.equal(eventOf(null, same), undefined);
  const event = eventOf({ kind: "log", level: "warn", text: "\u001b]0;title\u0007a\u202eb" }, same);
  assert.deepEqual(event, { kind: "log", level: "warn", text: "]0;titleab" });
});

Deno.test("printable() leaves letters of every script and drops what steers a terminal", () => {
  assert.equal(printable("é 😀 漢\u001b[31mred\u0000\u009b1m\r"), "é 😀 漢[31mred1m");
});

Deno.test("a remembered decision is not taken for another manifest of the same extension", () =>
  withFolder(async (folder) => {
    const grants = await Grants.open(folder);
    grants.addForSession("acme/tool=files:read");
    const before = grants.authorityOf(asker);
    const after = grants.authorityOf({ ...asker, permissions: [] });
    assert.equal(before.refusal("files:read"), undefined);
    assert.match(after.refusal("files:read") ?? "", /its manifest does not ask/);
    // Calls of the old one may still be under way.
    assert.equal(before.refusal("files:read"), undefined);
    assert.match(after.refusal("files:read") ?? "", /its manifest does not ask/);
    await grants.flush();
  }));
