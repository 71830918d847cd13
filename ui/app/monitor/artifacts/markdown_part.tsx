/** Markdown as a document; a long one comes piece by piece. The renderer is loaded when the first one is shown. @module */

import { useEffect, useState } from "preact/hooks";
import { memo } from "../../parts/memo.ts";
import { ErrorState, LoadingState } from "../../parts/states.tsx";
import { inOwnFrame } from "../../state/own_frame.ts";
import { markdownPieces } from "./markdown_pieces.ts";

export function MarkdownPart(
  { text, label = "Document" }: { readonly text: string; readonly label?: string },
) {
  /** HTML of the pieces that are there. */
  const [shown, setShown] = useState<readonly string[]>([]);
  const [error, setError] = useState<unknown>(undefined);
  useEffect(() => {
    let isOld = false;
    let leave: (() => void) | undefined;
    const pieces = markdownPieces(text);
    import("./markdown.ts").then(({ markdownHtml }) => {
      const made: string[] = [];
      const next = () => {
        made.push(markdownHtml(pieces[made.length] as string));
        setShown([...made]);
        if (made.length < pieces.length) leave = inOwnFrame(next);
      };
      if (!isOld) next();
    }).catch(setError);
    return () => {
      isOld = true;
      leave?.();
    };
  }, [text]);
  if (error !== undefined) return <ErrorState title="Cannot show the document" error={error} />;
  if (shown.length === 0) return <LoadingState what="the document" />;
  return (
    <article class="monitor-document" tabIndex={0} aria-label={label}>
      {shown.map((html, at) => <Piece key={at} html={html} />)}
    </article>
  );
}

const Piece = memo(function Piece({ html }: { readonly html: string }) {
  return (
    <div
      class="monitor-document-piece"
      // deno-lint-ignore react-no-danger -- markdownHtml gives what DOMPurify let through
      dangerouslySetInnerHTML={{ __html: html }}
    />
  );
});

/** True for text that looks like Markdown: a heading, a list, a table or a fence at the beginning of a line. */
export function isMarkdown(text: string): boolean {
  return /^(#{1,6} \S|[-*] \S|\d+\. \S|```|\|.*\|\s*$)/m.test(text) && text.includes("\n");
}
