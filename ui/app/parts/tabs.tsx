/**
 * Tabs with roving focus: arrows move and choose, Home and End jump. The panel is the caller's and bears the ids given here.
 *
 * @module
 */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

export interface TabDefinition<Id extends string> {
  readonly id: Id;
  readonly title: string;
  readonly badge?: ComponentChildren;
}

export interface TabsProps<Id extends string> {
  /** Names the row for a screen reader. */
  readonly label: string;
  /** Prefix of the elements' ids: the panel is `NAME-panel`, labelled by `NAME-tab-ID`. */
  readonly name: string;
  readonly tabs: readonly TabDefinition<Id>[];
  readonly chosen: Id;
  readonly onChoose: (id: Id) => void;
}

export function Tabs<Id extends string>({ label, name, tabs, chosen, onChoose }: TabsProps<Id>) {
  const row = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ id }) => id === chosen);
    const to = event.key === "ArrowRight"
      ? (at + 1) % tabs.length
      : event.key === "ArrowLeft"
      ? (at + tabs.length - 1) % tabs.length
      : event.key === "Home"
      ? 0
      : event.key === "End"
      ? tabs.length - 1
      : -1;
    const tab = tabs[to];
    if (tab === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onChoose(tab.id);
    row.current?.querySelector<HTMLElement>(`#${name}-tab-${tab.id}`)?.focus();
  };
  // Where not all have room, the chosen one is in sight. After painting: the places are known then without laying out once more.
  useEffect(() => {
    const chosenTab = row.current?.querySelector<HTMLElement>(`#${name}-tab-${chosen}`);
    const frame = row.current;
    if (chosenTab === null || chosenTab === undefined || frame === null) return;
    const { offsetLeft: left, offsetWidth: width } = chosenTab;
    if (left < frame.scrollLeft) frame.scrollLeft = left;
    else if (left + width > frame.scrollLeft + frame.clientWidth) {
      frame.scrollLeft = left + width - frame.clientWidth;
    }
  }, [chosen]);
  return (
    <div class="tabs" role="tablist" aria-label={label} ref={row} onKeyDown={move}>
      {tabs.map(({ id, title, badge }) => (
        <button
          key={id}
          type="button"
          role="tab"
          class="tab"
          id={`${name}-tab-${id}`}
          aria-selected={id === chosen}
          aria-controls={id === chosen ? `${name}-panel` : undefined}
          tabIndex={id === chosen ? 0 : -1}
          onClick={() => onChoose(id)}
        >
          {title}
          {badge}
        </button>
      ))}
    </div>
  );
}

export function TabPanel(
  { name, chosen, children, class: className = "" }: {
    readonly name: string;
    readonly chosen: string;
    readonly children: ComponentChildren;
    readonly class?: string;
  },
) {
  return (
    <div
      class={`tab-panel ${className}`}
      role="tabpanel"
      id={`${name}-panel`}
      aria-labelledby={`${name}-tab-${chosen}`}
      tabIndex={0}
    >
      {children}
    </div>
  );
}
