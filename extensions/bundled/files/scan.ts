import { defineOperator, ExtensionFailure, Type } from "symphony/sdk";
import { isBinaryName, isGenerated, isSource, languageOf } from "./language.ts";
import { type Found, walk, type WalkOptions } from "./walk.ts";
import { workspacePath } from "./workspace_path.ts";

const input = Type.Object({
  root: Type.Optional(Type.String({
    default: ".",
    format: "path",
    title: "Root",
    description: "The folder to look in (or one file), relative to the workspace.",
  })),
  include: Type.Optional(Type.Array(Type.String(), {
    default: [],
    title: "Include",
    description:
      "Globs below the root, such as src/**/*.ts; one without a slash fits at any depth. Empty: all files.",
  })),
  exclude: Type.Optional(Type.Array(Type.String(), {
    default: [],
    title: "Exclude",
    description: "Globs of files and folders to leave out.",
  })),
  maxFiles: Type.Optional(Type.Integer({
    default: 20_000,
    minimum: 1,
    maximum: 1_000_000,
    title: "At most",
    description: "Stop after this many files, those nearest to the root first.",
  })),
  maxFileBytes: Type.Optional(Type.Integer({
    default: 1_048_576,
    minimum: 0,
    title: "Largest file",
    description: "Bytes; larger files are counted as skipped.",
  })),
  gitignore: Type.Optional(Type.Boolean({
    default: true,
    title: "Obey .gitignore",
    description: "Leave out what .gitignore files and .git/info/exclude name.",
  })),
  hidden: Type.Optional(Type.Boolean({
    default: false,
    title: "Hidden files",
    description: "Also files and folders whose name starts with a dot (never .git).",
  })),
});

const output = Type.Object({
  files: Type.Array(Type.String(), {
    title: "Files",
    description: "Paths relative to the workspace, sorted.",
  }),
  sources: Type.Array(Type.String(), {
    title: "Source files",
    description:
      "Those of the files that are program text written by people: no documents, data or generated files.",
  }),
  entries: Type.Array(
    Type.Object({
      path: Type.String(),
      sizeBytes: Type.Integer(),
      modifiedMs: Type.Number(),
      language: Type.String({ description: "Lower case, empty where the name does not tell." }),
      binary: Type.Boolean({ description: "The name says a format that is not text." }),
      generated: Type.Boolean({ description: "A lock file, minified, or in a folder of others' code." }),
    }),
    {
      title: "Entries",
      description: "Each file with its size, age and language, in the order of the files.",
    },
  ),
  languages: Type.Record(Type.String(), Type.Integer(), {
    title: "Languages",
    description: "Number of files by language.",
  }),
  count: Type.Integer({ title: "Count", description: "Number of files." }),
  totalBytes: Type.Integer({ title: "Size", description: "Bytes of all files together." }),
  truncated: Type.Boolean({
    title: "Truncated",
    description: "True where there are more files than asked for.",
  }),
  skipped: Type.Object({
    ignored: Type.Integer(),
    hidden: Type.Integer(),
    excluded: Type.Integer(),
    large: Type.Integer(),
    links: Type.Integer(),
    unreadable: Type.Integer(),
  }, { title: "Skipped", description: "How many files or whole folders were left out, by reason." }),
});

/** `files/scan`: which files there are. */
export const scan = defineOperator({
  type: "files/scan",
  title: "Scan files",
  description: "Lists the files of a folder as git sees them, with size, age and language.",
  effect: "read",
  input,
  output,
  async run(given, context) {
    const root = workspacePath(given.root ?? ".");
    const options: WalkOptions = {
      root,
      include: given.include ?? [],
      exclude: given.exclude ?? [],
      maxFiles: given.maxFiles ?? 20_000,
      maxFileBytes: given.maxFileBytes ?? 1_048_576,
      gitignore: given.gitignore ?? true,
      hidden: given.hidden ?? false,
    };
    const there = root === "" ? undefined : await context.files.stat(root);
    if (root !== "" && there === undefined) {
      throw new ExtensionFailure("input", `Cannot scan "${root}": nothing is there`);
    }
    const skipped = { ignored: 0, hidden: 0, excluded: 0, large: 0, links: 0, unreadable: 0 };
    const walked = there?.kind === "file"
      ? {
        found: [{ path: root, sizeBytes: there.sizeBytes, modifiedMs: there.modifiedMs }],
        skipped,
        truncated: false,
      }
      : await walk(context, options);
    return { ...summary(walked.found), skipped: walked.skipped, truncated: walked.truncated };
  },
});

function summary(found: readonly Found[]) {
  const entries = [...found].sort((a, b) => a.path < b.path ? -1 : 1).map((each) => ({
    ...each,
    language: languageOf(each.path),
    binary: isBinaryName(each.path),
    generated: isGenerated(each.path),
  }));
  const languages: Record<string, number> = {};
  for (const { language } of entries) {
    if (language !== "") languages[language] = (languages[language] ?? 0) + 1;
  }
  const files = entries.map((each) => each.path);
  const totalBytes = entries.reduce((sum, each) => sum + each.sizeBytes, 0);
  return { files, sources: files.filter(isSource), entries, languages, count: files.length, totalBytes };
}
