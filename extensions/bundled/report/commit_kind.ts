/**
 * What a commit is: by the rules of Conventional Commits where it follows them, else by its first words.
 *
 * @module
 */

export interface KindOfCommit {
  readonly kind: ChangeKind;
  /** The part of the software, where the commit names it. */
  readonly scope: string;
  /** The subject without what says kind and scope. */
  readonly text: string;
  readonly breaking: boolean;
}

export const changeKinds = [
  "added",
  "fixed",
  "faster",
  "changed",
  "removed",
  "documented",
  "internal",
] as const;
export type ChangeKind = (typeof changeKinds)[number];

const conventional: ReadonlyMap<string, ChangeKind> = new Map([
  ["feat", "added"],
  ["feature", "added"],
  ["fix", "fixed"],
  ["bugfix", "fixed"],
  ["hotfix", "fixed"],
  ["perf", "faster"],
  ["refactor", "internal"],
  ["style", "internal"],
  ["test", "internal"],
  ["tests", "internal"],
  ["build", "internal"],
  ["ci", "internal"],
  ["chore", "internal"],
  ["deps", "internal"],
  ["docs", "documented"],
  ["doc", "documented"],
  ["revert", "changed"],
]);

const words: readonly (readonly [RegExp, ChangeKind])[] = [
  [/^(?:revert)\b/i, "changed"],
  [
    /^(?:bump|upgrade dep|update dep|lint|format|refactor|clean ?up|tidy|rename|move|test|tests|ci)\b/i,
    "internal",
  ],
  [
    /^(?:fix|fixes|fixed|repair|mend|correct|prevent|avoid|handle|guard|resolve)\b|\bbug ?fix|\bregression\b/i,
    "fixed",
  ],
  [
    /^(?:document|readme|docs?)\b|^(?:update|improve|add|write) (?:the )?(?:docs?|readme|documentation)\b/i,
    "documented",
  ],
  [/^(?:remove|removes|drop|drops|delete|retire)\b/i, "removed"],
  [/^(?:speed|optimi[sz]e|faster|cache)\b|\bfaster\b|\bspeed up\b/i, "faster"],
  [
    /^(?:add|adds|added|implement|introduce|support|allow|enable|create|new|let|make it possible)\b/i,
    "added",
  ],
];

const header = /^([A-Za-z]+)(?:\(([^)]{1,60})\))?(!)?:\s+(.+)$/;

/** Judges a commit by its subject and body. */
export function kindOfCommit(subject: string, body: string): KindOfCommit {
  const declared = /^BREAKING[ -]CHANGE:/m.test(body);
  const match = header.exec(subject);
  const kind = conventional.get((match?.[1] ?? "").toLowerCase());
  if (match !== null && kind !== undefined) {
    const breaking = declared || match[3] === "!";
    return { kind, scope: match[2] ?? "", text: sentence(match[4] as string), breaking };
  }
  // Also `parser: accept …`, as Go and Linux write it: what stands before the colon is the part.
  const part = /^([\w./-]{1,40}):\s+(.+)$/.exec(subject);
  const text = part?.[2] ?? subject;
  const found = words.find(([pattern]) => pattern.test(text));
  return { kind: found?.[1] ?? "changed", scope: part?.[1] ?? "", text: sentence(text), breaking: declared };
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
}
