/**
 * Opening and saving texts of the desk.
 *
 * @module
 */

import { bufferId } from "../../core/ids.ts";
import type { Saved, SaveOptions, SaveRefusal, TextSource } from "../../core/ports/text_editing.ts";
import { ok, type Result } from "../../core/result.ts";
import type { BufferHold } from "../buffers.ts";
import type { Desk, OpenText } from "./desk.ts";

/** Opens a file or a text without one. @throws SymphonyError as TextEditingPort.open */
export async function openText(
  desk: Desk,
  source: TextSource,
): Promise<{ readonly text: OpenText; readonly hold: BufferHold }> {
  const hold = "text" in source ? desk.begin({ text: source.text }) : await desk.files.open(source.file, {
    ...(source.encoding === undefined ? {} : { encoding: source.encoding }),
    ...(source.mustExist === undefined ? {} : { mustExist: source.mustExist }),
    ...(source.mayLackFolder === undefined ? {} : { mayLackFolder: source.mayLackFolder }),
  });
  return { text: desk.text(bufferId(hold.buffer.id)), hold };
}

/** Saves. @throws SymphonyError as TextEditingPort.save */
export async function saveText(
  desk: Desk,
  { buffer }: OpenText,
  { file, encoding, overwrite }: SaveOptions,
): Promise<Result<Saved, SaveRefusal>> {
  const saved = await desk.files.save(buffer, file, {
    ...(encoding === undefined ? {} : { encoding }),
    ...(overwrite === undefined ? {} : { overwrite }),
  });
  return saved.ok ? ok({ file: saved.value.path, revision: saved.value.revision }) : saved;
}
