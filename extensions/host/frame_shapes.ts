/**
 * The shapes of what a worker may say, checked before anything is done with it. What does not fit was not made by the
 * worker's own root module: somebody forges frames, and the process is ended.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { decodeBoth, decodeJson } from "./frames.ts";

export interface Asked {
  readonly call: number;
  readonly operation: string;
  readonly args: JsonObject;
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

/** A request for a capability. @throws SymphonyError `protocol` */
export function readAsk(body: Uint8Array<ArrayBuffer>): Asked {
  const { value, bytes } = decodeBoth(body);
  const { call, operation, args } = objectOf(value, "request");
  if (typeof call !== "number" || typeof operation !== "string" || !isObject(args)) {
    throw misshapen("request");
  }
  return { call, operation, args, bytes };
}

/** A failure. @throws SymphonyError `protocol` */
export function readFailure(body: Uint8Array): JsonObject {
  const failure = objectOf(decodeJson(body), "failure");
  if (typeof failure["class"] !== "string" || typeof failure["message"] !== "string") {
    throw misshapen("failure");
  }
  return failure;
}

/** What was performed: an object with an `output`, which may be anything. @throws SymphonyError `protocol` */
export function readResult(body: Uint8Array): JsonObject {
  return objectOf(decodeJson(body), "result");
}

const eventKinds: ReadonlySet<unknown> = new Set(["progress", "log", "token"]);

/** An event; its parts are checked by eventOf. @throws SymphonyError `protocol` */
export function readEvent(body: Uint8Array): JsonObject {
  const event = objectOf(decodeJson(body), "event");
  if (!eventKinds.has(event["kind"])) throw misshapen("event");
  return event;
}

/** What light extensions have spent: unit, milliseconds, bytes of memory. @throws SymphonyError `protocol` */
export function readSpent(body: Uint8Array): readonly (readonly [number, number, number])[] {
  const value = decodeJson(body);
  const isSound = (one: unknown) =>
    Array.isArray(one) && one.length === 3 && one.every((part) => typeof part === "number" && part >= 0);
  if (!Array.isArray(value) || !value.every(isSound)) throw misshapen("account");
  return value as [number, number, number][];
}

/** A frame without content. @throws SymphonyError `protocol` */
export function readEmpty(body: Uint8Array): void {
  if (body.length > 0) throw misshapen("sign of life");
}

function objectOf(value: unknown, what: string): JsonObject {
  if (isObject(value as Json)) return value as JsonObject;
  throw misshapen(what);
}

function misshapen(what: string): SymphonyError {
  return new SymphonyError("protocol", `A frame holds no ${what}`);
}
