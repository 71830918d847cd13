/**
 * What servers are busy with.
 *
 * @module
 */

import { type JsonObject, own } from "../../core/json.ts";
import { numberIn, objectOf, optional, stringIn } from "./features/answer_reading.ts";

export interface Progress {
  readonly title: string;
  readonly message?: string;
  /** 0 to 100. */
  readonly percentage?: number;
}

/** More than this at once of one server is not kept. */
const MOST = 100;
const LONGEST = 500;

export class ProgressBook {
  readonly #busy = new Map<string, Map<string, Progress>>();
  readonly #onChange: (server: string, all: readonly Progress[]) => void;

  constructor(onChange: (server: string, all: readonly Progress[]) => void) {
    this.#onChange = onChange;
  }

  /** Takes the parameters of `$/progress`. */
  take(server: string, params: JsonObject): void {
    const token = String(own(params, "token"));
    const value = objectOf(own(params, "value"));
    if (value === undefined) return;
    const busy = this.#busy.get(server) ?? new Map<string, Progress>();
    this.#busy.set(server, busy);
    const before = busy.get(token);
    const kind = own(value, "kind");
    if (kind === "end") busy.delete(token);
    else if (before !== undefined || kind === "begin" && busy.size < MOST) {
      busy.set(token, {
        title: stringIn(value, "title")?.slice(0, LONGEST) ?? before?.title ?? "",
        ...optional("message", stringIn(value, "message")?.slice(0, LONGEST) ?? before?.message),
        ...optional("percentage", numberIn(value, "percentage") ?? before?.percentage),
      });
    } else return;
    this.#onChange(server, [...busy.values()]);
  }

  of(server: string): readonly Progress[] {
    return [...this.#busy.get(server)?.values() ?? []];
  }

  forget(server: string): void {
    if (this.#busy.delete(server)) this.#onChange(server, []);
  }
}
