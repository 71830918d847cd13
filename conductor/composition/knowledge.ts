/**
 * What a workflow can be made of, ready to be searched: templates, node types and tasks with what is said about them.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { isObject, own } from "../../core/json.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { Catalog } from "../../core/workflow/catalog.ts";
import { TextIndex } from "./bm25.ts";
import { pairsOf, words } from "./words.ts";

export interface KnownTemplate {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly text: string;
}

/** A node type or a task. */
export interface Part {
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly input: JsonObject;
  readonly output: JsonObject;
  readonly isTask: boolean;
  readonly isWrite: boolean;
}

export interface Ranked<T> {
  readonly found: T;
  readonly score: number;
}

/** How well an instrument does by being told what a part was made for. */
const TOLD = 0.5;

export class Knowledge {
  readonly templates: readonly KnownTemplate[];
  readonly parts: readonly Part[];
  readonly #templateIndex = new TextIndex();
  readonly #partIndex = new TextIndex();
  /** What parts are called and said to do, without their ports: what they are about. */
  readonly #headIndex = new TextIndex();

  constructor(catalog: Catalog, templates: readonly KnownTemplate[]) {
    this.templates = templates;
    this.parts = partsOf(catalog);
    for (const { id, name, description, text } of templates) {
      this.#templateIndex.add([
        { text: `${id} ${name}`, weight: 3 },
        { text: description, weight: 2 },
        { text: proseOf(text), weight: 0.5 },
      ]);
    }
    for (const { type, title, description, input, output } of this.parts) {
      this.#partIndex.add([
        { text: type, weight: 3 },
        { text: title, weight: 2 },
        { text: description, weight: 2 },
        { text: `${portsText(input)} ${portsText(output)}`, weight: 0.5 },
      ]);
      this.#headIndex.add([{ text: `${type} ${title}`, weight: 3 }, { text: description, weight: 2 }]);
    }
  }

  findTemplates(goal: string): readonly Ranked<KnownTemplate>[] {
    return this.#templateIndex.search(goal).map(({ at, score }) => ({
      found: this.templates[at] as KnownTemplate,
      score,
    }));
  }

  findParts(goal: string): readonly Ranked<Part>[] {
    return this.#partIndex.search(goal).map(({ at, score }) => ({ found: this.parts[at] as Part, score }));
  }

  /**
   * Few parts that together speak of the goal: each the best for the words that those before it do not speak of, while it
   * comes near enough to the first.
   */
  coveringParts(goal: string, most: number, near: number): readonly Ranked<Part>[] {
    const left = new Set(words(goal));
    const chosen: Ranked<Part>[] = [];
    while (chosen.length < most) {
      const [hit] = this.#headIndex.searchWords(left);
      if (hit === undefined || (chosen[0] !== undefined && hit.score < near * chosen[0].score)) break;
      chosen.push({ found: this.parts[hit.at] as Part, score: hit.score });
      for (const word of left) if (this.#headIndex.has(hit.at, word)) left.delete(word);
    }
    return chosen;
  }

  /** The share of these types that speak of the goal at all, 0 to 1. */
  focus(goal: string, types: readonly string[]): number {
    const asked = [...new Set(words(goal))];
    const places = types.map((type) => this.parts.findIndex((part) => part.type === type)).filter((at) =>
      at >= 0
    );
    const speaking = places.filter((at) => asked.some((word) => this.#headIndex.has(at, word)));
    return places.length === 0 ? 0 : speaking.length / places.length;
  }

  part(type: string): Part | undefined {
    return this.parts.find((part) => part.type === type);
  }

  /**
   * The share of the goal's telling words that one of these parts or this text speaks of, 0 to 1. A word that nothing
   * here speaks of counts as much as a usual one. An instrument that is told the goal meets such words, and others by half.
   */
  coverage(goal: string, types: readonly string[], text: string, isTold = false): number {
    const speaks = this.#speaking(types, text);
    let all = 0;
    let met = 0;
    let known = 0;
    let unknown = 0;
    for (const word of new Set(words(goal))) {
      if (!this.#headIndex.knows(word) && !speaks(word)) {
        unknown++;
        continue;
      }
      // Rare words tell what is meant: they count by the square.
      const weight = this.#headIndex.rarity(word) ** 2;
      known++;
      all += weight;
      if (speaks(word)) met += weight;
      else if (isTold) met += weight * TOLD;
    }
    const usual = known === 0 ? 1 : all / known;
    const whole = all + unknown * usual;
    return whole === 0 ? 0 : (met + (isTold ? unknown * usual : 0)) / whole;
  }

  /** Words of the goal, as they are written, that none of these parts and not this text speaks of. */
  missing(goal: string, types: readonly string[], text: string): readonly string[] {
    const speaks = this.#speaking(types, text);
    return [...new Set(pairsOf(goal).filter(([, stemmed]) => !speaks(stemmed)).map(([written]) => written))];
  }

  /** True where nothing that is installed speaks of one of the goal's words. */
  isStrange(goal: string): boolean {
    return words(goal).some((word) => !this.#headIndex.knows(word));
  }

  #speaking(types: readonly string[], text: string): (word: string) => boolean {
    const places = types.map((type) => this.parts.findIndex((part) => part.type === type));
    const said = new Set(words(text));
    return (word) => said.has(word) || places.some((at) => this.#headIndex.has(at, word));
  }
}

function partsOf(catalog: Catalog): readonly Part[] {
  const parts: Part[] = [];
  for (const node of catalog.nodes.values()) {
    // Instruments by name are for people who know them; tasks leave the choice to the Conductor.
    if (node.kind === "instrument") continue;
    const { type, title, description, input, output, effect } = node;
    parts.push({ type, title, description, input, output, isTask: false, isWrite: effect === "write" });
  }
  for (const { type, title, description, input, output } of catalog.tasks.values()) {
    parts.push({ type, title, description, input, output, isTask: true, isWrite: false });
  }
  return parts.sort((a, b) => (a.type < b.type ? -1 : 1));
}

/** Comments, titles and descriptions of a workflow file. */
function proseOf(text: string): string {
  const comments = text.match(/\/\/[^\n]*/g) ?? [];
  const titles = [...text.matchAll(/"(?:title|description|name)"\s*:\s*"((?:[^"\\]|\\.)*)"/g)].map((
    [, said],
  ) => said);
  return [...comments, ...titles].join(" ");
}

/** Names and descriptions of the ports. */
export function portsText(schema: JsonObject): string {
  return portsOf(schema).map(({ name, description }) => `${name} ${description}`).join(" ");
}

export interface Port {
  readonly name: string;
  readonly schema: Json;
  readonly description: string;
  readonly isRequired: boolean;
  readonly hasDefault: boolean;
}

/** The ports of an object schema. */
export function portsOf(schema: JsonObject): readonly Port[] {
  const properties = own(schema, "properties");
  const required = own(schema, "required");
  if (!isObject(properties)) return [];
  return Object.entries(properties).map(([name, port]) => ({
    name,
    schema: port,
    description: String(own(port, "description") ?? own(port, "title") ?? ""),
    isRequired: Array.isArray(required) && required.includes(name),
    hasDefault: own(port, "default") !== undefined,
  }));
}
