/**
 * An event as it travels: between replicas, and to the journal. Names of replicas and their own counts stand for local numbers.
 *
 * @module
 */

/** A unit of a replica: its name and count. An event names the last unit of each event it was made on. */
export type UnitId = readonly [replica: string, seq: number];

/** Units removed at a place, then text inserted there, on the text after the operations before. */
export type EventOp = readonly [at: number, remove: number, insert: string];

/** A group of a replica undone (weight above zero) or done again. */
export interface EventToggle {
  readonly replica: string;
  readonly group: number;
  readonly weight: number;
}

export interface TextEvent {
  readonly replica: string;
  /** The replica's count of units before this event. */
  readonly seq: number;
  /** What it was made on; empty for the text the history begins with. */
  readonly parents: readonly UnitId[];
  readonly author: string;
  readonly group: number;
  readonly priority: number;
  readonly ops: readonly EventOp[];
  /** An event has either operations or toggles. */
  readonly toggles?: readonly EventToggle[];
}

/** How many units of its replica an event counts. */
export function eventLength(event: TextEvent): number {
  let length = event.toggles?.length ?? 0;
  for (const [, remove, insert] of event.ops) length += remove + insert.length;
  return length;
}

/** Reads an event from outside. @throws TypeError naming the field, what was found and what would be right. */
export function readTextEvent(value: unknown): TextEvent {
  const event = record(value, "event");
  const ops = list(event["ops"], "ops").map((op, at) => readOp(op, `ops[${at}]`));
  const read: TextEvent = {
    replica: text(event["replica"], "replica"),
    seq: count(event["seq"], "seq"),
    parents: list(event["parents"], "parents").map((id, at) => readId(id, `parents[${at}]`)),
    author: text(event["author"], "author"),
    group: group(event["group"], "group"),
    priority: small(event["priority"], "priority"),
    ops,
  };
  const toggles = event["toggles"] === undefined
    ? []
    : list(event["toggles"], "toggles").map((toggle, at) => readToggle(toggle, `toggles[${at}]`));
  if ((ops.length === 0) === (toggles.length === 0)) throw wrong("event", value, "either ops or toggles");
  return toggles.length === 0 ? read : { ...read, toggles };
}

function readOp(value: unknown, path: string): EventOp {
  const op = list(value, path);
  if (op.length !== 3) throw wrong(path, value, "[at, remove, insert]");
  const read: EventOp = [count(op[0], `${path}[0]`), count(op[1], `${path}[1]`), text(op[2], `${path}[2]`)];
  if (read[1] === 0 && read[2] === "") throw wrong(path, value, "something removed or inserted");
  if (!read[2].isWellFormed()) throw wrong(path, value, "text without lone surrogates");
  return read;
}

function readId(value: unknown, path: string): UnitId {
  const id = list(value, path);
  if (id.length !== 2) throw wrong(path, value, "[replica, seq]");
  return [text(id[0], `${path}[0]`), count(id[1], `${path}[1]`)];
}

function readToggle(value: unknown, path: string): EventToggle {
  const toggle = record(value, path);
  const weight = small(toggle["weight"], `${path}.weight`);
  return {
    replica: text(toggle["replica"], `${path}.replica`),
    group: group(toggle["group"], `${path}.group`),
    weight,
  };
}

function record(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong(path, value, "an object");
  }
  return value as Record<string, unknown>;
}

function list(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(path, value, "a list");
  return value;
}

function text(value: unknown, path: string): string {
  if (typeof value !== "string") throw wrong(path, value, "a string");
  return value;
}

function count(value: unknown, path: string): number {
  const number = whole(value, path);
  if (number < 0) throw wrong(path, value, "a whole number from 0");
  return number;
}

function group(value: unknown, path: string): number {
  const number = count(value, path);
  if (number > 0x7fffffff) throw wrong(path, value, "a whole number of 31 bits");
  return number;
}

function small(value: unknown, path: string): number {
  const number = whole(value, path);
  if (Math.abs(number) > 0x7fffffff) throw wrong(path, value, "a whole number of 32 bits");
  return number;
}

function whole(value: unknown, path: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw wrong(path, value, "a whole number");
  return value;
}

function wrong(path: string, found: unknown, right: string): TypeError {
  return new TypeError(`Cannot read "${path}" of an event: expected ${right}, found ${shown(found)}`);
}

function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
