/**
 * The Pit with physics: each of its ports around another one that keeps the rules, so that what is simulated is what takes
 * time, what fails and what runs out, and nothing else. Passes the same contract suites as what it stands around.
 *
 * Ring: conductor. Implements the five ports of the Pit.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { ArtifactId, ExtensionId, InstanceId, RunId } from "../../core/ids.ts";
import type { RunEvent } from "../../core/orchestration/event.ts";
import type {
  ArbitrationPort,
  Candidate,
  Claim,
  Decision,
  FairnessReading,
  Judgement,
  LimitReading,
  Standing,
  Verdict,
  WaitingReading,
} from "../../core/ports/arbitration.ts";
import type { ArtifactFault, ArtifactInfo, ArtifactMeta, ArtifactPort } from "../../core/ports/artifact.ts";
import type { Checkpoint, DagPort, EndedRun, LoggedEvent, RunSummary } from "../../core/ports/dag.ts";
import type { PitPort } from "../../core/ports/pit.ts";
import type { StalePort, StaleProposal } from "../../core/ports/stale.ts";
import type { Physics } from "./physics.ts";

/** The Pit around `rules`. Its pool is that of `rules`: instances take their time in `simulatedInstances`. */
export function simulatedPit(rules: PitPort, physics: Physics): PitPort {
  return {
    ...rules,
    dag: new SimulatedDag(rules.dag, physics),
    artifacts: new SimulatedArtifacts(rules.artifacts, physics),
    arbitration: new SimulatedArbitration(rules.arbitration, physics),
    stale: new SimulatedStale(rules.stale, physics),
  };
}

/** What starts and stops instances for a pool. */
export interface Instances {
  warm(extension: ExtensionId): Promise<InstanceId>;
  cool(instance: InstanceId): Promise<void>;
  isAlive(instance: InstanceId): boolean;
}

/** Instances whose start takes time and sometimes fails. */
export function simulatedInstances(rules: Instances, physics: Physics): Instances {
  return {
    async warm(extension) {
      const { fails, done } = physics.begin("warm");
      const instance = await rules.warm(extension);
      await done;
      if (!fails) return instance;
      await rules.cool(instance);
      return physics.fail("warm");
    },
    cool: (instance) => rules.cool(instance),
    isAlive: (instance) => rules.isAlive(instance),
  };
}

export class SimulatedDag implements DagPort {
  readonly #rules: DagPort;
  readonly #physics: Physics;
  /** The last write of each run: a later one is never done before an earlier one. */
  readonly #writing = new Map<RunId, Promise<unknown>>();

  constructor(rules: DagPort, physics: Physics) {
    this.#rules = rules;
    this.#physics = physics;
  }

  async create(summary: RunSummary): Promise<void> {
    await this.#physics.pass("log");
    await this.#rules.create(summary);
  }

  append(run: RunId, seq: number, events: readonly RunEvent[]): Promise<void> {
    const text = JSON.stringify(events);
    return this.#inOrder(run, async () => {
      await this.#physics.pass("log");
      this.#physics.take(text.length);
      await this.#rules.append(run, seq, JSON.parse(text) as RunEvent[]);
    });
  }

  async *replay(run: RunId, fromSeq?: number): AsyncIterable<readonly LoggedEvent[]> {
    await this.#physics.pass("log");
    yield* this.#rules.replay(run, fromSeq);
  }

  saveCheckpoint(run: RunId, { nextSeq, bytes }: Checkpoint): Promise<void> {
    const kept = bytes.slice();
    return this.#inOrder(run, async () => {
      await this.#physics.pass("log");
      await this.#rules.saveCheckpoint(run, { nextSeq, bytes: kept });
    });
  }

  async loadCheckpoint(run: RunId): Promise<Checkpoint | undefined> {
    await this.#physics.pass("log");
    return await this.#rules.loadCheckpoint(run);
  }

  async summarize(summary: RunSummary): Promise<void> {
    await this.#physics.pass("log");
    await this.#rules.summarize(summary);
  }

  list(): AsyncIterable<RunSummary> {
    return this.#rules.list();
  }

  ended(from: number): AsyncIterable<EndedRun> {
    return this.#rules.ended(from);
  }

  #inOrder(run: RunId, write: () => Promise<void>): Promise<void> {
    const before = this.#writing.get(run) ?? Promise.resolve();
    const written = before.then(write, write);
    this.#writing.set(run, written.catch(() => undefined));
    return written;
  }
}

export class SimulatedArtifacts implements ArtifactPort {
  readonly #rules: ArtifactPort;
  readonly #physics: Physics;

  constructor(rules: ArtifactPort, physics: Physics) {
    this.#rules = rules;
    this.#physics = physics;
  }

  async put(bytes: Uint8Array, meta?: ArtifactMeta): Promise<ArtifactId> {
    const { fails, done } = this.#physics.begin("artifact");
    if (fails) return await done.then(() => this.#physics.fail("artifact"));
    this.#physics.take(bytes.length);
    // What is stored first decides the metadata: the rules see the calls in their order, with the bytes of that moment.
    const id = await this.#rules.put(bytes, meta);
    await done;
    return id;
  }

  async get(id: ArtifactId): Promise<Uint8Array | undefined> {
    await this.#physics.pass("artifact");
    return await this.#rules.get(id);
  }

  async info(id: ArtifactId): Promise<ArtifactInfo | undefined> {
    await this.#physics.pass("artifact");
    return await this.#rules.info(id);
  }

  list(filter?: { readonly run?: RunId }): AsyncIterable<ArtifactInfo> {
    return this.#rules.list(filter);
  }

  verify(): AsyncIterable<ArtifactFault> {
    return this.#rules.verify();
  }
}

export class SimulatedArbitration implements ArbitrationPort {
  readonly #rules: ArbitrationPort;
  readonly #physics: Physics;

  constructor(rules: ArbitrationPort, physics: Physics) {
    this.#rules = rules;
    this.#physics = physics;
  }

  request(claim: Claim): Verdict {
    if (this.#physics.denies()) return { verdict: "denied", reason: "A simulated limit refuses it" };
    return this.#rules.request(claim);
  }

  stand(claim: Claim, decided: (decision: Decision) => void): Decision | Standing {
    if (this.#physics.denies()) return { verdict: "denied", reason: "A simulated limit refuses it" };
    return this.#rules.stand(claim, decided);
  }

  counts(kind: string): boolean {
    return this.#rules.counts(kind);
  }

  limits(): readonly LimitReading[] {
    return this.#rules.limits();
  }

  limitsVersion(): number {
    return this.#rules.limitsVersion();
  }

  release(token: number): boolean {
    return this.#rules.release(token);
  }

  released(): Promise<void> {
    return this.#rules.released();
  }

  withdraw(claim: Claim): boolean {
    return this.#rules.withdraw(claim);
  }

  waiting(): readonly WaitingReading[] {
    return this.#rules.waiting();
  }

  choose(
    candidates: readonly Candidate[],
    judgements: readonly Judgement[] = [],
  ): { readonly winner: number; readonly reason: string } {
    return this.#rules.choose(candidates, judgements);
  }

  fairness(): FairnessReading {
    return this.#rules.fairness();
  }
}

export class SimulatedStale implements StalePort {
  readonly #rules: StalePort;
  readonly #physics: Physics;

  constructor(rules: StalePort, physics: Physics) {
    this.#rules = rules;
    this.#physics = physics;
  }

  async touch(artifact: ArtifactId, at: number, run: RunId): Promise<void> {
    await this.#physics.pass("stale");
    await this.#rules.touch(artifact, at, run);
  }

  async settle(run: RunId, at: number): Promise<void> {
    await this.#physics.pass("stale");
    await this.#rules.settle(run, at);
  }

  async *review(now: number): AsyncIterable<StaleProposal> {
    await this.#physics.pass("stale");
    yield* this.#rules.review(now);
  }
}

/** True for a failure that the simulation made. */
export function isSimulated(error: unknown): boolean {
  return error instanceof SymphonyError && /simulated/.test(error.message);
}
