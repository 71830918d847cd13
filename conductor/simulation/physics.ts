/**
 * What the simulated Pit adds to the real one's rules: time, failures, limits. Drawn from seeded chance, so that a run of a
 * simulation repeats.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { type ErrorCode, SymphonyError } from "../../core/errors.ts";
import type { SeededRandom } from "../random.ts";
import type { SimulatedTime } from "./simulated_time.ts";

/** How one kind of operation behaves. */
export interface OperationProfile {
  /** Median milliseconds, and the standard deviation of their logarithm. */
  readonly medianMs: number;
  readonly spread: number;
  /** Share of calls that fail, and with what. */
  readonly failureRate: number;
  readonly failure: ErrorCode;
}

export type Operation = "log" | "artifact" | "warm" | "stale";

export interface PhysicsProfile {
  readonly operations: Readonly<Record<Operation, OperationProfile>>;
  /** Bytes of artifacts and events that fit; more is refused with `disk-full`. */
  readonly diskBytes: number;
  /** Share of claims that are denied although they could be granted. */
  readonly denialRate: number;
}

const quick: OperationProfile = { medianMs: 0.05, spread: 0.4, failureRate: 0, failure: "io" };

/** Profiles to begin with. The times are those of the Pit's design: artifacts 1–5 ms, a cold start 100–500 ms. */
export const physicsProfiles = {
  /** Nothing fails and nothing takes time to speak of. */
  ideal: {
    operations: { log: quick, artifact: quick, warm: quick, stale: quick },
    diskBytes: Infinity,
    denialRate: 0,
  },
  /** A machine in use. */
  usual: {
    operations: {
      log: { ...quick, medianMs: 1 },
      artifact: { ...quick, medianMs: 2, spread: 0.6 },
      warm: { ...quick, medianMs: 250, spread: 0.5 },
      stale: quick,
    },
    diskBytes: Infinity,
    denialRate: 0,
  },
  /** A slow disk, starts that fail, room that runs out. */
  poor: {
    operations: {
      log: { medianMs: 20, spread: 1, failureRate: 0.002, failure: "io" },
      artifact: { medianMs: 30, spread: 1, failureRate: 0.01, failure: "io" },
      warm: { medianMs: 2000, spread: 0.8, failureRate: 0.1, failure: "extension" },
      stale: { medianMs: 5, spread: 0.5, failureRate: 0.01, failure: "io" },
    },
    diskBytes: 64 * 1024 * 1024,
    denialRate: 0.05,
  },
} as const satisfies Readonly<Record<string, PhysicsProfile>>;

export class Physics {
  readonly time: SimulatedTime;
  readonly #profile: PhysicsProfile;
  readonly #random: SeededRandom;
  #used = 0;

  constructor(profile: PhysicsProfile, time: SimulatedTime, random: SeededRandom) {
    this.#profile = profile;
    this.time = time;
    this.#random = random;
  }

  /** Lets an operation take its time. @throws SymphonyError the profile's failure, as often as it says */
  async pass(operation: Operation): Promise<void> {
    const { fails, done } = this.begin(operation);
    await done;
    if (fails) this.fail(operation);
  }

  /** Draws at once whether an operation fails, and lets it take its time. */
  begin(operation: Operation): { readonly fails: boolean; readonly done: Promise<void> } {
    const { medianMs, spread, failureRate } = this.#profile.operations[operation];
    const fails = this.#random.next() < failureRate;
    return { fails, done: this.time.wait(medianMs * Math.exp(spread * this.#random.normal())) };
  }

  /** @throws SymphonyError the profile's failure */
  fail(operation: Operation): never {
    throw new SymphonyError(
      this.#profile.operations[operation].failure,
      `Cannot carry out ${operation}: simulated failure`,
    );
  }

  /** Takes room on the disk. @throws SymphonyError `disk-full` where there is none; then nothing is taken */
  take(bytes: number): void {
    if (this.#used + bytes > this.#profile.diskBytes) {
      throw new SymphonyError("disk-full", `Cannot keep ${bytes} bytes: the simulated disk is full`);
    }
    this.#used += bytes;
  }

  denies(): boolean {
    return this.#random.next() < this.#profile.denialRate;
  }
}
