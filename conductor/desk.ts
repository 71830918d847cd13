/**
 * What the command line asks of the Conductor, carried out. The shapes are those of cli/conductor_desk.ts, which knows
 * nothing of this folder.
 *
 * Ring: conductor; files and time come in.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";
import type { DecisionLogPort, PolicyChange } from "./decision.ts";
import { type Dataset, datasetRow, readDataset, splitOfRun } from "./learning/dataset.ts";
import { evaluateFolder } from "./evaluate/evaluate.ts";
import type { SourceFile } from "./evaluate/folder_source.ts";
import { readFolder } from "./evaluate/read_folder.ts";
import type { ReportTable } from "./evaluate/report_table.ts";
import { explainDecision, type Explanation } from "./explain.ts";
import type { Comparison } from "./learning/comparison.ts";
import { type JoinedDecision, type JoinedLog, joinLog, rewardOfRow } from "./learning/log_rows.ts";
import { readComparison, writeComparison, writePolicy } from "./learning/policy_files.ts";
import { optionsFor, PolicySession } from "./learning/policy_session.ts";
import { type Frozen, policyName, type PolicyState, readState, writeState } from "./learning/policy_state.ts";
import type { PolicyStorePort } from "./learning/policy_store.ts";
import { liveComparison, type PromotionVerdict, verdictOf } from "./learning/promotion.ts";
import { type Replay, replayLog } from "./learning/replay.ts";
import { type ConductorStatus, statusOf } from "./learning/status.ts";
import { train, trainOn } from "./learning/train.ts";
import { type Credit, creditsOf, type Verdict } from "./learning/verdict.ts";

export interface DeskServices {
  /** Every file below a folder. @throws SymphonyError `not-found` | `permission` | `io` */
  folderFiles(folder: string): Promise<readonly SourceFile[]>;
  /** Milliseconds that only rise. */
  monotonic(): number;
  /** Unix milliseconds. */
  now(): number;
  /** Log and policies of a data folder. */
  open(data: string): { readonly log: DecisionLogPort & AsyncDisposable; readonly store: PolicyStorePort };
}

export interface DeskEvaluation {
  readonly folder: string;
  readonly seeds: number;
  readonly rounds: number;
  readonly only?: string;
  onProgress(line: string): void;
  onTable(table: ReportTable): void;
}

export interface TrainedReport {
  readonly policy: string;
  readonly learned: number;
  readonly comparison: Comparison | undefined;
}

export interface PromotedReport extends PromotionVerdict {
  readonly isPromoted: boolean;
  readonly state: PolicyState;
}

export class ConductorDesk {
  readonly #services: DeskServices;

  constructor(services: DeskServices) {
    this.#services = services;
  }

  /** Evaluates a folder. @throws SymphonyError `bad-input` | `not-found` | … */
  async evaluate({ folder, seeds, rounds, only, onProgress, onTable }: DeskEvaluation) {
    const data = await readFolder({ folder, files: () => this.#services.folderFiles(folder) });
    const tables = await evaluateFolder(data, {
      seeds,
      rounds,
      ...(only === undefined ? {} : { only }),
      now: () => this.#services.monotonic(),
      onProgress,
      onTable,
    });
    return { tables: tables.length, ignored: data.ignored };
  }

  async status(data: string): Promise<ConductorStatus> {
    const { log, store } = this.#services.open(data);
    await using _ = log;
    return statusOf(await joinLog(log), await readState(store));
  }

  /** `id` may be any unique beginning, or `last`. @throws SymphonyError `not-found` | `bad-input` */
  async explain(data: string, id: string): Promise<Explanation> {
    const { log } = this.#services.open(data);
    await using _ = log;
    const { decision, outcome } = decisionNamed(await joinLog(log), id);
    return explainDecision(decision, outcome);
  }

  async replay(data: string): Promise<Replay> {
    const { log } = this.#services.open(data);
    await using _ = log;
    return await replayLog(log);
  }

  /**
   * Learns a candidate from the whole log, or from a curated dataset: a file or a folder.
   * @throws SymphonyError `bad-input` where there is no outcome to learn, or a row is malformed (the message names the place)
   */
  async train(data: string, dataset?: string): Promise<TrainedReport> {
    const curated = dataset === undefined ? undefined : await this.#dataset(dataset);
    const { log, store } = this.#services.open(data);
    await using _ = log;
    const joined = await joinLog(log);
    const state = await readState(store);
    const made = state.made + 1;
    const name = policyName(made);
    const trained = curated === undefined
      ? train(joined, optionsFor(name))
      : trainOn(curated, optionsFor(name));
    const { policy, simple, pending, comparison, learned } = trained;
    if (learned === 0) {
      const from = dataset === undefined ? "the log" : `"${dataset}"`;
      throw new SymphonyError("bad-input", `Cannot train: ${from} has no decision with an outcome`, {
        hint: "Run workflows with tasks that instruments serve; every outcome is logged",
      });
    }
    const parts = [...policy.save(), simple.save()];
    await writePolicy(store, name, { parts, position: joined.end, pending });
    // What was learned from elsewhere cannot be compared anew from the log.
    if (curated !== undefined) await writeComparison(store, name, comparison);
    await this.#change(log, store, {
      ...withoutCandidate(state),
      candidate: name,
      stage: "trained",
      since: this.#services.now(),
      made,
    }, {
      change: "train",
      policy: name,
      reason: `learned ${learned} outcomes${dataset === undefined ? "" : ` of ${dataset}`}`,
    });
    return { policy: name, learned, comparison };
  }

  /** Takes the candidate one step further, where the data allows it and `isDry` is false. */
  async promote(data: string, isDry: boolean): Promise<PromotedReport> {
    const { log, store } = this.#services.open(data);
    await using _ = log;
    const state = await readState(store);
    const { stage, candidate } = state;
    if (candidate === undefined || stage === "none") {
      throw new SymphonyError("bad-input", "Cannot promote: there is no candidate", {
        hint: "conductor train makes one from the log",
      });
    }
    const joined = await joinLog(log);
    const comparison = stage === "trained"
      ? await readComparison(store, candidate) ?? train(joined, optionsFor(candidate)).comparison
      : liveComparison(joined, state);
    const verdict = verdictOf(stage, comparison);
    const isPromoted = !isDry && verdict.requirements.every(({ isMet }) => isMet);
    if (!isPromoted) return { ...verdict, isPromoted, state };
    const difference = comparison === undefined ? "" : `difference ${comparison.difference.value.toFixed(4)}`;
    const at = this.#services.now();
    const next: PolicyState = verdict.to === "full"
      ? {
        ...withoutCandidate(state),
        previous: state.incumbent,
        incumbent: candidate,
        stage: "none",
        since: at,
      }
      : { ...state, stage: verdict.to, since: at };
    await this.#keepIncumbent(log, store);
    await this.#change(log, store, next, { change: verdict.to, policy: candidate, reason: difference });
    return { ...verdict, isPromoted, state: next };
  }

  /** Drops the candidate, or where there is none goes back to the policy before. @throws SymphonyError `bad-input` */
  async rollback(data: string): Promise<PolicyState> {
    const { log, store } = this.#services.open(data);
    await using _ = log;
    const state = await readState(store);
    const at = this.#services.now();
    if (state.candidate === undefined && state.previous === undefined) {
      throw new SymphonyError(
        "bad-input",
        "Cannot roll back: there is no candidate and no policy before this one",
      );
    }
    const { previous, ...rest } = withoutCandidate(state);
    const next: PolicyState = state.candidate === undefined
      ? { ...rest, incumbent: previous ?? state.incumbent, stage: "none", since: at }
      : { ...rest, ...(previous === undefined ? {} : { previous }), stage: "none", since: at };
    await this.#change(log, store, next, { change: "rollback", policy: next.incumbent, reason: "asked for" });
    return next;
  }

  /** The kill switch. */
  async freeze(data: string, frozen: Frozen): Promise<PolicyState> {
    const { log, store } = this.#services.open(data);
    await using _ = log;
    // What was logged so far belongs to the way it was decided until now.
    await this.#keepIncumbent(log, store);
    const state = await readState(store);
    const next: PolicyState = { ...state, frozen };
    const change = frozen === "no" ? "unfreeze" : "freeze";
    await this.#change(log, store, next, { change, policy: state.incumbent, reason: frozen });
    return next;
  }

  /** Joins a person's verdict to the decisions of a run. @throws SymphonyError `not-found` where there are none */
  async verdict(
    data: string,
    { run, ...verdict }: Omit<Verdict, "at"> & { readonly run: string },
  ): Promise<readonly Omit<Credit, "outcome">[]> {
    const { log } = this.#services.open(data);
    await using _ = log;
    const { rows } = await joinLog(log);
    const own = rows.filter(({ decision }) => decision.run === run);
    const credits = creditsOf(own, { ...verdict, at: this.#services.now() });
    if (credits.length === 0) {
      throw new SymphonyError(
        "not-found",
        `Cannot credit the verdict: no instrument answered for it in run ${run}`,
        {
          hint: "Verdicts are learned from where the Conductor chose the instrument",
        },
      );
    }
    log.append(credits.map(({ outcome }) => ({ entry: "outcome", outcome })));
    await log.flush();
    return credits.map(({ outcome: _outcome, ...credit }) => credit);
  }

  /** Decisions with their outcomes and rewards, for training elsewhere. */
  async export(
    data: string,
    each: (row: JoinedDecision & { readonly reward?: number }) => void,
  ): Promise<number> {
    const { log } = this.#services.open(data);
    await using _ = log;
    const { rows } = await joinLog(log);
    for (const row of rows) {
      const reward = rewardOfRow(row);
      each(reward === undefined ? row : { ...row, reward });
    }
    return rows.length;
  }

  /** Writes decisions with outcomes as a dataset, about a fifth of the runs for validation; how many rows there are. */
  async exportDataset(data: string, each: (row: object) => void): Promise<number> {
    const { log } = this.#services.open(data);
    await using _ = log;
    let written = 0;
    for (const row of (await joinLog(log)).rows) {
      const known = datasetRow(row, splitOfRun(row.decision.run ?? row.decision.id));
      if (known === undefined) continue;
      each(known);
      written++;
    }
    return written;
  }

  async #dataset(path: string): Promise<Dataset> {
    return await readDataset(await this.#services.folderFiles(path), path);
  }

  async #keepIncumbent(log: DecisionLogPort, store: PolicyStorePort): Promise<void> {
    const session = await PolicySession.open(log, store);
    await session.keep();
  }

  async #change(
    log: DecisionLogPort,
    store: PolicyStorePort,
    state: PolicyState,
    change: Omit<PolicyChange, "at">,
  ): Promise<void> {
    log.append([{ entry: "policy", change: { at: this.#services.now(), ...change } }]);
    await log.flush();
    await writeState(store, state);
  }
}

function withoutCandidate({ candidate: _candidate, ...state }: PolicyState): PolicyState {
  return state;
}

function decisionNamed({ rows }: JoinedLog, id: string): JoinedDecision {
  const explained = rows.filter(({ decision }) => decision.type === "route" || decision.type === "recover");
  const last = explained.at(-1);
  if (last === undefined) {
    throw new SymphonyError("not-found", "Cannot explain: the Conductor has decided nothing yet");
  }
  if (id === "last") return last;
  if (id.startsWith("r")) return decisionOfRun(explained, id);
  const found = explained.filter(({ decision }) => decision.id.startsWith(id));
  const [first, second] = found;
  if (first === undefined) {
    throw new SymphonyError(
      "not-found",
      `Cannot find decision "${id}": expected an id such as ${last.decision.id}`,
      {
        hint: "`last` is the newest; RUN or RUN:NODE the newest of a run",
      },
    );
  }
  if (second !== undefined && first.decision.id !== id) {
    throw new SymphonyError(
      "bad-input",
      `"${id}" is the beginning of ${found.length} decisions: expected more of it`,
    );
  }
  return first;
}

/** `RUN` or `RUN:NODE`, the run by any unique beginning: the newest decision of it. */
function decisionOfRun(explained: readonly JoinedDecision[], id: string): JoinedDecision {
  const [run = "", node] = id.split(":");
  const found = explained.filter(({ decision }) =>
    decision.run?.startsWith(run) === true && (node === undefined || decision.node === node)
  );
  const runs = new Set(found.map(({ decision }) => decision.run));
  if (runs.size > 1) {
    throw new SymphonyError(
      "bad-input",
      `"${run}" is the beginning of ${runs.size} runs: expected more of it`,
    );
  }
  const newest = found.at(-1);
  if (newest !== undefined) return newest;
  throw new SymphonyError("not-found", `Cannot find a decision of "${id}": expected RUN or RUN:NODE`);
}
