/**
 * The guards of what was granted, to whom and until when: see guards.ts.
 *
 * @module
 */

import type { Guard } from "./guard.ts";

const permissions = "tests/extensions/permissions_test.ts";

const grants = "tests/extensions/grants_test.ts";

const placement = "tests/extensions/placement_test.ts";
const broker = "tests/extensions/broker_test.ts";

export const grantGuards: readonly Guard[] = [
  {
    name: "payloads held in the core",
    file: "extensions/capabilities/payload_budget.ts",
    find: "if (this.#held + bytes > MOST_HELD_BYTES) {",
    replace: "if (this.#held < 0) {",
    test: broker,
    only: "at most 128 MiB",
  },
  {
    name: "payloads of an extension's calls together",
    file: "extensions/call_capabilities.ts",
    find: "      payloads: actor.payloads,\n",
    replace: "",
    test: "tests/extensions/host_extensions_test.ts",
    only: "payloads of an extension's calls",
  },
  {
    name: "a withdrawal ends rescues",
    file: "extensions/host_extensions.ts",
    find: "      ...rescues.map(([, rescue]) => rescue.close()),\n",
    replace: "",
    test: "tests/extensions/host_extensions_test.ts",
    only: "the process of a rescued call",
  },
  {
    name: "answers in flight",
    file: "extensions/capabilities/broker.ts",
    find: "if (READS.test(operation)) endTurn = await this.#payloads.turn();",
    replace: "",
    test: broker,
    only: "four large things",
  },
  {
    name: "nothing runs before it is let in",
    file: "extensions/host_extensions.ts",
    find: "        this.#placement.admit(actor);\n",
    replace: "",
    test: placement,
    only: "not even to describe it",
  },
  {
    name: "a module that never loads is not tried for ever",
    file: "extensions/describing.ts",
    find: "actor.notDescribed(messageOf(error));",
    replace: "",
    test: placement,
    only: "that never loads",
  },
  {
    name: "different checks have a budget",
    file: "extensions/audit_log.ts",
    find: "return ++known.count <= MOST_DIFFERENT;",
    replace: "return true;",
    test: grants,
    only: "ever other things",
  },
  {
    name: "a line of the audit is short",
    file: "extensions/audit_log.ts",
    find: "text.length > MOST_WORDS",
    replace: "text.length < 0",
    test: grants,
    only: "ever other things",
  },
  {
    name: "checks push no decision out",
    file: "extensions/audit_log.ts",
    find: "this.#checks = new LineFile(join(folder, CHECKS), join(folder, OLDER_CHECKS), lostLine);",
    replace: "this.#checks = this.#decisions;",
    test: grants,
    only: "ever other things",
  },
  {
    name: "names that no host can have",
    file: "extensions/capabilities/exchange.ts",
    find: "if (url.hostname.length > MOST_HOSTNAME) {",
    replace: "if (url.hostname.length < 0) {",
    test: "tests/extensions/zoo_test.ts",
    only: "every hostile",
    zoo: "long-hosts",
  },
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
    file: "extensions/verdict_cache.ts",
    find: "if (!used.every(isAllowed)) lost.add(extension);",
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
