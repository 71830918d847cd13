/** Something of a view that is made behind it, in a frame of its own, so that the view is not one long task. @module */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { inOwnFrame } from "../state/own_frame.ts";

export interface LaterProps {
  /** It is there from the beginning. Looked at when it is made. */
  readonly isAtOnce: boolean;
  /** Somebody wants it: it waits no longer. */
  readonly isWanted?: boolean;
  readonly children: ComponentChildren;
}

/** Nothing until it is due, then its children. */
export function Later({ isAtOnce, isWanted = false, children }: LaterProps) {
  const [isDue, setDue] = useState(isAtOnce);
  useEffect(() => isDue ? undefined : inOwnFrame(() => setDue(true)), []);
  return isDue || isWanted ? <>{children}</> : null;
}
