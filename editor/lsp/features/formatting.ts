/**
 * Formatting: of a document, a range, and while typing. What comes back is a delta for the newest text, as small as can be, so that
 * carets and marks stay where they are.
 *
 * @module
 */

import { SymphonyError } from "../../../core/errors.ts";
import { own } from "../../../core/json.ts";
import type { TextRange } from "../../../core/ports/text_editing.ts";
import type { Buffer } from "../../buffers.ts";
import { Delta } from "../../text/delta.ts";
import type { Answer, Asking, AskOptions, Params } from "../asking.ts";
import { deltaOfTextEdits } from "../text_edits.ts";
import { listOf, stringIn } from "./answer_reading.ts";
import { touchesLater } from "./workspace_edit.ts";

export interface FormatOptions extends AskOptions {
  /** Default 4. */
  readonly tabSize?: number | undefined;
  /** Default true. */
  readonly insertSpaces?: boolean | undefined;
}

/** What to change in a buffer, for the text of `revision`. */
export interface BufferDelta {
  readonly revision: number;
  readonly delta: Delta;
  readonly server: string;
}

/**
 * The buffer formatted by the first server that can. Undefined where none can; an identity where nothing is to be done.
 * @throws as Asking.first, SymphonyError `aborted` where the text was edited at the same places meanwhile, `protocol` for edits that cannot be
 */
export async function formatDocument(
  asking: Asking,
  buffer: Buffer,
  options: FormatOptions = {},
): Promise<BufferDelta | undefined> {
  return await formatted(asking, buffer, "textDocument/formatting", (question) => ({
    textDocument: question.textDocument,
    options: optionsOf(options),
  }), options);
}

/** As formatDocument, for a part. */
export async function formatRange(
  asking: Asking,
  buffer: Buffer,
  range: TextRange,
  options: FormatOptions = {},
): Promise<BufferDelta | undefined> {
  return await formatted(asking, buffer, "textDocument/rangeFormatting", (question) => ({
    textDocument: question.textDocument,
    range: question.range(range),
    options: optionsOf(options),
  }), options);
}

/** What to change after `typed` was typed before `offset`. Undefined where no server cares for that character. */
export async function formatOnType(
  asking: Asking,
  buffer: Buffer,
  offset: number,
  typed: string,
  options: FormatOptions = {},
): Promise<BufferDelta | undefined> {
  const method = "textDocument/onTypeFormatting";
  for (const server of await asking.serversFor(buffer, method, options)) {
    const provider = server.session?.features.options(method) ?? {};
    const triggers = [
      stringIn(provider, "firstTriggerCharacter"),
      ...listOf(own(provider, "moreTriggerCharacter"), 100),
    ];
    if (!triggers.includes(typed)) continue;
    return await formatted(asking, buffer, method, (question) => ({
      textDocument: question.textDocument,
      position: question.position(offset),
      ch: typed,
      options: optionsOf(options),
    }), { ...options, server: server.name });
  }
  return undefined;
}

function optionsOf(options: FormatOptions): unknown {
  return {
    tabSize: options.tabSize ?? 4,
    insertSpaces: options.insertSpaces ?? true,
    trimTrailingWhitespace: true,
  };
}

async function formatted(
  asking: Asking,
  buffer: Buffer,
  method: string,
  params: Params,
  options: FormatOptions,
): Promise<BufferDelta | undefined> {
  const answer = await asking.first(buffer, method, params, options);
  if (answer !== undefined) return bufferDelta(buffer, answer, answer.value);
  const able = await asking.serversFor(buffer, method, options);
  if (able.length === 0) return undefined;
  // A server that answers null has nothing to change.
  return {
    revision: buffer.revision,
    delta: Delta.identity(buffer.text.length),
    server: able[0]?.name ?? "",
  };
}

/** Edits that a server proposes for one buffer, on the newest text. @throws as formatDocument */
export function bufferDelta(buffer: Buffer, answer: Answer, edits: unknown): BufferDelta {
  const { server, question, carried } = answer;
  const delta = deltaOfTextEdits(question.sent.map, edits ?? []);
  if (!delta.ok) throw new SymphonyError("protocol", `Language server "${server.name}": ${delta.error}`);
  if (carried.isExact && carried.revision === buffer.revision) {
    return { revision: carried.revision, delta: delta.value, server: server.name };
  }
  if (touchesLater(buffer, question.sent.revision, delta.value)) {
    throw new SymphonyError(
      "aborted",
      `Language server "${server.name}": the text was edited at the same place meanwhile`,
    );
  }
  const later = buffer.document.changesSince(question.sent.revision);
  return { revision: buffer.revision, delta: delta.value.transform(later, "before"), server: server.name };
}
