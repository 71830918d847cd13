/**
 * Something that is asked of the server for a component: loading, there, or failed; asked again when `keys` change, on
 * `reload` and when the connection is back. A late answer to an earlier question is dropped.
 *
 * @module
 */

import { useSignalEffect } from "@preact/signals";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "./app.ts";
import { type ApiClient, ApiError } from "./client.ts";

export interface Resource<T> {
  /** The last answer, also while it is asked for again. */
  readonly value: T | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

export function useResource<T>(
  ask: (client: ApiClient, signal: AbortSignal) => Promise<T>,
  keys: readonly unknown[],
): Resource<T> {
  const { client, live } = useApp();
  const [state, setState] = useState<Omit<Resource<T>, "reload">>({
    value: undefined,
    error: undefined,
    isLoading: true,
  });
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  useEffect(() => {
    const abort = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    ask(client, abort.signal).then(
      (value) => abort.signal.aborted || setState({ value, error: undefined, isLoading: false }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setState((before) => ({ value: before.value, error, isLoading: false }));
      },
    );
    return () => abort.abort();
  }, [client, round, ...keys]);
  const failed = useRef<unknown>(undefined);
  failed.current = state.error;
  useSignalEffect(() => {
    if (live.state.value !== "open") return;
    if (failed.current instanceof ApiError && failed.current.code === "offline") reload();
  });
  return { ...state, reload };
}
