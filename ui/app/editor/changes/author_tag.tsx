/** The letter by which somebody's changes are found in the list, the margin and the text, in their colour and with their line. @module */

import type { AuthorMark } from "../author_marks.ts";

export function AuthorTag({ mark }: { readonly mark: AuthorMark }) {
  return <span class={`editor-tag ${mark.classes}`} aria-hidden="true">{mark.letter}</span>;
}
