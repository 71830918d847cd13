/**
 * A form from a JSON Schema: one field a property, nested objects and lists included. What no field fits is edited as JSON
 * text. The form owns no value: it says what should change (`onChange` with a path; undefined removes), and shows what it
 * is given.
 *
 * @module
 */

import type { ComponentChildren } from "preact";
import { isObject, type Json, type JsonObject, type JsonSchema, own } from "../../../core/json.ts";
import { Field, type FieldProblem } from "./field.tsx";
import { Button, IconButton } from "./button.tsx";
import { JsonField } from "./json_field.tsx";
import { NumberField, TextField } from "./scalar_fields.tsx";
import { alternativesOf, kindOf, resolveSchema, startValue, titleOf, typeText } from "./schema_kind.ts";

export type FormPath = readonly (string | number)[];

export interface FormContext {
  /** Starts every id, so that two forms can be on one page. */
  readonly name: string;
  readonly root: JsonSchema;
  readonly onChange: (path: FormPath, value: Json | undefined) => void;
  readonly problemsOf?: (path: FormPath) => readonly FieldProblem[];
  readonly isReadOnly?: boolean;
}

export interface SchemaFormProps extends FormContext {
  readonly schema: JsonObject;
  readonly value: JsonObject;
  /** Leaves properties out. */
  readonly hide?: (name: string) => boolean;
}

/** The properties of an object schema, required ones first. */
export function SchemaForm({ schema, value, hide, ...context }: SchemaFormProps) {
  return (
    <div class="form">
      <ObjectFields
        schema={schema}
        value={value}
        path={[]}
        context={context}
        {...(hide === undefined ? {} : { hide })}
      />
    </div>
  );
}

export function ObjectFields(
  { schema, value, path, context, hide }: {
    readonly schema: JsonObject;
    readonly value: JsonObject;
    readonly path: FormPath;
    readonly context: FormContext;
    readonly hide?: (name: string) => boolean;
  },
) {
  const properties = own(schema, "properties");
  const required = own(schema, "required");
  const needed = new Set(Array.isArray(required) ? required as readonly string[] : []);
  const names = isObject(properties) ? Object.keys(properties).filter((name) => hide?.(name) !== true) : [];
  names.sort((a, b) => Number(needed.has(b)) - Number(needed.has(a)));
  return (
    <>
      {names.map((name) => (
        <SchemaField
          key={name}
          name={name}
          schema={(properties as JsonObject)[name] as JsonSchema}
          value={own(value, name)}
          path={[...path, name]}
          isRequired={needed.has(name)}
          context={context}
        />
      ))}
    </>
  );
}

export interface SchemaFieldProps {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly value: Json | undefined;
  readonly path: FormPath;
  readonly isRequired: boolean;
  readonly context: FormContext;
  /** Beside the name: a switch between constant and expression. */
  readonly aside?: ComponentChildren;
}

/** One field with its name, help and problems. */
export function SchemaField(
  { name, schema: given, value, path, isRequired, context, aside }: SchemaFieldProps,
) {
  const schema = resolveSchema(given, context.root);
  const id = fieldId(context.name, path);
  const description = own(schema, "description");
  const problems = context.problemsOf?.(path) ?? [];
  const kind = kindOf(schema, value);
  return (
    <Field
      id={id}
      label={titleOf(name, schema)}
      type={typeText(schema)}
      isRequired={isRequired}
      problems={problems}
      isGroup={kind === "object" || kind === "list"}
      {...(typeof description === "string" ? { help: description } : {})}
      {...(aside === undefined ? {} : { aside })}
    >
      <SchemaControl
        id={id}
        schema={schema}
        value={value}
        path={path}
        isInvalid={problems.some(({ severity }) => severity === "error")}
        context={context}
        name={name}
      />
    </Field>
  );
}

interface ControlProps {
  readonly id: string;
  readonly name: string;
  readonly schema: JsonObject;
  readonly value: Json | undefined;
  readonly path: FormPath;
  readonly isInvalid: boolean;
  readonly context: FormContext;
  /** For a control that no label names. */
  readonly label?: string;
}

function SchemaControl(props: ControlProps) {
  const { id, schema, value, path, isInvalid, context } = props;
  const change = (next: Json | undefined) => context.onChange(path, next);
  const state = {
    id,
    "aria-invalid": isInvalid,
    "aria-describedby": props.label === undefined ? `${id}-help` : "",
    ...(props.label === undefined ? {} : { "aria-label": props.label }),
    disabled: context.isReadOnly === true,
  };
  switch (kindOf(schema, value)) {
    case "enum":
      return <EnumControl {...props} state={state} onChange={change} />;
    case "boolean": {
      const shown = value ?? own(schema, "default");
      return (
        <label class="check">
          <input
            type="checkbox"
            {...state}
            checked={shown === true}
            onChange={(event) => change(event.currentTarget.checked)}
          />
          <span class="muted">{shown === true ? "Yes" : "No"}{value === undefined ? " (default)" : ""}</span>
        </label>
      );
    }
    case "number":
      return (
        <NumberField
          {...state}
          schema={schema}
          value={value === null ? undefined : value}
          // Without a value, an item of a list would be gone with its field.
          onValue={props.label === undefined ? change : (next) => change(next ?? null)}
        />
      );
    case "text":
      return <TextField {...state} name={props.name} schema={schema} value={value} onValue={change} />;
    case "list":
      return <ListControl {...props} />;
    case "object":
      return (
        <ObjectFields schema={schema} value={isObject(value) ? value : {}} path={path} context={context} />
      );
    case "alternatives":
      return <AlternativesControl {...props} />;
    case "json":
      return <JsonField {...state} value={value} onValue={change} />;
  }
}

function EnumControl(
  { schema, value, state, onChange }: ControlProps & {
    readonly state: JsonObject | Record<string, unknown>;
    readonly onChange: (value: Json | undefined) => void;
  },
) {
  const constant = own(schema, "const");
  const values = constant === undefined ? own(schema, "enum") as readonly Json[] : [constant];
  const fallback = own(schema, "default");
  const at = values.findIndex((one) => JSON.stringify(one) === JSON.stringify(value));
  return (
    <select
      class="select"
      {...state}
      value={at < 0 ? "" : String(at)}
      onChange={({ currentTarget }) =>
        onChange(currentTarget.value === "" ? undefined : values[Number(currentTarget.value)])}
    >
      <option value="">{fallback === undefined ? "Choose…" : `${text(fallback)} (default)`}</option>
      {values.map((one, index) => <option key={index} value={String(index)}>{text(one)}</option>)}
      {value !== undefined && at < 0 ? <option value="" disabled>{text(value)} (not allowed)</option> : null}
    </select>
  );
}

function text(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function ListControl({ id, schema, value, path, context, name }: ControlProps) {
  const given = own(schema, "items");
  const items = resolveSchema(typeof given === "boolean" || isObject(given) ? given : true, context.root);
  const list = Array.isArray(value) ? value as readonly Json[] : [];
  const fallback = own(schema, "default");
  const singular = name.replace(/s$/, "");
  return (
    <div class="list-field">
      {list.map((item, index) => (
        <div class="list-item" key={index}>
          <div class="grow">
            <SchemaControl
              id={`${id}-${index}`}
              name={`${singular} ${index + 1}`}
              schema={items}
              value={item}
              path={[...path, index]}
              label={`${singular} ${index + 1}`}
              isInvalid={(context.problemsOf?.([...path, index]) ?? []).length > 0}
              context={context}
            />
          </div>
          <IconButton
            small
            icon="close"
            label={`Remove ${singular} ${index + 1}`}
            disabled={context.isReadOnly === true}
            onClick={() => context.onChange(path, list.filter((_, place) => place !== index))}
          />
        </div>
      ))}
      <div class="row">
        <Button
          small
          icon="plus"
          disabled={context.isReadOnly === true}
          onClick={() => context.onChange(path, [...list, startValue(items)])}
        >
          Add {singular}
        </Button>
        {value === undefined && Array.isArray(fallback) && fallback.length > 0
          ? (
            <span class="field-help cut">
              {fallback.map((one) => text(one as Json)).join(", ")} (default)
            </span>
          )
          : null}
      </div>
    </div>
  );
}

function AlternativesControl(props: ControlProps) {
  const { schema, value, context, path, id } = props;
  const alternatives = alternativesOf(schema).map((one) => resolveSchema(one, context.root));
  const fits = alternatives.findIndex((one) => kindOf(one, value) !== "json" && matchesType(one, value));
  const chosen = alternatives[Math.max(0, fits)] as JsonObject;
  return (
    <div class="column" style={{ gap: "4px" }}>
      <select
        class="select"
        aria-label={`Kind of ${props.name}`}
        value={String(Math.max(0, fits))}
        onChange={({ currentTarget }) =>
          context.onChange(path, startValue(alternatives[Number(currentTarget.value)] as JsonObject))}
      >
        {alternatives.map((one, index) => <option key={index} value={String(index)}>{typeText(one)}</option>)}
      </select>
      <SchemaControl {...props} id={id} schema={chosen} value={value} />
    </div>
  );
}

function matchesType(schema: JsonObject, value: Json | undefined): boolean {
  if (value === undefined) return true;
  const type = own(schema, "type");
  const is = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  const types = Array.isArray(type) ? type : [type];
  return type === undefined || types.includes(is) || (is === "number" && types.includes("integer"));
}

/** The id of the field at `path`, to put focus there. */
export function fieldId(name: string, path: FormPath): string {
  return `${name}-${path.join("-")}`;
}
