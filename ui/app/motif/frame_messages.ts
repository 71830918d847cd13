/**
 * What a page of an extension and the program's page say to each other, over one MessagePort that the page hands over when
 * the frame is loaded. Every message is JSON as text, so that its size is known before it is read.
 *
 * From the frame: `{ "type": "command", "id": 1, "command": "acme/refresh", "input": {} }`. To it: `hello` and `theme` with
 * the colours in force, and to each command `answer` with `output`, or with `message` where it failed. Pure.
 *
 * @module
 */

import { isObject, type Json, type JsonObject } from "../../../core/json.ts";

export const FRAME_VERSION = 1;
/** UTF-16 units of one message. */
export const MAX_MESSAGE = 64 * 1024;
/** Commands under way. */
export const MAX_CALLS = 8;
/** Messages within a second; a frame that sends more is cut off. */
export const MAX_PER_SECOND = 50;

export interface FrameCommand {
  readonly type: "command";
  /** The frame's own number, that the answer bears. */
  readonly id: number;
  readonly command: string;
  readonly input: JsonObject;
}

export type ToFrame =
  | {
    readonly type: "hello";
    readonly version: typeof FRAME_VERSION;
    readonly panel: string;
    readonly colours: Readonly<Record<string, string>>;
  }
  | { readonly type: "theme"; readonly colours: Readonly<Record<string, string>> }
  | { readonly type: "answer"; readonly id: number; readonly output: JsonObject }
  | { readonly type: "answer"; readonly id: number; readonly message: string };

const members = new Set(["type", "id", "command", "input"]);

/** Reads a message of a frame; gives in words what is wrong with it. Never throws, whatever came. */
export function readFrameMessage(data: unknown): FrameCommand | string {
  if (typeof data !== "string") return "Found no text: a message is JSON as text";
  if (data.length > MAX_MESSAGE) {
    return `Found ${data.length} characters: a message has at most ${MAX_MESSAGE}`;
  }
  let value: Json;
  try {
    value = JSON.parse(data) as Json;
  } catch {
    return "Found no JSON";
  }
  if (!isObject(value)) return "Found no object";
  for (const name of Object.keys(value)) {
    if (!members.has(name)) return `Found the unknown member "${name.slice(0, 40)}"`;
  }
  const given = (name: string) => Object.hasOwn(value, name) ? value[name] : undefined;
  const [type, id, command, input = {}] = [given("type"), given("id"), given("command"), given("input")];
  if (type !== "command") return 'Found no "type": "command"';
  if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 0) return "Found no whole number as id";
  if (typeof command !== "string" || command.length > 200) return "Found no command's name";
  if (!isObject(input)) return "Found no object as input";
  return { type, id, command, input };
}

/** Says whether one more message within a second may come. `now` in milliseconds. */
export class MessageRate {
  #since = 0;
  #count = 0;

  take(now: number): boolean {
    if (now - this.#since >= 1000) {
      this.#since = now;
      this.#count = 0;
    }
    return ++this.#count <= MAX_PER_SECOND;
  }
}
