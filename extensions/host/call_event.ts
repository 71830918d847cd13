/**
 * Events as a worker reports them, checked and cut to size.
 *
 * @module
 */

import { isObject, type Json } from "../../core/json.ts";
import type { CallEvent } from "../../core/ports/extension.ts";
import { printable } from "./log_drain.ts";

const MOST_TEXT = 16_384;
const levels = new Set(["debug", "info", "warn", "error"]);

/** The event, or undefined for anything else; `redact` cleans its text of secrets. */
export function eventOf(value: Json, redact: (text: string) => string): CallEvent | undefined {
  if (!isObject(value)) return undefined;
  const { kind, text, level, done, total, note } = value;
  if (kind === "token" && typeof text === "string") return { kind, text: redact(text.slice(0, MOST_TEXT)) };
  if (kind === "log" && typeof text === "string" && typeof level === "string" && levels.has(level)) {
    return { kind, level: level as "info", text: redact(printable(text.slice(0, MOST_TEXT))) };
  }
  if (kind !== "progress" || typeof done !== "number") return undefined;
  return {
    kind,
    done,
    ...(typeof total === "number" ? { total } : {}),
    ...(typeof note === "string" ? { note: redact(printable(note.slice(0, 500))) } : {}),
  };
}
