/**
 * What stands at a place: hover and signature help.
 *
 * @module
 */

import type { TextRange } from "../../../core/ports/text_editing.ts";
import { own } from "../../../core/json.ts";
import type { Buffer } from "../../buffers.ts";
import type { Asking, AskOptions } from "../asking.ts";
import {
  integerIn,
  listOf,
  type Markup,
  markupOf,
  objectOf,
  optional,
  rangeOf,
  stringIn,
} from "./answer_reading.ts";

export interface Hover {
  readonly revision: number;
  /** What it is about; undefined where the server does not say. */
  readonly span?: TextRange;
  readonly contents: Markup;
}

/** What the servers say about the place; undefined where none says anything. @throws as Asking.all */
export async function hover(
  asking: Asking,
  buffer: Buffer,
  offset: number,
  options: AskOptions = {},
): Promise<Hover | undefined> {
  const answers = await asking.all(buffer, "textDocument/hover", (question) => ({
    textDocument: question.textDocument,
    position: question.position(offset),
  }), options);
  const texts: Markup[] = [];
  let span: TextRange | undefined;
  for (const { value, carried } of answers) {
    const told = objectOf(value);
    const contents = told === undefined ? undefined : markupOf(own(told, "contents"));
    if (told === undefined || contents === undefined) continue;
    texts.push(contents);
    const range = rangeOf(own(told, "range"));
    if (range !== undefined) span ??= carried.span(range);
  }
  if (texts.length === 0) return undefined;
  const kind = texts.some((text) => text.kind === "markdown") ? "markdown" : "plaintext";
  const contents: Markup = { kind, text: texts.map(({ text }) => text).join("\n\n---\n\n") };
  return { revision: buffer.revision, contents, ...optional("span", span) };
}

export interface Signature {
  readonly label: string;
  readonly documentation?: Markup;
  readonly parameters: readonly { readonly label: TextRange; readonly documentation?: Markup }[];
  /** Which parameter is being written; undefined for none. */
  readonly active?: number;
}

export interface SignatureHelp {
  readonly signatures: readonly Signature[];
  readonly active: number;
}

export interface SignatureContext extends AskOptions {
  /** The character that was typed, where typing it asked for this. */
  readonly trigger?: string | undefined;
}

const MOST_SIGNATURES = 200;
const MOST_PARAMETERS = 500;

/** The call that the place is in; undefined where it is in none. @throws as Asking.first */
export async function signatureHelp(
  asking: Asking,
  buffer: Buffer,
  offset: number,
  options: SignatureContext = {},
): Promise<SignatureHelp | undefined> {
  const answer = await asking.first(buffer, "textDocument/signatureHelp", (question) => ({
    textDocument: question.textDocument,
    position: question.position(offset),
    context: options.trigger === undefined
      ? { triggerKind: 1, isRetrigger: false }
      : { triggerKind: 2, triggerCharacter: options.trigger, isRetrigger: false },
  }), options);
  const told = objectOf(answer?.value);
  if (told === undefined) return undefined;
  const shared = integerIn(told, "activeParameter", 0, MOST_PARAMETERS);
  const signatures = listOf(own(told, "signatures"), MOST_SIGNATURES)
    .map((value) => signatureOf(value, shared)).filter((one) => one !== undefined);
  if (signatures.length === 0) return undefined;
  return { signatures, active: integerIn(told, "activeSignature", 0, signatures.length - 1) ?? 0 };
}

function signatureOf(value: unknown, shared: number | undefined): Signature | undefined {
  const told = objectOf(value);
  const label = told === undefined ? undefined : stringIn(told, "label");
  if (told === undefined || label === undefined) return undefined;
  let from = 0;
  const parameters = listOf(own(told, "parameters"), MOST_PARAMETERS).map((item) => {
    const parameter = objectOf(item) ?? {};
    const span = labelSpan(own(parameter, "label"), label, from);
    from = span.to;
    return { label: span, ...optional("documentation", markupOf(own(parameter, "documentation"))) };
  });
  return {
    label,
    parameters,
    ...optional("documentation", markupOf(own(told, "documentation"))),
    ...optional("active", integerIn(told, "activeParameter", 0, MOST_PARAMETERS) ?? shared),
  };
}

/** A parameter's label is a part of the signature's, given by offsets or as text. */
function labelSpan(value: unknown, label: string, from: number): TextRange {
  if (typeof value === "string") {
    const at = Math.max(label.indexOf(value, from), 0);
    return { from: at, to: Math.min(at + value.length, label.length) };
  }
  const [start, end] = listOf(value, 2).map((part) => typeof part === "number" ? part : 0);
  const inside = (part: number | undefined) => Math.min(Math.max(part ?? 0, 0), label.length);
  return { from: inside(start), to: Math.max(inside(start), inside(end)) };
}
