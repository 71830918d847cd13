/**
 * Renaming a symbol wherever it is used.
 *
 * @module
 */

import { SymphonyError } from "../../../core/errors.ts";
import { own } from "../../../core/json.ts";
import type { TextRange } from "../../../core/ports/text_editing.ts";
import type { Buffer } from "../../buffers.ts";
import type { Asking, AskOptions } from "../asking.ts";
import type { SentText } from "../synced_document.ts";
import { objectOf, rangeOf, stringIn } from "./answer_reading.ts";
import type { OpenWorld } from "./places.ts";
import { planWorkspaceEdit, type WorkspaceChange } from "./workspace_edit.ts";

/** What would be renamed. */
export interface Renameable {
  readonly span: TextRange;
  readonly name: string;
}

/** What stands at `offset` and can be renamed; undefined where nothing can. @throws as Asking.first */
export async function prepareRename(
  asking: Asking,
  buffer: Buffer,
  offset: number,
  options: AskOptions = {},
): Promise<Renameable | undefined> {
  const [server] = await asking.serversFor(buffer, "textDocument/rename", options);
  if (server === undefined) return undefined;
  const provider = server.session?.features.options("textDocument/rename");
  if (own(provider, "prepareProvider") !== true) return wordAround(buffer, offset);
  const answer = await asking.one(server, buffer, "textDocument/prepareRename", (question) => ({
    textDocument: question.textDocument,
    position: question.position(offset),
  }), options);
  const told = objectOf(answer.value);
  if (told === undefined) return undefined;
  const range = rangeOf(own(told, "range")) ?? rangeOf(told);
  if (range === undefined) {
    return own(told, "defaultBehavior") === true ? wordAround(buffer, offset) : undefined;
  }
  const span = answer.carried.span(range);
  return { span, name: stringIn(told, "placeholder") ?? buffer.text.sliceString(span.from, span.to) };
}

/** The change that renames what stands at `offset`. @throws SymphonyError `bad-input` where it cannot be renamed, else as Asking.first */
export async function rename(
  asking: Asking,
  world: OpenWorld,
  buffer: Buffer,
  offset: number,
  name: string,
  options: AskOptions = {},
): Promise<WorkspaceChange> {
  let sent: ReadonlyMap<Buffer, SentText> = new Map();
  const answer = await asking.first(buffer, "textDocument/rename", (question) => {
    sent = question.server.flushAll();
    return { textDocument: question.textDocument, position: question.position(offset), newName: name };
  }, options);
  if (answer === undefined) {
    throw new SymphonyError(
      "bad-input",
      `Cannot rename at offset ${offset}: no language server knows a symbol there`,
    );
  }
  const { server, session, value } = answer;
  const change = await planWorkspaceEdit(value, { world, server, encoding: session.encoding, sent });
  if (change.ok) return change.value;
  throw new SymphonyError("protocol", `Cannot carry out the rename of "${server.name}": ${change.error}`);
}

/** The word at `offset`, for servers that do not say what would be renamed. */
function wordAround(buffer: Buffer, offset: number): Renameable | undefined {
  const { text } = buffer;
  const [from, to] = [text.snap(Math.max(0, offset - 200)), text.snap(Math.min(text.length, offset + 200))];
  const before = /[\p{L}\p{N}\p{M}_$]*$/u.exec(text.sliceString(from, offset))?.[0] ?? "";
  const after = /^[\p{L}\p{N}\p{M}_$]*/u.exec(text.sliceString(offset, to))?.[0] ?? "";
  if (before + after === "") return undefined;
  return { span: { from: offset - before.length, to: offset + after.length }, name: before + after };
}
