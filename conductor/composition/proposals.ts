/**
 * What became of proposals: a file that was written for one is looked at again later. As it was written, the proposal was
 * accepted; changed, it was edited; gone, it was rejected after all. With what was shown beside it, that is what the
 * preference learns from.
 *
 * Ring: conductor, pure; files are looked at through a function.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { own } from "../../core/json.ts";
import type { Json } from "../../core/json.ts";
import { NumberReader, NumberWriter } from "../number_stream.ts";
import type { SnapshotPart, Snapshottable } from "../snapshot_part.ts";
import type { Candidate } from "./candidate.ts";
import { featuresOf, PreferenceModel } from "./preference_model.ts";
import type { ProposalOutcome } from "./preference_model.ts";

/** Written proposals that are remembered; the oldest is taken as it stands. */
const MOST_OPEN = 50;
/** A written proposal is looked at again after this time, in milliseconds. */
const SETTLE_MS = 10 * 60_000;

interface OpenProposal {
  readonly path: string;
  /** Of the text that was written. */
  readonly hash: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly features: Float64Array;
}

export class Proposals implements Snapshottable {
  #model = new PreferenceModel();
  #open: OpenProposal[] = [];

  get preference(): PreferenceModel {
    return this.#model;
  }

  /** The person took `taken` of what was shown and it was written to `path`. The others were passed over. */
  wrote(
    taken: Candidate,
    shown: readonly Candidate[],
    file: { path: string; hash: string; at: number },
  ): void {
    for (const other of shown) if (other !== taken) this.#model.learn(featuresOf(other), "passed-over");
    this.#open = this.#open.filter(({ path }) => path !== file.path);
    this.#open.push({ ...file, features: featuresOf(taken) });
    while (this.#open.length > MOST_OPEN) this.#settle(this.#open[0] as OpenProposal, "accepted");
  }

  /** The person wants none of what was shown. */
  rejected(shown: readonly Candidate[]): void {
    for (const candidate of shown) this.#model.learn(featuresOf(candidate), "rejected");
  }

  /** Looks at files that were written some time ago; `hashOf` gives that of the present text, undefined where it is gone. */
  review(
    now: number,
    hashOf: (path: string) => string | undefined,
  ): readonly { path: string; outcome: ProposalOutcome }[] {
    const settled: { path: string; outcome: ProposalOutcome }[] = [];
    for (const proposal of [...this.#open]) {
      if (now - proposal.at < SETTLE_MS) continue;
      const hash = hashOf(proposal.path);
      const outcome = hash === undefined ? "rejected" : hash === proposal.hash ? "accepted" : "edited";
      this.#settle(proposal, outcome);
      settled.push({ path: proposal.path, outcome });
    }
    return settled;
  }

  save(): SnapshotPart {
    const numbers = new NumberWriter();
    this.#model.write(numbers);
    for (const { at, features } of this.#open) numbers.number(at).number(features.length).array(features);
    const open = this.#open.map(({ path, hash }) => ({ path, hash }));
    return { name: "composition", facts: { version: 1, open }, numbers: numbers.done() };
  }

  restore({ facts, numbers: saved }: SnapshotPart): void {
    const open = own(facts, "open");
    if (facts["version"] !== 1 || !Array.isArray(open)) {
      throw new SymphonyError(
        "unsupported",
        `Cannot restore proposals: found version ${JSON.stringify(facts["version"] ?? null)}, expected 1`,
      );
    }
    const numbers = new NumberReader(saved);
    const model = PreferenceModel.read(numbers);
    const restored = open.map((entry: Json): OpenProposal => {
      const at = numbers.number();
      const features = numbers.array(numbers.number());
      return { path: text(own(entry, "path")), hash: text(own(entry, "hash")), at, features };
    });
    numbers.end();
    this.#model = model;
    this.#open = restored;
  }

  #settle(proposal: OpenProposal, outcome: ProposalOutcome): void {
    this.#model.learn(proposal.features, outcome);
    this.#open = this.#open.filter((other) => other !== proposal);
  }
}

function text(value: Json | undefined): string {
  if (typeof value === "string") return value;
  throw new SymphonyError("corrupt", "Cannot restore proposals: expected a path and a hash");
}
