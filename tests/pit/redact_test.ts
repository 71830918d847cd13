import assert from "node:assert/strict";
import { redacted } from "../../pit/stale/redact.ts";

const cases: readonly (readonly [string, string])[] = [
  ["sk-ant-REDACTED0123456789abcd", "key"],
  ["use ghp_0123456789abcdefghijABCDEFGHIJ012345 here", "key"],
  ["AKIAIOSFODNN7EXAMPLE", "key"],
  ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123_-x", "jwt"],
  ["Authorization: Bearer abcdef0123456789", "authorization"],
  ["postgres://admin:hunter2@db.example.org/x", "credentials"],
  ["password = hunter2hunter2", "secret"],
  ['{"api_key": "0123456789"}', "secret"],
  ["write to jane.doe@example.org", "address"],
  ["-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "private-key"],
  ["aB3dE5gH7jK9mN1pQ3sT5vX7zA9cE1gI3kM5", "key"],
];

Deno.test("redacted() takes out what looks like a secret, whatever it stands in", () => {
  for (const [text, kind] of cases) {
    const found = { count: 0 };
    const clean = JSON.stringify(redacted({ list: [{ [`name ${text}`]: text }] }, found));
    assert.ok(clean.includes(`[redacted:${kind}]`), `${text}: ${clean}`);
    assert.ok(found.count >= 2, text);
    for (const secret of ["hunter2", "0123456789", "IOSFODNN7", "jane.doe", "MIIE", "aB3dE5gH"]) {
      assert.ok(!clean.includes(secret), `${text}: ${clean}`);
    }
  }
});

Deno.test("redacted() leaves numbers, names of instruments, hashes, ids and prose as they are", () => {
  const value = {
    features: [0.1, 2, 3e10],
    actions: ["anthropic/claude-sonnet-4-5", "openai/gpt"],
    hash: "ab12".repeat(16),
    id: "r0mwxf5chxbjkpgg",
    uuid: "123e4567-e89b-12d3-a456-426614174000",
    text: "The token of appreciation was a secret between them; the password policy is strict.",
    none: null,
  };
  const found = { count: 0 };
  assert.deepEqual(redacted(value, found), value);
  assert.equal(found.count, 0);
});
