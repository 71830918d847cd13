import { type CallContext, defineOperator, ExtensionFailure, Type } from "symphony/sdk";
import { parseDiff } from "./parse_diff.ts";
import { type Plan, planEdits, type PlannedFile } from "./plan.ts";

const input = Type.Object({
  diff: Type.String({
    maxLength: 33_554_432,
    title: "Diff",
    description: "A unified diff of one or more files, as git diff writes it.",
  }),
  root: Type.Optional(Type.String({
    default: ".",
    format: "path",
    title: "Root",
    description: "The folder that the diff's paths start from, relative to the workspace.",
  })),
  dryRun: Type.Optional(Type.Boolean({
    default: true,
    title: "Only try",
    description: "Say what would happen and write nothing.",
  })),
  fuzz: Type.Optional(Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 10,
    title: "Fuzz",
    description: "Lines of context at each end of a hunk that may differ.",
  })),
  failOnConflict: Type.Optional(Type.Boolean({
    title: "Fail on conflict",
    description: "Fail this node where a hunk does not fit. Default: only when it is to write.",
  })),
});

const output = Type.Object({
  files: Type.Array(
    Type.Object({
      path: Type.String(),
      from: Type.String({ description: "The former path; the same unless renamed or copied." }),
      status: Type.Union([
        Type.Literal("modified"),
        Type.Literal("created"),
        Type.Literal("deleted"),
        Type.Literal("renamed"),
        Type.Literal("copied"),
        Type.Literal("unchanged", { description: "The change is there already." }),
        Type.Literal("conflict"),
      ]),
      hunks: Type.Integer({ description: "Number of hunks." }),
      reason: Type.String({ description: "Why it is in conflict; else empty." }),
      rejected: Type.Array(
        Type.Object({
          hunk: Type.Integer({ description: "From 1." }),
          line: Type.Integer({ description: "Where it was expected, from 1." }),
          expected: Type.String({ description: "What the diff wants to find." }),
          found: Type.String({ description: "What is there." }),
          wanted: Type.String({ description: "What the diff wants to be there." }),
        }),
      ),
    }),
    { title: "Files", description: "What happens to each file, in the order of the diff." },
  ),
  applied: Type.Boolean({
    title: "Applied",
    description: "True where the files now are as the diff wants them.",
  }),
  conflicts: Type.Integer({
    title: "Conflicts",
    description: "Number of files in conflict; 0: the diff fits.",
  }),
  rejected: Type.Integer({ title: "Rejected", description: "Number of hunks that fit nowhere." }),
  contents: Type.Array(
    Type.Object({ path: Type.String(), content: Type.String() }),
    { title: "Contents", description: "When only trying: the text that each file would get." },
  ),
});

/** `diff/apply`: changes files as a diff says, all of them or none. */
export const apply = defineOperator({
  type: "diff/apply",
  title: "Apply a diff",
  description:
    "Changes, creates, renames and removes files as a unified diff says: everything fits, or nothing is written.",
  effect: "write",
  input,
  output,
  async run(given, context) {
    const dryRun = given.dryRun ?? true;
    const locate = locator(given.root ?? ".");
    const plan = await planEdits(context, parseDiff(given.diff), given.fuzz ?? 0, locate);
    const inConflict = plan.files.filter((file) => file.status === "conflict");
    if (inConflict.length > 0 && (given.failOnConflict ?? !dryRun)) {
      throw new ExtensionFailure("input", conflictReport(inConflict));
    }
    const applies = !dryRun && inConflict.length === 0;
    if (applies) await carryOut(context, plan);
    return {
      files: plan.files.map((file) => ({ ...file, rejected: [...file.rejected] })),
      applied: applies,
      conflicts: inConflict.length,
      rejected: plan.files.reduce((sum, file) => sum + file.rejected.length, 0),
      contents: dryRun ? [...plan.writes].map(([path, content]) => ({ path, content })) : [],
    };
  },
});

function locator(root: string): (path: string) => string {
  const folder = root.replaceAll("\\", "/").replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
  return (path) => folder === "" || folder === "." ? path : `${folder}/${path}`;
}

/**
 * Writes, then removes. A write is whole or not done at all, so when one fails only those before it are put back. A call
 * that is cancelled between two writes cannot put back; trying again finds what is done already and does the rest.
 */
async function carryOut(context: CallContext, plan: Plan): Promise<void> {
  const touched: string[] = [];
  try {
    for (const [path, content] of plan.writes) {
      context.signal.throwIfAborted();
      await context.files.write(path, content);
      touched.push(path);
    }
    for (const path of plan.removes) {
      await context.files.remove(path);
      touched.push(path);
    }
  } catch (error) {
    const lost = await putBack(context, plan, touched);
    if (lost.length === 0) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExtensionFailure("thrown", `${reason}; and these files are left changed: ${lost.join(", ")}`, {
      cause: error,
    });
  }
}

/** Gives the paths that could not be put back. */
async function putBack(
  context: CallContext,
  plan: Plan,
  touched: readonly string[],
): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const path of [...touched].reverse()) {
    try {
      const before = plan.before.get(path);
      if (before === undefined) await context.files.remove(path);
      else await context.files.write(path, before);
    } catch {
      lost.push(path);
    }
  }
  return lost;
}

/** Lines of each side that a message shows; the outputs of a try hold them whole. */
const SHOWN_LINES = 12;
const SHOWN_FILES = 5;

function conflictReport(files: readonly PlannedFile[]): string {
  const shown = files.slice(0, SHOWN_FILES).map((file) => {
    const first = file.rejected[0];
    const head = `"${file.path}": ${file.reason}`;
    if (first === undefined) return head;
    return `${head}, hunk ${first.hunk} at line ${first.line}\n<<<<<<< in the file\n${clip(first.found)}` +
      `======= expected by the diff\n${clip(first.expected)}>>>>>>>`;
  });
  const more = files.length > SHOWN_FILES ? [`and ${files.length - SHOWN_FILES} more files`] : [];
  return `Diff does not fit, nothing was written: ${[...shown, ...more].join("\n")}`;
}

function clip(text: string): string {
  const lines = text.split("\n").filter((line, at, all) => line !== "" || at < all.length - 1);
  const some = lines.slice(0, SHOWN_LINES);
  return [...some, ...(lines.length > some.length ? [`(${lines.length - some.length} more lines)`] : [])]
    .map((line) => `${line}\n`).join("");
}
