/** Markdown as a document. The renderer is loaded when the first one is shown. @module */

import { useEffect, useState } from "preact/hooks";
import { ErrorState, LoadingState } from "../../parts/states.tsx";

export function MarkdownPart(
  { text, label = "Document" }: { readonly text: string; readonly label?: string },
) {
  const [html, setHtml] = useState<string | undefined>(undefined);
  const [error, setError] = useState<unknown>(undefined);
  useEffect(() => {
    let isOld = false;
    import("./markdown.ts").then(({ markdownHtml }) => isOld || setHtml(markdownHtml(text)), setError);
    return () => isOld = true;
  }, [text]);
  if (error !== undefined) return <ErrorState title="Cannot show the document" error={error} />;
  if (html === undefined) return <LoadingState what="the document" />;
  return (
    <article
      class="monitor-document"
      tabIndex={0}
      aria-label={label}
      // deno-lint-ignore react-no-danger -- markdownHtml gives what DOMPurify let through
      dangerouslySetInnerHTML={{ __html: html }}
    />
  );
}

/** True for text that looks like Markdown: a heading, a list, a table or a fence at the beginning of a line. */
export function isMarkdown(text: string): boolean {
  return /^(#{1,6} \S|[-*] \S|\d+\. \S|```|\|.*\|\s*$)/m.test(text) && text.includes("\n");
}
