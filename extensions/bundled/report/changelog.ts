/**
 * `report/changelog`: commits as a changelog for people, by release and kind.
 *
 * @module
 */

import { defineOperator, ExtensionFailure, Type } from "symphony/sdk";
import type { Static } from "symphony/sdk";
import { changeKinds, kindOfCommit } from "./commit_kind.ts";
import type { ChangeKind } from "./commit_kind.ts";
import { code, count, list, number, plain } from "./prose.ts";
import { byRelease, commitsSince } from "./releases.ts";
import type { Release } from "./releases.ts";

const change = Type.Object({
  kind: Type.Enum([...changeKinds]),
  scope: Type.String(),
  text: Type.String(),
  breaking: Type.Boolean(),
  hash: Type.String(),
  author: Type.String(),
});

const released = Type.Object({
  name: Type.String({ description: "The tag; empty for what is not released yet" }),
  atMs: Type.Number(),
  changes: Type.Array(change),
});

type Released = Static<typeof released>;

export const changelogOperator = defineOperator({
  type: "report/changelog",
  title: "Write a changelog",
  description: "Groups commits by release and kind: conventional commits, or judged by their words",
  input: Type.Object({
    commits: Type.Array(Type.Object({
      hash: Type.String(),
      author: Type.String(),
      atMs: Type.Number(),
      subject: Type.String(),
      body: Type.String(),
      parents: Type.Array(Type.String()),
    })),
    tags: Type.Optional(
      Type.Array(Type.Object({ name: Type.String(), commit: Type.String(), atMs: Type.Number() })),
    ),
    isRepository: Type.Optional(Type.Boolean()),
    since: Type.Optional(
      Type.String({ description: "A tag or the beginning of a hash; empty: the last tag" }),
    ),
    releases: Type.Optional(Type.Integer({ minimum: 0, default: 1, description: "Tagged releases to show" })),
  }),
  output: Type.Object({
    document: Type.String({ contentMediaType: "text/markdown", description: "Sections without a title" }),
    text: Type.String({
      description: "What is not internal, as plain lines, for an instrument; may be empty",
    }),
    releases: Type.Array(released),
  }),
  run: ({ commits, tags = [], isRepository, since = "", releases: most = 1 }) => {
    const within = since === "" ? commits : commitsSince(commits, tags, since);
    if (within === undefined) {
      const names = tags.slice(0, 5).map(({ name }) => name).join(", ");
      throw new ExtensionFailure(
        "input",
        `Cannot begin at "${since}": it is neither a tag nor a commit that was read${
          names === "" ? "" : `; the newest tags are ${names}`
        }`,
      );
    }
    const found = byRelease(within, tags);
    const tagged = found.filter(({ name }) => name !== "");
    // With a beginning given, everything after it is shown; else what is not released, and the newest releases.
    const shown = since === "" ? found.filter((one) => one.name === "" || tagged.indexOf(one) < most) : found;
    const read = shown.map(readRelease).filter(({ changes }) => changes.length > 0);
    return { document: documentOf(read, isRepository ?? true), text: textOf(read), releases: read };
  },
});

function readRelease({ name, atMs, commits }: Release): Released {
  const changes = commits.map(({ hash, author, subject, body }) => ({
    ...kindOfCommit(subject, body),
    hash,
    author,
  }));
  return { name, atMs, changes };
}

const titles: Readonly<Record<ChangeKind, string>> = {
  added: "Added",
  fixed: "Fixed",
  faster: "Faster",
  changed: "Changed",
  removed: "Removed",
  documented: "Documentation",
  internal: "Under the hood",
};

/** Internal changes are listed up to here; their number is always said. */
const MOST_INTERNAL = 10;

function documentOf(releases: readonly Released[], isRepository: boolean): string {
  if (!isRepository) return "There is no git history here, so there is nothing to tell.";
  if (releases.length === 0) return "Nothing has changed since.";
  return releases.map(sectionOf).join("\n\n");
}

function sectionOf({ name, atMs, changes }: Released): string {
  const date = new Date(atMs).toISOString().slice(0, 10);
  const head = name === "" ? "## Not released yet" : `## ${plain(name, 80)} (${date})`;
  const authors = new Set(changes.map(({ author }) => author)).size;
  const parts = [head, `${count(changes.length, "commit")} by ${count(authors, "person", "people")}.`];
  const breaking = changes.filter((one) => one.breaking);
  if (breaking.length > 0) parts.push("### Breaking", list(breaking.map(lineOf)));
  for (const kind of changeKinds) {
    const own = changes.filter((one) => one.kind === kind && !one.breaking);
    if (own.length === 0) continue;
    const shown = kind === "internal" ? own.slice(0, MOST_INTERNAL) : own;
    parts.push(`### ${titles[kind]}`, list(shown.map(lineOf)));
    if (shown.length < own.length) parts.push(`And ${number(own.length - shown.length)} more of the kind.`);
  }
  return parts.join("\n\n");
}

function lineOf({ scope, text, hash }: Released["changes"][number]): string {
  return `${scope === "" ? "" : `**${plain(scope, 60)}:** `}${plain(text, 300)} (${code(hash.slice(0, 7))})`;
}

/** Longer texts do not fit every instrument. */
const MAX_TEXT = 12_000;

function textOf(releases: readonly Released[]): string {
  const lines = releases.flatMap(({ name, changes }) => {
    const own = changes.filter(({ kind }) => kind !== "internal");
    if (own.length === 0) return [];
    return [
      name === "" ? "Not released yet:" : `${name}:`,
      ...own.map((one) => `${titles[one.kind]}: ${one.scope === "" ? "" : `${one.scope}: `}${one.text}.`),
    ];
  });
  return lines.join("\n").slice(0, MAX_TEXT);
}
