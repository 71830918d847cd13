/**
 * A workflow made of parts, without any instrument: the node types that speak of the goal, joined backwards by what their
 * ports need. A required input is met by a node that is there, else by a part whose output fits, else it becomes an input
 * of the workflow. Where an output is an array of what is needed, the node runs once an item.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { isObject, own } from "../../core/json.ts";
import type { Json, JsonObject, JsonSchema } from "../../core/json.ts";
import { fit } from "../../core/workflow/port_type.ts";
import type { Draft } from "./candidate.ts";
import type { Knowledge, Part, Port } from "./knowledge.ts";
import { portsOf } from "./knowledge.ts";
import { words } from "./words.ts";

/** A further part must come so near to the first in what it adds. */
const NEAR = 0.3;
const MOST_GOALS = 4;
const MOST_NODES = 14;
const DEEPEST = 4;

interface Built {
  readonly id: string;
  readonly part: Part;
  readonly in: Record<string, string>;
  each?: string;
  readonly after: string[];
}

/** How one output port meets one input port. */
interface Match {
  readonly port: string;
  /** True where the output is an array of it. */
  readonly isEach: boolean;
  /** True where the port takes an array of the output: what a node gives that runs once an item. */
  readonly isGathered?: boolean;
  /** True where the port speaks of the part by name. */
  readonly isNamed?: boolean;
  readonly score: number;
}

export function fromParts(goal: string, knowledge: Knowledge): Draft | undefined {
  const ranked = knowledge.findParts(goal);
  const best = ranked[0];
  if (best === undefined) return undefined;
  const goals = knowledge.coveringParts(goal, MOST_GOALS, NEAR);
  const scores = new Map(ranked.map(({ found, score }) => [found.type, score / best.score]));
  const builder = new Builder(knowledge, scores);
  // What needs least first, so that the others can build on it; what is told of others last.
  const order = goals.map(({ found }) => found).sort((a, b) =>
    mentions(a, knowledge) - mentions(b, knowledge) || needs(a) - needs(b)
  );
  for (const part of order) builder.add(part, 0);
  builder.finishReport();
  return {
    source: "parts",
    text: builder.text(goal),
    reason: `made of the parts that speak of it: ${goals.map(({ found }) => found.type).join(", ")}`,
  };
}

/** How many other parts its ports speak of by name ("as code/duplicates gives them"). */
function mentions({ type, input }: Part, knowledge: Knowledge): number {
  const said = portsOf(input).map(({ description }) => description).join(" ");
  return knowledge.parts.filter((other) => other.type !== type && said.includes(other.type)).length;
}

function needs({ input }: Part): number {
  return portsOf(input).filter(({ isRequired, hasDefault }) => isRequired && !hasDefault).length;
}

class Builder {
  readonly #knowledge: Knowledge;
  readonly #scores: ReadonlyMap<string, number>;
  readonly #nodes: Built[] = [];
  readonly #inputs = new Map<string, JsonObject>();
  /** Parts whose needs are being met: what meets them must not need them. */
  readonly #open = new Set<string>();

  constructor(knowledge: Knowledge, scores: ReadonlyMap<string, number>) {
    this.#knowledge = knowledge;
    this.#scores = scores;
  }

  add(part: Part, depth: number): Built {
    const there = this.#nodes.find((node) => node.part.type === part.type);
    if (there !== undefined) return there;
    const node: Built = { id: this.#name(part), part, in: {}, after: [] };
    const ports = portsOf(part.input);
    this.#open.add(part.type);
    for (const port of ports) {
      if (port.isRequired && !port.hasDefault) this.#meet(node, port, depth);
    }
    this.#open.delete(part.type);
    // Optional ports take what lies ready under the same name.
    for (const port of ports) {
      if (port.isRequired || Object.hasOwn(node.in, port.name)) continue;
      const met = this.#named(port) ?? this.#among(node, port, ({ port: output }) => output === port.name);
      if (met === undefined || met.match.isEach) continue;
      if (met.node.each !== node.each && met.match.isNamed !== true) continue;
      node.in[port.name] = `${met.node.id}.${met.match.port}`;
    }
    this.#nodes.push(node);
    return node;
  }

  /** A report that nothing could be told to tells nothing: then the results are given as they are. */
  finishReport(): void {
    const at = this.#nodes.findIndex(({ part }) => part.type === REPORT);
    const report = this.#nodes[at];
    if (report === undefined) return;
    const others = this.#nodes.filter((node) => node !== report);
    for (const { id, part, each } of others) {
      const text = portsOf(part.output).find(({ schema }) => own(schema, "type") === "string");
      if (Object.keys(report.in).length > 0) break;
      if (text !== undefined && each === undefined && part.isTask) report.in["body"] = `${id}.${text.name}`;
    }
    if (Object.keys(report.in).length === 0 && others.length > 0) this.#nodes.splice(at, 1);
  }

  text(goal: string): string {
    const nodes: Record<string, Json> = {};
    for (const { id, part, in: bound, each, after } of this.#nodes) {
      nodes[id] = {
        use: part.type,
        title: part.title,
        ...(each === undefined ? {} : { each }),
        ...(Object.keys(bound).length === 0 ? {} : { in: bound }),
        ...(after.length === 0 ? {} : { after }),
        ...(part.isTask ? { importance: "recommended" } : {}),
      };
    }
    const workflow = {
      schema: 1,
      id: idOf(goal),
      name: nameOf(goal),
      version: "0.1.0",
      description: goal,
      ...(this.#inputs.size === 0 ? {} : { inputs: Object.fromEntries(this.#inputs) }),
      nodes,
      outputs: this.#outputs(goal),
    };
    return `${JSON.stringify(workflow, null, 2)}\n`;
  }

  #outputs(goal: string): JsonObject {
    const read = new Set(
      this.#nodes.flatMap(({ in: bound, each }) => [...Object.values(bound), each ?? ""])
        .map((text) => text.split(".")[0]),
    );
    const outputs: Record<string, string> = {};
    for (const { id, part } of this.#nodes.filter(({ id }) => !read.has(id))) {
      for (const { name } of toThePoint(portsOf(part.output), goal).slice(0, 2)) {
        outputs[Object.hasOwn(outputs, name) ? `${id}_${name}` : name] = `${id}.${name}`;
      }
    }
    return outputs;
  }

  #meet(node: Built, port: Port, depth: number): void {
    const there = this.#among(node, port, () => true);
    const made = depth < DEEPEST && this.#nodes.length < MOST_NODES ? this.#makeable(port, depth) : undefined;
    if (there !== undefined && there.match.score >= (made?.match.score ?? 0)) {
      return this.#bind(node, port, there.node, there.match);
    }
    if (made !== undefined) {
      const from = this.add(made.part, depth + 1);
      // What is gathered needs a node that repeats.
      if (!made.match.isGathered || from.each !== undefined) return this.#bind(node, port, from, made.match);
    }
    this.#inputs.set(port.name, inputSchema(port));
    node.in[port.name] = `inputs.${port.name}`;
  }

  #bind(node: Built, port: Port, from: Built, { port: output, isEach }: Match): void {
    if (!isEach || node.each !== undefined) {
      // A second port of the same item comes from what repeats with it.
      node.in[port.name] = isEach ? `${from.id}.${output}[index]` : `${from.id}.${output}`;
      return;
    }
    node.each = `${from.id}.${output}`;
    node.in[port.name] = "item";
  }

  /** A node that the port's description speaks of by the name of its part, with the output that it speaks of. */
  #named(port: Port): { readonly node: Built; readonly match: Match } | undefined {
    const node = this.#nodes.find(({ part }) => port.description.includes(part.type));
    if (node === undefined) return undefined;
    const said = words(`${port.name} ${port.description}`);
    let best: { readonly name: string; readonly shared: number } | undefined;
    for (const output of portsOf(node.part.output)) {
      if (fit(asSchema(output.schema), asSchema(port.schema)).fit === "no") continue;
      const own = new Set(words(`${output.name} ${output.name} ${output.description}`));
      const met = said.filter((word) => own.has(word)).length;
      if (best === undefined || met > best.shared) best = { name: output.name, shared: met };
    }
    return best === undefined
      ? undefined
      : { node, match: { port: best.name, isEach: false, isNamed: true, score: SAME_NAME } };
  }

  #among(
    node: Built,
    port: Port,
    isWanted: (match: Match) => boolean,
  ): { readonly node: Built; readonly match: Match } | undefined {
    let best: { readonly node: Built; readonly match: Match } | undefined;
    for (const other of this.#nodes) {
      if (other === node) continue;
      const match = bestMatch(other.part, port);
      if (match === undefined || !isWanted(match)) continue;
      if (match.isGathered === true && other.each === undefined) continue;
      if (best === undefined || match.score > best.match.score) best = { node: other, match };
    }
    return best;
  }

  /** A part that makes what the port needs, itself needing little. */
  #makeable(
    port: Port,
    depth: number,
  ): { readonly part: Part; readonly match: Match } | undefined {
    let best: { readonly part: Part; readonly match: Match; readonly worth: number } | undefined;
    for (const part of this.#knowledge.parts) {
      if (this.#open.has(part.type) || part.isTask || part.isWrite) continue;
      const match = bestMatch(part, port);
      if (match === undefined) continue;
      const worth = match.score + 0.25 * (this.#scores.get(part.type) ?? 0) - 0.25 * needs(part) -
        0.05 * depth;
      if (worth > 0.5 && (best === undefined || worth > best.worth)) best = { part, match, worth };
    }
    return best;
  }

  #name({ type }: Part): string {
    const base = type.slice(type.indexOf("/") + 1).replaceAll("-", "_");
    const taken = new Set(this.#nodes.map(({ id }) => id));
    if (!taken.has(base)) return base;
    for (let count = 2;; count++) if (!taken.has(`${base}_${count}`)) return `${base}_${count}`;
  }
}

/** Outputs that the goal speaks of first, then the others as they stand. */
function toThePoint(outputs: readonly Port[], goal: string): readonly Port[] {
  const asked = new Set(words(goal));
  const met = ({ name, description }: Port) =>
    words(`${name} ${description}`).filter((word) => asked.has(word)).length;
  return [...outputs].sort((a, b) => met(b) - met(a));
}

const SAME_NAME = 1;
const REPORT = "report/markdown";

function bestMatch(part: Part, port: Port): Match | undefined {
  let best: Match | undefined;
  for (const output of portsOf(part.output)) {
    const match = matchOf(output, port);
    if (match !== undefined && (best === undefined || match.score > best.score)) best = match;
  }
  return best;
}

function matchOf(output: Port, port: Port): Match | undefined {
  const whole = alikeness(output.schema, output, port);
  const items = own(output.schema, "items");
  const asked = own(port.schema, "items");
  const gathered = whole === undefined && isObject(own(asked, "properties"))
    ? alikeness(output.schema, output, { ...port, schema: asked as Json })
    : undefined;
  if (gathered !== undefined) {
    return { port: output.name, isEach: false, isGathered: true, score: gathered - 0.05 };
  }
  const each = items === undefined ? undefined : alikeness(items, output, port);
  if (whole !== undefined && (each === undefined || whole >= each)) {
    return { port: output.name, isEach: false, score: whole };
  }
  return each === undefined ? undefined : { port: output.name, isEach: true, score: each - 0.05 };
}

/** How well a value of `schema` that is called as `output` is suits `port`; undefined where it does not. */
function alikeness(schema: Json, output: Port, port: Port): number | undefined {
  const found = fit(asSchema(schema), asSchema(port.schema));
  if (found.fit !== "yes") return undefined;
  // A path is text, and text is no path.
  if (own(schema, "type") === "string" && isPath(schema, output) !== isPath(port.schema, port)) {
    return undefined;
  }
  const named = output.name === port.name || output.name === `${port.name}s`
    ? SAME_NAME
    : shared(output, port);
  // Everything fits a port that takes anything, and text is text: then only the name can tell.
  const items = own(port.schema, "items");
  const isTelling = isObject(own(port.schema, "properties")) ||
    (isObject(items) && (Object.hasOwn(items, "type") || Object.hasOwn(items, "properties")));
  if (!isTelling && named < 0.5) return undefined;
  return named + (isTelling ? 0.6 : 0);
}

/** True for a string that names a file. */
function isPath(schema: Json, { name, description }: Port): boolean {
  return own(schema, "format") === "path" || /^(?:file|path|root|folder|sources)s?$/.test(name) ||
    /\bpaths?\b/i.test(description);
}

/** 0 to 0.8 by the words that names and descriptions share. */
function shared(output: Port, port: Port): number {
  const said = new Set(words(`${output.name} ${output.description}`));
  const asked = words(`${port.name} ${port.description}`);
  const met = asked.filter((word) => said.has(word)).length;
  return asked.length === 0 ? 0 : 0.8 * Math.min(1, met / Math.min(3, asked.length));
}

function asSchema(schema: Json): JsonSchema {
  return isObject(schema) || typeof schema === "boolean" ? schema : true;
}

/** A workflow input that takes what the port takes. */
function inputSchema({ schema, description }: Port): JsonObject {
  const base = isObject(schema) ? schema : {};
  const kept = Object.fromEntries(
    Object.entries(base).filter(([name]) =>
      ["type", "format", "enum", "minimum", "maximum", "items"].includes(name)
    ),
  );
  return { ...kept, ...(description === "" ? {} : { description }) };
}

/** Words of the goal as a name of at most forty characters. */
export function nameOf(goal: string): string {
  const clean = goal.replace(/\s+/g, " ").trim();
  const short = clean.length <= 60 ? clean : `${clean.slice(0, 59).replace(/\s\S*$/, "")}…`;
  return short.slice(0, 1).toUpperCase() + short.slice(1);
}

/** An id as a workflow's has to be. */
export function idOf(goal: string): string {
  const id = goal.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return id === "" ? "workflow" : id;
}
