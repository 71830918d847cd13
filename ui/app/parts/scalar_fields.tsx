/** Controls for text and numbers. @module */

import type { Json, JsonObject } from "../../../core/json.ts";
import { own } from "../../../core/json.ts";
import { useEffect, useState } from "preact/hooks";

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

/** Keeps what is typed until it is a number; what is none is shown as it is and removes nothing. */
export function NumberField({ schema, value, onValue, ...state }: ScalarProps) {
  const fallback = own(schema, "default");
  const [typed, setTyped] = useState(value === undefined ? "" : String(value));
  useEffect(() => {
    if (Number(typed) !== value) setTyped(value === undefined ? "" : String(value));
  }, [value]);
  const isBad = typed.trim() !== "" && !Number.isFinite(Number(typed));
  const step = (by: number) => {
    const now = Number(typed === "" ? fallback ?? 0 : typed);
    if (Number.isFinite(now)) onValue(now + by);
  };
  return (
    <input
      class="input numbers"
      type="text"
      inputMode="decimal"
      autocomplete="off"
      {...state}
      aria-invalid={state["aria-invalid"] || isBad}
      value={typed}
      placeholder={typeof fallback === "number" ? String(fallback) : ""}
      onInput={({ currentTarget }) => {
        setTyped(currentTarget.value);
        const next = currentTarget.value.trim();
        if (next === "") onValue(undefined);
        else if (Number.isFinite(Number(next))) onValue(Number(next));
      }}
      onKeyDown={(event) => {
        if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
        event.preventDefault();
        step((event.key === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 10 : 1));
      }}
    />
  );
}
