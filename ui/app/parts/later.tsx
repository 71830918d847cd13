/** Something of a view that is made in a later turn of the page, so that the view is not one long task. @module */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { nextTurn } from "../state/turn.ts";

export interface LaterProps {
  /** How many turns after what is around it; with 0 at once. Counted when it is made. */
  readonly turns: number;
  /** Somebody wants it: it waits no longer. */
  readonly isWanted?: boolean;
  readonly children: ComponentChildren;
}

/** Nothing until it is due, then its children. */
export function Later({ turns, isWanted = false, children }: LaterProps) {
  const [isDue, setDue] = useState(turns === 0);
  useEffect(() => {
    if (isDue) return;
    let isGone = false;
    void (async () => {
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      if (!isGone) setDue(true);
    })();
    return () => {
      isGone = true;
    };
  }, []);
  return isDue || isWanted ? <>{children}</> : null;
}
