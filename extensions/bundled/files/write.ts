import { type CallContext, defineOperator, ExtensionFailure, mergeEdits, Type } from "symphony/sdk";
import { workspacePath } from "./workspace_path.ts";

/** `files/write`: puts text into one file. */
export const write = defineOperator({
  type: "files/write",
  title: "Write a file",
  description:
    "Writes text into one file, whole or not at all. Writing what is there already changes nothing.",
  effect: "write",
  input: Type.Object({
    path: Type.String({ format: "path", title: "Path", description: "Relative to the workspace." }),
    content: Type.String({ title: "Content", description: "The text of the file." }),
    mode: Type.Optional(
      Type.Union([Type.Literal("create"), Type.Literal("overwrite"), Type.Literal("merge")], {
        default: "create",
        title: "Mode",
        description:
          "create refuses to replace a file that holds something else; overwrite replaces it; merge brings both together, from `base`.",
      }),
    ),
    base: Type.Optional(Type.String({
      title: "Base",
      description: "For merge: the text of the file when the content was made from it.",
    })),
  }),
  output: Type.Object({
    path: Type.String({ title: "Path", description: "Relative to the workspace." }),
    sizeBytes: Type.Integer({ title: "Size", description: "Bytes of the file." }),
    changed: Type.Boolean({
      title: "Changed",
      description: "False where the file held this content already.",
    }),
    sha256: Type.String({ title: "SHA-256", description: "Of the file's bytes, in hex." }),
    merged: Type.Boolean({
      title: "Merged",
      description: "True where the file had changed since `base`, and holds both changes now.",
    }),
  }),
  async run(given, context) {
    const path = workspacePath(given.path);
    const content = given.mode === "merge" ? await merged(context, path, given) : given.content;
    const bytes = new TextEncoder().encode(content);
    const mode = given.mode === "create" || given.mode === undefined ? "create" : "overwrite";
    const changed = await differs(context, path, bytes, mode);
    if (changed) await context.files.write(path, bytes);
    const sizeBytes = bytes.length;
    return { path, sizeBytes, changed, sha256: await sha256(bytes), merged: content !== given.content };
  },
});

/** What the file should hold so that neither its own changes since `base` nor the new ones are lost. */
async function merged(
  context: CallContext,
  path: string,
  { base, content }: { readonly base?: string; readonly content: string },
): Promise<string> {
  if (base === undefined) {
    throw new ExtensionFailure(
      "input",
      `Cannot merge into "${path}": "base" is missing, the text it was made from`,
    );
  }
  const there = path === "" ? undefined : await context.files.stat(path);
  if (there?.kind !== "file") return content;
  const edits = [{ by: "the file now", text: await context.files.readText(path) }, {
    by: "this node",
    text: content,
  }];
  const { text, conflicts } = mergeEdits(base, edits);
  const [first] = conflicts;
  if (first === undefined) return text;
  const line = base.slice(0, first.base.from).split("\n").length;
  const sides = first.sides.map((side) => `${side.by} has ${JSON.stringify(side.text.slice(0, 200))}`);
  throw new ExtensionFailure(
    "input",
    `Cannot merge into "${path}": ${conflicts.length} conflict${
      conflicts.length === 1 ? "" : "s"
    }, the first in line ${line} of the base, where ${sides.join(" and ")}`,
  );
}

/** True where the file must be written. A repeated attempt finds its own content and writes nothing. */
async function differs(
  context: CallContext,
  path: string,
  bytes: Uint8Array,
  mode: "create" | "overwrite",
): Promise<boolean> {
  if (path === "") {
    throw new ExtensionFailure("input", "Cannot write the workspace itself: a file's path is needed");
  }
  const there = await context.files.stat(path);
  if (there === undefined) return true;
  if (there.kind !== "file") {
    throw new ExtensionFailure("input", `Cannot write "${path}": a ${there.kind} is there`);
  }
  if (there.sizeBytes === bytes.length && equal(await context.files.read(path), bytes)) return false;
  if (mode === "overwrite") return true;
  throw new ExtensionFailure("input", `Cannot create "${path}": a file with other content is there`);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
