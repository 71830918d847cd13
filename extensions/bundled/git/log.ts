import { defineOperator, type GitCommit, Type } from "symphony/sdk";
import { churn, renameOf } from "./churn.ts";

const input = Type.Object({
  max: Type.Optional(Type.Integer({
    default: 1_000,
    minimum: 1,
    maximum: 100_000,
    title: "At most",
    description: "Number of commits, newest first.",
  })),
  since: Type.Optional(Type.String({
    title: "Since",
    description: "Only commits after this date, as git reads dates: 2026-01-31, 6 months ago.",
  })),
  range: Type.Optional(Type.String({
    title: "Range",
    description: "A revision or range, such as v1.0..HEAD. Default: all that HEAD reaches.",
  })),
  paths: Type.Optional(Type.Array(Type.String(), {
    default: [],
    title: "Paths",
    description: "Only commits that touch these files or folders. Empty: all.",
  })),
  stats: Type.Optional(Type.Boolean({
    default: true,
    title: "Lines by file",
    description: "Also count added and removed lines of each file; without, the lists of files are empty.",
  })),
});

const output = Type.Object({
  commits: Type.Array(
    Type.Object({
      hash: Type.String(),
      author: Type.String(),
      atMs: Type.Number({ description: "Milliseconds since 1970." }),
      subject: Type.String(),
      body: Type.String(),
      parents: Type.Array(Type.String()),
      files: Type.Array(
        Type.Object({ path: Type.String(), added: Type.Integer(), removed: Type.Integer() }),
      ),
    }),
    { title: "Commits", description: "Newest first." },
  ),
  files: Type.Array(
    Type.Object({
      path: Type.String({ description: "The newest name, where the file was renamed." }),
      changes: Type.Integer({ description: "Number of commits that touched it." }),
      added: Type.Integer(),
      removed: Type.Integer(),
      authors: Type.Array(Type.String()),
      firstMs: Type.Number(),
      lastMs: Type.Number(),
    }),
    { title: "Churn", description: "How often each file changed and by whom, most changed first." },
  ),
  authors: Type.Array(
    Type.Object({ name: Type.String(), commits: Type.Integer() }),
    { title: "Authors", description: "With the number of their commits, most first." },
  ),
  isRepository: Type.Boolean({
    title: "In a repository",
    description: "False where there is no git history; the lists are empty then.",
  }),
});

/** `git/log`: commits, and what they say about files and people. */
export const log = defineOperator({
  type: "git/log",
  title: "Git history",
  description: "Reads commits and sums up, file by file, how often each changed, by whom and when.",
  effect: "read",
  input,
  output,
  async run(given, context) {
    if (!await context.git.isRepository()) {
      return { commits: [], files: [], authors: [], isRepository: false };
    }
    const commits = await context.git.log({
      max: given.max ?? 1_000,
      stats: given.stats ?? true,
      ...(given.since === undefined ? {} : { since: given.since }),
      ...(given.range === undefined ? {} : { range: given.range }),
      ...(given.paths === undefined || given.paths.length === 0 ? {} : { paths: given.paths }),
    });
    return {
      commits: commits.map(withNewNames),
      files: churn(commits),
      authors: authorsOf(commits),
      isRepository: true,
    };
  },
});

function withNewNames(commit: GitCommit) {
  return {
    ...commit,
    parents: [...commit.parents],
    files: commit.files.map((file) => ({ ...file, path: renameOf(file.path)?.to ?? file.path })),
  };
}

function authorsOf(commits: readonly GitCommit[]) {
  const counts = new Map<string, number>();
  for (const { author } of commits) counts.set(author, (counts.get(author) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, commits: count }))
    .sort((a, b) => b.commits - a.commits || (a.name < b.name ? -1 : 1));
}
