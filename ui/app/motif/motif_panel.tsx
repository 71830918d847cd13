/**
 * One view of a motif, live: asks for its tree, draws it, sends back what the person does, one after the other. What fails or
 * takes too long is said in its place, with a button; the page around it goes on.
 *
 * @module
 */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Json, JsonObject } from "../../../core/json.ts";
import { readTree, type TreeEvent, type TreeNode } from "../../../core/motif/tree.ts";
import { ErrorState, LoadingState } from "../parts/states.tsx";
import { ErrorBoundary } from "../shell/view_frame.tsx";
import { useApp } from "../state/app.ts";
import { TreeView } from "./tree_view.tsx";
import { within } from "./tree_values.ts";

/** A little more than the server gives a view. */
const ANSWER_MS = 12_000;
/** What a person can do ahead of a slow view. */
const MAX_WAITING = 32;

export interface MotifPanelProps {
  readonly extension: string;
  readonly view: string;
  readonly title: string;
  readonly about: JsonObject;
}

export function MotifPanel({ extension, view, title, about }: MotifPanelProps) {
  const { client } = useApp();
  const [tree, setTree] = useState<TreeNode | undefined>(undefined);
  const [error, setError] = useState<unknown>(undefined);
  const [round, setRound] = useState(0);
  const ask = useRef<(event?: TreeEvent) => void>(() => undefined);
  const key = JSON.stringify(about);
  useEffect(() => {
    let isOld = false;
    let state: Json = null;
    let waiting = 0;
    let last = Promise.resolve();
    const answer = async (event?: TreeEvent) => {
      if (isOld) return;
      try {
        const body = { extension, view, props: about, state, ...event === undefined ? {} : { event } };
        const reply = await within(ANSWER_MS, title, client.call("POST /motifs/views", { body }));
        if (isOld) return;
        if (!reply.ok) throw new Error(reply.failure.message);
        // The server has read it; a page that trusts nobody reads it again.
        const read = readTree(reply.tree as unknown as Json);
        if (read.tree === undefined) throw new Error(read.problems[0]?.message ?? "It shows nothing");
        state = reply.state;
        setTree(read.tree);
        setError(undefined);
      } catch (cause) {
        if (!isOld) setError(cause);
      } finally {
        waiting--;
      }
    };
    ask.current = (event) => {
      if (waiting >= MAX_WAITING) return;
      waiting++;
      last = last.then(() => answer(event));
    };
    setTree(undefined);
    setError(undefined);
    ask.current();
    return () => isOld = true;
  }, [client, extension, view, key, round]);
  const retry = () => setRound(round + 1);
  if (error !== undefined) return <ErrorState title={`${title} has failed`} error={error} onRetry={retry} />;
  if (tree === undefined) return <LoadingState what={title} />;
  return (
    <ErrorBoundary title={`${title} cannot be drawn`}>
      <div class="motif-body">
        <TreeView node={tree} onEvent={(event) => ask.current(event)} />
      </div>
    </ErrorBoundary>
  );
}

/** A page of an extension: no origin, no network; it gets nothing and can ask nothing of the page. */
export function MotifFrame(
  { frames, extension, file, title }: {
    readonly frames: string;
    readonly extension: string;
    readonly file: string;
    readonly title: string;
  },
) {
  const path = `${extension}/${file}`.split("/").map(encodeURIComponent).join("/");
  return <iframe class="motif-frame" title={title} sandbox="allow-scripts" src={`${frames}/${path}`} />;
}
