/**
 * A form field: name, type, help, problems, tied together for a screen reader.
 *
 * @module
 */

import type { ComponentChildren } from "preact";
import { Icon } from "./icon.tsx";

export interface FieldProblem {
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly hint?: string;
}

export interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly type?: string;
  readonly help?: string;
  readonly isRequired?: boolean;
  readonly problems?: readonly FieldProblem[];
  /** Holds several controls: named as a group rather than by a label. */
  readonly isGroup?: boolean;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Field(props: FieldProps) {
  const { id, label, type, help, isRequired = false, problems = [], isGroup = false, aside, children } =
    props;
  const name = (
    <>
      {label}
      {isRequired
        ? (
          <span class="required" title="Required">
            *<span class="hidden-text">required</span>
          </span>
        )
        : null}
    </>
  );
  return (
    <div class="field" {...(isGroup ? { role: "group", "aria-labelledby": `${id}-name` } : {})}>
      <div class="field-name">
        {isGroup ? <span id={`${id}-name`}>{name}</span> : <label for={id}>{name}</label>}
        {type === undefined ? null : <span class="type cut">{type}</span>}
        {aside}
      </div>
      {isGroup ? <div class="group-field">{children}</div> : children}
      <div id={`${id}-help`}>
        {problems.map(({ severity, message, hint }, index) => (
          <FieldFault
            key={index}
            severity={severity}
            message={message}
            {...hint === undefined ? {} : { hint }}
          />
        ))}
        {help === undefined ? null : <p class="field-help">{help}</p>}
      </div>
    </div>
  );
}

/** One thing that is wrong with a field, and what to do. */
export function FieldFault(
  { severity = "error", message, hint }: {
    readonly severity?: FieldProblem["severity"];
    readonly message: string;
    readonly hint?: string;
  },
) {
  return (
    <p class={`field-error ${severity}`}>
      <Icon name={severity === "error" ? "bad" : "warn"} size={13} />
      <span>
        {message}
        {hint === undefined || hint === "" ? null : <>. {hint}</>}
      </span>
    </p>
  );
}
