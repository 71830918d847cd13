/**
 * Up to where logs were compacted by themselves, so that what is done is not looked at again. A mark that is lost costs a
 * second look; it is written after the log, never before.
 *
 * @module
 */

import type { RunId } from "../../core/ids.ts";
import { isObject } from "../../core/json.ts";
import type { Store, Table } from "../store.ts";

export interface LogMark {
  /** Events that are compacted. */
  readonly upTo: number;
  /** Of those events. */
  readonly beforeBytes: number;
  readonly afterBytes: number;
}

export interface LogMarks {
  of(run: RunId): LogMark | undefined;
  keep(marks: ReadonlyMap<RunId, LogMark>): Promise<void>;
  /** Unix milliseconds of the last time that logs were looked at; undefined before the first. */
  readonly lastAt: number | undefined;
  /** Notes that they are looked at now, unless somebody did so after `since`: then false. */
  begin(now: number, since: number): Promise<boolean>;
}

const LAST = "\0last";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class LmdbLogMarks implements LogMarks {
  readonly #store: Store;
  readonly #marks: Table;

  constructor(store: Store) {
    this.#store = store;
    this.#marks = store.table("log-marks");
  }

  of(run: RunId): LogMark | undefined {
    return this.#read(run) as LogMark | undefined;
  }

  async keep(marks: ReadonlyMap<RunId, LogMark>): Promise<void> {
    await this.#store.commit(() => {
      for (const [run, mark] of marks) this.#marks.put(run, encoder.encode(JSON.stringify(mark)));
    });
  }

  get lastAt(): number | undefined {
    this.#store.refresh();
    const at = this.#read(LAST)?.["at"];
    return typeof at === "number" ? at : undefined;
  }

  async begin(now: number, since: number): Promise<boolean> {
    let isOurs = false;
    await this.#store.commit(() => {
      const at = this.#read(LAST)?.["at"];
      isOurs = !(typeof at === "number" && at > since && at <= now);
      if (isOurs) this.#marks.put(LAST, encoder.encode(JSON.stringify({ at: now })));
    });
    return isOurs;
  }

  #read(key: string): Readonly<Record<string, unknown>> | undefined {
    const bytes = this.#marks.getBinary(key);
    if (bytes === undefined) return undefined;
    try {
      const value: unknown = JSON.parse(decoder.decode(bytes));
      return isObject(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }
}
