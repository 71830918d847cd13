import { type CallContext, defineOperator, ExtensionFailure, Type } from "symphony/sdk";
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
    mode: Type.Optional(Type.Union([Type.Literal("create"), Type.Literal("overwrite")], {
      default: "create",
      title: "Mode",
      description: "create refuses to replace a file that holds something else; overwrite replaces it.",
    })),
  }),
  output: Type.Object({
    path: Type.String({ title: "Path", description: "Relative to the workspace." }),
    sizeBytes: Type.Integer({ title: "Size", description: "Bytes of the file." }),
    changed: Type.Boolean({
      title: "Changed",
      description: "False where the file held this content already.",
    }),
    sha256: Type.String({ title: "SHA-256", description: "Of the content, in hex." }),
  }),
  async run(given, context) {
    const path = workspacePath(given.path);
    const bytes = new TextEncoder().encode(given.content);
    const changed = await differs(context, path, bytes, given.mode ?? "create");
    if (changed) await context.files.write(path, bytes);
    return { path, sizeBytes: bytes.length, changed, sha256: await sha256(bytes) };
  },
});

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
