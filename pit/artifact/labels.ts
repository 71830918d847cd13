/**
 * What names, tags and scores may be, and how labels change. Pure; shared by the catalogs in memory and in LMDB.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { ArtifactLabels, LabelChange, QualityScore } from "../../core/ports/artifact_catalog.ts";

const MOST_NAME = 500;
const MOST_TAG = 100;
export const noLabels: ArtifactLabels = { tags: [], hold: undefined, scores: [] };

/** @throws SymphonyError `bad-input` for what cannot be an artifact's name */
export function checkName(name: string): void {
  if (name !== "" && name.length <= MOST_NAME && !/\p{Cc}/u.test(name)) return;
  throw new SymphonyError(
    "bad-input",
    `Cannot name an artifact "${name.slice(0, 80)}": expected 1 to ${MOST_NAME} printable characters`,
  );
}

/** @throws SymphonyError `bad-input` for a tag or a score that cannot be */
export function checkChange({ addTags = [], score }: LabelChange): void {
  const wrong = addTags.find((tag) => tag === "" || tag.length > MOST_TAG || /[\p{Cc},]/u.test(tag));
  if (wrong !== undefined) {
    throw new SymphonyError(
      "bad-input",
      `Cannot tag with "${wrong.slice(0, 80)}": expected 1 to ${MOST_TAG} characters, no comma`,
    );
  }
  if (score !== undefined && !(score.value >= 0 && score.value <= 1)) {
    throw new SymphonyError("bad-input", `Cannot score with ${score.value}: expected a number from 0 to 1`);
  }
}

/** The labels after a change that `checkChange` has passed; `at` in Unix milliseconds. */
export function changedLabels(before: ArtifactLabels, change: LabelChange, at: number): ArtifactLabels {
  const { addTags = [], removeTags = [], hold, score } = change;
  const tags = new Set([...before.tags, ...addTags]);
  for (const tag of removeTags) tags.delete(tag);
  return {
    tags: [...tags].sort(),
    hold: hold === null ? undefined : hold ?? before.hold,
    scores: score === undefined ? before.scores : scored(before.scores, { ...score, at }),
  };
}

function scored(scores: readonly QualityScore[], score: QualityScore): readonly QualityScore[] {
  const others = scores.filter(({ scorer, version }) => scorer !== score.scorer || version !== score.version);
  return [...others, score];
}

/** The error of a version whose parent is not there. */
export function noParent(name: string, from: number, latest: number): SymphonyError {
  return new SymphonyError(
    "bad-input",
    `Cannot make a version of "${name}" from version ${from}: the latest is ${latest}`,
  );
}
