/**
 * Commits by release. A commit belongs to the oldest release whose tag reaches it through its parents; what no tag
 * reaches is not released yet. Merge commits say nothing that their parents do not, and are left out.
 *
 * @module
 */

export interface Commit {
  readonly hash: string;
  readonly author: string;
  readonly atMs: number;
  readonly subject: string;
  readonly body: string;
  readonly parents: readonly string[];
}

export interface Tag {
  readonly name: string;
  readonly commit: string;
  readonly atMs: number;
}

export interface Release<C extends Commit = Commit> {
  /** Empty for what is not released yet. */
  readonly name: string;
  readonly atMs: number;
  readonly commits: readonly C[];
}

/** The releases, newest first, beginning with what is not released yet where there is any. Both lists come newest first. */
export function byRelease<C extends Commit>(commits: readonly C[], tags: readonly Tag[]): Release<C>[] {
  const known = new Map(commits.map((commit) => [commit.hash, commit]));
  const tagged = tags.flatMap((tag) => {
    const commit = known.get(tag.commit);
    return commit === undefined ? [] : [{ tag, commit }];
  });
  const owner = new Map<string, number>();
  // Oldest first, so that each release takes only what no older one has. `max` may have cut the history: what is
  // older than all that was read belongs to tags that were not read either.
  for (let at = tagged.length - 1; at >= 0; at--) {
    claim((tagged[at] as { tag: Tag }).tag.commit, at, known, owner);
  }
  const found: Release<C>[] = [];
  const unreleased = commits.filter((commit) => !owner.has(commit.hash) && !isMerge(commit));
  if (unreleased.length > 0) found.push({ name: "", atMs: unreleased[0]?.atMs ?? 0, commits: unreleased });
  for (const [at, { tag }] of tagged.entries()) {
    const own = commits.filter((commit) => owner.get(commit.hash) === at && !isMerge(commit));
    found.push({ name: tag.name, atMs: tag.atMs, commits: own });
  }
  return found;
}

function claim(
  start: string,
  release: number,
  known: ReadonlyMap<string, Commit>,
  owner: Map<string, number>,
): void {
  const open = [start];
  for (let hash = open.pop(); hash !== undefined; hash = open.pop()) {
    const commit = known.get(hash);
    if (commit === undefined || owner.has(hash)) continue;
    owner.set(hash, release);
    open.push(...commit.parents);
  }
}

function isMerge({ parents }: Commit): boolean {
  return parents.length > 1;
}

/** The commits after `since`, a tag or the beginning of a hash: what it reaches is left out. Undefined where it is none. */
export function commitsSince<C extends Commit>(commits: readonly C[], tags: readonly Tag[], since: string) {
  const hash = tags.find(({ name }) => name === since)?.commit ??
    (since.length >= 4 ? commits.find((commit) => commit.hash.startsWith(since))?.hash : undefined);
  if (hash === undefined) return undefined;
  const reached = new Map<string, number>();
  claim(hash, 0, new Map(commits.map((commit) => [commit.hash, commit])), reached);
  return commits.filter((commit) => !reached.has(commit.hash));
}
