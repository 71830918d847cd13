/** What came out of a node, asked for where it is shown; of a node with items the newest, or the one that was chosen. @module */

import { useEffect, useState } from "preact/hooks";
import type { NodeValues } from "../../../api/runs.ts";
import { type Resource, useResource } from "../../state/resource.ts";

export interface NodeOfRun {
  /** Undefined where no run is shown. */
  readonly run: string | undefined;
  readonly node: string;
  readonly scope?: string | undefined;
}

export interface ShownValues extends Resource<NodeValues | undefined> {
  /** The item that was chosen; undefined for the newest. */
  readonly chosen: number | undefined;
  readonly choose: (item: number | undefined) => void;
}

/** Asks while `isThere`, again whenever one of `keys` changes. */
export function useNodeValues(
  { run, node, scope }: NodeOfRun,
  isThere: boolean,
  keys: readonly unknown[],
): ShownValues {
  const [chosen, choose] = useState<number | undefined>(undefined);
  useEffect(() => choose(undefined), [run, node, scope]);
  const values = useResource(
    (client, signal) =>
      run === undefined || !isThere ? Promise.resolve(undefined) : client.call(
        "GET /runs/{run}/values/{node}",
        {
          params: { run, node },
          query: {
            ...scope === undefined ? {} : { scope },
            ...chosen === undefined ? {} : { item: chosen },
          },
          signal,
        },
      ),
    [run, node, scope, isThere, chosen, ...keys],
  );
  // An answer for another node says nothing of this one.
  const isOfThis = values.value?.node === node;
  return { ...values, value: isOfThis ? values.value : undefined, chosen, choose };
}
