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
];
