/** What is said of a run that goes only as far as some node: how far, what was left out, what is not made. @module */

import type { PartNote } from "../../../../core/workflow/part_of.ts";
import { Icon } from "../../parts/icon.tsx";
import { counted } from "../../parts/counted.ts";

/** Names that are told; the rest is counted, and all are in the tip. */
const NAMED = 6;

export function RunPart(
  { part, titleOf, class: className = "" }: {
    readonly part: PartNote;
    readonly titleOf: (node: string) => string;
    readonly class?: string;
  },
) {
  const { to, nodes, outputs } = part;
  const left = nodes.map((node) => titleOf(node));
  return (
    <p class={`run-part muted ${className}`}>
      <Icon name="output" size={13} />
      <span>
        Only as far as <strong>{named(to.map((node) => titleOf(node)))}</strong>.{" "}
        {left.length === 0 ? "Nothing was left out." : (
          <span title={left.join(", ")}>
            Left out: {counted(left.length, "node")} ({named(left)}).
          </span>
        )}
        {outputs.length === 0 ? null : ` Not made: ${named(outputs)}.`}
      </span>
    </p>
  );
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).join(", ");
  return names.length > NAMED ? `${shown} and ${names.length - NAMED} more` : shown;
}
