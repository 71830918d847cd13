/**
 * Branded identifiers. Each brand has one parser, the only place with a cast; plain strings enter at adapters.
 *
 * @module
 */

import { SymphonyError } from "./errors.ts";

declare const brand: unique symbol;
export type Brand<T, B extends string> = T & { readonly [brand]: B };

/** SHA-256 of the content, 64 lower-case hex digits. */
export type ArtifactId = Brand<string, "ArtifactId">;
/** A run: `r` and 15 base-36 digits, sortable by creation time. */
export type RunId = Brand<string, "RunId">;
/** A node's name inside one workflow definition. */
export type NodeId = Brand<string, "NodeId">;
/** `publisher/name`, lower case. */
export type ExtensionId = Brand<string, "ExtensionId">;
/** What a node's `use` names: `group/name`, for example `files/scan`. */
export type NodeTypeId = Brand<string, "NodeTypeId">;
/** One activated instance of an extension. */
export type InstanceId = Brand<string, "InstanceId">;

/** An open text. */
export type BufferId = Brand<number, "BufferId">;
/** Whoever edits: `user`, `agent:refactor-7`, `plugin:syntax`. */
export type AuthorId = Brand<string, "AuthorId">;

const artifactPattern = /^[0-9a-f]{64}$/;
const runPattern = /^r[0-9a-z]{15}$/;
const nodePattern = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const authorPattern = /^[\x21-\x7e\xa1-\uffff]{1,200}$/;
const slashPattern = /^[a-z][a-z0-9-]{0,63}\/[a-z][a-z0-9-]{0,63}$/;

/** True where `text` can be a node's name: a letter or `_`, then up to 63 letters, digits or `_`. */
export function isNodeId(text: string): text is NodeId {
  return nodePattern.test(text);
}

/** True where `text` has the form `group/name` of a node type. */
export function isNodeTypeId(text: string): text is NodeTypeId {
  return slashPattern.test(text);
}

/** Parses an artifact's id. @throws SymphonyError `bad-id` */
export function artifactId(text: string): ArtifactId {
  return parsed(text, artifactPattern, "artifact id", "64 lower-case hex digits") as ArtifactId;
}

/** Parses a run's id. @throws SymphonyError `bad-id` */
export function runId(text: string): RunId {
  return parsed(text, runPattern, "run id", "r and 15 digits or lower-case letters") as RunId;
}

/** Parses a node's id. @throws SymphonyError `bad-id` */
export function nodeId(text: string): NodeId {
  return parsed(text, nodePattern, "node id", "a letter or _, then letters, digits or _") as NodeId;
}

/** Parses an extension's id. @throws SymphonyError `bad-id` */
export function extensionId(text: string): ExtensionId {
  return parsed(text, slashPattern, "extension id", "publisher/name in lower case") as ExtensionId;
}

/** Parses a node type. @throws SymphonyError `bad-id` */
export function nodeTypeId(text: string): NodeTypeId {
  return parsed(text, slashPattern, "node type", "group/name in lower case") as NodeTypeId;
}

/** Numbers an open text; adapters choose the number. @throws SymphonyError `bad-id` */
export function bufferId(number: number): BufferId {
  if (Number.isSafeInteger(number) && number >= 0) return number as BufferId;
  throw new SymphonyError("bad-id", `Cannot read buffer "${number}": expected a whole number`);
}

/** Parses an author. @throws SymphonyError `bad-id` */
export function authorId(text: string): AuthorId {
  return parsed(text, authorPattern, "author", "1 to 200 printable characters without spaces") as AuthorId;
}

/** Of calls that belong to no run: what a person does in the page, and fixtures. */
export const NO_RUN = runId("r000000000000000");

/** Names an instance; adapters choose the text. */
export function instanceId(text: string): InstanceId {
  return text as InstanceId;
}

/** Makes a run's id of `nowMs` (Unix time) and 36 bits of chance, `random` giving numbers in [0, 1). */
export function newRunId(nowMs: number, random: () => number): RunId {
  const time = Math.floor(nowMs).toString(36).padStart(9, "0").slice(-9);
  let chance = "";
  for (let i = 0; i < 6; i++) chance += Math.floor(random() * 36).toString(36);
  return `r${time}${chance}` as RunId;
}

function parsed(text: string, pattern: RegExp, what: string, form: string): string {
  if (pattern.test(text)) return text;
  throw new SymphonyError("bad-id", `Cannot read ${what} "${text.slice(0, 100)}": expected ${form}`);
}
