/** A value that a node took or gave, as best seen in a panel. @module */

import type { Json } from "../../../../core/json.ts";
import { JsonTree } from "./json_tree.tsx";

export function ValueView({ label, value }: { readonly label: string; readonly value: Json }) {
  if (typeof value === "string") {
    return <pre class="monitor-value" tabIndex={0} aria-label={label}>{value}</pre>;
  }
  return <JsonTree label={label} value={value} isCompact />;
}
