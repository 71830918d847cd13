/** A failure as it was told: class, message, and the author's own lines of the stack before those of libraries. @module */

import type { NodeFailure } from "../../../../core/policy/failure.ts";
import type { StackFrame } from "../../../api/failures.ts";
import { Icon } from "../../parts/icon.tsx";

export function FailureCard(
  { failure, item, stack }: {
    readonly failure: NodeFailure;
    readonly item?: number;
    readonly stack?: readonly StackFrame[];
  },
) {
  return (
    <div class="monitor-failure">
      <p class="row monitor-wrap">
        <Icon name="bad" size={14} />
        <span class="badge bad">{failure.class}</span>
        {item === undefined ? null : <span class="badge">item {item}</span>}
      </p>
      <p class="monitor-failure-text">{failure.message}</p>
      {stack === undefined || stack.length === 0 ? null : <StackList stack={stack} />}
      {failure.detail === undefined ? null : (
        <details>
          <summary>As it was told</summary>
          <pre class="monitor-value" tabIndex={0}>{failure.detail}</pre>
        </details>
      )}
    </div>
  );
}

export function StackList({ stack }: { readonly stack: readonly StackFrame[] }) {
  return (
    <ol class="monitor-stack" aria-label="Stack, innermost first">
      {stack.map((frame, index) => (
        <li key={index} class={/node_modules|^ext:|^node:/.test(frame.file) ? "faint" : ""}>
          <span class="mono">{frame.name === "" ? "(anonymous)" : frame.name}</span>
          <span class="mono faint">{frame.file}:{frame.line}:{frame.column}</span>
        </li>
      ))}
    </ol>
  );
}
