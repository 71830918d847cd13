/** Loads a view's code and holds what it throws away from the rest of the page. @module */

import { Component, type ComponentChildren, type ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ErrorState, LoadingState } from "../parts/states.tsx";
import { route } from "../state/route.ts";
import { loadView } from "./load_view.ts";
import type { ViewDefinition, ViewProps } from "./view.ts";

export function ViewFrame({ view }: { readonly view: ViewDefinition }) {
  const [loaded, setLoaded] = useState<ComponentType<ViewProps> | undefined>(undefined);
  const [error, setError] = useState<unknown>(undefined);
  const [round, setRound] = useState(0);
  useEffect(() => {
    setError(undefined);
    loadView(view).then((module) => setLoaded(() => module.default), setError);
  }, [view, round]);
  if (error !== undefined) {
    return (
      <ErrorState
        title={`Cannot load ${view.title}`}
        error={error}
        onRetry={() => setRound(round + 1)}
      />
    );
  }
  if (loaded === undefined) return <LoadingState what={view.title} />;
  const View = loaded;
  return (
    <ErrorBoundary title={`${view.title} has failed`}>
      <div class="view">
        <View route={route.value} />
      </div>
    </ErrorBoundary>
  );
}

interface BoundaryProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

/** Shows what went wrong in place of the part that threw; the rest of the page goes on. */
export class ErrorBoundary extends Component<BoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static override getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render({ title, children }: BoundaryProps, { error }: { error: unknown }) {
    if (error === undefined) return children;
    return <ErrorState title={title} error={error} onRetry={() => this.setState({ error: undefined })} />;
  }
}
