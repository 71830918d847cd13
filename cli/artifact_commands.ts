/**
 * The commands about artifacts: names, flags, help.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { dataFlag, jsonFlag } from "./flags.ts";

const reference = [{ name: "REF" }];
const both = [dataFlag, jsonFlag];
const note =
  "REF is an artifact's id, a unique beginning of it of at least 4 digits, a NAME for its newest version, or NAME@N. " +
  "Every output of a workflow is a version of WORKFLOW/OUTPUT.";

export const artifactCommands: readonly Command[] = [
  {
    path: "artifacts list",
    summary: "what runs have made, the newest first",
    positionals: [],
    flags: [
      { name: "run", value: "ID", summary: "only those of one run" },
      { name: "limit", value: "N", summary: "no more than these" },
      ...both,
    ],
    examples: [{ args: "artifacts list --run last", does: "those of the newest run" }],
    load: async () => (await import("./artifacts_command.ts")).artifactsListCommand,
  },
  {
    path: "artifacts show",
    summary: "what is known of an artifact, and its beginning where it is text",
    positionals: reference,
    flags: both,
    details: note,
    examples: [{ args: "artifacts show code-review/report", does: "the newest version" }],
    load: async () => (await import("./artifacts_command.ts")).artifactsShowCommand,
  },
  {
    path: "artifacts get",
    summary: "an artifact's bytes, verified",
    positionals: reference,
    flags: [{ name: "out", value: "FILE", summary: "write here instead of standard output" }, dataFlag],
    details: note,
    examples: [{ args: "artifacts get 3fa9c1 --out report.md", does: "as a file" }],
    load: async () => (await import("./artifacts_command.ts")).artifactsGetCommand,
  },
  {
    path: "artifacts add",
    summary: "store a file",
    positionals: [{ name: "FILE" }],
    flags: [
      { name: "name", value: "NAME", summary: "make it the next version of this name" },
      { name: "message", value: "TEXT", summary: "what is new in it" },
      { name: "type", value: "TYPE", summary: "its MIME type; else by the file's ending" },
      ...both,
    ],
    examples: [{ args: "artifacts add notes.md --name notes", does: "keep every version of a file" }],
    load: async () => (await import("./artifacts_keep_commands.ts")).artifactsAddCommand,
  },
  {
    path: "artifacts search",
    summary: "find artifacts by words, type, tag, time, run, node and quality",
    positionals: [{ name: "TEXT", isOptional: true }],
    flags: [
      { name: "type", value: "TYPE", summary: "for example text/markdown" },
      { name: "tag", value: "TAG", summary: "only with this tag" },
      { name: "run", value: "ID", summary: "only those that a run made first" },
      { name: "node", value: "NODE", summary: "only those that a node of this name made" },
      { name: "since", value: "TIME", summary: "made then or later: 2026-11-26, or 90m, 36h, 7d ago" },
      { name: "until", value: "TIME", summary: "made then or earlier" },
      { name: "min-quality", value: "N", summary: "the best score is at least this, 0 to 1" },
      { name: "limit", value: "N", summary: "hits a page, 1 to 1000; else 20" },
      { name: "page", value: "N", summary: "which page, from 1" },
      ...both,
    ],
    details:
      'All words must be there; "several words" for a phrase, word* for a beginning. What is found stands in brackets. Below the hits: ' +
      "how many there are by type, tag and run.",
    examples: [
      { args: "artifacts search 'deadlock lease*' --since 7d", does: "in what was made this week" },
      { args: "artifacts search --tag release --json", does: "by a tag alone, for a script" },
    ],
    load: async () => (await import("./artifacts_search_command.ts")).artifactsSearchCommand,
  },
  {
    path: "artifacts versions",
    summary: "the versions of a name, or all names",
    positionals: [{ name: "NAME", isOptional: true }],
    flags: both,
    details: "Every output of a workflow is a version of WORKFLOW/OUTPUT.",
    examples: [{ args: "artifacts versions code-review/report", does: "how it changed from run to run" }],
    load: async () => (await import("./artifacts_versions_command.ts")).artifactsVersionsCommand,
  },
  {
    path: "artifacts name",
    summary: "make an artifact the next version of a name",
    positionals: [...reference, { name: "NAME" }],
    flags: [{ name: "message", value: "TEXT", summary: "what is new in it" }, ...both],
    details: note,
    examples: [{
      args: "artifacts name 3fa9c1 brief --message 'shorter'",
      does: "begin a name, or go on with it",
    }],
    load: async () => (await import("./artifacts_versions_command.ts")).artifactsNameCommand,
  },
  {
    path: "artifacts diff",
    summary: "what changed from one artifact to another",
    positionals: [...reference, { name: "OTHER", isOptional: true }],
    flags: [
      { name: "lines", summary: "by lines, also of JSON" },
      { name: "structured", summary: "by members of JSON, or not at all" },
      ...both,
    ],
    details:
      `${note} With one REF, the version before it is compared with it. JSON is compared by its members, text by lines.\n` +
      "Exit code: 0 no difference, 1 a difference.",
    examples: [
      { args: "artifacts diff code-review/report", does: "the last two runs" },
      { args: "artifacts diff code-review/report@1 5", does: "two versions" },
    ],
    load: async () => (await import("./artifacts_diff_command.ts")).artifactsDiffCommand,
  },
  {
    path: "artifacts lineage",
    summary: "where an artifact comes from, and what it went into",
    positionals: reference,
    flags: [{ name: "depth", value: "N", summary: "steps each way, 1 to 50; else 5" }, ...both],
    details: note,
    examples: [{ args: "artifacts lineage code-review/report", does: "from the report back to the files" }],
    load: async () => (await import("./artifacts_lineage_command.ts")).artifactsLineageCommand,
  },
  {
    path: "artifacts tag",
    summary: "show, add or remove tags",
    positionals: reference,
    flags: [
      { name: "add", value: "TAG", isList: true, summary: "add a tag; may be repeated" },
      { name: "remove", value: "TAG", isList: true, summary: "take a tag away; may be repeated" },
      ...both,
    ],
    details: note,
    examples: [{ args: "artifacts tag code-review/report --add release", does: "to find it again" }],
    load: async () => (await import("./artifacts_label_commands.ts")).artifactsTagCommand,
  },
  {
    path: "artifacts hold",
    summary: "keep an artifact, whatever policies say",
    positionals: reference,
    flags: [
      { name: "reason", value: "TEXT", summary: "why it must be kept" },
      { name: "release", summary: "it need no longer be kept" },
      ...both,
    ],
    details: note,
    examples: [{ args: `artifacts hold 3fa9c1 --reason "audit 2026"`, does: "until it is released" }],
    load: async () => (await import("./artifacts_label_commands.ts")).artifactsHoldCommand,
  },
  {
    path: "artifacts score",
    summary: "note how good an artifact is, measured here or by a scorer of yours",
    positionals: reference,
    flags: [
      {
        name: "check",
        value: "NAME",
        isList: true,
        summary: "a built-in check, as nodes may name it; may be repeated",
      },
      { name: "scorer", value: "NAME@VERSION", summary: "who found --value" },
      { name: "value", value: "N", summary: "0 to 1" },
      ...both,
    ],
    details: note,
    examples: [{
      args: "artifacts score code-review/report --check not-empty --check no-refusal",
      does: "measure it",
    }],
    load: async () => (await import("./artifacts_label_commands.ts")).artifactsScoreCommand,
  },
  {
    path: "artifacts gc",
    summary: "what nothing refers to: show it, or delete it in two phases",
    positionals: [],
    flags: [
      {
        name: "apply",
        summary: "mark it for deletion, and delete for good what was marked before the grace time",
      },
      { name: "older-than", value: "DAYS", summary: "made and last used so long ago; else 1" },
      { name: "ended-runs", summary: "also what only runs that ended refer to" },
      ...both,
    ],
    details: "Safe while runs go on. What is held, a version, or referred to by a run is never deleted.",
    examples: [{ args: "artifacts gc", does: "what would be deleted, and how much that frees" }],
    load: async () => (await import("./artifacts_keep_commands.ts")).artifactsGcCommand,
  },
  {
    path: "artifacts verify",
    summary: "read every byte again, say what is damaged and which runs that touches",
    positionals: [],
    flags: [{ name: "repair", summary: "mend what can be, put aside what cannot" }, ...both],
    details: "Exit code: 0 all is as it was stored or was dealt with, 1 something is damaged.",
    examples: [
      { args: "artifacts verify", does: "after a disk gave trouble" },
      { args: "artifacts verify --repair", does: "and then" },
    ],
    load: async () => (await import("./artifacts_keep_commands.ts")).artifactsVerifyCommand,
  },
  {
    path: "artifacts encrypt",
    summary: "encrypt the content of artifacts (AES-256-GCM), what is there and what comes",
    positionals: [],
    flags: [
      { name: "keyring", summary: "keep the secret in the system's keyring instead of a passphrase" },
      { name: "status", summary: "only say how it is" },
      ...both,
    ],
    details:
      "The passphrase is taken from SYMPHONY_PASSPHRASE, or from the file that SYMPHONY_PASSPHRASE_FILE names, else asked for. Who " +
      "loses it loses the content. Names, types, tags and the logs of runs are not encrypted.",
    examples: [{ args: "artifacts encrypt", does: "once; interrupted, the same goes on" }],
    load: async () => (await import("./artifacts_keep_commands.ts")).artifactsEncryptCommand,
  },
  {
    path: "artifacts rekey",
    summary: "a new key for all encrypted content, or another passphrase",
    positionals: [],
    flags: [
      {
        name: "new-passphrase",
        summary: "from SYMPHONY_NEW_PASSPHRASE or its _FILE, else asked for; content stays as it is",
      },
      { name: "keyring", summary: "from now on opened by the system's keyring" },
      ...both,
    ],
    examples: [{ args: "artifacts rekey", does: "after a key may have been seen" }],
    load: async () => (await import("./artifacts_keep_commands.ts")).artifactsRekeyCommand,
  },
  {
    path: "artifacts decrypt",
    summary: "back to a store that is not encrypted",
    positionals: [],
    flags: both,
    examples: [{ args: "artifacts decrypt", does: "undo artifacts encrypt" }],
    load: async () => (await import("./artifacts_keep_commands.ts")).artifactsDecryptCommand,
  },
];
