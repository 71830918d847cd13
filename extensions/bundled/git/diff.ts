import { defineOperator, Type } from "symphony/sdk";
import { summarize } from "./diff_summary.ts";

/** `git/diff`: what changed. */
export const diff = defineOperator({
  type: "git/diff",
  title: "Git difference",
  description: "Shows what changed in the work tree, or between two revisions, as text and file by file.",
  effect: "read",
  input: Type.Object({
    from: Type.Optional(Type.String({
      title: "From",
      description: "A revision. Without it: what is not committed yet.",
    })),
    to: Type.Optional(Type.String({ title: "To", description: "A revision. Without it: the work tree." })),
    paths: Type.Optional(Type.Array(Type.String(), {
      default: [],
      title: "Paths",
      description: "Only these files or folders. Empty: all.",
    })),
  }),
  output: Type.Object({
    diff: Type.String({ title: "Difference", description: "A unified diff; diff/apply takes it." }),
    files: Type.Array(
      Type.Object({
        path: Type.String(),
        from: Type.String({ description: "The former name; the same as the path unless renamed or copied." }),
        added: Type.Integer(),
        removed: Type.Integer(),
        status: Type.Union([
          Type.Literal("modified"),
          Type.Literal("created"),
          Type.Literal("deleted"),
          Type.Literal("renamed"),
          Type.Literal("copied"),
        ]),
        binary: Type.Boolean(),
      }),
      { title: "Files", description: "Changed files with counts of added and removed lines." },
    ),
    added: Type.Integer({ title: "Added", description: "Lines added in all files." }),
    removed: Type.Integer({ title: "Removed", description: "Lines removed in all files." }),
    isRepository: Type.Boolean({
      title: "In a repository",
      description: "False where there is no git history; the rest is empty then.",
    }),
  }),
  async run(given, context) {
    if (!await context.git.isRepository()) {
      return { diff: "", files: [], added: 0, removed: 0, isRepository: false };
    }
    const text = await context.git.diff({
      ...(given.from === undefined ? {} : { from: given.from }),
      ...(given.to === undefined ? {} : { to: given.to }),
      ...(given.paths === undefined || given.paths.length === 0 ? {} : { paths: given.paths }),
    });
    const files = summarize(text);
    const sum = (count: "added" | "removed") => files.reduce((total, file) => total + file[count], 0);
    return { diff: text, files, added: sum("added"), removed: sum("removed"), isRepository: true };
  },
});
