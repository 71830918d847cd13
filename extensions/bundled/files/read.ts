import { defineOperator, ExtensionFailure, Type } from "symphony/sdk";
import { languageOf } from "./language.ts";
import { textOf } from "./text_of.ts";
import { workspacePath } from "./workspace_path.ts";

/** `files/read`: the text of one file. */
export const read = defineOperator({
  type: "files/read",
  title: "Read a file",
  description: "Gives the text of one UTF-8 file. A binary file is refused, not garbled.",
  effect: "read",
  input: Type.Object({
    path: Type.String({ format: "path", title: "Path", description: "Relative to the workspace." }),
    maxBytes: Type.Optional(Type.Integer({
      default: 4_194_304,
      minimum: 1,
      title: "At most",
      description: "Bytes; a larger file is refused.",
    })),
  }),
  output: Type.Object({
    text: Type.String({ title: "Text", description: "The content, without a byte order mark." }),
    path: Type.String({ title: "Path", description: "Relative to the workspace." }),
    sizeBytes: Type.Integer({ title: "Size", description: "Bytes of the file." }),
    lines: Type.Integer({ title: "Lines", description: "Number of lines." }),
    language: Type.String({
      title: "Language",
      description: "Told from the name; empty where it does not tell.",
    }),
  }),
  async run(given, context) {
    const path = workspacePath(given.path);
    const maxBytes = given.maxBytes ?? 4_194_304;
    const there = await context.files.stat(path === "" ? "." : path);
    if (there === undefined) throw new ExtensionFailure("input", `Cannot read "${path}": nothing is there`);
    if (there.kind === "directory") {
      throw new ExtensionFailure("input", `Cannot read "${path}": it is a folder; "files/scan" lists it`);
    }
    if (there.sizeBytes > maxBytes) {
      throw new ExtensionFailure(
        "input",
        `Cannot read "${path}": it has ${there.sizeBytes} bytes, at most ${maxBytes} were asked for`,
      );
    }
    const bytes = await context.files.read(path);
    const text = textOf(bytes, path);
    return { text, path, sizeBytes: bytes.length, lines: lineCount(text), language: languageOf(path) };
  },
});

/** A last line without an end counts; what follows the last end does not. */
function lineCount(text: string): number {
  if (text === "") return 0;
  let lines = text.endsWith("\n") ? 0 : 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}
