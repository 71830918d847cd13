/**
 * The seam over `semver`: versions and ranges as npm means them.
 *
 * @module
 */

// @ts-types="@types/semver"
import semver from "semver";

/** True where `text` is a range of versions. */
export function isRange(text: string): boolean {
  return semver.validRange(text) !== null;
}

/** True where `version` lies in `range`; an early version counts only where the range names one of the same release. */
export function satisfies(version: string, range: string): boolean {
  return semver.satisfies(version, range);
}

/** Below 0, 0 or above 0 as `a` is older, the same or newer. */
export function compareVersions(a: string, b: string): number {
  return semver.compare(a, b);
}
