/**
 * A menu at a point or below a button: arrows move, letters jump, Escape gives focus back.
 *
 * @module
 */

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button, IconButton } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { keyText } from "./keys.ts";

export type MenuEntry =
  | "rule"
  | { readonly heading: string }
  | {
    readonly title: string;
    readonly icon?: IconName;
    readonly keys?: string | undefined;
    readonly disabled?: boolean;
    /** Said below the title: why it is disabled. */
    readonly note?: string | undefined;
    readonly checked?: boolean;
    readonly run: () => void;
  };

export interface MenuProps {
  readonly label: string;
  readonly at: { readonly x: number; readonly y: number };
  readonly entries: readonly MenuEntry[];
  readonly onClose: () => void;
}

export function Menu({ label, at, entries, onClose }: MenuProps) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const { offsetWidth, offsetHeight } = element;
    element.style.left = `${Math.max(4, Math.min(at.x, innerWidth - offsetWidth - 4))}px`;
    element.style.top = `${Math.max(4, Math.min(at.y, innerHeight - offsetHeight - 4))}px`;
  }, [at.x, at.y, entries]);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.querySelector<HTMLElement>("button:not(:disabled)")?.focus();
    const outside = (event: Event) => {
      if (!(event.target instanceof Node && box.current?.contains(event.target))) onClose();
    };
    addEventListener("pointerdown", outside, true);
    addEventListener("blur", onClose);
    return () => {
      removeEventListener("pointerdown", outside, true);
      removeEventListener("blur", onClose);
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const keys = (event: KeyboardEvent) => {
    event.stopPropagation();
    const items = [...box.current?.querySelectorAll<HTMLElement>("button:not(:disabled)") ?? []];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const go = (index: number) => {
      event.preventDefault();
      items[(index + items.length) % items.length]?.focus();
    };
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(items.length - 1);
    else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      onClose();
    } else if (event.key.length === 1) {
      const letter = event.key.toLowerCase();
      const next = [...items.slice(at + 1), ...items].find((item) =>
        item.textContent?.trim().toLowerCase().startsWith(letter)
      );
      next?.focus();
    }
  };
  return (
    <div
      ref={box}
      class="menu"
      role="menu"
      aria-label={label}
      onKeyDown={keys}
      onContextMenu={(e) => e.preventDefault()}
    >
      {entries.map((entry, index) => {
        if (entry === "rule") return <div key={index} class="menu-rule" role="separator" />;
        if ("heading" in entry) {
          return <div key={index} class="menu-title" role="presentation">{entry.heading}</div>;
        }
        return (
          <button
            key={index}
            type="button"
            role={entry.checked === undefined ? "menuitem" : "menuitemcheckbox"}
            aria-checked={entry.checked}
            class="menu-item"
            tabIndex={-1}
            disabled={entry.disabled}
            onClick={() => {
              onClose();
              entry.run();
            }}
          >
            {entry.checked === undefined
              ? entry.icon === undefined ? <span style={{ width: "16px" }} /> : <Icon name={entry.icon} />
              : entry.checked
              ? <Icon name="check" />
              : <span style={{ width: "16px" }} />}
            <span class="menu-words">
              <span class="cut">{entry.title}</span>
              {entry.note === undefined ? null : <span class="faint">{entry.note}</span>}
            </span>
            {entry.keys === undefined ? null : <kbd class="key">{keyText(entry.keys)}</kbd>}
          </button>
        );
      })}
    </div>
  );
}

/** A button that opens a menu below itself. */
export function MenuButton(
  { label, icon, children, entries, look = "quiet" }: {
    readonly label: string;
    readonly icon?: IconName;
    /** Text on the button; the icon alone without it. */
    readonly children?: ComponentChildren;
    readonly entries: () => readonly MenuEntry[];
    readonly look?: "quiet" | "primary";
  },
) {
  const [at, setAt] = useState<{ x: number; y: number } | undefined>(undefined);
  const open = (event: Event) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    setAt({ x: box.left, y: box.bottom + 4 });
  };
  const state = { "aria-haspopup": "menu" as const, "aria-expanded": at !== undefined, onClick: open };
  return (
    <>
      {children === undefined
        ? <IconButton icon={icon ?? "more"} label={label} look={look} {...state} />
        : (
          <Button {...(icon === undefined ? {} : { icon })} look={look} aria-label={label} {...state}>
            {children}
          </Button>
        )}
      {at === undefined
        ? null
        : <Menu label={label} at={at} entries={entries()} onClose={() => setAt(undefined)} />}
    </>
  );
}
