/** Components of a motif's tree that a person presses or fills in. @module */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Json, JsonObject } from "../../../core/json.ts";
import { Button } from "../parts/button.tsx";
import { iconNamed } from "../parts/icon.tsx";
import { numberOf, recordsOf, textOf } from "./tree_values.ts";
import type { Part } from "./tree_view.tsx";

/** A change is sent when typing has stopped for this long. */
const TYPING_MS = 300;

const Press: Part = ({ node: { props }, send }) => {
  const icon = iconNamed(props["icon"]);
  return (
    <Button
      class="motif-button"
      disabled={props["disabled"] === true}
      look={props["tone"] === "accent" ? "primary" : props["tone"] === "bad" ? "danger" : undefined}
      {...icon === undefined ? {} : { icon }}
      onClick={() => send("click")}
    >
      {textOf(props["label"])}
    </Button>
  );
};

function Labelled({ props, children }: { readonly props: JsonObject; readonly children: ComponentChildren }) {
  return (
    <label class="motif-stack motif-field">
      <span class="field-name">{textOf(props["label"])}</span>
      {children}
    </label>
  );
}

/** Keeps what is being typed: the extension's value counts only while the field has no focus. */
const Typed: Part = ({ node, send }) => {
  const { is, props, on } = node;
  const given = textOf(props["value"]);
  const [typed, setTyped] = useState(given);
  const hasFocus = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef(send);
  latest.current = send;
  useEffect(() => {
    if (!hasFocus.current) setTyped(given);
  }, [node]);
  // What was typed last is not lost with the field.
  const waiting = useRef<string | undefined>(undefined);
  const valueOf = (text: string): Json | undefined => {
    if (props["kind"] !== "number") return text;
    const number = Number(text);
    return text.trim() === "" ? null : Number.isFinite(number) ? number : undefined;
  };
  const flush = () => {
    clearTimeout(timer.current);
    const text = waiting.current;
    waiting.current = undefined;
    const value = text === undefined ? undefined : valueOf(text);
    if (value !== undefined) latest.current("change", value);
  };
  const shared = {
    class: is === "area" ? "textarea" : "input",
    value: typed,
    placeholder: textOf(props["placeholder"]),
    disabled: props["disabled"] === true,
    spellcheck: is === "area",
    autocomplete: "off" as const,
    onFocus: () => hasFocus.current = true,
    onBlur: () => {
      hasFocus.current = false;
      flush();
    },
    onInput: (event: Event) => {
      const { value } = event.currentTarget as HTMLInputElement;
      setTyped(value);
      waiting.current = value;
      clearTimeout(timer.current);
      timer.current = setTimeout(flush, TYPING_MS);
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== "Enter" || on.submit === undefined) return;
      if (is === "area" && !event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      clearTimeout(timer.current);
      waiting.current = undefined;
      const value = valueOf(typed);
      if (value !== undefined) send("submit", value);
    },
  };
  return (
    <Labelled props={props}>
      {is === "area" ? <textarea {...shared} rows={numberOf(props["rows"], 4)} /> : (
        <input
          {...shared}
          type={props["kind"] === "search" ? "search" : "text"}
          inputMode={props["kind"] === "number" ? "decimal" : undefined}
        />
      )}
    </Labelled>
  );
};

const Choice: Part = ({ node: { props }, send }) => (
  <Labelled props={props}>
    <select
      class="input"
      value={textOf(props["value"])}
      disabled={props["disabled"] === true}
      onChange={({ currentTarget }) => send("change", currentTarget.value)}
    >
      {recordsOf(props["options"]).map((one, index) => (
        <option key={index} value={textOf(one["value"])}>{textOf(one["label"] ?? one["value"])}</option>
      ))}
    </select>
  </Labelled>
);

const Check: Part = ({ node: { props }, send }) => (
  <label class="row motif-check">
    <input
      type="checkbox"
      checked={props["value"] === true}
      disabled={props["disabled"] === true}
      onChange={({ currentTarget }) => send("change", currentTarget.checked)}
    />
    {textOf(props["label"])}
  </label>
);

const Slider: Part = ({ node: { props }, send }) => {
  const min = numberOf(props["min"], 0);
  const max = numberOf(props["max"], 1);
  const value = numberOf(props["value"], 0);
  return (
    <Labelled props={props}>
      <span class="row">
        <input
          class="grow"
          type="range"
          min={min}
          max={max}
          step={numberOf(props["step"], (max - min) / 100 || 1)}
          value={value}
          onChange={({ currentTarget }) => send("change", Number(currentTarget.value))}
        />
        <span class="numbers muted" aria-hidden="true">{value}</span>
      </span>
    </Labelled>
  );
};

export const fieldParts: Readonly<Record<string, Part>> = {
  button: Press,
  input: Typed,
  area: Typed,
  select: Choice,
  checkbox: Check,
  slider: Slider,
};
