/** Controls for text and numbers. @module */

import type { Json, JsonObject } from "../../../core/json.ts";
import { own } from "../../../core/json.ts";
import { useEffect, useRef, useState } from "preact/hooks";
import { FieldFault } from "./field.tsx";
import { numberFault } from "./form_faults.ts";

interface ControlState {
  readonly id: string;
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string;
  readonly disabled: boolean;
}

interface ScalarProps extends ControlState {
  readonly schema: JsonObject;
  readonly value: Json | undefined;
  readonly onValue: (value: Json | undefined) => void;
}

const longNames =
  /prompt|question|text|content|body|source|system|description|expression|message|goal|diff$/i;

export function TextField(
  { schema, value, onValue, name, ...state }: ScalarProps & { readonly name: string },
) {
  const fallback = own(schema, "default");
  const shown = typeof value === "string" ? value : "";
  const most = own(schema, "maxLength");
  if (own(schema, "format") === "secret") {
    // What is kept never comes back: dots say that there is something, typing replaces it.
    const isKept = /^•+$/.test(shown);
    return (
      <input
        class="input"
        type="password"
        {...state}
        autocomplete="new-password"
        value={isKept ? "" : shown}
        placeholder={isKept ? "Kept; type to replace it" : "Not set"}
        onInput={({ currentTarget }) => onValue(currentTarget.value === "" ? undefined : currentTarget.value)}
      />
    );
  }
  const isLong = shown.includes("\n") || longNames.test(name) || (typeof most === "number" && most > 400);
  const shared = {
    ...state,
    value: shown,
    placeholder: typeof fallback === "string" ? fallback : "",
    spellcheck: isLong,
    autocomplete: "off" as const,
    onInput: (event: { readonly currentTarget: { readonly value: string } }) => {
      const next = event.currentTarget.value;
      onValue(next === "" ? undefined : next);
    },
  };
  return isLong
    ? <textarea class="textarea" rows={3} {...shared} />
    : <input class="input" type="text" {...shared} />;
}

/**
 * Shows what is typed. What is no number is no value either, whatever was there before: the field is red, says why, and its form is
 * not submitted (`focusFault`).
 */
export function NumberField({ schema, value, onValue, ...state }: ScalarProps) {
  const fallback = own(schema, "default");
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(value === undefined ? "" : String(value));
  const fault = numberFault(typed);
  useEffect(() => {
    const isShown = fault === undefined
      ? typed.trim() === "" ? value === undefined : Number(typed) === value
      : value === undefined;
    if (!isShown) setTyped(value === undefined ? "" : String(value));
  }, [value]);
  useEffect(() => input.current?.setCustomValidity(fault ?? ""), [fault]);
  const step = (by: number) => {
    const now = Number(typed === "" ? fallback ?? 0 : typed);
    if (Number.isFinite(now)) onValue(now + by);
  };
  return (
    <>
      <input
        ref={input}
        class="input numbers"
        type="text"
        inputMode="decimal"
        autocomplete="off"
        {...state}
        aria-invalid={state["aria-invalid"] || fault !== undefined}
        aria-describedby={`${state.id}-fault ${state["aria-describedby"]}`.trim()}
        value={typed}
        placeholder={typeof fallback === "number" ? String(fallback) : ""}
        onInput={({ currentTarget }) => {
          const next = currentTarget.value;
          setTyped(next);
          onValue(next.trim() === "" || numberFault(next) !== undefined ? undefined : Number(next));
        }}
        onKeyDown={(event) => {
          if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
          event.preventDefault();
          step((event.key === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 10 : 1));
        }}
      />
      <div id={`${state.id}-fault`} role="alert">
        {fault === undefined ? null : <FieldFault message={fault} />}
      </div>
    </>
  );
}
