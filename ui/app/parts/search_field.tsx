/** A search field: Escape empties it first, then lets go. @module */

import type { RefObject } from "preact";
import { Icon } from "./icon.tsx";

export function SearchField(
  { label, value, onValue, onKeyDown, field }: {
    readonly label: string;
    readonly value: string;
    readonly onValue: (text: string) => void;
    readonly onKeyDown?: (event: KeyboardEvent) => void;
    readonly field?: RefObject<HTMLInputElement>;
  },
) {
  return (
    <div class="search grow">
      <Icon name="search" size={14} />
      <input
        {...(field === undefined ? {} : { ref: field })}
        class="input"
        type="search"
        aria-label={label}
        placeholder={label}
        autocomplete="off"
        spellcheck={false}
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && value !== "") {
            event.preventDefault();
            event.stopPropagation();
            onValue("");
          } else onKeyDown?.(event);
        }}
      />
    </div>
  );
}
