/**
 * A small git repository with one of each fault that the code review looks for, and a history to write a changelog from.
 *
 * @module
 */

// In two parts, so that this file holds no debt marker itself.
const MARKER = "FIX" + "ME";

/** Hard to follow: nested five deep. */
const knot = `import { parse } from "./parse.ts";
// ${MARKER}: this mixes reading and deciding
export function decide(rows: string[][], strict: boolean): number {
  let total = 0;
  for (const row of rows) {
    if (row.length > 0 && strict) {
      for (const cell of row) {
        if (cell !== "") {
          while (total < 100) {
            if (parse(cell) > 3 || strict) total += 2;
            else total += 1;
          }
        } else if (strict && total > 9) {
          return -1;
        }
      }
    }
  }
  return total;
}
`;

const copied = `
export function describe(entry: { name: string; size: number; kind: string }): string {
  const label = entry.name.trim().toLowerCase().replaceAll(" ", "-");
  const amount = entry.size > 1024 ? Math.round(entry.size / 1024) + " kB" : entry.size + " B";
  const sort = entry.kind === "folder" ? "a folder" : entry.kind === "link" ? "a link" : "a file";
  return [label, amount, sort].filter((part) => part.length > 0).join(", ");
}
`;

const files: readonly (readonly [message: string, content: Readonly<Record<string, string>>])[] = [
  ["feat(core): Add the first parser", {
    "README.md": "# Sample\n\nA sample project.\n\n## Usage\n\nCall \`parse\` with a text.\n",
    "src/parse.ts":
      "/** Reads a number. */\nexport function parse(text: string): number {\n  return Number(text);\n}\n",
    "tests/parse_test.ts":
      'import { parse } from "../src/parse.ts";\nDeno.test("parse", () => void parse("1"));\n',
  }],
  ["fix: Accept empty rows", { "src/knot.ts": knot }],
  ["Add descriptions", {
    "src/first.ts": `export const one = 1;\n${copied}`,
    "src/second.ts": `${copied}export const two = 2;\n`,
  }],
  ["chore: let the parser know the knot", {
    "src/parse.ts":
      'import { decide } from "./knot.ts";\n/** Reads a number. */\nexport function parse(text: string): number {\n  return text === "?" ? decide([], true) : Number(text);\n}\n',
  }],
  ["feat!: Decide by two", { "src/knot.ts": knot.replace("total += 2", "total += 3") }],
];

/** Makes the repository in a temporary folder, with the tag v1.0.0 after its second commit; lends it to \`use\`. */
export async function withSampleRepository(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "symphony-sample-" });
  try {
    await git(folder, "init", "-q", "-b", "main");
    for (const [at, [message, content]] of files.entries()) {
      for (const [path, text] of Object.entries(content)) {
        await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
        await Deno.writeTextFile(`${folder}/${path}`, text);
      }
      await git(folder, "add", ".");
      await git(folder, "commit", "-q", "-m", message);
      if (at === 1) await git(folder, "tag", "v1.0.0");
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function git(folder: string, ...args: string[]): Promise<void> {
  const who = {
    GIT_AUTHOR_NAME: "Ann",
    GIT_AUTHOR_EMAIL: "ann@example.org",
    GIT_COMMITTER_NAME: "Ann",
    GIT_COMMITTER_EMAIL: "ann@example.org",
  };
  const env = { ...who, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  const { success, stderr } = await new Deno.Command("git", {
    args,
    cwd: folder,
    env,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
