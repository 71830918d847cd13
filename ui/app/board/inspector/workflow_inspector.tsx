/** The workflow's own fields: name, inputs, outputs. @module */

import { useState } from "preact/hooks";
import { isObject, type Json, type JsonObject } from "../../../../core/json.ts";
import { Button, IconButton } from "../../parts/button.tsx";
import { Field } from "../../parts/field.tsx";
import { SchemaField, SchemaForm } from "../../parts/schema_form.tsx";
import { objectOf, OUTPUTS } from "../model/board_node.ts";
import { setHead } from "../model/commands.ts";
import { problemsAt } from "../problems.ts";
import type { Workbench } from "../workbench.ts";
import { ExpressionField } from "./expression_field.tsx";

const headSchema: JsonObject = {
  type: "object",
  properties: {
    name: { type: "string", description: "For people" },
    description: { type: "string", description: "What the workflow does" },
    version: { type: "string" },
    timeout: { type: "string", description: "The longest a run may take: 10m, 2h" },
    concurrency: { type: "integer", minimum: 1, description: "Most nodes at once" },
    preference: {
      description: "What a dollar, a second and a failure are worth against quality",
      anyOf: [
        { type: "string", enum: ["quality", "balanced", "economy"], default: "balanced" },
        {
          type: "object",
          properties: {
            perUsd: { type: "number", minimum: 0, description: "Quality (0 to 1) that a US dollar is worth" },
            perSecond: { type: "number", minimum: 0, description: "Quality that a second is worth" },
            perFailure: { type: "number", minimum: 0, description: "Quality that a failed attempt is worth" },
          },
        },
      ],
    },
    budget: {
      type: "object",
      description: "What a run may spend; where an essential node needs more, the run pauses for a person",
      properties: {
        usd: { type: "number", minimum: 0, description: "US dollars spent on instruments" },
        tokens: { type: "integer", minimum: 0, description: "Tokens, sent and answered together" },
        time: { type: "string", description: "How long the run may be carried out: 10m, 2h" },
      },
    },
  },
};
const types = ["string", "integer", "number", "boolean", "array", "object"] as const;

export function WorkflowInspector({ bench }: { readonly bench: Workbench }) {
  const { board } = bench;
  const { head } = board.graph.value;
  const set = (path: readonly (string | number)[], value: Json | undefined) =>
    board.apply(setHead(board.document.ground, path, value));
  const general = board.allProblems.value.filter(({ node }) => node === undefined);
  const isFile = board.document.scope.length === 0;
  return (
    <div class="form inspector">
      {isFile
        ? (
          <>
            <h2>Workflow</h2>
            <SchemaForm
              name="head"
              root={headSchema}
              schema={headSchema}
              value={head}
              onChange={set}
              problemsOf={(path) => general.filter(({ field }) => field === path.join("."))}
              hide={(name) => !["name", "description"].includes(name)}
            />
          </>
        )
        : <h2>Loop body</h2>}
      <Inputs bench={bench} />
      <Outputs bench={bench} />
      {isFile
        ? (
          <details class="fold">
            <summary>Limits and preference</summary>
            <SchemaForm
              name="limits"
              root={headSchema}
              schema={headSchema}
              value={head}
              onChange={set}
              problemsOf={(path) => general.filter(({ field }) => field === path.join("."))}
              hide={(name) => ["name", "description"].includes(name)}
            />
          </details>
        )
        : null}
    </div>
  );
}

function Inputs({ bench }: { readonly bench: Workbench }) {
  const { board } = bench;
  const [name, setName] = useState("");
  const inputs = objectOf(board.graph.value.head["inputs"]);
  const set = (path: readonly string[], value: Json | undefined) =>
    board.apply(setHead(board.document.ground, ["inputs", ...path], value));
  const isGood = /^[A-Za-z_]\w{0,63}$/.test(name) && !Object.hasOwn(inputs, name);
  const add = () => {
    if (!isGood) return;
    set([name], { type: "string" });
    setName("");
  };
  return (
    <section class="form" aria-label="Inputs">
      <h2>Inputs</h2>
      {Object.entries(inputs).map(([input, given]) => {
        const schema = objectOf(given);
        const type = typeof schema["type"] === "string" ? schema["type"] : "";
        const { default: fallback, ...withoutDefault } = schema;
        const rest = { ...withoutDefault, title: "Default", description: "Makes the input optional" };
        return (
          <div class="group-field" key={input}>
            <div class="row">
              <code class="grow cut">{input}</code>
              <select
                class="select type-select"
                aria-label={`Type of ${input}`}
                value={type}
                onChange={({ currentTarget }) =>
                  board.apply(setHead(board.document.ground, ["inputs", input], {
                    ...(isObject(withoutDefault) ? withoutDefault : {}),
                    type: currentTarget.value,
                  }))}
              >
                {types.includes(type as never)
                  ? null
                  : <option value={type}>{type === "" ? "anything" : type}</option>}
                {types.map((one) => <option key={one} value={one}>{one}</option>)}
              </select>
              <IconButton
                small
                icon="close"
                label={`Remove input ${input}`}
                onClick={() => set([input], undefined)}
              />
            </div>
            <SchemaField
              name="default"
              schema={rest}
              value={fallback}
              path={[input, "default"]}
              isRequired={false}
              context={{
                name: "input",
                root: rest,
                onChange: (path, value) => set(path.map(String), value),
                problemsOf: () => problemsAt(board.allProblems.value, "$inputs", input),
              }}
            />
          </div>
        );
      })}
      <div class="row">
        <input
          class="input code"
          aria-label="Name of a new input"
          placeholder="name of a new input"
          value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && add()}
        />
        <Button small icon="plus" disabled={!isGood} onClick={add}>Add</Button>
      </div>
    </section>
  );
}

function Outputs({ bench }: { readonly bench: Workbench }) {
  const { board } = bench;
  const [name, setName] = useState("");
  const outputs = objectOf(board.graph.value.head["outputs"]);
  const set = (output: string, value: Json | undefined) =>
    board.apply(setHead(board.document.ground, ["outputs", output], value));
  const isGood = /^[A-Za-z_]\w{0,63}$/.test(name) && !Object.hasOwn(outputs, name);
  const add = () => {
    if (!isGood) return;
    set(name, "");
    setName("");
  };
  return (
    <section class="form" aria-label="Outputs">
      <h2>Outputs</h2>
      {Object.entries(outputs).map(([output, expression]) => {
        const problems = problemsAt(board.allProblems.value, OUTPUTS, output);
        return (
          <Field
            key={output}
            id={`output-${output}`}
            label={output}
            problems={problems}
            aside={
              <IconButton
                small
                icon="close"
                label={`Remove output ${output}`}
                onClick={() => set(output, undefined)}
              />
            }
          >
            <ExpressionField
              id={`output-${output}`}
              value={typeof expression === "string" ? expression : ""}
              isInvalid={problems.some(({ severity }) => severity === "error")}
              context={() => ({ graph: board.graph.peek(), types: board.types, node: "", wanted: undefined })}
              onValue={(text) => set(output, text ?? "")}
            />
          </Field>
        );
      })}
      <div class="row">
        <input
          class="input code"
          aria-label="Name of a new output"
          placeholder="name of a new output"
          value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && add()}
        />
        <Button small icon="plus" disabled={!isGood} onClick={add}>Add</Button>
      </div>
    </section>
  );
}
