/**
 * Checks of single nodes that need the catalogue or the node's ports: what it uses, its constants, what it must be given,
 * and the rules of the control kinds.
 *
 * @module
 */

import { isObject, type Json, type JsonSchema, own } from "../json.ts";
import { parseExpression } from "./cel.ts";
import { type Catalog, portSchema } from "./catalog.ts";
import type { LoopNode, NodeDefinition, SubWorkflowNode } from "./definition.ts";
import { controlFields } from "./fields.ts";
import { validate } from "./json_schema.ts";
import { missingIn } from "./jsonata_end.ts";
import type { Graph, NodeReads } from "./node_reads.ts";
import type { InputPort, NodePorts } from "./node_ports.ts";
import { describe, fit, isMismatch } from "./port_type.ts";
import { schemaOfCel } from "./schema_path.ts";
import type { JsonPath } from "./source.ts";
import { didYouMean } from "./suggest.ts";

/** Reports a node type that no extension contributes, and checks that are no operators with a `quality`. */
export function checkUse(node: NodeDefinition, catalog: Catalog, reads: NodeReads): void {
  node.quality?.checks.forEach((check, at) => {
    if (!("use" in check)) return;
    const type = catalog.nodes.get(check.use);
    if (type?.kind === "operator" && portSchema(type.output, "quality") !== undefined) return;
    const checks = [...catalog.nodes.values()].filter(({ kind, output }) =>
      kind === "operator" && portSchema(output, "quality") !== undefined
    );
    const hint = didYouMean(check.use, checks.map((known) => known.type), "operators that check");
    const message = `Found "${check.use}" as a check, which is no operator that gives a quality`;
    reads.fault(["nodes", node.id, "quality", "checks", at], "value", {
      code: "unknown-node-type",
      message,
      hint,
    });
  });
  checkContest(node, catalog, reads);
  checkMemo(node, catalog, reads);
  if (node.kind !== "call" || catalog.nodes.has(node.use) || catalog.tasks.has(node.use)) return;
  const known = [...catalog.nodes.keys(), ...catalog.tasks.keys(), ...Object.keys(controlFields)];
  const hint = didYouMean(node.use, known, "node types");
  const message = `Found "${node.use}", which no installed extension contributes`;
  reads.fault(["nodes", node.id, "use"], "value", { code: "unknown-node-type", message, hint });
}

/** Reports candidates of what is no task, since only instruments that may differ can compete, and a judge that gives no winner. */
function checkContest(node: NodeDefinition, catalog: Catalog, reads: NodeReads): void {
  const { candidates, judge } = node.quality ?? {};
  const path = ["nodes", node.id, "quality"];
  const use = node.kind === "call" ? node.use : undefined;
  if (
    candidates !== undefined && (use === undefined || (catalog.nodes.has(use) && !catalog.tasks.has(use)))
  ) {
    const hint = 'Name a task that several instruments serve, for example "use": "instrument/generate"';
    const message = `Found "candidates" at ${node.id}, which is always done by the same`;
    reads.fault([...path, "candidates"], "name", { code: "bad-value", message, hint });
  }
  if (judge === undefined) return;
  const type = catalog.tasks.get(judge) ?? catalog.nodes.get(judge);
  if (type !== undefined && portSchema(type.output, "winner") !== undefined) return;
  const known = [...catalog.tasks.values(), ...catalog.nodes.values()];
  const judges = known.filter(({ output }) => portSchema(output, "winner") !== undefined);
  const hint = didYouMean(judge, judges.map((one) => one.type), "judges");
  const message = `Found "${judge}" as a judge, which gives no winner`;
  reads.fault([...path, "judge"], "value", { code: "unknown-node-type", message, hint });
}

/** Reports a wish for kept results where there can be none. */
function checkMemo(node: NodeDefinition, catalog: Catalog, reads: NodeReads): void {
  if (node.memo?.use !== true) return;
  const writes = node.kind === "call" && catalog.nodes.get(node.use)?.effect === "write";
  if (node.kind === "call" && !writes) return;
  const message = writes
    ? `Found "memo" at ${node.id}, which writes: a kept result would leave out what it writes`
    : `Found "memo" at ${node.id}, a control node, which keeps no result`;
  reads.fault(["nodes", node.id, "memo"], "value", {
    code: "bad-value",
    message,
    hint: "Remove it; the nodes before it can have one",
  });
}

/** Reports ports that the node does not take, that are given twice or not at all, and constants that do not fit. */
export function checkConstants(node: NodeDefinition, ports: NodePorts, reads: NodeReads): void {
  for (const port of Object.keys(node.in)) checkGiven(node, "in", port, ports, reads);
  for (const port of Object.keys(node.with)) {
    if (!Object.hasOwn(node.in, port)) checkGiven(node, "with", port, ports, reads);
    else {
      const message = `Found port "${port}" of ${node.id} in "in" and in "with"`;
      const hint = "Remove one of the two";
      reads.fault(["nodes", node.id, "with", port], "name", { code: "duplicate-port", message, hint });
    }
  }
  for (const port of ports.required) {
    if (Object.hasOwn(node.in, port) || Object.hasOwn(node.with, port)) continue;
    const path = ["nodes", node.id];
    const { schema } = ports.inputs.get(port) as InputPort;
    const message = `Found nothing for the port "${port}" of ${node.id}, which needs ${describe(schema)}`;
    const hint = `Add "in": { "${port}": "…" } or "with": { "${port}": … }`;
    reads.fault(path, "name", { code: "missing-input", message, hint });
  }
}

function checkGiven(
  node: NodeDefinition,
  field: "in" | "with",
  port: string,
  ports: NodePorts,
  reads: NodeReads,
): void {
  const value = node[field][port] as Json;
  const known = ports.inputs.get(port);
  if (known === undefined) {
    if (!ports.isOpen) unknownPort(node, field, port, ports, reads);
  } else if (field === "with" || typeof value !== "string") {
    checkConstant(node, port, value, known.schema, ["nodes", node.id, field, port], reads);
  }
}

function unknownPort(
  node: NodeDefinition,
  field: "in" | "with",
  port: string,
  ports: NodePorts,
  reads: NodeReads,
): void {
  const path = ["nodes", node.id, field, port];
  const use = node.kind === "call" ? node.use : `control/${node.kind}`;
  const message = `Found the port "${port}", which ${use} does not take`;
  const free = [...ports.inputs.keys()].filter((name) =>
    !Object.hasOwn(node.in, name) && !Object.hasOwn(node.with, name)
  );
  const hint = didYouMean(port, free.length > 0 ? free : ports.inputs.keys(), `ports of ${use}`);
  reads.fault(path, "name", { code: "unknown-port", message, hint });
}

function checkConstant(
  node: NodeDefinition,
  port: string,
  value: Json,
  schema: JsonSchema,
  path: JsonPath,
  reads: NodeReads,
): void {
  const fault = validate(schema, value)[0];
  if (fault === undefined) return checkFinished(value, schema, path, reads);
  const where = fault.path === "" ? "" : ` at ${fault.path}`;
  const message =
    `Found a value for port "${port}" of ${node.id} that does not fit${where}: ${fault.message}`;
  const inner = fault.path === "" ? [] : fault.path.split(".");
  reads.fault([...path, ...inner], "value", {
    code: "type-mismatch",
    message,
    hint: `Expected ${describe(schema)}`,
  });
}

/** Reports a JSONata expression whose end is missing: otherwise it would fail only when it is run. */
function checkFinished(value: Json, schema: JsonSchema, path: JsonPath, reads: NodeReads): void {
  if (typeof value !== "string" || !isObject(schema) || own(schema, "format") !== "jsonata") return;
  const missing = missingIn(value);
  if (missing === undefined) return;
  const before = value.slice(0, missing.at).split("\n");
  const place = `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
  reads.fault(path, "value", {
    code: "unfinished-expression",
    message: `Found an unfinished JSONata expression: ${missing.what}, at ${place} of it`,
    hint: "Write what is missing there, or remove what was begun",
  });
}

/** What a loop gives besides its body's outputs. */
const loopPorts: ReadonlySet<string> = new Set(["iterations", "done"]);

type BodyOutputs = (node: LoopNode | SubWorkflowNode) => ReadonlyMap<string, JsonSchema>;

/** The rules of the control kinds. */
export class NodeChecks {
  readonly #graph: Graph;
  readonly #reads: NodeReads;
  /** Names that an output node has taken. */
  readonly #outputs = new Set<string>();

  constructor(graph: Graph, reads: NodeReads) {
    this.#graph = graph;
    this.#reads = reads;
  }

  /** Reports what a control node's own rules refuse. */
  check(node: NodeDefinition, bodyOutputs: BodyOutputs): void {
    const path: JsonPath = ["nodes", node.id];
    switch (node.kind) {
      case "merge":
        if (Object.keys(node.in).length > 0) return;
        return this.#reads.fault(path, "name", {
          code: "missing-input",
          message: `Found nothing to merge in ${node.id}`,
          hint: 'Add "in": { "a": "one.port", "b": "other.port" }',
        });
      case "loop":
        return this.#loop(node, path, bodyOutputs(node));
      case "input":
        return this.#input(node.name, path);
      case "output":
        return this.#output(node.id, node.name, path);
      default:
        if (node.each !== undefined && node.kind === "wait") this.#noEach(node.id, path);
    }
  }

  #noEach(id: string, path: JsonPath): void {
    const hint = "Put it before or after the nodes that run per item";
    this.#reads.fault([...path, "each"], "name", {
      code: "bad-each",
      message: `Found "each" on ${id}`,
      hint,
    });
  }

  #input(name: string, path: JsonPath): void {
    const { inputs, nodes } = this.#graph.definition;
    this.#reads.usedInputs.add(name);
    const node = nodes.get(path[1] as never);
    if (node?.each !== undefined) this.#noEach(node.id, path);
    if (inputs.has(name)) return;
    const hint = didYouMean(name, inputs.keys(), "inputs");
    const message = `Found the input "${name}", which the workflow does not declare`;
    this.#reads.fault([...path, "name"], "value", { code: "unknown-input", message, hint });
  }

  #output(id: string, name: string, path: JsonPath): void {
    const { outputs, nodes } = this.#graph.definition;
    if (nodes.get(path[1] as never)?.each !== undefined) this.#noEach(id, path);
    const isFirst = !outputs.has(name) && !this.#outputs.has(name);
    this.#outputs.add(name);
    if (isFirst) return;
    const message = `Found the output "${name}" twice`;
    this.#reads.fault([...path, "name"], "value", {
      code: "duplicate-output",
      message,
      hint: "Rename one of the two",
    });
  }

  #loop(node: LoopNode, path: JsonPath, outputs: ReadonlyMap<string, JsonSchema>): void {
    for (const [name, schema] of outputs) {
      if (loopPorts.has(name)) {
        const message =
          `Found the output "${name}" in the body of ${node.id}, which is a port of the loop itself`;
        const hint = "Choose another name";
        this.#reads.fault([...path, "body", "outputs", name], "name", {
          code: "reserved-name",
          message,
          hint,
        });
      }
      const input = node.body.inputs.get(name);
      if (input === undefined || !isMismatch(fit(schema, input.schema))) continue;
      const message = `Found ${describe(schema)} as the body's output "${name}", ` +
        `but the next round takes ${describe(input.schema)} under that name`;
      const hint = "Give both the same type, or different names";
      this.#reads.fault([...path, "body", "outputs", name], "value", {
        code: "type-mismatch",
        message,
        hint,
      });
    }
    if (node.until === undefined) return;
    const parsed = parseExpression(node.until);
    const place = [...path, "until"];
    if ("problem" in parsed) {
      const { message, offset } = parsed.problem;
      const hint = "Write a condition over the round's outputs, for example score > 0.9";
      return this.#reads.fault(place, { inString: offset }, {
        code: "bad-expression",
        message: `${message} in "until" of ${node.id}`,
        hint,
      });
    }
    const type = schemaOfCel(parsed.type);
    if (isMismatch(fit(type, { type: "boolean" }))) {
      const message = `Found a condition that gives ${describe(type)}`;
      this.#reads.fault(place, "value", { code: "type-mismatch", message, hint: "Expected true or false" });
    }
    const names = [...outputs.keys(), "outputs", "inputs", "iteration"];
    for (const { root, port, offset } of parsed.expression.references) {
      const isOutput = root === "outputs" && port !== undefined;
      if (isOutput ? outputs.has(port) : names.includes(root)) continue;
      const name = isOutput ? port : root;
      const message = `Found "${name}", which the body of ${node.id} does not give`;
      const hint = didYouMean(name, names, "names here");
      this.#reads.fault(place, { inString: offset }, { code: "unknown-output", message, hint });
    }
  }
}
