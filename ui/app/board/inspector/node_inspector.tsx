/** A node's fields: its ports as constants or expressions, when and how often it runs, how it behaves. @module */

import { useEffect, useRef, useState } from "preact/hooks";
import { isObject, type Json, type JsonObject, type JsonSchema } from "../../../../core/json.ts";
import { describe } from "../../../../core/workflow/port_type.ts";
import { Button, IconButton } from "../../parts/button.tsx";
import { Field, type FieldProblem } from "../../parts/field.tsx";
import { Icon } from "../../parts/icon.tsx";
import { SchemaField, SchemaForm } from "../../parts/schema_form.tsx";
import { titleOf } from "../../parts/schema_kind.ts";
import { announce } from "../../state/announce.ts";
import { type BoardNode, type BoardPort, mayDisable, objectOf } from "../model/board_node.ts";
import { bindPort, disableNodes, renameNode, setField } from "../model/commands.ts";
import { nameFault } from "../model/names.ts";
import { problemsAt } from "../problems.ts";
import { colourFor, groupWords, iconFor } from "../view/kinds.ts";
import type { Workbench } from "../workbench.ts";
import { MotifNode } from "./motif_node.tsx";
import { DataPreview } from "../run/data_preview.tsx";
import { ExpressionField } from "./expression_field.tsx";
import { waitsForKey } from "./needed_secrets.ts";
import { SecretSection } from "./secret_section.tsx";
import { behaviourSchema, controlSchema } from "./node_schema.ts";

export interface NodeInspectorProps {
  readonly bench: Workbench;
  readonly node: BoardNode;
}

export function NodeInspector({ bench, node }: NodeInspectorProps) {
  const { board } = bench;
  const problems = board.allProblems.value;
  const at = (field: string): readonly FieldProblem[] => problemsAt(problems, node.id, field);
  const entry = bench.library.find(({ use }) => use === node.use);
  const set = (path: readonly (string | number)[], value: Json | undefined) =>
    board.apply(setField(board.document.ground, node.id, path, value));
  const own = problems.filter((one) => one.node === node.id && (one.field === "" || one.field === "use"));
  const special = controlSchema(node.use);
  // Where it stands once it stays, while a key is moved or granted there.
  const keyFirst = useRef<string | undefined>(undefined);
  if (
    waitsForKey(bench.catalog, node.use) ||
    problemsAt(problems, node.id, "with").some(({ code }) => code === "key-in-file")
  ) keyFirst.current = node.id;
  const isKeyFirst = keyFirst.current === node.id;
  return (
    <div class="form inspector">
      <div class={`inspector-head kind-${node.group}`} style={colourFor(node.use)}>
        <span class="card-icon">
          <Icon name={iconFor(node.use, node.group)} />
        </span>
        <div class="grow">
          <div class="cut inspector-use">{entry?.title ?? node.use}</div>
          <div class="cut faint">{groupWords[node.group]} · {node.use}</div>
        </div>
        <NodeActions bench={bench} node={node} />
      </div>
      {entry === undefined || entry.description === "" ? null : <p class="muted">{entry.description}</p>}
      {own.map(({ message, hint, severity }, index) => (
        <p key={index} class={`field-error ${severity}`}>
          <Icon name={severity === "error" ? "bad" : "warn"} size={13} />
          <span>{message}. {hint}</span>
        </p>
      ))}
      {node.isDisabled
        ? (
          <p class="inspector-disabled muted">
            <Icon name="eyeoff" size={13} />
            <span>
              Disabled: it is not done. An output hands on the one connected input whose type fits it; of
              several, the one of its own name.
            </span>
          </p>
        )
        : null}
      <MotifNode bench={bench} node={node} />
      {isKeyFirst ? <SecretSection bench={bench} node={node} /> : null}
      <NameFields bench={bench} node={node} />
      {special === undefined ? null : (
        <SchemaForm
          name={`special-${node.id}`}
          root={special}
          schema={special}
          value={node.value}
          onChange={set}
          problemsOf={(path) => at(path.join("."))}
        />
      )}
      {node.use === "control/branch" ? <Cases bench={bench} node={node} /> : null}
      {node.use === "control/loop"
        ? (
          <>
            <Expression
              bench={bench}
              node={node}
              field="until"
              label="Until"
              help="A condition over the round's outputs, inputs and iteration; true ends the loop"
            />
            <Button
              icon="loop"
              onClick={() => board.enter([...board.document.scope, "nodes", node.id, "body"])}
            >
              Open the loop's body
            </Button>
          </>
        )
        : null}
      <Ports bench={bench} node={node} />
      <details class="fold" open={["each", "when", "after"].some((field) => node.value[field] !== undefined)}>
        <summary>When it runs</summary>
        <div class="form">
          <Expression
            bench={bench}
            node={node}
            field="each"
            label="For each"
            help="An array, or a node that runs per item: once for every element"
          />
          <Expression
            bench={bench}
            node={node}
            field="when"
            label="Only when"
            help="A condition; false skips the node"
          />
        </div>
      </details>
      <details
        class="fold"
        open={["retry", "timeout", "importance", "quality", "exclusive", "memo"].some((field) =>
          at(field).length > 0
        )}
      >
        <summary>How it behaves</summary>
        <SchemaForm
          name={`behaviour-${node.id}`}
          root={behaviourSchema}
          schema={behaviourSchema}
          value={node.value}
          onChange={set}
          problemsOf={(path) => at(path.join("."))}
          hide={(name) => name === "quality" && node.group !== "instrument"}
        />
      </details>
      {isKeyFirst ? null : <SecretSection bench={bench} node={node} />}
      <Outputs bench={bench} node={node} />
    </div>
  );
}

function NodeActions({ bench, node }: NodeInspectorProps) {
  const { overlay, run } = bench;
  const { isBreakpoint, isPinned } = overlay.marksOf(node.id);
  return (
    <>
      <IconButton
        small
        icon="breakpoint"
        label={isBreakpoint ? "Remove the breakpoint" : "Stop before this node"}
        aria-pressed={isBreakpoint}
        onClick={() => overlay.toggleBreakpoint(node.id)}
      />
      {isPinned
        ? (
          <IconButton
            small
            icon="pin"
            label="Unpin the output"
            aria-pressed
            onClick={() => overlay.pin(node.id, undefined)}
          />
        )
        : null}
      {mayDisable(node)
        ? (
          <IconButton
            small
            icon="eyeoff"
            label={node.isDisabled ? "Enable this node" : "Disable this node"}
            keys={bench.app.commands.keysOf("board.disable")}
            aria-pressed={node.isDisabled}
            onClick={() =>
              bench.board.apply(disableNodes(bench.board.document.ground, [node.id], !node.isDisabled))}
          />
        )
        : null}
      <IconButton
        small
        icon="play"
        label={`Run from ${node.title}`}
        disabled={run.runId.value === undefined}
        onClick={() => void run.start({ fromNode: node.id }, run.inputs.peek())}
      />
    </>
  );
}

function NameFields({ bench, node }: NodeInspectorProps) {
  const { board } = bench;
  const [name, setName] = useState(node.id);
  useEffect(() => setName(node.id), [node.id]);
  const isTaken = (other: string) => other !== node.id && board.graph.peek().nodes.has(other);
  const fault = name === node.id ? undefined : nameFault(name, isTaken);
  const rename = () => {
    if (name === node.id) return;
    // What is wrong stands at the field; the name stays as it was until it is right.
    if (fault !== undefined) return announce(`${name}: ${fault}`);
    board.apply(renameNode(board.document.ground, node.id, name));
    announce(`Renamed to ${name}`);
  };
  const title = node.value["title"];
  return (
    <>
      <Field id="node-title" label="Title">
        <input
          id="node-title"
          class="input"
          aria-describedby="node-title-help"
          placeholder={node.id}
          value={typeof title === "string" ? title : ""}
          onInput={({ currentTarget }) =>
            board.apply(
              setField(
                board.document.ground,
                node.id,
                ["title"],
                currentTarget.value === "" ? undefined : currentTarget.value,
              ),
            )}
        />
      </Field>
      <Field
        id="node-name"
        label="Name"
        help="How expressions call it; renaming follows it everywhere"
        problems={fault === undefined ? [] : [{ severity: "error", message: fault }]}
      >
        <input
          id="node-name"
          class="input code"
          aria-describedby="node-name-help"
          aria-invalid={fault !== undefined}
          spellcheck={false}
          value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
          onBlur={rename}
          onKeyDown={(event) => {
            if (event.key === "Enter") rename();
            if (event.key === "Escape") setName(node.id);
          }}
        />
      </Field>
    </>
  );
}

function Ports({ bench, node }: NodeInspectorProps) {
  const { board } = bench;
  const [name, setName] = useState("");
  const [isAll, setAll] = useState(false);
  const sorted = [...node.inputs].sort((a, b) => Number(b.isRequired) - Number(a.isRequired));
  const shown = isAll || sorted.length <= 6
    ? sorted
    : sorted.filter((port) => port.isRequired || port.isBound);
  if (node.inputs.length === 0 && !node.isOpen) return null;
  const add = () => {
    if (!/^[A-Za-z_]\w*$/.test(name)) return;
    board.apply(bindPort(board.document.ground, node.id, name, "in", ""));
    setName("");
  };
  return (
    <section class="form" aria-label="Inputs">
      <h2>Inputs</h2>
      {shown.map((port) => <PortField key={port.name} bench={bench} node={node} port={port} />)}
      {shown.length < sorted.length
        ? (
          <Button small look="quiet" icon="down" onClick={() => setAll(true)}>
            {sorted.length - shown.length} more inputs
          </Button>
        )
        : null}
      {node.isOpen
        ? (
          <div class="row">
            <input
              class="input code"
              aria-label="Name of a new input"
              placeholder="name of a new input"
              value={name}
              onInput={({ currentTarget }) => setName(currentTarget.value)}
              onKeyDown={(event) => event.key === "Enter" && add()}
            />
            <Button small icon="plus" disabled={!/^[A-Za-z_]\w*$/.test(name)} onClick={add}>Add</Button>
          </div>
        )
        : null}
    </section>
  );
}

/** One input: a constant from its schema, or an expression. */
function PortField({ bench, node, port }: NodeInspectorProps & { readonly port: BoardPort }) {
  const { board } = bench;
  const bindings = objectOf(node.value["in"]);
  const constants = objectOf(node.value["with"]);
  const bound = bindings[port.name];
  const isExpression = typeof bound === "string";
  const [wish, setWish] = useState<"in" | "with" | undefined>(undefined);
  useEffect(() => setWish(undefined), [node.id]);
  const form = isExpression
    ? "in"
    : Object.hasOwn(constants, port.name) || bound !== undefined
    ? "with"
    : wish ?? "with";
  const problems = [
    ...problemsAt(board.allProblems.value, node.id, `in.${port.name}`),
    ...problemsAt(board.allProblems.value, node.id, `with.${port.name}`),
  ];
  const schema: JsonSchema = port.schema;
  const value = constants[port.name] ?? (isExpression ? undefined : bound);
  const change = (next: Json | undefined) =>
    board.apply(bindPort(board.document.ground, node.id, port.name, form, next));
  const id = `port-${port.name}`;
  const toggle = (
    <span class="form-toggle" role="group" aria-label={`How ${port.name} is given`}>
      {(["with", "in"] as const).map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={form === one}
          data-tip={one === "in" ? "Expression: from other nodes and inputs" : "Constant"}
          aria-label={one === "in" ? `fx: ${port.name} as an expression` : `ab: ${port.name} as a constant`}
          onClick={() => {
            if (form === one) return;
            setWish(one);
            if (isExpression || value !== undefined) {
              board.apply(
                bindPort(board.document.ground, node.id, port.name, form, undefined),
              );
            }
          }}
        >
          {one === "in" ? "fx" : "ab"}
        </button>
      ))}
    </span>
  );
  if (form === "in") {
    return (
      <Field
        id={id}
        label={titleOf(port.name, schema)}
        type={describe(schema).slice(0, 26)}
        isRequired={port.isRequired}
        problems={problems}
        aside={toggle}
        {...(isObject(schema) && typeof schema["description"] === "string"
          ? { help: schema["description"] }
          : {})}
      >
        <ExpressionField
          id={id}
          value={isExpression ? bound : ""}
          isInvalid={problems.some(({ severity }) => severity === "error")}
          context={() => ({ graph: board.graph.peek(), types: board.types, node: node.id, wanted: schema })}
          onValue={change}
        />
      </Field>
    );
  }
  const context = {
    name: "port",
    root: schema,
    onChange: (path: readonly (string | number)[], next: Json | undefined) =>
      path.length === 1
        ? change(next)
        : board.apply(setField(board.document.ground, node.id, ["with", ...path], next)),
    problemsOf: (path: readonly (string | number)[]) =>
      path.length === 1 ? problems : problemsAt(board.allProblems.value, node.id, `with.${path.join(".")}`),
  };
  return (
    <SchemaField
      name={port.name}
      schema={schema}
      value={value}
      path={[port.name]}
      isRequired={port.isRequired}
      context={context}
      aside={toggle}
    />
  );
}

const placeholders = {
  each: "scan.files",
  when: "measure.complexity > 10",
  until: "outputs.passed || iteration >= 3",
} as const;

/** A field of the node that is an expression. */
function Expression(
  { bench, node, field, label, help }: NodeInspectorProps & {
    readonly field: keyof typeof placeholders;
    readonly label: string;
    readonly help: string;
  },
) {
  const { board } = bench;
  const problems = problemsAt(board.allProblems.value, node.id, field);
  const value = node.value[field];
  return (
    <Field id={`node-${field}`} label={label} help={help} problems={problems}>
      <ExpressionField
        id={`node-${field}`}
        value={typeof value === "string" ? value : ""}
        isInvalid={problems.some(({ severity }) => severity === "error")}
        placeholder={placeholders[field]}
        context={() => ({
          graph: board.graph.peek(),
          types: board.types,
          node: node.id,
          wanted: field === "each" ? { type: "array" } : { type: "boolean" },
        })}
        onValue={(text) => board.apply(setField(board.document.ground, node.id, [field], text))}
      />
    </Field>
  );
}

/** The cases of a branch, in order. */
function Cases({ bench, node }: NodeInspectorProps) {
  const { board } = bench;
  const given = node.value["cases"];
  const cases: readonly { readonly port: string; readonly when: string }[] = Array.isArray(given)
    ? (given as readonly JsonObject[]).map((one) => ({
      port: String(one["port"] ?? ""),
      when: String(one["when"] ?? ""),
    }))
    : Object.entries(objectOf(given)).map(([port, when]) => ({ port, when: String(when) }));
  const write = (next: typeof cases) => {
    const value: Json = Array.isArray(given)
      ? next.map(({ port, when }) => ({ port, when }))
      : Object.fromEntries(next.map(({ port, when }) => [port, when]));
    board.apply(setField(board.document.ground, node.id, ["cases"], value));
  };
  return (
    <section class="form" aria-label="Cases">
      <h2>Cases</h2>
      <p class="field-help">
        In order; the first that is true goes on. <code>value</code> is what came in.
      </p>
      {cases.map(({ port, when }, index) => (
        <div class="list-item" key={index}>
          <input
            class="input code case-port"
            aria-label={`Port of case ${index + 1}`}
            value={port}
            onChange={({ currentTarget }) =>
              write(cases.map((one, place) => place === index ? { ...one, port: currentTarget.value } : one))}
          />
          <div class="grow">
            <ExpressionField
              id={`case-${index}`}
              value={when}
              isInvalid={problemsAt(
                board.allProblems.value,
                node.id,
                `cases.${Array.isArray(given) ? index : port}`,
              ).length > 0}
              context={() => ({
                graph: board.graph.peek(),
                types: board.types,
                node: node.id,
                wanted: { type: "boolean" },
              })}
              onValue={(text) =>
                write(cases.map((one, place) => place === index ? { ...one, when: text ?? "" } : one))}
            />
            <span class="hidden-text" id={`case-${index}-help`}>Condition of case {port}</span>
          </div>
          <IconButton
            small
            icon="close"
            label={`Remove case ${port}`}
            onClick={() => write(cases.filter((_, place) => place !== index))}
          />
        </div>
      ))}
      <Button
        small
        icon="plus"
        onClick={() => write([...cases, { port: `case${cases.length + 1}`, when: "true" }])}
      >
        Add a case
      </Button>
    </section>
  );
}

function Outputs({ bench, node }: NodeInspectorProps) {
  if (node.outputs.length === 0) return null;
  return (
    <section class="form" aria-label="Outputs">
      <h2>Outputs</h2>
      <ul class="outputs">
        {node.outputs.map(({ name, schema }) => (
          <li key={name}>
            <code>{name}</code>
            <span class="faint mono cut">{describe(schema)}</span>
          </li>
        ))}
      </ul>
      <DataPreview bench={bench} node={node.id} />
    </section>
  );
}
