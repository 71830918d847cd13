/**
 * The guards of what was granted, to whom and until when: see guards.ts.
 *
 * @module
 */

import type { Guard } from "./guards.ts";

const permissions = "tests/extensions/permissions_test.ts";

export const grantGuards: readonly Guard[] = [
  {
    name: "a secret goes where it was granted to go",
    file: "core/policy/permission.ts",
    find: `(verdict === "deny" || origin === "bundled")`,
    replace: "true",
    test: "tests/core/policy/permission_test.ts",
    only: "holds a stranger's secret",
  },
  {
    name: "a secret's hosts, header and variable are approved",
    file: "core/policy/permission.ts",
    find: "return [secretKey(permission)];",
    replace: "return [`secret:${permission.name}`];",
    test: permissions,
    only: "sends a secret elsewhere",
  },
  {
    name: "policy and trust take effect at once",
    file: "extensions/grants.ts",
    find: "book.onChange(() => this.#changed(this.list()));",
    replace: "",
    test: permissions,
    only: "policy and trust take effect",
  },
  {
    name: "policy and trust elsewhere are seen",
    file: "extensions/policy_book.ts",
    find: "if (mark === this.#marks.get(name)) continue;",
    replace: "if (mark !== undefined) continue;",
    test: permissions,
    only: "policy and trust take effect",
  },
  {
    name: "a policy that cannot be read allows nothing",
    file: "extensions/policy_book.ts",
    find: `if (name === "policy") this.#policy = { base: "strict", rules: [] };`,
    replace: `if (name === "policy") return;`,
    test: permissions,
    only: "policy and trust take effect",
  },
  {
    name: "what policy took away ends processes",
    file: "extensions/grants.ts",
    find: `if (this.#decide(asker, key, folder).verdict !== "allowed") losers.add(asker.extension);`,
    replace: "",
    test: permissions,
    only: "policy and trust take effect",
  },
  {
    name: "a refusal for the session is told",
    file: "extensions/grants.ts",
    find: "(!has.has(nameOf(grant)) || isRefused(grant))",
    replace: "!has.has(nameOf(grant))",
    test: permissions,
    only: "a refusal for the session is told",
  },
  {
    name: "once ends with a refusal",
    file: "extensions/capabilities/capability.ts",
    find: " && authority.isRefused?.(key, workspace) !== true",
    replace: "",
    test: permissions,
    only: "a refusal for the session is told",
  },
  {
    name: "no link past a restricted folder",
    file: "extensions/policy_book.ts",
    find: `"restricted" ? "restricted" : this.#nearest(realOf(path))`,
    replace: `"restricted" ? "restricted" : this.#nearest(path)`,
    test: permissions,
    only: "by its real path",
  },
  {
    name: "an answer for once is not for other calls",
    file: "extensions/permission_desk.ts",
    find: `if (decided !== "prompt") return decided;`,
    replace: `if (isAnswered) return "once";`,
    test: permissions,
    only: "holds once is for the call that asked",
  },
];
