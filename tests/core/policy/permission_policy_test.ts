import assert from "node:assert/strict";
import fc from "fast-check";
import { type Asker, type PermissionKey, verdictOn } from "../../../core/policy/permission.ts";
import {
  balancedPolicy,
  type FolderTrust,
  type PermissionPolicy,
  type PolicyDecision,
  policyNames,
  type PolicyRule,
  riskOf,
} from "../../../core/policy/permission_policy.ts";

const reason = "because";
const asker: Asker = {
  extension: "acme/tool",
  origin: "third-party",
  permissions: [
    { kind: "files", access: "read", reason },
    { kind: "files", access: "write", reason },
    { kind: "git", reason },
    { kind: "artifacts", reason },
    { kind: "net", hosts: ["api.example.com", "*"], reason },
    { kind: "models", use: ["acme/model", "other/*", "*"], reason },
    { kind: "editor", access: "read", reason },
    { kind: "editor", access: "propose", reason },
    { kind: "notifications", reason },
    { kind: "secret", name: "key", hosts: ["api.example.com"], header: "x-key", prefix: "", reason },
  ],
};

function verdict(key: PermissionKey, policy: PermissionPolicy, folder: FolderTrust = "unknown"): string {
  return verdictOn(asker, key, [], 0, { policy, folder }).verdict;
}

Deno.test("verdictOn() asks by policy balanced for what is sensitive, refuses by strict and allows by permissive", () => {
  const keys: readonly PermissionKey[] = [
    "artifacts",
    "files:read",
    "files:write",
    "git",
    "net:api.example.com:443",
    "notifications",
    "editor:read",
    "editor:propose",
    "models:acme/model",
    "models:other/any",
  ];
  const by = (base: (typeof policyNames)[number]) => keys.map((key) => verdict(key, { base, rules: [] }));
  assert.deepEqual(by("balanced"), [
    "allowed",
    ...Array(4).fill("prompt"),
    "allowed",
    ...Array(4).fill("prompt"),
  ]);
  assert.deepEqual(by("strict"), Array(10).fill("denied"));
  assert.deepEqual(by("permissive"), Array(10).fill("allowed"));
});

Deno.test("verdictOn() never allows a secret, an unnamed host or an unnamed model by a policy or a rule", () => {
  for (const base of policyNames) {
    for (const then of ["allow", "ask", "deny"] as const) {
      const policy = { base, rules: [{ when: {}, then }] };
      assert.notEqual(verdict("secret:key@api.example.com/x-key", policy), "allowed");
      assert.notEqual(verdict("net:elsewhere.example:443", policy), "allowed");
      assert.notEqual(verdict("models:elsewhere/model", policy), "allowed");
    }
    assert.notEqual(verdict("secret:key@api.example.com/x-key", { base, rules: [] }), "allowed");
  }
});

Deno.test("verdictOn() goes by the rule of the highest priority that applies", () => {
  const rules: readonly PolicyRule[] = [
    { when: { permission: "files:*" }, then: "deny" },
    { when: { publisher: "acme", risk: ["medium"] }, then: "allow", priority: 1 },
    {
      when: { all: [{ extension: "acme/t*l" }, { not: { folder: "trusted" } }], permission: "git" },
      then: "deny",
      priority: 2,
    },
    {
      when: { any: [{ origin: "bundled" }, { permission: "net:*.example.com:443" }] },
      then: "deny",
      priority: 3,
    },
  ];
  const policy: PermissionPolicy = { base: "strict", rules };
  assert.equal(verdict("files:write", policy), "denied");
  assert.equal(verdict("files:read", policy), "allowed");
  assert.equal(verdict("git", policy), "denied");
  assert.equal(verdict("git", policy, "trusted"), "allowed");
  assert.equal(verdict("net:api.example.com:443", policy), "denied");
});

Deno.test("verdictOn() lets nobody write in a restricted folder and strangers not read", () => {
  const policy: PermissionPolicy = { base: "permissive", rules: [] };
  const grants = [
    {
      extension: "acme/tool",
      permission: "files:read",
      verdict: "allow" as const,
      scope: { kind: "always" as const },
    },
  ];
  for (const key of ["files:read", "files:write", "git"] as const) {
    const found = verdictOn(asker, key, grants, 0, { policy, folder: "restricted" });
    assert.deepEqual(found, { verdict: "denied", reason: "the folder is not trusted" });
  }
  const bundled: Asker = { ...asker, origin: "bundled" };
  const read = verdictOn(bundled, "files:read", [], 0, { policy: balancedPolicy, folder: "restricted" });
  assert.equal(read.verdict, "allowed");
  const write = verdictOn(bundled, "files:write", [], 0, { policy: balancedPolicy, folder: "restricted" });
  assert.equal(write.verdict, "denied");
});

Deno.test("verdictOn() never allows what the manifest does not ask for, whatever the rules", () => {
  const none: Asker = { ...asker, permissions: [] };
  const decision = fc.constantFrom<PolicyDecision>("allow", "ask", "deny");
  const rule = fc.record({
    when: fc.constant({}),
    then: decision,
    priority: fc.integer({ min: -3, max: 3 }),
  });
  fc.assert(
    fc.property(fc.constantFrom(...policyNames), fc.array(rule, { maxLength: 4 }), (base, rules) => {
      const found = verdictOn(none, "git", [], 0, { policy: { base, rules }, folder: "trusted" });
      assert.equal(found.verdict, "denied");
    }),
    { seed: 7, numRuns: 100 },
  );
});

Deno.test("riskOf() puts secrets above everything and unnamed hosts above named ones", () => {
  assert.deepEqual(
    (["artifacts", "files:read", "net:a.example:443", "net:*", "files:write", "secret:key"] as const).map(
      riskOf,
    ),
    ["low", "medium", "medium", "high", "high", "critical"],
  );
});
