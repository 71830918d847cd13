/**
 * Results kept under what they follow from, for every run and workflow: the code, the model, the prompt, the parameters
 * and the inputs. How a key is made is in core/orchestration/memo_key.ts.
 *
 * @module
 */

import type { NodeId, NodeTypeId, RunId } from "../ids.ts";
import type { ValueRef } from "../orchestration/event.ts";

/** What a key is made of, as digests, so that two of them can be compared and a miss explained. */
export interface MemoParts {
  /** The operator, instrument or task that the node names. */
  readonly use: string;
  /** Digest of its code. */
  readonly code: string;
  /** Of the extension it comes from. */
  readonly version: string;
  /** The instrument and the digest of its code; empty for an operator. */
  readonly model: string;
  /** Digest of the prompt as it is sent; empty for an operator. */
  readonly prompt: string;
  /** Digest of what else decides the result: the answer's schema, quality checks, the folder that is read. */
  readonly settings: string;
  /** Digest of each bound input. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** One kept result and who made it. */
export interface MemoEntry {
  /** 64 hex digits. */
  readonly key: string;
  readonly output: ValueRef;
  readonly run: RunId;
  readonly node: NodeId;
  /** When it was made, Unix milliseconds. */
  readonly at: number;
  readonly durationMs: number;
  readonly costUsd?: number;
  readonly instrument?: NodeTypeId;
}

/** A result to keep. */
export interface MemoRecord {
  readonly entry: MemoEntry;
  readonly parts: MemoParts;
  /** Workflow, scope, node and item: what `latest` is asked with. */
  readonly place: string;
}

export interface MemoPort {
  /** SHA-256 of the text's UTF-8 bytes, as 64 hex digits. */
  digest(text: string): string;
  /** The result under `key`; undefined where none is kept. */
  find(key: string): Promise<MemoEntry | undefined>;
  /** What the newest result at `place` was made of; undefined where none was kept there. */
  latest(place: string): Promise<MemoParts | undefined>;
  /** True where a result of this code (`use` and `code` of its parts) is kept. Quick: asked once a node and run. */
  knows(use: string, code: string): boolean;
  /** Keeps a result durably; a newer one replaces that of the same key. @throws SymphonyError `disk-full` | `io` */
  keep(record: MemoRecord): Promise<void>;
  /** All that is kept, in the order of the keys. */
  list(): AsyncIterable<MemoEntry>;
  /** Forgets what was made before `before` (Unix milliseconds), and says how many. @throws SymphonyError `io` */
  forget(before: number): Promise<number>;
}
