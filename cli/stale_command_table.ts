/**
 * The commands of the Stale Manager: names, flags, help.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { dataFlag, jsonFlag } from "./flags.ts";

const both = [dataFlag, jsonFlag];
const policyFlag = { name: "policy", value: "NAME", summary: "only this one, and those that keep" };

export const staleCommands: readonly Command[] = [
  {
    path: "stale report",
    summary: "where the space goes: tiers, types, workflows, files",
    positionals: [],
    flags: both,
    examples: [{ args: "stale report", does: "before you free some" }],
    load: async () => (await import("./stale_commands.ts")).staleReportCommand,
  },
  {
    path: "stale policies",
    summary: "what is kept where and how long: show the policies, or set them",
    positionals: [],
    flags: [
      { name: "set", value: "FILE", summary: "take them from here" },
      { name: "example", summary: "print some to begin with" },
      ...both,
    ],
    details:
      'Without policies nothing is moved or deleted. They run by themselves only where "everyHours" says so.',
    examples: [
      { args: "stale policies --example > policies.jsonc", does: "then change them" },
      { args: "stale policies --set policies.jsonc", does: "and use them" },
    ],
    load: async () => (await import("./stale_commands.ts")).stalePoliciesCommand,
  },
  {
    path: "stale preview",
    summary: "what the policies would do now, why, and how much that frees",
    positionals: [],
    flags: [policyFlag, ...both],
    examples: [{ args: "stale preview", does: "changes nothing" }],
    load: async () => (await import("./stale_commands.ts")).stalePreviewCommand,
  },
  {
    path: "stale apply",
    summary: "do what the preview shows; deletions become final after the grace time",
    positionals: [],
    flags: [policyFlag, ...both],
    details: "Exit code: 0 all was done, 1 some could not be done; what is not done stays as it is.",
    examples: [{ args: "stale apply", does: "move, and mark for deletion" }],
    load: async () => (await import("./stale_commands.ts")).staleApplyCommand,
  },
  {
    path: "stale undo",
    summary: "bring back what a batch moved or marked",
    positionals: [{ name: "BATCH" }],
    flags: both,
    details: "BATCH is its id, or `last`.",
    examples: [{ args: "stale undo last", does: "within the grace time" }],
    load: async () => (await import("./stale_commands.ts")).staleUndoCommand,
  },
  {
    path: "stale batches",
    summary: "what was moved and deleted, the newest first",
    positionals: [],
    flags: both,
    examples: [{ args: "stale batches", does: "what can be undone" }],
    load: async () => (await import("./stale_commands.ts")).staleBatchesCommand,
  },
  {
    path: "stale dataset",
    summary: "curate what the Conductor decided into a dataset to learn from",
    positionals: [],
    flags: [
      { name: "out", value: "FILE", summary: "also write it here" },
      { name: "validation", value: "SHARE", summary: "of the runs, kept for validation, 0 to 0.9; else 0.1" },
      { name: "since", value: "TIME", summary: "only decisions from then on: 2026-11-26, or 7d ago" },
      ...both,
    ],
    details:
      "A version of training/decisions: secrets taken out, equal rows counted once, split by run. pit/README.md has the format.",
    examples: [{ args: "stale dataset --out decisions.jsonl", does: "for conductor train --dataset" }],
    load: async () => (await import("./stale_commands.ts")).staleDatasetCommand,
  },
];
