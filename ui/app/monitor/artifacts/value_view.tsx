/** A value that a node took or gave, as best seen in a panel: a document, text, or a tree. @module */

import type { Json } from "../../../../core/json.ts";
import { JsonTree } from "./json_tree.tsx";
import { isMarkdown, MarkdownPart } from "./markdown_part.tsx";

/** Longer documents would hold the page up while they are read. */
const MOST_RENDERED = 512 * 1024;

export function ValueView({ label, value }: { readonly label: string; readonly value: Json }) {
  if (typeof value !== "string") return <JsonTree label={label} value={value} isCompact />;
  if (value.length <= MOST_RENDERED && isMarkdown(value)) return <MarkdownPart text={value} label={label} />;
  return <pre class="monitor-value" tabIndex={0} aria-label={label}>{value}</pre>;
}
