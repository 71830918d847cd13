import assert from "node:assert/strict";
import {
  type Asker,
  type Grant,
  hostMatches,
  type Permission,
  type PermissionKey,
  splitHost,
  verdictOn,
} from "../../../core/policy/permission.ts";

const reason = "because";
const permissions: Permission[] = [
  { kind: "files", access: "read", reason },
  { kind: "net", hosts: ["api.example.com", "localhost:8080", "*"], reason },
  { kind: "secret", name: "key", hosts: ["api.example.com"], header: "authorization", prefix: "", reason },
];
const secret = "secret:key@api.example.com/authorization";
const bundled: Asker = { extension: "a/b", origin: "bundled", permissions };
const foreign: Asker = { extension: "a/b", origin: "third-party", permissions };

function grant(permission: string, more: Partial<Grant> = {}): Grant {
  return { extension: "a/b", permission, verdict: "allow", scope: { kind: "always" }, ...more };
}

function verdict(asker: Asker, key: PermissionKey, grants: Grant[] = [], nowMs = 0): string {
  return verdictOn(asker, key, grants, nowMs).verdict;
}

Deno.test("verdictOn() denies what the manifest does not ask for, whatever was granted", () => {
  assert.equal(verdict(bundled, "files:write", [grant("files:write")]), "denied");
  assert.equal(verdict(bundled, "secret:other", [grant("secret:other")]), "denied");
});

Deno.test("verdictOn() allows a bundled extension what it asks for, except secrets and unnamed hosts", () => {
  assert.equal(verdict(bundled, "files:read"), "allowed");
  assert.equal(verdict(bundled, "net:api.example.com:443"), "allowed");
  assert.equal(verdict(bundled, "net:localhost:8080"), "allowed");
  assert.equal(verdict(bundled, secret), "prompt");
  assert.equal(verdict(bundled, "net:elsewhere.example:443"), "prompt");
  assert.equal(verdict(bundled, "net:localhost:22"), "prompt");
});

Deno.test("verdictOn() asks for everything of a third party until it is granted", () => {
  assert.equal(verdict(foreign, "files:read"), "prompt");
  assert.equal(verdict(foreign, "files:read", [grant("files:read")]), "allowed");
  assert.equal(verdict(foreign, "files:read", [grant("files:read", { extension: "a/c" })]), "prompt");
  assert.equal(verdict(foreign, "net:api.example.com:443", [grant("net:api.example.com")]), "allowed");
  assert.equal(verdict(foreign, "net:evil.api.example.com:443", [grant("net:api.example.com")]), "prompt");
});

Deno.test("verdictOn() lets a refusal win over a grant", () => {
  const grants = [grant("files:read"), grant("files:read", { verdict: "deny" })];
  assert.equal(verdict(bundled, "files:read", grants), "denied");
});

Deno.test("verdictOn() counts a grant that has run out as none", () => {
  const grants = [grant("secret:key", { scope: { kind: "until", atMs: 100 } })];
  assert.equal(verdict(bundled, secret, grants, 99), "allowed");
  assert.equal(verdict(bundled, secret, grants, 100), "prompt");
});

Deno.test("verdictOn() holds a stranger's secret to the hosts, header and variable that were granted", () => {
  assert.equal(verdict(foreign, secret, [grant(secret)]), "allowed");
  assert.equal(verdict(foreign, secret, [grant("secret:key@b.example/authorization")]), "prompt");
  assert.equal(verdict(foreign, secret, [grant("secret:key@api.example.com/authorization/HOME")]), "prompt");
  assert.equal(verdict(foreign, secret, [grant("secret:key")]), "prompt");
  assert.equal(verdict(bundled, secret, [grant("secret:key")]), "allowed");
  assert.equal(verdict(foreign, secret, [grant(secret), grant("secret:key", { verdict: "deny" })]), "denied");
});

Deno.test("hostMatches() takes names, ports and one leading wildcard, and nothing by accident", () => {
  const cases: [string, string, number, boolean][] = [
    ["example.com", "example.com", 443, true],
    ["example.com", "EXAMPLE.com", 80, true],
    ["example.com", "a.example.com", 443, false],
    ["example.com", "example.com.evil.net", 443, false],
    ["*.example.com", "a.example.com", 443, true],
    ["*.example.com", "example.com", 443, false],
    ["*.example.com", "badexample.com", 443, false],
    ["localhost:8080", "localhost", 8080, true],
    ["localhost:8080", "localhost", 8081, false],
    ["[::1]", "[::1]", 80, true],
    ["[::1]:80", "[::1]", 81, false],
    ["*", "anything", 1, true],
  ];
  for (const [pattern, host, port, expected] of cases) {
    assert.equal(hostMatches(pattern, host, port), expected, `${pattern} ${host}:${port}`);
  }
});

Deno.test("splitHost() keeps an IPv6 address in brackets apart from its port", () => {
  assert.deepEqual(splitHost("[::1]:80"), ["::1", 80]);
  assert.deepEqual(splitHost("host"), ["host", undefined]);
});
