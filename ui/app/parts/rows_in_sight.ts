/** Which rows of a long list are in sight, by a fixed height of each: only these exist. @module */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** Rows beyond both ends of the window. */
const SPARE_ROWS = 6;

export interface RowsInSight {
  readonly from: number;
  /** Behind the last. */
  readonly to: number;
  /** Looks again; for what scrolls. */
  readonly measure: () => void;
}

/** Follows the scrolling and the size of `box`. */
export function useRowsInSight(box: RefObject<HTMLElement>, rowPx: number): RowsInSight {
  const [range, setRange] = useState({ from: 0, to: 40 });
  const measure = () => {
    const element = box.current;
    if (element === null) return;
    const from = Math.max(0, Math.floor(element.scrollTop / rowPx) - SPARE_ROWS);
    const to = Math.ceil((element.scrollTop + element.clientHeight) / rowPx) + SPARE_ROWS;
    setRange((before) => before.from === from && before.to === to ? before : { from, to });
  };
  // The box may come later than who shows it: a list is empty until it is read.
  const observed = useRef<HTMLElement | null>(null);
  const observer = useRef<ResizeObserver | undefined>(undefined);
  useEffect(() => {
    if (box.current === observed.current) return;
    observed.current = box.current;
    observer.current?.disconnect();
    observer.current = new ResizeObserver(measure);
    if (box.current !== null) observer.current.observe(box.current);
    measure();
  });
  useEffect(() => () => observer.current?.disconnect(), []);
  return { ...range, measure };
}

/** Scrolls `box` no further than it takes to show a row. */
export function showRow(box: HTMLElement, index: number, rowPx: number): void {
  const top = index * rowPx;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + rowPx > box.scrollTop + box.clientHeight) box.scrollTop = top + rowPx - box.clientHeight;
}
