/**
 * What can stand at an offset of a workflow's text: keys and values by the file's schema, what is installed, nodes, their ports,
 * expressions as the board offers them. Pure.
 *
 * @module
 */

import { isObject, type JsonObject } from "../../../../core/json.ts";
import { describe } from "../../../../core/workflow/port_type.ts";
import { INPUTS, OUTPUTS } from "../../board/model/board_node.ts";
import { completionsAt } from "../../board/model/completion.ts";
import { reach } from "../../board/model/connection_judge.ts";
import { beginningOf, keysOf, requiredOf, valuesOf, wordsOf } from "./schema_walk.ts";
import { placeAt } from "./text_place.ts";
import {
  expressionAt,
  type Ground,
  groundOf,
  schemasOf,
  valueAt,
  type WorkflowKnowledge,
} from "./workflow_ground.ts";

export interface Offer {
  readonly label: string;
  readonly detail: string;
  /** More about it. */
  readonly about: string;
  readonly kind: "property" | "enum" | "class" | "variable" | "function" | "file";
  /** What takes the place of `from` to `to` in the text, quotes and commas included, and where the caret then stands in it. */
  readonly insert: string;
  readonly caret: number;
  readonly from: number;
  readonly to: number;
  /** Of those that match as well: higher first. */
  readonly boost: number;
  /** Taking it leads to where there is more to choose. */
  readonly goesOn: boolean;
}

export interface Offers {
  /** Where the word begins that offers are compared with. */
  readonly from: number;
  readonly offers: readonly Offer[];
}

/** What is told of a type beside a key, in letters. */
const LONGEST_TYPE = 36;

/** Undefined where nothing can stand, or nothing is known. */
export function offersAt(text: string, offset: number, known: WorkflowKnowledge): Offers | undefined {
  const place = placeAt(text, offset);
  if (place === undefined) return undefined;
  const ground = groundOf(text, place, known);
  if (place.kind === "key") return { from: place.start, offers: keyOffers(ground) };
  const typed = text.slice(place.start, offset);
  const expression = expressionAt(ground);
  if (expression !== undefined) return expressionOffers(ground, typed, expression.wanted, offset);
  const list = plainOffers(ground);
  return { from: place.start, offers: list.map((one) => valueOffer(ground, one)) };
}

function keyOffers(ground: Ground): readonly Offer[] {
  const { place, node, field, graph } = ground;
  const parent = place.path.slice(0, -1);
  const written = valueAt(ground, parent);
  const present = new Set(isObject(written) ? Object.keys(written) : []);
  present.delete(String(place.path.at(-1) ?? ""));
  const offer = (key: string, detail: string, about: string, value: string, boost: number): Offer => {
    const head = JSON.stringify(key);
    const tail = place.hasColon ? "" : `: ${value}`;
    const more = place.hasColon || place.hasComma || place.isLast ? "" : ",";
    // Within brackets or quotes where the value has them.
    const caret = head.length + tail.length - (place.hasColon ? 0 : value.length >> 1);
    const insert = `${head}${tail}${more}`;
    const goesOn = !place.hasColon;
    return {
      label: key,
      detail,
      about,
      kind: "property",
      insert,
      caret,
      from: place.from,
      to: place.to,
      boost,
      goesOn,
    };
  };
  const isPorts = field.length === 2 && (field[0] === "in" || field[0] === "with");
  if (node !== undefined && isPorts) {
    const isExpression = field[0] === "in";
    return (graph.nodes.get(node)?.inputs ?? [])
      .filter(({ name, isBound }) => !present.has(name) && (!isBound || name === field[1]))
      .filter(({ schema, isBound }) => !(isBound && schema === true))
      .map(({ name, schema, isRequired }) =>
        offer(
          name,
          `${cut(describe(schema))}${isRequired ? ", needed" : ""}`,
          isObject(schema) ? wordsOf([schema]).join(" ") : "",
          isExpression ? '""' : isObject(schema) ? beginningOf([schema]) : "",
          isRequired ? 2 : 0,
        )
      );
  }
  const schemas = schemasOf(ground, parent);
  const required = requiredOf(schemas);
  return [...keysOf(schemas)].filter(([key]) => !present.has(key)).map(([key, about]) =>
    offer(
      key,
      typeWords(about),
      wordsOf(about).join(". "),
      beginningOf(withTargets(ground, [...parent, key], about)),
      required.has(key) ? 2 : 0,
    )
  );
}

/** The schemas of a key that is not there yet, references followed. */
function withTargets(
  ground: Ground,
  path: Ground["path"],
  about: readonly JsonObject[],
): readonly JsonObject[] {
  const found = schemasOf(ground, path);
  return found.length > 0 ? found : about;
}

function typeWords(schemas: readonly JsonObject[]): string {
  const words = schemas.filter((schema) => typeof schema["$ref"] !== "string").map((schema) =>
    describe(schema)
  )
    .filter((word) => word !== "anything");
  return cut(words[0] ?? "");
}

function cut(type: string): string {
  return type.length > LONGEST_TYPE ? `${type.slice(0, LONGEST_TYPE - 1)}…` : type;
}

/** A value before it is written: JSON, and what is said of it. */
interface Plain {
  readonly value: unknown;
  readonly label: string;
  readonly detail: string;
  readonly about: string;
  readonly kind: Offer["kind"];
  readonly boost?: number;
}

function valueOffer(
  { place }: Ground,
  { value, label, detail, about, kind, boost = 0 }: Plain,
): Offer {
  const json = JSON.stringify(value);
  const insert = `${json}${place.hasComma || place.isLast ? "" : ","}`;
  return {
    label,
    detail,
    about,
    kind,
    insert,
    caret: json.length,
    from: place.from,
    to: place.to,
    boost,
    goesOn: false,
  };
}

function plainOffers(ground: Ground): readonly Plain[] {
  const { node, field, path, graph, known } = ground;
  const [first, second, third] = field;
  const use = node === undefined ? undefined : graph.nodes.get(node)?.use;
  if (node !== undefined && first === "use" && field.length === 1) return useOffers(known);
  if (first === "after" && field.length <= 2) return nodeOffers(ground, true);
  if (first === "workflow" && use === "control/workflow") {
    return known.workflows.map(({ reference, title }) => ({
      value: reference,
      label: reference,
      detail: title,
      about: "",
      kind: "file",
    }));
  }
  if (first === "name" && (use === "control/input" || use === "control/output")) {
    const ports = use === "control/input"
      ? graph.nodes.get(INPUTS)?.outputs
      : graph.nodes.get(OUTPUTS)?.inputs;
    return (ports ?? []).map(({ name, schema }) => named(name, describe(schema), "variable"));
  }
  const isCheck = first === "quality" && (second === "judge" || second === "checks" && field[3] === "use");
  if (isCheck) return useOffers(known).filter(({ kind }) => kind === "class");
  if (first === "quality" && third !== undefined && field[3] === "port" && node !== undefined) {
    return (graph.nodes.get(node)?.outputs ?? []).map(({ name, schema }) =>
      named(name, describe(schema), "variable")
    );
  }
  if (path[0] === "board" && path[1] === "groups" && path[3] === "nodes") return nodeOffers(ground, false);
  return [...valuesOf(schemasOf(ground))].map(([value, about]) => ({
    value,
    label: typeof value === "string" ? value : JSON.stringify(value),
    detail: "",
    about,
    kind: "enum",
  }));
}

function named(name: string, detail: string, kind: Offer["kind"]): Plain {
  return { value: name, label: name, detail, about: "", kind };
}

/** What is installed: operators and instruments, tasks, then the control kinds. */
function useOffers({ catalog, components }: WorkflowKnowledge): readonly Plain[] {
  const list: Plain[] = [];
  for (const { type, title, description, instrument } of catalog.nodes.values()) {
    const about = [
      description,
      instrument?.unavailable === undefined ? "" : `Not usable now: ${instrument.unavailable}`,
    ];
    const usable = instrument?.unavailable === undefined;
    list.push({
      ...named(type, title, "class"),
      about: about.filter(Boolean).join("\n\n"),
      boost: usable ? 1 : -1,
    });
  }
  for (const { type, title, description } of catalog.tasks.values()) {
    list.push({ ...named(type, title, "class"), about: description, boost: 1 });
  }
  for (const { use, title, description } of components) {
    list.push({ ...named(use, title, "enum"), about: description });
  }
  return list;
}

/** Other nodes that may come before this one, and their ports. */
function nodeOffers({ graph, node, field }: Ground, withPorts: boolean): readonly Plain[] {
  const after = node === undefined ? new Set<string>() : reach(graph, node, false);
  const written = graph.nodes.get(node ?? "")?.value["after"];
  const present = new Set([written].flat().filter((_one, at) => at !== field[1]));
  const list: Plain[] = [];
  for (const { id, title, use, outputs } of graph.nodes.values()) {
    if (id === node || id === INPUTS || id === OUTPUTS || after.has(id) || present.has(id)) continue;
    list.push({ ...named(id, title === id ? use : title, "variable"), boost: 1 });
    if (!withPorts) continue;
    for (const { name, schema } of outputs) list.push(named(`${id}.${name}`, describe(schema), "variable"));
  }
  return list;
}

function expressionOffers(
  { place, node, graph, types, field }: Ground,
  typed: string,
  wanted: Parameters<typeof completionsAt>[2]["wanted"],
  offset: number,
): Offers {
  const found = completionsAt(typed, typed.length, { graph, types, node: node ?? "", wanted });
  const isBare = !place.isString;
  const from = place.start + found.from;
  // Not yet in quotes: the whole becomes a string.
  const close = isBare ? `"${place.hasComma || place.isLast ? "" : ","}` : "";
  const open = isBare ? `"${typed.slice(0, found.from)}` : "";
  const offers = found.options.map(({ label, detail, insert, back = 0, fits }): Offer => ({
    label,
    detail,
    about: "",
    kind: /\(/.test(label) ? "function" : "variable",
    insert: `${open}${insert}${close}`,
    caret: open.length + insert.length - back,
    from: isBare ? place.from : from,
    to: isBare ? place.to : offset,
    boost: fits ? 3 : 0,
    goesOn: insert.endsWith("."),
  }));
  return { from, offers: [...offers, ...(found.from === 0 ? ownNames() : [])] };

  /** Names that only this field knows. */
  function ownNames(): readonly Offer[] {
    const names = field[0] === "cases" ? ["value"] : field[0] === "until" ? loopNames() : [];
    return names.filter((name) => name.startsWith(typed)).map((name) => ({
      label: name,
      detail: "",
      about: "",
      kind: "variable",
      insert: `${open}${name}${close}`,
      caret: open.length + name.length,
      from: isBare ? place.from : from,
      to: isBare ? place.to : offset,
      boost: 1,
      goesOn: false,
    }));
  }

  function loopNames(): readonly string[] {
    const outputs = graph.nodes.get(node ?? "")?.outputs.map(({ name }) => name) ?? [];
    return [
      "iteration",
      ...outputs.filter((name) => name !== "iterations" && name !== "done").map((name) => `outputs.${name}`),
    ];
  }
}
