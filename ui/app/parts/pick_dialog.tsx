/** One of many, chosen by letters and arrows: places, symbols. Looks and works as the palette. @module */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { fuzzySort } from "./fuzzy.ts";
import { Marked } from "./marked.tsx";
import { useModal } from "./use_modal.ts";

export interface Pickable {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** Shown at the end. */
  readonly place?: string;
}

const MAX_SHOWN = 200;

export interface PickDialogProps {
  readonly label: string;
  readonly placeholder: string;
  readonly entries: readonly Pickable[];
  readonly onPick: (entry: Pickable) => void;
  readonly onClose: () => void;
}

export function PickDialog({ label, placeholder, entries, onPick, onClose }: PickDialogProps) {
  const box = useModal();
  const list = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  const shown = useMemo(
    () => fuzzySort(query, entries, ({ title, about }) => `${title} ${about}`).slice(0, MAX_SHOWN),
    [query, entries],
  );
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [chosen, shown]);
  const pick = (index: number) => {
    const entry = shown[index]?.entry;
    if (entry === undefined) return;
    onClose();
    // The dialog first gives focus back.
    setTimeout(() => onPick(entry), 0);
  };
  const keys = (event: KeyboardEvent) => {
    event.stopPropagation();
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined && shown.length > 0) {
      event.preventDefault();
      const isJump = event.key.startsWith("Page");
      const to = chosen + step;
      setChosen(isJump ? Math.max(0, Math.min(shown.length - 1, to)) : (to + shown.length) % shown.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      pick(chosen);
    }
  };
  return (
    <dialog
      ref={box}
      class="palette"
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => event.target === box.current && onClose()}
      onKeyDown={keys}
    >
      <input
        class="palette-input"
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls="pick-list"
        aria-autocomplete="list"
        aria-activedescendant={shown.length === 0 ? undefined : `pick-${chosen}`}
        placeholder={placeholder}
        autocomplete="off"
        spellcheck={false}
        value={query}
        onInput={(event) => {
          setQuery(event.currentTarget.value);
          setChosen(0);
        }}
      />
      <div class="palette-list" id="pick-list" role="listbox" aria-label={label} ref={list}>
        {shown.length === 0 ? <div class="palette-group" role="presentation">Nothing found</div> : null}
        {shown.map(({ entry, places }, index) => (
          <div
            key={entry.id}
            id={`pick-${index}`}
            class="palette-item"
            role="option"
            aria-selected={index === chosen}
            onPointerMove={() => index !== chosen && setChosen(index)}
            onClick={() => pick(index)}
          >
            <span class="cut">
              <Marked text={entry.title} places={places.filter((place) => place < entry.title.length)} />
            </span>
            <span class="about cut">{entry.about}</span>
            <span class="grow" />
            {entry.place === undefined ? null : <span class="about">{entry.place}</span>}
          </div>
        ))}
      </div>
    </dialog>
  );
}
