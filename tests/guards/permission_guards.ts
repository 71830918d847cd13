/**
 * Guards of what is granted, refused, asked and withdrawn.
 *
 * @module
 */

import type { Guard } from "./guard.ts";

const permissions = "tests/extensions/permissions_test.ts";
const loose = "tests/extensions/loose_test.ts";
const policy = "tests/core/policy/permission_policy_test.ts";

export const permissionGuards: readonly Guard[] = [
  {
    name: "code in a folder that others write is let in by itself",
    file: "extensions/policy_book.ts",
    find: "return code === undefined ? keys : [...keys, codeKey(code)];",
    replace: "return keys;",
    test: loose,
    only: "code of a workspace that is rewritten",
  },
  {
    name: "no extension writes the product's own folder",
    file: "extensions/capabilities/own_folder.ts",
    find: "if (!relative(root, path).split(sep).some((step) => NAMES.has(plainName(step)))) return;",
    replace: "return;",
    test: loose,
    only: "no extension writes",
  },
  // Permissions.
  {
    name: "the manifest is the most",
    file: "core/policy/permission.ts",
    find: 'return { verdict: "denied", reason: `its manifest does not ask for ${withoutTerms(key)}` };',
    replace: 'return { verdict: "allowed", reason: "" };',
    test: policy,
  },
  {
    name: "a refusal stands",
    file: "core/policy/permission.ts",
    find: `if (inForce.some((grant) => grant.verdict === "deny")) {`,
    replace: "if (false) {",
    test: permissions,
    only: "a refusal holds",
  },
  {
    name: "restricted folders",
    file: "core/policy/permission.ts",
    find: `if (folder === "restricted" && isOfFolder(asker, key)) {`,
    replace: "if (false) {",
    test: policy,
  },
  {
    name: "no policy for secrets and unnamed hosts",
    file: "core/policy/permission_policy.ts",
    find: `return isKept && found.decision === "allow" ? { ...found, decision: "ask" } : found;`,
    replace: "return found;",
    test: policy,
  },
  {
    name: "a grant ends in time",
    file: "core/policy/permission.ts",
    find: `return grant.scope.kind !== "until" || nowMs < grant.scope.atMs;`,
    replace: "return true;",
    test: permissions,
    only: "until a time ends then",
  },
  {
    name: "a remembered verdict ends in time",
    file: "extensions/verdict_cache.ts",
    find: "return found !== undefined && Date.now() < found.untilMs ? found : undefined;",
    replace: "return found;",
    test: permissions,
    only: "until a time ends then",
  },
  {
    name: "once is once",
    file: "extensions/grants.ts",
    find: `case "once":
        return this.#noteGrant(grant);`,
    replace: `case "once":`,
    test: permissions,
    only: "holds for the call that asked",
  },
  {
    name: "updates that ask for more",
    file: "extensions/placement.ts",
    find: "if (more !== undefined) {",
    replace: "if (false) {",
    test: "tests/extensions/placement_test.ts",
  },
  {
    name: "approval of what asked for nothing",
    file: "extensions/policy_book.ts",
    find: "const approved = this.#approvals.get(asker.extension);",
    replace:
      "const approved = this.#approvals.get(asker.extension)?.length ? this.#approvals.get(asker.extension) : undefined;",
    test: permissions,
    only: "asks for more",
  },
  {
    name: "a withdrawal ends processes",
    file: "extensions/host_extensions.ts",
    find: "this.#unlisten = options.grants.onRevoked((extension) => void this.#renew(extension));",
    replace: "this.#unlisten = () => {};",
    test: permissions,
    only: "taken back",
  },
  {
    name: "a withdrawal elsewhere is seen",
    file: "extensions/grants_file.ts",
    find: "return markOf(this.#file) !== this.#mark;",
    replace: "return false;",
    test: permissions,
    only: "taken back",
  },
  {
    name: "every check is audited",
    file: "extensions/audit_log.ts",
    find: "pending.count++;",
    replace: "",
    test: permissions,
    only: "audit log",
  },
];
