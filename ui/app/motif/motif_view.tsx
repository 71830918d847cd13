/**
 * One view of a motif, live: asks for its tree, draws it, sends back what the person does. What fails or takes too long is
 * said in its place, with a button; the page around it goes on.
 *
 * @module
 */

import { useEffect, useRef, useState } from "preact/hooks";
import type { JsonObject } from "../../../core/json.ts";
import type { TreeNode } from "../../../core/motif/tree.ts";
import { ErrorState, LoadingState } from "../parts/states.tsx";
import { ErrorBoundary } from "../shell/view_frame.tsx";
import { useApp } from "../state/app.ts";
import { TreeView } from "./tree_view.tsx";
import { within } from "./tree_values.ts";
import { ViewSession } from "./view_session.ts";

/** A little more than the server gives a view. */
const ANSWER_MS = 12_000;

export interface MotifViewProps {
  readonly extension: string;
  readonly view: string;
  /** As messages call it. */
  readonly title: string;
  /** What it shows: the node, the file. Another value brings another tree, with the view's state as it is. */
  readonly about: JsonObject;
  /** Drawn once for each thing that it is about: it is not asked again by itself, and words of waiting and failing are short. */
  readonly isStill?: boolean;
  /** Takes an editor's new text; gives what to be about where the text is another by now. */
  readonly onText?: (text: string, about: JsonObject) => JsonObject | undefined;
}

export function MotifView({ extension, view, title, about, isStill = false, onText }: MotifViewProps) {
  const { client } = useApp();
  const [tree, setTree] = useState<TreeNode | undefined>(undefined);
  const [error, setError] = useState<unknown>(undefined);
  const [round, setRound] = useState(0);
  const session = useRef<ViewSession | undefined>(undefined);
  const takeText = useRef(onText);
  takeText.current = onText;
  const seen = JSON.stringify(about);
  const told = useRef(seen);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    setTree(undefined);
    setError(undefined);
    told.current = seen;
    const made = new ViewSession(about, {
      ask: (question) =>
        within(
          ANSWER_MS,
          title,
          client.call("POST /motifs/views", { body: { extension, view, ...question } }),
        ),
      onTree: setTree,
      onFailure: setError,
      onText: (text, of) => takeText.current?.(text, of),
      onAgain: (ms) => {
        clearTimeout(timer);
        if (isStill) return;
        const ask = () => {
          // A page that nobody sees needs no news.
          if (document.hidden) timer = setTimeout(ask, ms);
          else made.refresh();
        };
        timer = setTimeout(ask, ms);
      },
    });
    session.current = made;
    return () => {
      clearTimeout(timer);
      made.close();
    };
  }, [client, extension, view, round]);
  useEffect(() => {
    if (told.current === seen) return;
    told.current = seen;
    session.current?.refresh(about);
  }, [seen]);
  if (isStill && error !== undefined) return <p class="faint">{title} has failed</p>;
  if (isStill && tree === undefined) return null;
  const retry = () => setRound(round + 1);
  if (error !== undefined) return <ErrorState title={`${title} has failed`} error={error} onRetry={retry} />;
  if (tree === undefined) return <LoadingState what={title} />;
  return (
    <ErrorBoundary title={`${title} cannot be drawn`}>
      <div class="motif-body">
        <TreeView node={tree} onEvent={(event) => session.current?.event(event)} />
      </div>
    </ErrorBoundary>
  );
}
