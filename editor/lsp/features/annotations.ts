/**
 * What servers know of the text itself: folding ranges and inlay hints.
 *
 * @module
 */

import { own } from "../../../core/json.ts";
import type { TextRange } from "../../../core/ports/text_editing.ts";
import type { Buffer } from "../../buffers.ts";
import type { Asking, AskOptions } from "../asking.ts";
import {
  integerIn,
  listOf,
  type Markup,
  markupOf,
  objectOf,
  optional,
  positionOf,
  stringIn,
} from "./answer_reading.ts";

export interface Fold {
  /** What is hidden when it is folded: from the end of its first line. */
  readonly span: TextRange;
  /** `comment`, `imports`, `region`, or a word of the server's. */
  readonly kind?: string;
  /** What stands in its place. */
  readonly collapsed?: string;
}

export interface InlayHint {
  readonly offset: number;
  readonly label: string;
  readonly kind: "type" | "parameter" | "other";
  readonly paddingLeft: boolean;
  readonly paddingRight: boolean;
  readonly tooltip?: Markup;
}

const MOST = 50_000;
const MOST_LINE = 2 ** 31 - 1;
const FAR = 2 ** 31 - 1;

/** The parts that can be folded, by place. @throws as Asking.first */
export async function foldingRanges(
  asking: Asking,
  buffer: Buffer,
  options: AskOptions = {},
): Promise<Fold[]> {
  const answer = await asking.first(buffer, "textDocument/foldingRange", (question) => ({
    textDocument: question.textDocument,
  }), options);
  if (answer === undefined) return [];
  const folds: Fold[] = [];
  for (const item of listOf(answer.value, MOST)) {
    const told = objectOf(item) ?? {};
    const startLine = integerIn(told, "startLine", 0, MOST_LINE);
    const endLine = integerIn(told, "endLine", 0, MOST_LINE);
    if (startLine === undefined || endLine === undefined || endLine <= startLine) continue;
    const at = (line: number, member: string) => ({
      line,
      character: integerIn(told, member, 0, FAR) ?? FAR,
    });
    const span = answer.carried.span({
      start: at(startLine, "startCharacter"),
      end: at(endLine, "endCharacter"),
    });
    if (span.from === span.to) continue;
    folds.push({
      span,
      ...optional("kind", stringIn(told, "kind")),
      ...optional("collapsed", stringIn(told, "collapsedText")),
    });
  }
  return folds.sort((a, b) => a.span.from - b.span.from || b.span.to - a.span.to);
}

/** Hints between the characters of `range`, by place. @throws as Asking.all */
export async function inlayHints(
  asking: Asking,
  buffer: Buffer,
  range: TextRange,
  options: AskOptions = {},
): Promise<InlayHint[]> {
  const answers = await asking.all(buffer, "textDocument/inlayHint", (question) => ({
    textDocument: question.textDocument,
    range: question.range(range),
  }), options);
  const hints: InlayHint[] = [];
  for (const { value, carried } of answers) {
    for (const item of listOf(value, MOST)) {
      const told = objectOf(item) ?? {};
      const position = positionOf(own(told, "position"));
      const label = labelOf(own(told, "label"));
      if (position === undefined || label === "") continue;
      const kind = own(told, "kind");
      hints.push({
        offset: carried.offset(position, 1),
        label,
        kind: kind === 1 ? "type" : kind === 2 ? "parameter" : "other",
        paddingLeft: own(told, "paddingLeft") === true,
        paddingRight: own(told, "paddingRight") === true,
        ...optional("tooltip", markupOf(own(told, "tooltip"))),
      });
    }
  }
  return hints.sort((a, b) => a.offset - b.offset);
}

function labelOf(value: unknown): string {
  if (typeof value === "string") return value.slice(0, 1000);
  return listOf(value, 100).map((part) => stringIn(objectOf(part) ?? {}, "value") ?? "").join("").slice(
    0,
    1000,
  );
}
