/**
 * The Stale Manager's policies carried out: preview, apply, undo, purge, report.
 *
 * Invariants:
 * R1. What a hold or a run that has not ended refers to is never moved, marked or removed; it is looked at again in the
 *     transaction that would do it.
 * R2. Nothing is removed before the grace time of its batch has passed; until then `undo`, storing it again, or a new
 *     reference keeps it.
 * R3. A batch is written before what it does, and its counts after; a crash in between leaves a batch that can be undone.
 * R4. A batch is a record of its own, changed in a transaction: of several processes none forgets another's. It is
 *     remembered at least until its grace time has passed.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { type ArtifactId, artifactId } from "../../core/ids.ts";
import type { Reclaimed } from "../../core/ports/artifact_stream.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type {
  LogReport,
  RetentionBatch,
  RetentionItem,
  RetentionPlan,
  RetentionPolicy,
  RetentionPort,
  RetentionSettings,
  StorageReport,
  Undone,
} from "../../core/ports/retention.ts";
import { type ArtifactFacts, inOrder, refusalOf, valueOf, verdictOf } from "./policy.ts";
import { storageReport } from "./report.ts";
import { defaultSettings, policyOf, retentionSettings } from "./settings.ts";
import type { Mark, Shelves } from "./shelves.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Batches that are remembered after nothing of them can be undone any more. */
const MOST_OVER = 100;

/** A batch as it is kept. */
interface KeptBatch extends Omit<RetentionBatch, "state" | "deleted"> {
  readonly isUndone: boolean;
  readonly moved: readonly ArtifactId[];
  readonly marked: readonly ArtifactId[];
}

/** Sizes of the data folder's files, by name. */
export type FileSizes = () => Readonly<Record<string, number>>;

export class Retention implements RetentionPort {
  readonly #shelves: Shelves;
  readonly #clock: ClockPort;
  readonly #files: FileSizes;
  readonly #file: () => Promise<unknown>;
  readonly #logs: () => Promise<LogReport | undefined>;

  /** `file` notes what runs that ended refer to, as far as that is not noted yet. */
  constructor(
    shelves: Shelves,
    clock: ClockPort,
    file: () => Promise<unknown>,
    { files = () => ({}), logs = () => Promise.resolve(undefined) }: {
      readonly files?: FileSizes;
      readonly logs?: () => Promise<LogReport | undefined>;
    } = {},
  ) {
    this.#logs = logs;
    this.#file = file;
    this.#shelves = shelves;
    this.#clock = clock;
    this.#files = files;
  }

  settings(): Promise<RetentionSettings> {
    const text = this.#shelves.load("settings");
    return Promise.resolve(text === undefined ? defaultSettings : retentionSettings(JSON.parse(text)));
  }

  async configure(settings: RetentionSettings): Promise<void> {
    await this.#shelves.save("settings", JSON.stringify(retentionSettings(settings)));
  }

  async preview(policies?: readonly RetentionPolicy[]): Promise<RetentionPlan> {
    const asked = inOrder(
      policies?.map((one, at) => policyOf(one, `policies[${at}]`)) ?? (await this.settings()).policies,
    );
    const now = this.#clock.now();
    const named = await this.#named();
    const marked = new Set(this.#shelves.marked().map(({ id }) => id));
    const found: {
      readonly item: RetentionItem;
      readonly facts: ArtifactFacts;
      readonly policy: RetentionPolicy;
    }[] = [];
    const spared: Record<string, number> = {};
    let looked = 0;
    for await (const { id } of this.#shelves.artifacts()) {
      looked++;
      const known = marked.has(id) ? undefined : this.#shelves.facts(id);
      if (known === undefined) continue;
      const facts = named.has(id) ? { ...known, openRuns: known.openRuns + 1 } : known;
      const verdict = verdictOf(facts, asked, now);
      if (verdict.action === "keep") {
        if (verdict.spared !== undefined) spared[verdict.spared] = (spared[verdict.spared] ?? 0) + 1;
        continue;
      }
      const { action, policy, reason } = verdict;
      const { info, tier } = facts;
      const { name = "", type, sizeBytes } = info;
      const { references = "none" } = policy.when;
      const item = {
        artifact: id,
        name,
        type,
        action,
        from: tier,
        policy: policy.name,
        reason,
        references,
        sizeBytes,
      };
      found.push({ item, facts, policy });
    }
    const items = this.#withinBounds(found, asked, now);
    const freesBytes = this.#shelves.freedBytes(
      items.filter(({ from }) => from === "hot").map(({ artifact }) => artifact),
    );
    return { at: now, items, freesBytes, spared, looked };
  }

  /** Of a policy that goes only until the hot content is small enough, the least valuable. */
  #withinBounds(
    found: readonly {
      readonly item: RetentionItem;
      readonly facts: ArtifactFacts;
      readonly policy: RetentionPolicy;
    }[],
    policies: readonly RetentionPolicy[],
    now: number,
  ): RetentionItem[] {
    const items = found.filter(({ policy }) => policy.untilHotBytes === undefined).map(({ item }) => item);
    for (const bounded of policies) {
      const limit = bounded.untilHotBytes;
      if (limit === undefined) continue;
      let left = this.#shelves.hotBytes() - this.#shelves.freedBytes(items.map(({ artifact }) => artifact)) -
        limit;
      const mine = found.filter(({ policy, item }) => policy.name === bounded.name && item.from === "hot")
        .map((one) => ({ ...one, value: valueOf(one.facts, now) }))
        .sort((a, b) => a.value - b.value || (a.item.artifact < b.item.artifact ? -1 : 1));
      for (const { item, value } of mine) {
        if (left <= 0) break;
        left -= this.#shelves.freedBytes([item.artifact]);
        const reason = `${item.reason === "" ? "" : `${item.reason}, `}worth ${value.toFixed(2)} of 1`;
        items.push({ ...item, reason });
      }
    }
    return items;
  }

  async apply(plan: RetentionPlan): Promise<RetentionBatch> {
    const { graceDays } = await this.settings();
    const at = this.#clock.now();
    const ids = (action: RetentionItem["action"]) =>
      plan.items.filter((item) => item.action === action).map(({ artifact }) => artifact);
    const named = await this.#named();
    const byId = new Map(plan.items.map((item) => [item.artifact, item]));
    const references = (id: ArtifactId) => byId.get(id)?.references ?? "none";
    let batch: KeptBatch = {
      id: `b${at.toString(36)}${crypto.randomUUID().slice(0, 4)}`,
      at,
      until: at + graceDays * DAY_MS,
      warm: 0,
      cold: 0,
      freedBytes: 0,
      failures: [],
      isUndone: false,
      moved: [...ids("warm"), ...ids("cold")],
      marked: ids("delete"),
    };
    await this.#keep(batch.id, () => batch);
    const may = (action: RetentionPolicy["action"]) => (id: ArtifactId) =>
      !named.has(id) && this.#may(id, { action, when: { references: references(id) } });
    const moved: ArtifactId[] = [];
    for (const tier of ["warm", "cold"] as const) {
      const done = await this.#shelves.move(ids(tier), tier, at, may(tier));
      moved.push(...done.artifacts);
      batch = {
        ...batch,
        [tier]: done.artifacts.length,
        freedBytes: batch.freedBytes + done.freedBytes,
        failures: [...batch.failures, ...done.failures],
      };
    }
    const mark = (id: ArtifactId): Mark => ({
      batch: batch.id,
      at,
      until: batch.until,
      references: references(id),
    });
    const marked = await this.#shelves.mark(ids("delete"), mark, may("delete"));
    const done = { ...batch, moved, marked };
    return this.#shown(
      await this.#keep(batch.id, (before) => ({ ...done, isUndone: before?.isUndone ?? false })),
    );
  }

  batches(): Promise<readonly RetentionBatch[]> {
    return Promise.resolve(this.#kept().map((batch) => this.#shown(batch)));
  }

  async undo(id: string): Promise<Undone> {
    const batch = this.#kept().find((one) => one.id === id);
    if (batch === undefined) {
      throw new SymphonyError("not-found", `Cannot undo "${id.slice(0, 80)}": there is no such batch`, {
        hint: "stale batches lists them",
      });
    }
    let artifacts = 0;
    let gone = 0;
    for (const one of batch.marked) {
      if (await this.#shelves.unmark(one, id)) artifacts++;
      else gone++;
    }
    for (const one of batch.moved) {
      if (await this.#shelves.bringBack(one)) artifacts++;
      else gone++;
    }
    await this.#keep(id, (before) => ({ ...(before ?? batch), isUndone: true }));
    return { artifacts, gone };
  }

  async purge(): Promise<Reclaimed> {
    const now = this.#clock.now();
    const due = this.#shelves.marked().filter(({ mark }) => mark.until <= now);
    const named = due.length === 0 ? new Set<ArtifactId>() : await this.#named();
    let artifacts = 0;
    let freedBytes = 0;
    for (const { id, mark } of due) {
      const freed = await this.#shelves.remove(
        id,
        () =>
          !named.has(id) && this.#may(id, { action: "delete", when: { references: mark.references } }) &&
          (this.#shelves.facts(id)?.lastUsedAt ?? 0) < mark.at,
      );
      if (freed === undefined) continue;
      artifacts++;
      freedBytes += freed;
    }
    return { artifacts, freedBytes: freedBytes + await this.#shelves.sweep(now) };
  }

  async report(): Promise<StorageReport> {
    const logs = await this.#logs();
    const report = await storageReport(this.#shelves, this.#files());
    return logs === undefined ? report : { ...report, logs };
  }

  /** What is referred to without being noted anywhere but in logs. */
  async #named(): Promise<ReadonlySet<ArtifactId>> {
    await this.#file();
    return await this.#shelves.namedByOpenRuns();
  }

  #may(id: ArtifactId, policy: Pick<RetentionPolicy, "action" | "when">): boolean {
    const facts = this.#shelves.facts(id);
    return facts !== undefined && refusalOf(facts, policy) === undefined;
  }

  /** The newest first. */
  #kept(): readonly KeptBatch[] {
    return [...this.#shelves.batches().values()].map(batchOf).sort((a, b) => b.at - a.at);
  }

  /** Keeps what `change` makes of the batch; of those that are over, all but the newest are forgotten. */
  async #keep(id: string, change: (before: KeptBatch | undefined) => KeptBatch): Promise<KeptBatch> {
    let made: KeptBatch | undefined;
    await this.#shelves.changeBatches((before) => {
      const text = before.get(id);
      made = change(text === undefined ? undefined : batchOf(text));
      const all = new Map(before).set(id, JSON.stringify(made));
      const over = [...all.values()].map(batchOf).filter((one) => this.#isOver(one))
        .sort((a, b) => b.at - a.at);
      for (const { id: old } of over.slice(MOST_OVER)) all.delete(old);
      return all;
    });
    return made as KeptBatch;
  }

  #isOver({ isUndone, until }: KeptBatch): boolean {
    return isUndone || until <= this.#clock.now();
  }

  #shown({ isUndone, moved: _, marked, ...batch }: KeptBatch): RetentionBatch {
    const state = isUndone
      ? "undone"
      : marked.length === 0 || batch.until <= this.#clock.now()
      ? "final"
      : "waiting";
    return { ...batch, deleted: marked.length, state };
  }
}

function batchOf(text: string): KeptBatch {
  const batch = JSON.parse(text) as KeptBatch;
  return { ...batch, moved: batch.moved.map(artifactId), marked: batch.marked.map(artifactId) };
}
