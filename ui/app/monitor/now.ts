/** The time, for durations that grow: one clock for all of them, and none where nothing moves. @module */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const TICK_MS = 1000;
const now = signal(Date.now());
let users = 0;
let timer: number | undefined;

/** Now, again each second while `isMoving`. */
export function useNow(isMoving: boolean): number {
  useEffect(() => {
    if (!isMoving) return;
    if (users++ === 0) {
      now.value = Date.now();
      timer = setInterval(() => now.value = Date.now(), TICK_MS);
    }
    return () => {
      if (--users === 0) clearInterval(timer);
    };
  }, [isMoving]);
  return isMoving ? now.value : Date.now();
}
