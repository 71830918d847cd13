import { defineOperator, Type } from "symphony/sdk";

/** `git/tags`: the releases of a repository. */
export const tags = defineOperator({
  type: "git/tags",
  title: "Git tags",
  description: "Lists the tags of the repository, newest first, such as its releases.",
  effect: "read",
  input: Type.Object({
    match: Type.Optional(Type.String({
      title: "Starts with",
      description: "Only tags whose name starts with this, such as v.",
    })),
    max: Type.Optional(
      Type.Integer({ default: 1_000, minimum: 1, title: "At most", description: "Number of tags." }),
    ),
  }),
  output: Type.Object({
    tags: Type.Array(
      Type.Object({ name: Type.String(), commit: Type.String(), atMs: Type.Number() }),
      { title: "Tags", description: "Newest first." },
    ),
    latest: Type.String({
      title: "Latest",
      description: "The newest tag's name, or empty where there is none.",
    }),
    isRepository: Type.Boolean({
      title: "In a repository",
      description: "False where there is no git history; the list is empty then.",
    }),
  }),
  async run(given, context) {
    if (!await context.git.isRepository()) return { tags: [], latest: "", isRepository: false };
    const all = await context.git.tags();
    const fitting = all.filter((tag) => tag.name.startsWith(given.match ?? "")).slice(0, given.max ?? 1_000);
    return { tags: fitting, latest: fitting[0]?.name ?? "", isRepository: true };
  },
});
