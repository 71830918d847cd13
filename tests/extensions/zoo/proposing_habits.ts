/** Bad habits of extensions in runs that propose instead of writing. @module */

import type { Habit } from "./habits.ts";

const permissions = [
  { kind: "files", access: "write", reason: "It says so" },
  { kind: "files", access: "read", reason: "It says so" },
];

/** A habit that tries to propose what it may not. */
function proposes(name: string, code: string, why: RegExp): Habit {
  return {
    name,
    proposes: true,
    permissions,
    run: `const { files } = context; const write = (path, text) => files.write("${name}/" + path, text);
      try { ${code}; return { refused: false }; } catch (error) { return { refused: true, how: String(error).slice(-200) }; }`,
    ends: new RegExp(`^ok: \\{"refused":true,"how":".*${why.source}`),
  };
}

export const proposing: readonly Habit[] = [
  proposes(
    "propose-repository",
    `await write("config", "[core]\\n\\tfsmonitor = touch ran\\n");
      for (const name of ["objects/x", "refs/x", "HEAD"]) await write(name, "ref: refs/heads/main\\n")`,
    /git would take its folder for a repository/,
  ),
  proposes(
    "propose-linked-config",
    `await files.write("cfg", "[core]\\n\\tfsmonitor = touch ran\\n")`,
    /git's own folder/,
  ),
  proposes("propose-linked-out", `await files.write("out/x", "x")`, /leads out of the workspace/),
  proposes("propose-pipe", `await files.write("pipe", "x")`, /not a file/),
  proposes(
    "propose-over-large",
    `await Promise.all(Array.from({ length: 64 }, () => files.write("large", "x")))`,
    /over 2097152 characters/,
  ),
  proposes(
    "propose-flood",
    `const deep = "${"a".repeat(100)}/".repeat(20);
      await Promise.all(Array.from({ length: 250 }, (_, at) => write(deep + at, "x")))`,
    /(at most 200 texts|200 files wait for a review)/,
  ),
];
