/** A value as JSON text, for schemas that no other control fits. @module */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Json } from "../../../core/json.ts";

export interface JsonFieldProps {
  readonly id: string;
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string;
  readonly disabled: boolean;
  readonly value: Json | undefined;
  readonly onValue: (value: Json | undefined) => void;
}

export function JsonField({ value, onValue, ...state }: JsonFieldProps) {
  const [typed, setTyped] = useState(textOf(value));
  const [fault, setFault] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (fault === "" && textOf(parsed(typed)) !== textOf(value)) setTyped(textOf(value));
  }, [value]);
  useEffect(() => area.current?.setCustomValidity(fault), [fault]);
  return (
    <>
      <textarea
        ref={area}
        class="textarea code"
        rows={Math.max(2, Math.min(10, typed.split("\n").length))}
        spellcheck={false}
        {...state}
        aria-invalid={state["aria-invalid"] || fault !== ""}
        value={typed}
        onInput={({ currentTarget }) => {
          setTyped(currentTarget.value);
          if (currentTarget.value.trim() === "") {
            setFault("");
            return onValue(undefined);
          }
          try {
            const next = JSON.parse(currentTarget.value) as Json;
            setFault("");
            onValue(next);
          } catch (error) {
            setFault(error instanceof Error ? error.message : String(error));
          }
        }}
      />
      {fault === "" ? null : <p class="field-error">Not JSON yet: {fault}</p>}
    </>
  );
}

function textOf(value: Json | undefined): string {
  return value === undefined ? "" : JSON.stringify(value, null, 2);
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
