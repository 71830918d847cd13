/**
 * How a text stands in its file: encoding, byte order mark, line endings. What was read is written back the same way.
 *
 * UTF-8 and UTF-16 are read by the platform, everything else by iconv-lite; what is written in another encoding than
 * UTF-8 is read back and compared before it counts, so that no character becomes a question mark unseen.
 *
 * @module
 */

/** Encoding and mark of a file. */
export interface TextForm {
  /** `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`, `shift_jis`, … */
  readonly encoding: string;
  /** True where a byte order mark stands in front; it is no part of the text. */
  readonly mark: boolean;
}

/** What a new file is written in. */
export const NEW_FORM: TextForm = { encoding: "utf-8", mark: false };

/** How lines end: the ending that most have, and whether others occur. */
export interface LineEndings {
  readonly ending: "\n" | "\r\n" | "\r";
  readonly mixed: boolean;
}

const LOOKED_AT = 1 << 20;

/** The line endings of a text, judged by its first million UTF-16 units; `\n` for a text of one line. */
export function lineEndings(chunks: Iterable<string>): LineEndings {
  let [lf, crlf, cr, seen] = [0, 0, 0, 0];
  let before = 0;
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at++) {
      const unit = chunk.charCodeAt(at);
      if (unit === 10) before === 13 ? crlf++ : lf++;
      else if (before === 13) cr++;
      before = unit;
    }
    seen += chunk.length;
    if (seen >= LOOKED_AT) break;
  }
  if (before === 13) cr++;
  const kinds = [lf, crlf, cr].filter((count) => count > 0).length;
  const ending = crlf > lf && crlf >= cr ? "\r\n" : cr > lf ? "\r" : "\n";
  return { ending, mixed: kinds > 1 };
}
