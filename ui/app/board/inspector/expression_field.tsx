/** A field for a CEL expression, with completion: arrows choose, Enter or Tab takes, Escape closes. @module */

import { useEffect, useRef, useState } from "preact/hooks";
import { type CompletionContext, type Completions, completionsAt } from "../model/completion.ts";

const nothing: Completions = { from: 0, options: [] };

export interface ExpressionFieldProps {
  readonly id: string;
  readonly value: string;
  readonly isInvalid: boolean;
  readonly placeholder?: string;
  readonly context: () => CompletionContext;
  /** Undefined where the field was emptied. */
  readonly onValue: (text: string | undefined) => void;
}

export function ExpressionField(
  { id, value, isInvalid, placeholder, context, onValue }: ExpressionFieldProps,
) {
  const field = useRef<HTMLTextAreaElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [found, setFound] = useState<Completions>(nothing);
  const [chosen, setChosen] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const isByHand = useRef(false);
  const isTaking = useRef(false);
  const look = () => {
    const element = field.current;
    if (element === null) return;
    const next = completionsAt(element.value, element.selectionStart, context());
    setFound(next);
    setChosen(0);
    isByHand.current = false;
    setOpen(next.options.length > 0);
  };
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const take = (index: number) => {
    const element = field.current;
    const option = found.options[index];
    if (element === null || option === undefined) return;
    const cursor = element.selectionStart;
    element.focus();
    element.setSelectionRange(found.from, cursor);
    isTaking.current = true;
    // As typing, so that the field's own undo takes it back; where that is not to be had, as a new text.
    if (!document.execCommand("insertText", false, option.insert)) {
      element.setRangeText(option.insert, found.from, cursor, "end");
      onValue(element.value);
    }
    isTaking.current = false;
    const end = found.from + option.insert.length - (option.back ?? 0);
    element.setSelectionRange(end, end);
    setOpen(false);
    // After a dot there is more to choose.
    if (option.insert.endsWith(".")) look();
  };
  /** True where the offer was gone to by hand, or goes on with what was typed. */
  const isMeant = (): boolean => {
    const typed = field.current?.value.slice(found.from, field.current.selectionStart) ?? "";
    const offer = found.options[chosen]?.insert ?? "";
    return isByHand.current || (typed !== "" && offer.toLowerCase().startsWith(typed.toLowerCase()));
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      return look();
    }
    if (!isOpen) {
      if (event.key === "Enter" && !event.shiftKey) event.preventDefault();
      return;
    }
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      isByHand.current = true;
      setChosen((chosen + step + found.options.length) % found.options.length);
    } else if (event.key === "Tab" && !isMeant()) {
      // Tab goes on to the next field.
      setOpen(false);
    } else if (event.key === "Enter" || event.key === "Tab") {
      event.preventDefault();
      take(chosen);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    }
  };
  return (
    <div class="expression">
      <textarea
        ref={field}
        id={id}
        class="textarea code expression-input"
        rows={Math.min(5, 1 + Math.floor(value.length / 44))}
        aria-haspopup="listbox"
        aria-controls={isOpen ? `${id}-options` : undefined}
        aria-autocomplete="list"
        aria-activedescendant={isOpen ? `${id}-option-${chosen}` : undefined}
        aria-invalid={isInvalid}
        aria-describedby={`${id}-help`}
        placeholder={placeholder ?? "scan.files"}
        spellcheck={false}
        autocomplete="off"
        value={value}
        onInput={({ currentTarget }) => {
          onValue(currentTarget.value === "" ? undefined : currentTarget.value);
          if (!isTaking.current) look();
        }}
        onFocus={() => value === "" && look()}
        onBlur={() => setOpen(false)}
        onKeyDown={keys}
      />
      {isOpen
        ? (
          <ul class="completion" id={`${id}-options`} role="listbox" aria-label="Completions" ref={list}>
            {found.options.map(({ label, detail, fits }, index) => (
              <li
                key={label}
                id={`${id}-option-${index}`}
                role="option"
                aria-selected={index === chosen}
                class={fits ? "fits" : ""}
                title={`${label}: ${detail}`}
                onPointerDown={(event) => {
                  event.preventDefault();
                  take(index);
                }}
              >
                <code>{label}</code>
                <span class="faint cut">{detail}</span>
              </li>
            ))}
          </ul>
        )
        : null}
    </div>
  );
}
