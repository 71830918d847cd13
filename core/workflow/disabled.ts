/**
 * What is carried out of a workflow with disabled nodes. Such a node is not done: a `pass` stands in its place, which hands on what
 * it takes. The rule:
 *
 * - An output port hands on the one connected input whose type fits it; of several, the one of its own name; else it gives nothing.
 *   Of a loop or sub-workflow it is always the one of its own name.
 * - Where nothing is given, an optional input that takes it counts as not connected and an output of the workflow is not made, each
 *   with a warning. Whatever else takes it is an error.
 * - What it needs it needs as ever: where a required input has no result, a gate said no or a condition is false, it is skipped, and
 *   with it what needs it. So nothing comes past a gate because a node between was disabled.
 * - A loop or sub-workflow in which a person is asked cannot be disabled, as a gate cannot.
 * - `when`, `each` and `after` hold as well; everything else it says does not matter, and need not be sound.
 *
 * @module
 */

import type { NodeId } from "../ids.ts";
import type { Json, JsonSchema } from "../json.ts";
import type { Catalog } from "./catalog.ts";
import { parseExpression } from "./cel.ts";
import type { NodeDefinition, PassNode, WorkflowDefinition } from "./definition.ts";
import type { Reference } from "./expression.ts";
import { type NodePorts, portsOf } from "./node_ports.ts";
import { fit, isMismatch } from "./port_type.ts";
import type { Problem } from "./problem.ts";
import type { JsonPath, Positions } from "./source.ts";

/** The workflow with passes in place of disabled nodes; itself where there are none. Reports what counts as not connected. */
export function carriedDefinition(
  definition: WorkflowDefinition,
  catalog: Catalog,
  positions: Positions,
  problems: Problem[],
  known: Map<WorkflowDefinition, WorkflowDefinition> = new Map(),
): WorkflowDefinition {
  const before = known.get(definition);
  if (before !== undefined) return before;
  reportGates(definition, positions, problems);
  const whole = withBodies(
    definition,
    (body, node) => carriedDefinition(body, catalog, positions.body(node), problems, known),
  );
  const isTouched = [...whole.nodes.values()].some(({ disabled }) => disabled === true);
  const carried = isTouched ? new Passing(whole, catalog, positions, problems).carried() : whole;
  known.set(definition, carried);
  return carried;
}

function reportGates({ nodes }: WorkflowDefinition, positions: Positions, problems: Problem[]): void {
  for (const [id, node] of nodes) {
    const gate = node.disabled === true && "body" in node ? gateIn(node.body) : undefined;
    if (gate === undefined) continue;
    problems.push(positions.problem(["nodes", id, "disabled"], "name", {
      code: "bad-value",
      message: `Found "disabled" at ${id}, in which a person is asked (${gate})`,
      hint: "Remove it: what comes after it would be done unasked",
    }));
  }
}

/** The first gate of a body and those inside it, by its place. */
function gateIn({ nodes }: WorkflowDefinition): string | undefined {
  for (const [id, node] of nodes) {
    if (node.kind === "gate") return id;
    const inner = "body" in node ? gateIn(node.body) : undefined;
    if (inner !== undefined) return `${id}.${inner}`;
  }
  return undefined;
}

function withBodies(
  definition: WorkflowDefinition,
  carry: (body: WorkflowDefinition, node: NodeId) => WorkflowDefinition,
): WorkflowDefinition {
  let nodes: Map<NodeId, NodeDefinition> | undefined;
  for (const [id, node] of definition.nodes) {
    if (node.kind !== "loop" && node.kind !== "workflow") continue;
    // What is inside a disabled node is not carried out.
    const body = node.disabled === true ? node.body : carry(node.body, id);
    if (body !== node.body) (nodes ??= new Map(definition.nodes)).set(id, { ...node, body });
  }
  return nodes === undefined ? definition : { ...definition, nodes };
}

/** By output port of a disabled node, the input that it hands on. */
type Handed = ReadonlyMap<string, string>;

class Passing {
  readonly #definition: WorkflowDefinition;
  readonly #catalog: Catalog;
  readonly #positions: Positions;
  readonly #problems: Problem[];
  readonly #handed = new Map<string, Handed>();
  readonly #references = new Map<string, readonly Reference[]>();

  constructor(definition: WorkflowDefinition, catalog: Catalog, positions: Positions, problems: Problem[]) {
    this.#definition = definition;
    this.#catalog = catalog;
    this.#positions = positions;
    this.#problems = problems;
  }

  carried(): WorkflowDefinition {
    const { nodes, outputs } = this.#definition;
    const carried = new Map([...nodes].map(([id, node]) => [id, this.#node(node)] as const));
    return {
      ...this.#definition,
      nodes: carried,
      outputs: new Map([...outputs].filter((one) => this.#isMade(one))),
    };
  }

  #node(node: NodeDefinition): NodeDefinition {
    return node.disabled === true ? this.#pass(node) : this.#connected(node);
  }

  #pass(node: NodeDefinition): PassNode {
    const { inputs } = this.#portsOf(node);
    const handed = [...this.#handedBy(node)];
    const of = (pick: (input: string) => Json) =>
      Object.fromEntries(handed.map(([port, input]) => [port, pick(input)]));
    const { id, after, when, each, concurrency, retry, importance, title, description } = node;
    return {
      kind: "pass",
      id,
      in: {
        ...of((input) => node.in[input] as Json),
        ...this.#needsOf(node, new Set(handed.map(([, input]) => input))),
      },
      types: of((input) => (inputs.get(input)?.schema ?? true) as Json) as Readonly<
        Record<string, JsonSchema>
      >,
      with: {},
      after,
      retry,
      importance,
      ...(node.kind === "call" ? { use: node.use } : {}),
      ...(when === undefined ? {} : { when }),
      ...(each === undefined ? {} : { each }),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(title === undefined ? {} : { title }),
      ...(description === undefined ? {} : { description }),
    };
  }

  /** What it cannot go without besides what it hands on, as inputs that no output is named after. */
  #needsOf(node: NodeDefinition, handed: ReadonlySet<string>): Readonly<Record<string, string>> {
    const { inputs } = this.#portsOf(node);
    const needed = new Set<string>();
    for (const [input, text] of Object.entries(node.in)) {
      if (typeof text !== "string" || handed.has(input) || inputs.get(input)?.isRequired !== true) continue;
      for (const { root, port } of this.#read(text)) {
        const source = (this.#definition.nodes as ReadonlyMap<string, NodeDefinition>).get(root);
        if (source === undefined) continue;
        // Only the ports of branches and gates can be dead while their node lives; of others it does not matter which is read.
        const hasChoice = (source.kind === "branch" || source.kind === "gate") && port !== undefined &&
          this.#portsOf(source).outputs.has(port);
        needed.add(hasChoice ? `${root}.${port}` : root);
      }
    }
    return Object.fromEntries([...needed].map((text, nth) => [`needs ${nth}`, text]));
  }

  /** A node without those optional bindings that nothing is given for. */
  #connected(node: NodeDefinition): NodeDefinition {
    if (node.kind === "branch" || node.kind === "output") return node;
    const { inputs } = this.#portsOf(node);
    const lost = Object.entries(node.in).filter(([port, text]) =>
      typeof text === "string" && inputs.get(port)?.isRequired !== true && this.#lacks(text) !== undefined
    );
    for (const [port, text] of lost) {
      this.#warn(
        ["nodes", node.id, "in", port],
        text as string,
        `port "${port}" of ${node.id} counts as not connected`,
      );
    }
    if (lost.length === 0) return node;
    const names = new Set(lost.map(([port]) => port));
    return { ...node, in: Object.fromEntries(Object.entries(node.in).filter(([port]) => !names.has(port))) };
  }

  #isMade([name, text]: readonly [string, string]): boolean {
    if (this.#lacks(text) === undefined) return true;
    this.#warn(["outputs", name], text, `the output "${name}" is not made`);
    return false;
  }

  #warn(path: JsonPath, text: string, consequence: string): void {
    const { root, port } = this.#lacks(text) as Reference;
    this.#problems.push(this.#positions.problem(path, "value", {
      severity: "warning",
      code: "disabled-source",
      message: `Found ${root}${
        port === undefined ? "" : `.${port}`
      }, but ${root} is disabled and hands on no such thing: ${consequence}`,
      hint: `Enable ${root}, or connect something else`,
    }));
  }

  /** The first thing in an expression that a disabled node does not give. */
  #lacks(text: string): Reference | undefined {
    return this.#read(text).find(({ root, port }) => {
      const source = (this.#definition.nodes as ReadonlyMap<string, NodeDefinition>).get(root);
      if (source?.disabled !== true) return false;
      const handed = this.#handedBy(source);
      return port === undefined
        ? [...this.#portsOf(source).outputs.keys()].some((name) => !handed.has(name))
        : !handed.has(port);
    });
  }

  #handedBy(node: NodeDefinition): Handed {
    const known = this.#handed.get(node.id);
    if (known !== undefined) return known;
    // On a cycle nothing is handed on; the cycle is reported elsewhere.
    this.#handed.set(node.id, new Map());
    const { inputs, outputs } = this.#portsOf(node);
    const connected = Object.entries(node.in).filter(([, text]) =>
      typeof text === "string" && this.#lacks(text) === undefined
    ).map(([input]) => input);
    const handed = new Map<string, string>();
    for (const [port, type] of outputs) {
      const fitting = connected.filter((input) => {
        const found = fit(inputs.get(input)?.schema, type);
        // What a body gives is known by name alone before it is planned.
        return input === port ? !isMismatch(found) : node.kind === "call" && found.fit === "yes";
      });
      const input = fitting.length === 1 ? fitting[0] : fitting.find((one) => one === port);
      if (input !== undefined) handed.set(port, input);
    }
    this.#handed.set(node.id, handed);
    return handed;
  }

  #portsOf(node: NodeDefinition): NodePorts {
    const outputs = node.kind === "loop" || node.kind === "workflow"
      ? new Map([...node.body.outputs.keys()].map((name): [string, JsonSchema] => [name, true]))
      : new Map<string, JsonSchema>();
    return portsOf(node, this.#definition, this.#catalog, outputs);
  }

  #read(text: string): readonly Reference[] {
    let references = this.#references.get(text);
    if (references === undefined) {
      const read = parseExpression(text);
      references = "problem" in read ? [] : read.expression.references;
      this.#references.set(text, references);
    }
    return references;
  }
}
