/**
 * Everything a node reads: its expressions, parsed, with the names in them looked up. Reports names that mean nothing.
 *
 * @module
 */

import type { JsonSchema } from "../json.ts";
import { type CelType, parseExpression } from "./cel.ts";
import type { NodeDefinition, WorkflowDefinition } from "./definition.ts";
import type { Expression, ExpressionProblem, Reference } from "./expression.ts";
import type { NodePorts } from "./node_ports.ts";
import type { PlanExpression } from "./plan.ts";
import type { Problem } from "./problem.ts";
import type { Anchor, Fault, JsonPath, Positions } from "./source.ts";
import { didYouMean, nearest } from "./suggest.ts";

/** A parsed expression and where it stands. */
export interface Read extends PlanExpression {
  readonly type: CelType;
  readonly path: JsonPath;
  /** False where a name in it means nothing, which has been reported. */
  readonly isSound: boolean;
}

/** Names beside the nodes and `inputs` that an expression may use where it stands. */
export type LocalNames = ReadonlyMap<string, JsonSchema | undefined>;

export interface Graph {
  readonly definition: WorkflowDefinition;
  readonly nodes: readonly NodeDefinition[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly ports: readonly NodePorts[];
}

/** One text, read once however often it stands in the file. */
type Parsed =
  | { readonly expression: Expression; readonly type: CelType; readonly sources: readonly number[] }
  | { readonly problem: ExpressionProblem };

export class NodeReads {
  readonly #graph: Graph;
  readonly #positions: Positions;
  readonly #problems: Problem[];
  readonly #parsed = new Map<string, Parsed>();
  readonly usedInputs = new Set<string>();

  constructor(graph: Graph, positions: Positions, problems: Problem[]) {
    this.#graph = graph;
    this.#positions = positions;
    this.#problems = problems;
  }

  /** Reports a problem of this graph. */
  fault(path: JsonPath, anchor: Anchor, fault: Fault): void {
    this.#problems.push(this.#positions.problem(path, anchor, fault));
  }

  /** True where the file has such a node but it could not be read, which has been reported. */
  isUnreadable(name: string): boolean {
    return this.#positions.unreadable.has(name);
  }

  /** Parses and looks names up. Undefined for what is no expression, which has been reported. */
  read(text: string, path: JsonPath, local: LocalNames): Read | undefined {
    let parsed = this.#parsed.get(text);
    if (parsed === undefined) this.#parsed.set(text, parsed = this.#parse(text));
    if ("problem" in parsed) {
      const { message, offset } = parsed.problem;
      const hint = expressionHint(message);
      this.fault(path, { inString: offset }, {
        code: "bad-expression",
        message: `${message} in "${clip(text)}"`,
        hint,
      });
      return undefined;
    }
    const { expression, type, sources } = parsed;
    let isSound = true;
    for (let i = 0; i < sources.length; i++) {
      const reference = expression.references[i] as Reference;
      const isKnown = this.#isKnown(reference, sources[i] as number, path, local);
      if (!isKnown || this.#isNumbered(expression.text, reference, sources[i] as number, path)) {
        isSound = false;
      }
    }
    return { expression, type, sources, path, isSound };
  }

  #parse(text: string): Parsed {
    const parsed = parseExpression(text);
    if ("problem" in parsed) return parsed;
    const { expression, type } = parsed;
    // No node bears a name that is used for something else (`reservedNames`).
    const sources = expression.references.map(({ root }) => this.#graph.indexOf.get(root) ?? -1);
    return { expression, type, sources };
  }

  #isKnown(reference: Reference, source: number, path: JsonPath, local: LocalNames): boolean {
    const { root, port, offset } = reference;
    if (source >= 0) {
      return port === undefined || this.checkPort(source, port, path, offset + root.length + 1);
    }
    if (local.has(root)) return true;
    if (root === "inputs") return this.#input(port, path, offset);
    if (!this.isUnreadable(root)) this.#unknown(root, path, offset, local);
    return false;
  }

  /** Reports a node, or the inputs, that are read like a list. */
  #isNumbered(text: string, reference: Reference, source: number, path: JsonPath): boolean {
    const { root, offset, isNumbered } = reference;
    if (isNumbered !== true || (source < 0 && root !== "inputs")) return false;
    const [, place = "[…]", name] = /^\w+\s*(\[[^\]]*\])(?:\.(\w+))?/.exec(text.slice(offset)) ?? [];
    const [what, which] = source < 0 ? ["inputs are", "INPUT"] : [`${root} gives its outputs`, "PORT"];
    this.fault(path, { inString: offset + root.length }, {
      code: "numbered",
      message: `Found ${root}${place}, but ${what} by name`,
      hint: `Write ${root}.${name ?? which}${place}, where that is a list`,
    });
    return true;
  }

  #input(name: string | undefined, path: JsonPath, offset: number): boolean {
    const { inputs } = this.#graph.definition;
    if (name === undefined) {
      for (const input of inputs.keys()) this.usedInputs.add(input);
      return true;
    }
    this.usedInputs.add(name);
    if (inputs.has(name)) return true;
    const hint = didYouMean(name, inputs.keys(), "inputs");
    const message = `Found inputs.${name}, but the workflow has no input "${name}"`;
    this.fault(path, { inString: offset + 7 }, { code: "unknown-input", message, hint });
    return false;
  }

  #unknown(root: string, path: JsonPath, offset: number, local: LocalNames): void {
    const { indexOf, definition } = this.#graph;
    const fault = { code: "unknown-node", message: `Found "${root}", which is no node` };
    let hint: string;
    if (root === "item" || root === "index") {
      hint = 'Give the node "each": these names are only known inside a fan-out';
    } else if (definition.inputs.has(root)) hint = `Write inputs.${root}`;
    else {
      const near = nearest(root, [...local.keys(), "inputs", ...indexOf.keys()]);
      hint = near === undefined
        ? `For a constant, use "with" or write "'${clip(root)}'"; for a value, inputs.NAME or NODE.PORT`
        : `Did you mean "${near}"?`;
    }
    this.fault(path, { inString: offset }, { ...fault, hint });
  }

  /** Looks up what an `after` names: `node` or `node.port`. */
  after(
    text: string,
    path: JsonPath,
  ): { readonly index: number; readonly port: string | undefined } | undefined {
    const [name, port, ...rest] = text.trim().split(".") as [string, ...string[]];
    const index = this.#graph.indexOf.get(name);
    if (index === undefined || rest.length > 0) {
      if (this.isUnreadable(name)) return undefined;
      const message = `Found "${clip(text)}" in "after", which is no node`;
      const hint = didYouMean(name, this.#graph.indexOf.keys(), "nodes");
      this.fault(path, "value", { code: "unknown-node", message, hint });
      return undefined;
    }
    const node = this.#graph.nodes[index] as NodeDefinition;
    if (port === undefined && node.kind === "branch") {
      const message = `Found the branch "${name}" in "after" without a port`;
      const hint = `Name the case to follow: ${node.cases.map((one) => `${name}.${one.port}`).join(", ")}`;
      this.fault(path, "value", { code: "missing-port", message, hint });
      return undefined;
    }
    if (port !== undefined && !this.checkPort(index, port, path, name.length + 1)) return undefined;
    return { index, port };
  }

  /** Reports a port that the node does not have; `offset` is its place in the string at `path`. */
  checkPort(index: number, port: string, path: JsonPath, offset: number): boolean {
    const ports = this.#graph.ports[index] as NodePorts;
    if (ports.isOpaque || ports.outputs.has(port)) return true;
    const { id, kind } = this.#graph.nodes[index] as NodeDefinition;
    if (kind === "pass") {
      const handed = [...ports.outputs.keys()];
      this.fault(path, { inString: offset }, {
        code: "disabled-source",
        message: `Found ${id}.${port}, but ${id} is disabled and hands on no "${port}"`,
        hint: `Enable ${id}, disable what takes this as well, or connect something else${
          handed.length === 0 ? "" : `; ${id} hands on ${handed.join(", ")}`
        }`,
      });
      return false;
    }
    const hint = didYouMean(port, ports.outputs.keys(), `ports of ${id}`);
    this.fault(path, { inString: offset }, {
      code: "unknown-port",
      message: `Found ${id}.${port}, but ${id} gives no "${port}"`,
      hint,
    });
    return false;
  }
}

function expressionHint(message: string): string {
  if (message.startsWith("No such overload")) return "Convert one side: string(x), int(x), double(x)";
  if (message.startsWith("Found no matching overload")) {
    return "Check the function's name and the types it takes";
  }
  return "Write a CEL expression, for example scan.files or measure.complexity > 10";
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
