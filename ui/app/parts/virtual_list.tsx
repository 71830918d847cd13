/**
 * A list of which only the rows in sight exist: fixed row height, any number of rows (Chromium's limit is some 33 million
 * pixels). Rows are the caller's; the list keeps the scrolling, the keys and what a screen reader counts.
 *
 * @module
 */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { showRow, useRowsInSight } from "./rows_in_sight.ts";

export interface VirtualListProps {
  readonly label: string;
  readonly count: number;
  readonly rowPx: number;
  readonly row: (index: number) => ComponentChildren;
  /** Keys of rows, so that a row that moves keeps its element. */
  readonly keyOf?: (index: number) => string | number;
  /** The chosen row; it is scrolled into sight when it changes. */
  readonly chosen?: number | undefined;
  readonly onChoose?: ((index: number) => void) | undefined;
  /** Enter or double click on the chosen row. */
  readonly onOpen?: ((index: number) => void) | undefined;
  /** Follows the end while it stands at the end, for logs. */
  readonly follow?: boolean;
  readonly class?: string;
}

export function VirtualList(props: VirtualListProps) {
  const { label, count, rowPx, row, keyOf, chosen, onChoose, onOpen, follow = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const range = useRowsInSight(box, rowPx);
  const isAtEnd = useRef(true);

  const measure = () => {
    const element = box.current;
    if (element === null) return;
    isAtEnd.current = element.scrollTop + element.clientHeight >= element.scrollHeight - rowPx;
    range.measure();
  };
  useEffect(() => {
    if (follow && isAtEnd.current && box.current !== null) box.current.scrollTop = count * rowPx;
    measure();
  }, [count, follow]);
  useEffect(() => {
    const element = box.current;
    if (element === null || chosen === undefined || chosen < 0) return;
    showRow(element, chosen, rowPx);
  }, [chosen]);

  const keys = (event: KeyboardEvent) => {
    if (onChoose === undefined || count === 0) return;
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? rowPx) / rowPx) - 1);
    const at = chosen ?? -1;
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: count - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      onChoose(Math.max(0, Math.min(count - 1, to)));
    } else if (event.key === "Enter" && at >= 0 && onOpen !== undefined) {
      event.preventDefault();
      onOpen(at);
    }
  };

  const rows: ComponentChildren[] = [];
  const name = (index: number) => `${label.replaceAll(/\W+/g, "-")}-${index}`;
  for (let index = range.from; index < Math.min(count, range.to); index++) {
    rows.push(
      <div
        key={keyOf?.(index) ?? index}
        id={name(index)}
        class="virtual-row"
        role="option"
        aria-selected={onChoose === undefined ? undefined : index === chosen}
        aria-setsize={count}
        aria-posinset={index + 1}
        style={{ height: `${rowPx}px`, transform: `translateY(${index * rowPx}px)` }}
        onClick={onChoose === undefined ? undefined : () => onChoose(index)}
        onDblClick={onOpen === undefined ? undefined : () => onOpen(index)}
      >
        {row(index)}
      </div>,
    );
  }
  const hasChosen = chosen !== undefined && chosen >= range.from && chosen < range.to && chosen < count;
  return (
    <div
      ref={box}
      class={`virtual ${props.class ?? ""}`}
      role="listbox"
      aria-label={label}
      aria-activedescendant={hasChosen ? name(chosen) : undefined}
      tabIndex={0}
      onScroll={measure}
      onKeyDown={keys}
    >
      <div class="virtual-room" role="presentation" style={{ height: `${count * rowPx}px` }}>{rows}</div>
    </div>
  );
}
