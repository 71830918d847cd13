/** Components of a motif's tree that hold others. @module */

import { useId, useRef } from "preact/hooks";
import { IconButton } from "../parts/button.tsx";
import { listOf, numberOf, textOf } from "./tree_values.ts";
import type { Part } from "./tree_view.tsx";

/** Spaces are told in steps of 4 px. */
const steps = (value: unknown): string => typeof value === "number" ? `${4 * value}px` : "";

const Stack: Part = ({ node: { props }, children }) => (
  <div
    class={`motif-stack ${props["direction"] === "row" ? "is-row" : ""}`}
    style={{
      gap: steps(props["gap"]),
      padding: steps(props["padding"]),
      alignItems: textOf(props["align"]),
      flexWrap: props["wrap"] === true ? "wrap" : "",
    }}
  >
    {children}
  </div>
);

const Grid: Part = ({ node: { props }, children }) => (
  <div
    class="motif-grid"
    style={{
      gridTemplateColumns: `repeat(${numberOf(props["columns"], 1)}, minmax(0, 1fr))`,
      gap: steps(props["gap"]),
    }}
  >
    {children}
  </div>
);

const Card: Part = ({ node: { props, on }, send, children }) => {
  const id = useId();
  const title = textOf(props["title"]);
  const isClosed = props["collapsed"] === true;
  return (
    <section class="motif-card" aria-labelledby={title === "" ? undefined : id}>
      {title === "" && on.click === undefined ? null : (
        <div class="row">
          <strong id={id} class="grow">{title}</strong>
          {on.click === undefined ? null : (
            <IconButton
              small
              icon={isClosed ? "down" : "up"}
              label={`${isClosed ? "Open" : "Close"} ${title === "" ? "the group" : title}`}
              aria-expanded={!isClosed}
              onClick={() => send("click")}
            />
          )}
        </div>
      )}
      {isClosed ? null : children}
    </section>
  );
};

const TabsPart: Part = ({ node: { props }, send, children }) => {
  const id = useId();
  const row = useRef<HTMLDivElement>(null);
  const labels = listOf(props["labels"]).map(textOf);
  const chosen = Math.min(numberOf(props["chosen"], 0), Math.max(0, labels.length - 1));
  const keys = (event: KeyboardEvent) => {
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: (chosen + 1) % labels.length,
      ArrowLeft: (chosen + labels.length - 1) % labels.length,
      Home: 0,
      End: labels.length - 1,
    };
    const to = moves[event.key];
    if (to === undefined || labels.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    send("select", to);
    row.current?.querySelectorAll<HTMLElement>("[role=tab]")[to]?.focus();
  };
  return (
    <div class="motif-stack">
      <div class="tabs" role="tablist" aria-label="Parts" ref={row} onKeyDown={keys}>
        {labels.map((label, index) => (
          <button
            key={index}
            type="button"
            role="tab"
            class="tab"
            id={`${id}-tab-${index}`}
            aria-selected={index === chosen}
            aria-controls={index === chosen ? `${id}-panel` : undefined}
            tabIndex={index === chosen ? 0 : -1}
            onClick={() => send("select", index)}
          >
            {label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-tab-${chosen}`} tabIndex={0}>
        {children[chosen]}
      </div>
    </div>
  );
};

const Scroll: Part = ({ node: { props }, children }) => (
  <div
    class="motif-scroll"
    tabIndex={0}
    role="group"
    aria-label="Part that scrolls"
    style={{ height: `${numberOf(props["height"], 240)}px` }}
  >
    {children}
  </div>
);

const Divider: Part = () => <hr class="motif-line" />;

export const layoutParts: Readonly<Record<string, Part>> = {
  stack: Stack,
  grid: Grid,
  card: Card,
  tabs: TabsPart,
  scroll: Scroll,
  divider: Divider,
};
