/**
 * Failures of nodes, grouped by cause and kept in the data folder: of the runs that this server carries out as they happen,
 * of others when they are looked through.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { SymphonyError } from "../../../core/errors.ts";
import type { RunId } from "../../../core/ids.ts";
import type { RunAccount } from "../../../core/orchestration/run_account.ts";
import type { LiveEvent } from "../../../core/orchestration/run_handle.ts";
import type { LoggedEvent } from "../../../core/ports/dag.ts";
import type { NodeFailure } from "../../../core/policy/failure.ts";
import type { Recovery } from "../../../core/policy/recovery.ts";
import type { WorkflowDefinition } from "../../../core/workflow/definition.ts";
import type {
  FailureDetail,
  FailureGroup,
  FailureOccurrence,
  FailureQuery,
  FailureState,
} from "../../api/failures.ts";
import type { KeyedTopic } from "../events/keyed_topic.ts";
import type { RunFacts, RunObserver } from "../runs/run_book.ts";
import { useOf } from "./figures.ts";
import { fingerprintOf, stackOf } from "./fingerprint.ts";

const MOST_GROUPS = 500;
const MOST_SHOWN = 50;

const SCHEMA = `
  pragma journal_mode = wal;
  pragma synchronous = normal;
  create table if not exists failures (
    run text not null, seq integer not null, fingerprint text not null, workflow text not null, node text not null,
    scope text, item integer, attempt integer not null, at integer not null, instrument text, failure text not null,
    recovery text, node_type text not null, primary key (run, seq)
  ) without rowid;
  create index if not exists failures_cause on failures (fingerprint, at);
  create table if not exists causes (fingerprint text primary key, state text not null) without rowid;
  create table if not exists inputs (
    run text not null, unit text not null, attempt integer not null, artifact text not null,
    primary key (run, unit, attempt)
  ) without rowid;
  create table if not exists seen (run text primary key) without rowid;
`;

type FailureEvent = Extract<LoggedEvent, { readonly type: "node.failed" | "node.retrying" }>;

export class FailureBook implements RunObserver, Disposable {
  readonly #path: string;
  readonly #topic: KeyedTopic;
  /** Units that have failed for good, by run: a retry by a person may yet mend them. */
  readonly #failed = new Map<string, string>();
  readonly #definitions = new Map<RunId, WorkflowDefinition | undefined>();
  #opened: DatabaseSync | undefined;

  /** The file is opened when there is something to say. */
  constructor(path: string, topic: KeyedTopic) {
    this.#path = path;
    this.#topic = topic;
  }

  started(run: RunId, { definition, isResumed }: RunFacts): void {
    this.#definitions.set(run, definition);
    if (!isResumed) return;
    // What failed before, here or under an earlier server, may be what it is resumed for.
    for (const row of this.#db.prepare("select * from failures where run = ?").all(run)) {
      this.#failed.set(`${run} ${unitKey(unitOf(row))}`, String(row["fingerprint"]));
    }
  }

  heard(run: RunId, live: LiveEvent, account: RunAccount): void {
    if (!live.durable) return;
    const { event } = live;
    if (event.type === "node.completed") return this.#mended(run, event);
    if (event.type !== "node.failed" && event.type !== "node.retrying") return;
    const fingerprint = this.#note(run, account, event, this.#definitions.get(run));
    if (event.type === "node.failed") this.#failed.set(`${run} ${unitKey(event)}`, fingerprint);
    const group = this.#group(fingerprint);
    if (group !== undefined) this.#topic.publish(fingerprint, { kind: "group", group });
  }

  stopped(run: RunId): void {
    this.#definitions.delete(run);
    for (const key of this.#failed.keys()) if (key.startsWith(`${run} `)) this.#failed.delete(key);
  }

  /** Notes the input of an attempt that failed. */
  keepInput(run: RunId, unit: UnitPlace, attempt: number, artifact: string): void {
    this.#db.prepare("insert or replace into inputs values (?, ?, ?, ?)").run(
      run,
      unitKey(unit),
      attempt,
      artifact,
    );
  }

  /** True where a run of others was looked through already. */
  hasSeen(run: RunId): boolean {
    return this.#db.prepare("select 1 from seen where run = ?").get(run) !== undefined;
  }

  /** Takes the failures of a run that others carried out. */
  look(
    run: RunId,
    account: RunAccount,
    events: readonly LoggedEvent[],
    definition: WorkflowDefinition | undefined,
  ) {
    for (const event of events) {
      if (event.type === "node.failed" || event.type === "node.retrying") {
        this.#note(run, account, event, definition);
      }
    }
    this.#db.prepare("insert or ignore into seen values (?)").run(run);
  }

  groups(query: FailureQuery): readonly FailureGroup[] {
    const limit = Math.min(query.limit ?? 100, MOST_GROUPS);
    const rows = this.#db.prepare(
      `select fingerprint from failures where at >= ? and (? is null or run = ?)
       group by fingerprint order by max(at) desc limit ?`,
    ).all(query.since ?? 0, query.run ?? null, query.run ?? null, MOST_GROUPS);
    return rows.flatMap(({ fingerprint }) => this.#group(String(fingerprint)) ?? [])
      .filter(({ state }) => query.state === undefined || state === query.state).slice(0, limit);
  }

  /** @throws SymphonyError `not-found` */
  detail(fingerprint: string, isRetryable: (run: string) => boolean): FailureDetail {
    const group = this.#known(fingerprint);
    const rows = this.#db.prepare(
      "select * from failures where fingerprint = ? order by at desc, seq desc limit ?",
    )
      .all(fingerprint, MOST_SHOWN);
    return { ...group, occurrences: rows.map((row) => this.#occurrence(row, isRetryable)) };
  }

  /** @throws SymphonyError `not-found` */
  change(fingerprint: string, state: FailureState): FailureGroup {
    this.#known(fingerprint);
    this.#db.prepare("insert or replace into causes values (?, ?)").run(fingerprint, state);
    const group = this.#known(fingerprint);
    this.#topic.publish(fingerprint, { kind: "group", group });
    return group;
  }

  [Symbol.dispose](): void {
    this.#opened?.close();
    this.#opened = undefined;
  }

  get #db(): DatabaseSync {
    if (this.#opened === undefined) {
      this.#opened = new DatabaseSync(this.#path);
      this.#opened.exec(SCHEMA);
    }
    return this.#opened;
  }

  #note(
    run: RunId,
    account: RunAccount,
    event: FailureEvent,
    definition: WorkflowDefinition | undefined,
  ): string {
    const type = useOf(definition, event.scope, event.node);
    const fingerprint = fingerprintOf(type, event.failure);
    const instrument = account.nodes.get(`${event.scope ?? ""}/${event.node}`)?.instrument;
    this.#db.prepare("insert or ignore into failures values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)").run(
      run,
      event.seq,
      fingerprint,
      account.workflow,
      event.node,
      event.scope ?? null,
      event.item ?? null,
      event.attempt,
      event.at,
      instrument ?? null,
      JSON.stringify(event.failure),
      event.recovery === undefined ? null : JSON.stringify(event.recovery),
      type,
    );
    // What comes again is open again, but what is ignored stays so.
    this.#db.prepare("delete from causes where fingerprint = ? and state = 'resolved'").run(fingerprint);
    return fingerprint;
  }

  /** What failed has completed after all: its cause is resolved, where nothing failed of it later or elsewhere. */
  #mended(run: RunId, unit: UnitPlace): void {
    const key = `${run} ${unitKey(unit)}`;
    const fingerprint = this.#failed.get(key);
    if (fingerprint === undefined) return;
    this.#failed.delete(key);
    const newest = this.#newest(fingerprint);
    if (newest === undefined || `${String(newest["run"])} ${unitKey(unitOf(newest))}` !== key) return;
    if (this.#known(fingerprint).state === "open") this.change(fingerprint, "resolved");
  }

  #newest(fingerprint: string): Record<string, unknown> | undefined {
    return this.#db.prepare(
      "select * from failures where fingerprint = ? order by at desc, seq desc limit 1",
    ).get(fingerprint);
  }

  #known(fingerprint: string): FailureGroup {
    const group = this.#group(fingerprint);
    if (group !== undefined) return group;
    throw new SymphonyError("not-found", `Cannot find failure "${fingerprint.slice(0, 40)}": there is none`);
  }

  #group(fingerprint: string): FailureGroup | undefined {
    const sums = this.#db.prepare(
      `select count(*) as count, count(distinct run) as runs, min(at) as first, max(at) as last
       from failures where fingerprint = ?`,
    ).get(fingerprint);
    const newest = this.#newest(fingerprint);
    if (sums === undefined || newest === undefined) return undefined;
    const failure = JSON.parse(String(newest["failure"])) as NodeFailure;
    const state = this.#db.prepare("select state from causes where fingerprint = ?").get(fingerprint)
      ?.["state"];
    return {
      fingerprint,
      class: failure.class,
      nodeType: String(newest["node_type"]),
      message: failure.message,
      count: Number(sums["count"]),
      runs: Number(sums["runs"]),
      firstAt: Number(sums["first"]),
      lastAt: Number(sums["last"]),
      lastRun: String(newest["run"]),
      state: state === "resolved" || state === "ignored" ? state : "open",
    };
  }

  #occurrence(row: Record<string, unknown>, isRetryable: (run: string) => boolean): FailureOccurrence {
    const failure = JSON.parse(String(row["failure"])) as NodeFailure;
    const run = String(row["run"]);
    const unit = unitOf(row);
    const attempt = Number(row["attempt"]);
    const input = this.#db.prepare("select artifact from inputs where run = ? and unit = ? and attempt = ?")
      .get(run, unitKey(unit), attempt)?.["artifact"];
    const tried = this.#db.prepare(
      "select * from failures where run = ? and node = ? and scope is ? and item is ? order by seq",
    ).all(run, unit.node, unit.scope ?? null, unit.item ?? null);
    return {
      run,
      workflow: String(row["workflow"]),
      ...unit,
      attempt,
      at: Number(row["at"]),
      ...row["instrument"] === null ? {} : { instrument: String(row["instrument"]) },
      failure,
      stack: stackOf(failure),
      tried: tried.map((one) => ({
        attempt: Number(one["attempt"]),
        at: Number(one["at"]),
        ...one["instrument"] === null ? {} : { instrument: String(one["instrument"]) },
        failure: (JSON.parse(String(one["failure"])) as NodeFailure).message,
        ...one["recovery"] === null ? {} : { recovery: JSON.parse(String(one["recovery"])) as Recovery },
      })),
      ...input === undefined ? {} : { input: String(input) },
      isRetryable: isRetryable(run),
    };
  }
}

/** A node, or an item of it. */
export interface UnitPlace {
  readonly node: string;
  readonly scope?: string;
  readonly item?: number;
}

function unitOf(row: Record<string, unknown>): UnitPlace {
  return {
    node: String(row["node"]),
    ...row["scope"] === null ? {} : { scope: String(row["scope"]) },
    ...row["item"] === null ? {} : { item: Number(row["item"]) },
  };
}

function unitKey({ node, scope, item }: UnitPlace): string {
  return `${scope ?? ""}/${node}/${item ?? ""}`;
}
