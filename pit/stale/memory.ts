/**
 * Uses of artifacts and ends of runs in memory, for tests and benches.
 *
 * @module
 */

import { type ArtifactId, type RunId, runId } from "../../core/ids.ts";
import type { StalePort, StaleProposal } from "../../core/ports/stale.ts";
import { proposalFor } from "./tier.ts";

/** StalePort that forgets everything with the process. */
export class MemoryStale implements StalePort {
  readonly #uses = new Map<ArtifactId, Record<RunId, number>>();
  readonly #settled = new Map<RunId, number>();
  /** Told of each run that ended. */
  onSettled: (run: RunId, at: number) => void = () => {};

  touch(artifact: ArtifactId, at: number, run: RunId): Promise<void> {
    this.refer(artifact, at, run);
    if ((this.#settled.get(run) ?? Infinity) < at) this.#settled.delete(run);
    return Promise.resolve();
  }

  /** Notes that a run refers to the artifact, whether it has ended or not. */
  refer(artifact: ArtifactId, at: number, run: RunId): void {
    const uses = this.#uses.get(artifact) ?? {};
    uses[run] = Math.max(uses[run] ?? -Infinity, at);
    this.#uses.set(artifact, uses);
  }

  settle(run: RunId, at: number): Promise<void> {
    this.#settled.set(run, at);
    this.onSettled(run, at);
    return Promise.resolve();
  }

  async *review(now: number): AsyncIterable<StaleProposal> {
    for (const artifact of [...this.#uses.keys()].sort()) {
      const uses = this.#uses.get(artifact) ?? {};
      const proposal = proposalFor(artifact, uses, (run) => this.#settled.get(run), now);
      if (proposal !== undefined) yield await Promise.resolve(proposal);
    }
  }

  /** When runs used the artifact last. */
  usesOf(artifact: ArtifactId): readonly { readonly run: RunId; readonly at: number }[] {
    return Object.entries(this.#uses.get(artifact) ?? {}).map(([run, at]) => ({ run: runId(run), at }));
  }

  /** Runs that refer to the artifact. */
  runsOf(artifact: ArtifactId): readonly RunId[] {
    return Object.keys(this.#uses.get(artifact) ?? {}).map(runId);
  }
}
