/**
 * One node of a workflow file, from its tree to its definition. Structure only: what names refer to is checked when the
 * plan is made.
 *
 * @module
 */

import { isNodeId, isNodeTypeId, type NodeId } from "../ids.ts";
import type { JsonObject, JsonSchema } from "../json.ts";
import type {
  BranchNode,
  CallNode,
  GateNode,
  Importance,
  MemoPolicy,
  NodeCommon,
  NodeDefinition,
  RetryPolicy,
  WaitNode,
  WorkflowDefinition,
} from "./definition.ts";
import {
  caseFields,
  controlFields,
  isControlUse,
  nodeFields,
  positionFields,
  retryFields,
} from "./fields.ts";
import { type JsonNode, nameOf, type ObjectNode, toJson, toObject } from "./json_node.ts";
import { schemaFault } from "./json_schema.ts";
import { warnOfKeys } from "./key_warning.ts";
import { readQuality } from "./parse_quality.ts";
import type { Reader } from "./reader.ts";
import type { JsonPath } from "./source.ts";
import { didYouMean } from "./suggest.ts";

/** How the bodies of loops and sub-workflows are read; undefined for what has been reported. */
export interface BodyReader {
  inline(node: NodeId, tree: ObjectNode, path: JsonPath): WorkflowDefinition | undefined;
  file(node: NodeId, reference: string, path: JsonPath): WorkflowDefinition | undefined;
}

/** A model's answer is worth trying again; a utility that failed fails again. */
const taskRetry: RetryPolicy = {
  max: 2,
  backoff: "exponential",
  initialMs: 1000,
  capMs: 30_000,
  jitter: 0.5,
};
const noRetry: RetryPolicy = { ...taskRetry, max: 0 };

/** Most attempts after the first. */
const MAX_RETRIES = 20;
const MAX_ROUNDS = 10_000;

/** Reads the node at `path`; undefined where so much is wrong that nothing can refer to it. */
export function parseNode(
  id: NodeId,
  tree: JsonNode,
  path: JsonPath,
  reader: Reader,
  bodies: BodyReader,
): NodeDefinition | undefined {
  if (tree.kind !== "object") {
    reader.wrong(path, tree, 'Expected an object with "use"');
    return undefined;
  }
  const use = readUse(tree, path, reader);
  if (use === undefined) return undefined;
  const known = isControlUse(use) ? [...nodeFields, ...controlFields[use]] : nodeFields;
  reader.checkFields(tree, path, known, `node "${id}"`);
  const common = readCommon(id, use, tree, path, reader);
  switch (use) {
    case "control/branch":
      return readBranch(common, tree, path, reader);
    case "control/merge":
      return { ...common, kind: "merge" };
    case "control/gate":
      return readGate(common, tree, path, reader);
    case "control/wait":
      return readWait(common, tree, path, reader);
    case "control/loop":
      return readLoop(common, tree, path, reader, bodies);
    case "control/workflow": {
      const workflow = readRequired(tree, "workflow", path, reader, "a file beside this one or a template");
      const body = workflow === undefined ? undefined : bodies.file(id, workflow, [...path, "workflow"]);
      return workflow === undefined || body === undefined
        ? undefined
        : { ...common, kind: "workflow", workflow, body };
    }
    case "control/input":
    case "control/output": {
      const kind = use === "control/input" ? "input" : "output";
      const name = readRequired(tree, "name", path, reader, `the ${kind}'s name`);
      return name === undefined ? undefined : { ...common, kind, name };
    }
    default:
      return { ...common, kind: "call", use: use as CallNode["use"] };
  }
}

function readUse(tree: ObjectNode, path: JsonPath, reader: Reader): string | undefined {
  const what = `node "${path.at(-1)}"`;
  if (!tree.members.has("use")) {
    reader.missing(path, "use", what, 'Say what the node runs, for example "use": "files/scan"');
    return undefined;
  }
  const use = reader.text(tree, "use", path, 200);
  if (use === undefined) return undefined;
  if (use.startsWith("control/") && !isControlUse(use)) {
    const hint = didYouMean(use, Object.keys(controlFields), "control kinds");
    const message = `Found the unknown control kind "${use}"`;
    reader.fault([...path, "use"], "value", { code: "unknown-node-type", message, hint });
    return undefined;
  }
  if (isNodeTypeId(use)) return use;
  const hint = "Expected group/name in lower case, for example files/scan";
  reader.fault([...path, "use"], "value", { code: "bad-value", message: `Found "${use}" as "use"`, hint });
  return undefined;
}

function readCommon(id: NodeId, use: string, tree: ObjectNode, path: JsonPath, reader: Reader): NodeCommon {
  const fields: { -readonly [K in keyof NodeCommon]?: NodeCommon[K] } = {};
  const when = reader.text(tree, "when", path);
  const each = reader.text(tree, "each", path);
  const concurrency = reader.number(tree, "concurrency", path, { min: 1, max: 100_000, integer: true });
  const timeoutMs = reader.duration(tree, "timeout", path, 1);
  const title = reader.text(tree, "title", path, 200);
  const description = reader.text(tree, "description", path);
  if (when !== undefined) fields.when = when;
  if (each !== undefined) fields.each = each;
  if (concurrency !== undefined) fields.concurrency = concurrency;
  if (timeoutMs !== undefined) fields.timeoutMs = timeoutMs;
  if (title !== undefined) fields.title = title;
  if (description !== undefined) fields.description = description;
  const quality = readQuality(tree, path, reader);
  if (quality !== undefined) fields.quality = quality;
  const memo = readMemo(tree, path, reader);
  if (memo !== undefined) fields.memo = memo;
  if (readDisabled(use, tree, path, reader)) fields.disabled = true;
  const exclusive = readExclusive(use, tree, path, reader);
  if (exclusive !== undefined) fields.exclusive = exclusive;
  checkPosition(tree, path, reader);
  const constants = readObject(tree, "with", path, reader, "Expected an object of port to constant");
  warnOfKeys(constants, [...path, "with"], reader);
  return {
    id,
    in: readObject(tree, "in", path, reader, "Expected an object of port to expression"),
    with: constants,
    after: readAfter(tree, path, reader),
    retry: readRetry(use, tree, path, reader),
    importance: reader.word<Importance>(tree, "importance", path, ["essential", "recommended", "optional"]) ??
      "essential",
    ...fields,
  };
}

/** Names that one node may hold alone. */
const MOST_EXCLUSIVE = 20;
const EXCLUSIVE_NAME = /^[a-z][a-z0-9-]*:\S{1,200}$/;

function readObject(
  tree: ObjectNode,
  name: string,
  path: JsonPath,
  reader: Reader,
  hint: string,
): JsonObject {
  const node = reader.object(tree, name, path, hint);
  return node === undefined ? {} : toObject(node);
}

/** Control nodes that something is done by; the others say where the run goes, and have nothing to hand on instead. */
const DISABLED_CONTROLS: ReadonlySet<string> = new Set(["control/loop", "control/workflow"]);

function readDisabled(use: string, tree: ObjectNode, path: JsonPath, reader: Reader): boolean {
  const node = tree.members.get("disabled")?.node;
  if (node === undefined) return false;
  const inner = [...path, "disabled"];
  if (node.kind !== "boolean") {
    reader.wrong(inner, node, "Expected true or false");
    return false;
  }
  if (node.value === true && isControlUse(use) && !DISABLED_CONTROLS.has(use)) {
    const message = `Found "disabled" at ${
      String(path.at(-1))
    }, which says where the run goes and does nothing itself`;
    const hint = "Remove it, or disable the nodes behind it";
    reader.fault(inner, "name", { code: "bad-value", message, hint });
    return false;
  }
  return node.value === true;
}

function readExclusive(
  use: string,
  tree: ObjectNode,
  path: JsonPath,
  reader: Reader,
): readonly string[] | undefined {
  const node = tree.members.get("exclusive")?.node;
  if (node === undefined) return undefined;
  const names = node.kind === "array" ? node.items : [node];
  const inner = [...path, "exclusive"];
  if (isControlUse(use)) {
    const message = `Found "exclusive" at ${String(path.at(-1))}, a control node, which holds nothing`;
    reader.fault(inner, "name", { code: "bad-value", message, hint: "Put it at the nodes that do the work" });
    return undefined;
  }
  const fits = names.length > 0 && names.length <= MOST_EXCLUSIVE &&
    names.every((name) => name.kind === "string" && EXCLUSIVE_NAME.test(String(name.value)));
  if (fits) return [...new Set(names.map((name) => String(toJson(name))))];
  reader.wrong(
    inner,
    node,
    `Expected up to ${MOST_EXCLUSIVE} names such as "gpu:0", "port:8080" or "file:src/a.ts"`,
  );
  return undefined;
}

function readMemo(tree: ObjectNode, path: JsonPath, reader: Reader): MemoPolicy | undefined {
  const node = tree.members.get("memo")?.node;
  if (node === undefined) return undefined;
  if (node.kind === "boolean") return { use: node.value === true };
  if (node.kind !== "string") {
    reader.wrong([...path, "memo"], node, 'Expected true, false, or how old a kept result may be, as "7d"');
    return undefined;
  }
  const forMs = reader.duration(tree, "memo", path, 1);
  return forMs === undefined ? undefined : { use: true, forMs };
}

function checkPosition(tree: ObjectNode, path: JsonPath, reader: Reader): void {
  const position = reader.object(tree, "position", path, 'Expected an object { "x": 0, "y": 0 }');
  if (position === undefined) return;
  const inner = [...path, "position"];
  reader.checkFields(position, inner, positionFields, '"position"');
  for (const axis of positionFields) reader.number(position, axis, inner, { min: -1e9, max: 1e9 });
}

function readAfter(tree: ObjectNode, path: JsonPath, reader: Reader): readonly string[] {
  const node = tree.members.get("after")?.node;
  if (node === undefined) return [];
  if (node.kind === "string") return [node.value as string];
  if (node.kind !== "array") {
    reader.wrong([...path, "after"], node, "Expected a node's name or an array of names");
    return [];
  }
  const names: string[] = [];
  node.items.forEach((item, index) => {
    if (item.kind === "string") names.push(item.value as string);
    else reader.wrong([...path, "after", index], item, "Expected a node's name, or node.port");
  });
  return names;
}

function readRetry(use: string, tree: ObjectNode, path: JsonPath, reader: Reader): RetryPolicy {
  const base = use.startsWith("instrument/") ? taskRetry : noRetry;
  const node = tree.members.get("retry")?.node;
  if (node === undefined) return base;
  const range = { min: 0, max: MAX_RETRIES, integer: true };
  if (node.kind === "number") return { ...base, max: reader.number(tree, "retry", path, range) ?? 0 };
  const inner = [...path, "retry"];
  if (node.kind !== "object") {
    reader.wrong(inner, node, 'Expected a number of retries, or an object such as { "max": 3 }');
    return base;
  }
  reader.checkFields(node, inner, retryFields, '"retry"');
  const initialMs = reader.duration(node, "initial", inner) ?? base.initialMs;
  return {
    max: reader.number(node, "max", inner, range) ?? 3,
    backoff: reader.word(node, "backoff", inner, ["constant", "linear", "exponential"]) ?? base.backoff,
    initialMs,
    capMs: reader.duration(node, "cap", inner) ?? Math.max(base.capMs, initialMs),
    jitter: reader.number(node, "jitter", inner, { min: 0, max: 1 }) ?? base.jitter,
  };
}

function readRequired(
  tree: ObjectNode,
  name: string,
  path: JsonPath,
  reader: Reader,
  what: string,
): string | undefined {
  if (!tree.members.has(name)) {
    reader.missing(path, name, `node "${path.at(-1)}"`, `Add "${name}": ${what}`);
    return undefined;
  }
  const text = reader.text(tree, name, path);
  if (text !== "") return text;
  reader.fault([...path, name], "value", {
    code: "bad-value",
    message: `Found an empty "${name}"`,
    hint: `Write ${what}`,
  });
  return undefined;
}

function readBranch(
  common: NodeCommon,
  tree: ObjectNode,
  path: JsonPath,
  reader: Reader,
): BranchNode | undefined {
  const node = tree.members.get("cases")?.node;
  const example = 'for example { "big": "value.size > 10", "else": "true" }';
  const inner = [...path, "cases"];
  if (node === undefined) {
    reader.missing(path, "cases", `node "${common.id}"`, `Add "cases", ${example}`);
    return undefined;
  }
  if (node.kind !== "object" && node.kind !== "array") {
    reader.wrong(inner, node, `Expected an object of port to condition, ${example}`);
    return undefined;
  }
  const cases = node.kind === "object"
    ? casesByName(node, inner, reader)
    : casesInOrder(node.items, inner, reader);
  if (cases === undefined) return undefined;
  if (cases.length === 0) reader.wrong(inner, node, `Expected at least one case, ${example}`);
  const seen = new Set<string>();
  cases.forEach(({ port }, index) => {
    const place = node.kind === "object" ? [...inner, port] : [...inner, index, "port"];
    const twice = seen.has(port);
    seen.add(port);
    if (isNodeId(port) && !twice) return;
    const message = twice ? `Found the port "${port}" twice` : `Found "${port}" as a port's name`;
    const hint = twice
      ? "Join the two conditions with ||"
      : "Expected a letter or _, then letters, digits or _";
    reader.fault(place, node.kind === "object" ? "name" : "value", {
      code: twice ? "duplicate-port" : "bad-name",
      message,
      hint,
    });
  });
  return { ...common, kind: "branch", cases };
}

type Case = BranchNode["cases"][number];

function casesByName(node: ObjectNode, path: JsonPath, reader: Reader): Case[] | undefined {
  const cases: Case[] = [];
  for (const port of node.members.keys()) {
    const when = reader.text(node, port, path);
    if (when === undefined) return undefined;
    cases.push({ port, when });
  }
  return cases;
}

function casesInOrder(items: readonly JsonNode[], path: JsonPath, reader: Reader): Case[] | undefined {
  const cases: Case[] = [];
  for (const [index, item] of items.entries()) {
    const inner = [...path, index];
    if (item.kind !== "object") {
      reader.wrong(inner, item, 'Expected an object { "port": …, "when": … }');
      return undefined;
    }
    reader.checkFields(item, inner, caseFields, "a case");
    const port = readRequired(item, "port", inner, reader, "the port's name");
    const when = readRequired(item, "when", inner, reader, "a condition");
    if (port === undefined || when === undefined) return undefined;
    cases.push({ port, when });
  }
  return cases;
}

function readGate(
  common: NodeCommon,
  tree: ObjectNode,
  path: JsonPath,
  reader: Reader,
): GateNode | undefined {
  const question = readRequired(tree, "question", path, reader, "what the person is asked");
  const schema = tree.members.get("schema")?.node;
  if (schema !== undefined && !checkSchema(schema, [...path, "schema"], reader)) return undefined;
  if (question === undefined) return undefined;
  const asked = { ...common, kind: "gate", question } as const;
  return schema === undefined ? asked : { ...asked, schema: toJson(schema) as JsonSchema };
}

/** True where the tree is a usable JSON Schema; else it has been reported. */
export function checkSchema(node: JsonNode, path: JsonPath, reader: Reader): boolean {
  const fault = schemaFault(toJson(node));
  if (fault === undefined) return true;
  const message = `Found ${nameOf(node)} that is no JSON Schema: ${fault}`;
  reader.fault(path, "value", {
    code: "bad-schema",
    message,
    hint: 'Write a schema such as { "type": "string" }',
  });
  return false;
}

function readWait(
  common: NodeCommon,
  tree: ObjectNode,
  path: JsonPath,
  reader: Reader,
): WaitNode | undefined {
  const given = controlFields["control/wait"].filter((name) => tree.members.has(name));
  if (given.length !== 1) {
    const message = given.length === 0
      ? "Found nothing to wait for"
      : `Found ${given.join(" and ")} together`;
    const hint = 'Give exactly one of "for": "10m", "until": "2030-01-31T09:00:00Z" or "signal": "name"';
    reader.fault(path, "name", { code: "bad-value", message: `${message} in node "${common.id}"`, hint });
    return undefined;
  }
  if (given[0] === "for") {
    const forMs = reader.duration(tree, "for", path);
    return forMs === undefined ? undefined : { ...common, kind: "wait", wait: { forMs } };
  }
  const text = readRequired(
    tree,
    given[0] as string,
    path,
    reader,
    given[0] === "until" ? "a moment" : "a name",
  );
  if (text === undefined) return undefined;
  if (given[0] === "signal") return { ...common, kind: "wait", wait: { signal: text } };
  if (moment.test(text) && !Number.isNaN(Date.parse(text))) {
    return { ...common, kind: "wait", wait: { until: text } };
  }
  const hint = "Expected a moment with its zone, for example 2030-01-31T09:00:00Z";
  reader.fault([...path, "until"], "value", {
    code: "bad-value",
    message: `Found "${text}" as "until"`,
    hint,
  });
  return undefined;
}

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

function readLoop(
  common: NodeCommon,
  tree: ObjectNode,
  path: JsonPath,
  reader: Reader,
  bodies: BodyReader,
): NodeDefinition | undefined {
  const what = `node "${common.id}"`;
  for (const [name, hint] of [["max", "Bound the loop"], ["body", "Give the loop its nodes"]] as const) {
    if (tree.members.has(name)) continue;
    const example = name === "max" ? '"max": 10' : '"body": { "nodes": {}, "outputs": {} }';
    reader.missing(path, name, what, `${hint}: ${example}`);
  }
  const max = reader.number(tree, "max", path, { min: 1, max: MAX_ROUNDS, integer: true });
  const until = reader.text(tree, "until", path);
  const bodyTree = reader.object(tree, "body", path, 'Expected an object with "nodes"');
  const body = bodyTree === undefined ? undefined : bodies.inline(common.id, bodyTree, [...path, "body"]);
  if (max === undefined || body === undefined) return undefined;
  return { ...common, kind: "loop", body, max, ...(until === undefined ? {} : { until }) };
}
