/**
 * What a view shows when it has nothing to show: empty, loading, failed. Each says what to do next.
 *
 * @module
 */

import type { ComponentChildren } from "preact";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";

export function EmptyState(
  { icon, title, children, action }: {
    readonly icon: IconName;
    readonly title: string;
    readonly children?: ComponentChildren;
    readonly action?: ComponentChildren;
  },
) {
  return (
    <div class="state">
      <Icon name={icon} size={32} />
      <h2>{title}</h2>
      {children === undefined ? null : <p>{children}</p>}
      {action === undefined ? null : <div class="row">{action}</div>}
    </div>
  );
}

/** Grey lines where the content will stand. */
export function LoadingState({ what, lines = 5 }: { readonly what: string; readonly lines?: number }) {
  const widths = [72, 94, 58, 84, 40, 66, 90, 52];
  return (
    <div class="skeleton" role="status">
      <span class="hidden-text">Loading {what}</span>
      {Array.from(
        { length: lines },
        (_, line) => (
          <span key={line} aria-hidden="true" style={{ width: `${widths[line % widths.length]}%` }} />
        ),
      )}
    </div>
  );
}

/** Says what failed, why, and what to do. */
export function ErrorState(
  { title, error, onRetry }: {
    readonly title: string;
    readonly error: unknown;
    readonly onRetry?: () => void;
  },
) {
  const hint = hintOf(error);
  return (
    <div class="state" role="alert">
      <Icon name="warn" size={32} />
      <h2>{title}</h2>
      <p>{messageOf(error)}</p>
      {hint === undefined ? null : <p class="hint">{hint}</p>}
      {onRetry === undefined ? null : <Button icon="retry" onClick={onRetry}>Try again</Button>}
    </div>
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function hintOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("hint" in error)) return undefined;
  return typeof error.hint === "string" && error.hint !== "" ? error.hint : undefined;
}
