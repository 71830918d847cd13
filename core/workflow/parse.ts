/**
 * A workflow file from its text to its definition, with every structural problem at once, each at its place. Never
 * throws. The bodies of sub-workflows are read through `resolve` and become part of the definition, so that a definition
 * stands alone; files that contain each other, and more than 8 bodies inside each other, are refused.
 *
 * @module
 */

import { messageOf } from "../errors.ts";
import { isNodeId, type NodeId } from "../ids.ts";
import type { JsonSchema } from "../json.ts";
import { isObject, own } from "../json.ts";
import type { InputDefinition, NodeDefinition, WorkflowDefinition } from "./definition.ts";
import { bodyFields, MAX_BODY_DEPTH, MAX_NODES, reservedNames, workflowFields } from "./fields.ts";
import { type JsonNode, nameOf, type ObjectNode, toJson } from "./json_node.ts";
import { positionsOf, readJsonc } from "./jsonc.ts";
import { validate } from "./json_schema.ts";
import { CURRENT_SCHEMA, migrate, type Migrations, migrations } from "./migrate.ts";
import { type BodyReader, checkSchema, parseNode } from "./parse_node.ts";
import { checkBoard } from "./parse_board.ts";
import { readBudget, readPreference } from "./parse_quality.ts";
import type { Problem } from "./problem.ts";
import { Reader } from "./reader.ts";
import { type JsonPath, Positions } from "./source.ts";

/** Finds the workflow that `reference` in the file `from` means; undefined where there is none. */
export type ResolveWorkflow = (
  reference: string,
  from: string,
) => { readonly file: string; readonly text: string | Uint8Array } | undefined;

export interface ParseOptions {
  readonly resolve?: ResolveWorkflow;
  /** Nodes of the file itself that are not read. */
  readonly leaveOut?: ReadonlySet<string>;
  /** For tests of the mechanism. */
  readonly migrations?: { readonly chain: Migrations; readonly current: number };
}

export interface ParsedWorkflow {
  /** Only where nothing is wrong with the structure. */
  readonly definition?: WorkflowDefinition;
  /** What could be read, for checking the rest of a file that has problems. */
  readonly draft: WorkflowDefinition | undefined;
  readonly problems: readonly Problem[];
  readonly positions: Positions;
}

/** Reads a workflow file. */
export function parseWorkflow(
  text: string | Uint8Array,
  file: string,
  options: ParseOptions = {},
): ParsedWorkflow {
  const reading = new Reading(options);
  const { draft, positions } = reading.readFile(text, file);
  const { problems } = reading;
  const isSound = problems.every(({ severity }) => severity !== "error");
  return { draft, problems, positions, ...(isSound && draft !== undefined ? { definition: draft } : {}) };
}

interface ReadFile {
  readonly draft: WorkflowDefinition | undefined;
  readonly positions: Positions;
  /** Bodies inside each other below this file. */
  readonly height: number;
  /** With those of its bodies. */
  readonly nodes: number;
}

/** Reading one file and those it refers to; each file is read once. */
class Reading {
  readonly problems: Problem[] = [];
  readonly #options: ParseOptions;
  readonly #files = new Map<string, ReadFile>();
  /** Files under way, the outermost first. */
  readonly #stack: string[] = [];
  /** Bodies under way, files and loops alike. */
  #depth = 0;
  #height = 0;
  #nodes = 0;

  constructor(options: ParseOptions) {
    this.#options = options;
  }

  readFile(text: string | Uint8Array, file: string): ReadFile {
    const read = readJsonc(text, file);
    this.problems.push(...read.problems);
    this.#stack.push(file);
    const [height, nodes] = [this.#height, this.#nodes];
    this.#height = this.#depth;
    this.#nodes = 0;
    const parsed = this.#readRoot(
      read.root,
      positionsOf(read),
      read.problems.some(({ code }) => code === "syntax"),
    );
    this.#stack.pop();
    const result = { ...parsed, height: this.#height - this.#depth, nodes: this.#nodes };
    this.#files.set(file, result);
    this.#height = Math.max(height, this.#height);
    this.#nodes = nodes + result.nodes;
    return result;
  }

  #readRoot(
    root: JsonNode | undefined,
    positions: Positions,
    isBroken: boolean,
  ): { draft: WorkflowDefinition | undefined; positions: Positions } {
    const reader = new Reader(positions, this.problems);
    if (root === undefined) return { draft: undefined, positions };
    if (root.kind !== "object") {
      const message = `Found ${nameOf(root)} as the workflow`;
      reader.fault([], "value", {
        code: "bad-value",
        message,
        hint: 'Expected an object { "schema": 1, … }',
      });
      return { draft: undefined, positions };
    }
    const { chain, current } = this.#options.migrations ?? { chain: migrations, current: CURRENT_SCHEMA };
    const migrated = migrate(root, chain, current);
    // After a syntax problem the tree has holes, and what is missing from it would be reported falsely.
    if ("fault" in migrated && !(isBroken && migrated.at === "file")) {
      reader.fault(migrated.at === "schema" ? ["schema"] : [], "value", migrated.fault);
      // A file of another version would only give misleading problems.
      if (migrated.fault.code === "schema-version") return { draft: undefined, positions };
    }
    const tree = "root" in migrated ? migrated.root : root;
    const placed = tree === root ? positions : new Positions(positions.source, tree);
    if (isBroken) return { draft: undefined, positions: placed };
    return { draft: this.#readTop(tree, new Reader(placed, this.problems)), positions: placed };
  }

  #readTop(tree: ObjectNode, reader: Reader): WorkflowDefinition {
    reader.checkFields(tree, [], workflowFields, "the workflow");
    reader.text(tree, "$schema", []);
    const id = this.#readId(tree, reader);
    const timeoutMs = reader.duration(tree, "timeout", [], 1);
    const concurrency = reader.number(tree, "concurrency", [], { min: 1, max: 100_000, integer: true });
    const preference = readPreference(tree, reader);
    const budget = readBudget(tree, reader);
    checkBoard(tree, reader);
    return {
      schema: 1,
      id,
      name: reader.text(tree, "name", [], 200) ?? id,
      version: reader.text(tree, "version", [], 64) ?? "0.0.0",
      description: reader.text(tree, "description", []) ?? "",
      ...this.#readGraph(tree, [], reader, id),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(preference === undefined ? {} : { preference }),
      ...(budget === undefined ? {} : { budget }),
    };
  }

  #readId(tree: ObjectNode, reader: Reader): string {
    if (!tree.members.has("id")) {
      reader.missing([], "id", "the workflow", 'Add "id": "my-workflow"');
      return "";
    }
    const id = reader.text(tree, "id", [], 64);
    if (id === undefined) return "";
    if (!/^[a-z][a-z0-9-]*$/.test(id)) {
      const hint = "Expected lower-case letters, digits and -, a letter first";
      reader.fault(["id"], "value", { code: "bad-name", message: `Found "${id}" as "id"`, hint });
    }
    return id;
  }

  #readGraph(
    tree: ObjectNode,
    path: JsonPath,
    reader: Reader,
    id: string,
  ): Pick<WorkflowDefinition, "inputs" | "nodes" | "outputs"> {
    const inputs = readInputs(tree, path, reader);
    const outputs = readOutputs(tree, path, reader);
    const nodes = new Map<NodeId, NodeDefinition>();
    if (!tree.members.has("nodes")) {
      const what = path.length === 0 ? "the workflow" : "the body";
      reader.missing(path, "nodes", what, 'Add "nodes": { "name": { "use": "group/name" } }');
    }
    const members = reader.object(tree, "nodes", path, "Expected an object of name to node");
    const count = members?.members.size ?? 0;
    this.#nodes += count;
    if (this.#nodes > MAX_NODES) {
      const message = `Found ${this.#nodes.toLocaleString("en")} nodes`;
      const hint = `A workflow has at most ${
        MAX_NODES.toLocaleString("en")
      } nodes, those of its bodies included`;
      reader.fault([...path, "nodes"], "name", { code: "too-many-nodes", message, hint });
      return { inputs, nodes, outputs };
    }
    const leaveOut = this.#stack.length === 1 && this.#depth === 0 ? this.#options.leaveOut : undefined;
    for (const { name, node } of members?.members.values() ?? []) {
      if (leaveOut?.has(name) === true) continue;
      const inner = [...path, "nodes", name];
      if (!checkName(name, inner, reader, "a node's name")) {
        reader.positions.unreadable.add(name);
        continue;
      }
      const parsed = parseNode(name as NodeId, node, inner, reader, this.#bodies(reader, id));
      if (parsed === undefined) reader.positions.unreadable.add(name);
      else nodes.set(parsed.id, parsed);
    }
    return { inputs, nodes, outputs };
  }

  #bodies(reader: Reader, id: string): BodyReader {
    return {
      inline: (node, tree, path) => this.#readBody(node, tree, path, reader, id),
      file: (node, reference, path) => this.#readReference(node, reference, path, reader),
    };
  }

  #enter(path: JsonPath, reader: Reader, further = 0): boolean {
    if (this.#depth + 1 + further > MAX_BODY_DEPTH) {
      const message = `Found more than ${MAX_BODY_DEPTH} loops and sub-workflows inside each other`;
      reader.fault(path, "value", { code: "too-deep", message, hint: "Flatten the workflow" });
      return false;
    }
    this.#depth++;
    this.#height = Math.max(this.#height, this.#depth + further);
    return true;
  }

  #readBody(
    node: NodeId,
    tree: ObjectNode,
    path: JsonPath,
    reader: Reader,
    parent: string,
  ): WorkflowDefinition | undefined {
    if (!this.#enter(path, reader)) return undefined;
    // Paths inside the body are relative to it; the body's positions know where it stands.
    const positions = new Positions(reader.positions.source, tree, reader.positions.absolute(path));
    reader.positions.addBody(node, positions);
    const inner = new Reader(positions, this.problems);
    inner.checkFields(tree, [], bodyFields, "the body");
    const id = `${parent}.${node}`;
    const graph = this.#readGraph(tree, [], inner, id);
    this.#depth--;
    return { schema: 1, id, name: node, version: "0.0.0", description: "", ...graph };
  }

  #readReference(
    node: NodeId,
    reference: string,
    path: JsonPath,
    reader: Reader,
  ): WorkflowDefinition | undefined {
    const found = this.#resolve(reference, path, reader);
    if (found === undefined) return undefined;
    const at = this.#stack.indexOf(found.file);
    if (at >= 0) {
      const cycle = [...this.#stack.slice(at), found.file].join(" → ");
      const message = `Found workflows that contain each other: ${cycle}`;
      reader.fault(path, "value", {
        code: "workflow-cycle",
        message,
        hint: "Use a loop node to repeat work",
      });
      return undefined;
    }
    const known = this.#files.get(found.file);
    if (!this.#enter(path, reader, known?.height ?? 0)) return undefined;
    const body = known ?? this.readFile(found.text, found.file);
    if (known !== undefined) this.#nodes += known.nodes;
    this.#depth--;
    reader.positions.addBody(node, body.positions);
    return body.draft;
  }

  #resolve(reference: string, path: JsonPath, reader: Reader): ReturnType<ResolveWorkflow> {
    let reason = "";
    try {
      const found = this.#options.resolve?.(reference, reader.positions.source.file);
      if (found !== undefined) return found;
    } catch (error) {
      reason = `: ${messageOf(error)}`;
    }
    const message = `Cannot find the workflow "${reference}"${reason}`;
    const hint = "Give the path of a .workflow.jsonc file from this file's folder, or a template's id";
    reader.fault(path, "value", { code: "unknown-workflow", message, hint });
    return undefined;
  }
}

function checkName(name: string, path: JsonPath, reader: Reader, what: string): boolean {
  const isReserved = reservedNames.has(name) && what !== "an output's name";
  if (isNodeId(name) && !isReserved) return true;
  const hint = isReserved
    ? "Expressions use this name for something else; choose another"
    : "Expected a letter or _, then at most 63 letters, digits or _";
  const code = isReserved ? "reserved-name" : "bad-name";
  reader.fault(path, "name", { code, message: `Found "${name.slice(0, 80)}" as ${what}`, hint });
  return false;
}

function readInputs(tree: ObjectNode, path: JsonPath, reader: Reader): Map<string, InputDefinition> {
  const inputs = new Map<string, InputDefinition>();
  const members = reader.object(tree, "inputs", path, "Expected an object of name to JSON Schema");
  for (const { name, node } of members?.members.values() ?? []) {
    const inner = [...path, "inputs", name];
    if (!isNodeId(name)) {
      checkName(name, inner, reader, "an input's name");
      continue;
    }
    if (!checkSchema(node, inner, reader)) {
      inputs.set(name, { schema: true });
      continue;
    }
    const schema = toJson(node) as JsonSchema;
    const fallback = isObject(schema) ? own(schema, "default") : undefined;
    if (fallback === undefined) {
      inputs.set(name, { schema });
      continue;
    }
    const fault = validate(schema, fallback)[0];
    if (fault !== undefined) {
      const message = `Found a default that does not fit its own schema: ${fault.message}`;
      const hint = "Change the default or the schema";
      reader.fault([...inner, "default"], "value", { code: "type-mismatch", message, hint });
    }
    inputs.set(name, { schema, default: fallback });
  }
  return inputs;
}

function readOutputs(tree: ObjectNode, path: JsonPath, reader: Reader): Map<string, string> {
  const outputs = new Map<string, string>();
  const members = reader.object(tree, "outputs", path, "Expected an object of name to expression");
  for (const { name, node } of members?.members.values() ?? []) {
    const inner = [...path, "outputs", name];
    if (!checkName(name, inner, reader, "an output's name")) continue;
    if (node.kind === "string") outputs.set(name, node.value as string);
    else reader.wrong(inner, node, 'Expected an expression in quotes, for example "report.document"');
  }
  return outputs;
}
