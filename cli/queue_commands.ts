/**
 * The commands of the queue and of triggers.
 *
 * @module
 */

import type { Command, Flag } from "./command.ts";
import { dataFlag, jsonFlag, sessionFlags } from "./flags.ts";
import { userFlag } from "./user.ts";

const entryId = [{ name: "ID" }];
const priorityFlag: Flag = {
  name: "priority",
  value: "P",
  summary: "critical, high, normal, low, background or a number; the greater goes first",
};
const keyFlag: Flag = {
  name: "key",
  value: "NAME",
  isList: true,
  summary: "counts for the limit key:NAME too",
};
const attemptsFlag: Flag = {
  name: "attempts",
  value: "N",
  summary: "runs at most, until it counts as dead; 1 without it",
};
const inputFlag: Flag = { name: "input", value: "NAME=VALUE", isList: true, summary: "as for run" };
const writeFlag: Flag = { name: "allow-write", summary: "lets nodes change files below the workspace" };
const workspaceFlag: Flag = { name: "workspace", value: "DIR", summary: "the folder that nodes may read" };

/** Every command of this part. */
export const queueCommands: readonly Command[] = [
  {
    path: "queue add",
    summary: "queue a run; a worker carries it out when there is room",
    positionals: [{ name: "FILE|TEMPLATE" }],
    flags: [
      inputFlag,
      priorityFlag,
      keyFlag,
      attemptsFlag,
      { name: "at", value: "MOMENT", summary: "not before: 2026-12-01T09:00:00Z, or +30m" },
      userFlag,
      { name: "once", value: "TEXT", summary: "add it once for this text, however often it is asked for" },
      workspaceFlag,
      writeFlag,
      ...sessionFlags,
      jsonFlag,
    ],
    details: "The workflow is kept as it is now: editing the file changes nothing that is queued.",
    examples: [{ args: "queue add code-review --priority low", does: "when nothing else is to be done" }],
    load: async () => (await import("./queue_command.ts")).queueAddCommand,
  },
  {
    path: "queue list",
    summary: "what waits and runs, in the order of adding, and why it waits",
    positionals: [],
    flags: [{ name: "all", summary: "what has ended too" }, dataFlag, jsonFlag],
    examples: [{ args: "queue list", does: "with the limits" }],
    load: async () => (await import("./queue_command.ts")).queueListCommand,
  },
  {
    path: "queue remove",
    summary: "take out what does not run",
    positionals: entryId,
    flags: [dataFlag, jsonFlag],
    examples: [{ args: "queue remove q12", does: "also of what has ended" }],
    load: async () => (await import("./queue_command.ts")).queueRemoveCommand,
  },
  {
    path: "queue dead",
    summary: "what failed as often as it may, and why",
    positionals: [],
    flags: [dataFlag, jsonFlag],
    examples: [{ args: "queue dead", does: "then: queue retry ID" }],
    load: async () => (await import("./queue_command.ts")).queueDeadCommand,
  },
  {
    path: "queue retry",
    summary: "queue again what is dead",
    positionals: entryId,
    flags: [dataFlag, jsonFlag],
    examples: [{ args: "queue retry q12", does: "what its last run had done is kept" }],
    load: async () => (await import("./queue_command.ts")).queueRetryCommand,
  },
  {
    path: "queue limit",
    summary: "how many runs at once, or begun in a span: of all, of a workflow, an instrument or a key",
    positionals: [{ name: "LANE" }],
    flags: [
      { name: "at-once", value: "N", summary: "most runs at once" },
      { name: "rate", value: "COUNT/SPAN", summary: "most runs begun in a span, for example 10/1m" },
      { name: "remove", summary: "no limit any more" },
      dataFlag,
      jsonFlag,
    ],
    details:
      "LANE is all, workflow:ID, instrument:TYPE or key:NAME. A run counts for every instrument that it may ask: those that its nodes " +
      "name, and those that serve its tasks. The same goes for the keys (secrets) that those use; queue add --key NAME adds others. For calls at once, see limits set calls:key:NAME.",
    examples: [{ args: "queue limit workflow:code-review --at-once 1", does: "one after the other" }],
    load: async () => (await import("./queue_command.ts")).queueLimitCommand,
  },
  {
    path: "queue work",
    summary: "carry out what is queued and watch the triggers, until stopped",
    positionals: [],
    flags: [
      { name: "at-once", value: "N", summary: "most runs at once in this process; 4 without it" },
      { name: "until-idle", summary: "end when nothing is queued for now and nothing runs" },
      {
        name: "hooks",
        value: "PORT",
        summary: "take webhooks on this port of 127.0.0.1; 0 takes a free one",
      },
      ...sessionFlags,
      jsonFlag,
    ],
    details:
      "Several workers may share a data folder. Ctrl-C pauses what runs; the next worker goes on with it, " +
      "as with what a worker left that was killed.",
    examples: [{ args: "queue work", does: "stay and work" }],
    load: async () => (await import("./queue_command.ts")).queueWorkCommand,
  },
  {
    path: "triggers add",
    summary: "queue a workflow by schedule, file change, commit, webhook or after another",
    positionals: [{ name: "FILE|TEMPLATE" }],
    flags: [
      { name: "cron", value: "EXPRESSION", summary: 'minute, hour, day, month, weekday: "0 9 * * MON-FRI"' },
      { name: "zone", value: "ZONE", summary: "of the schedule, for example Europe/Berlin" },
      { name: "file", value: "PATH", summary: "a file, or a folder with all below it" },
      { name: "git", value: "REPOSITORY", summary: "a commit on a branch" },
      { name: "branch", value: "NAME", summary: "main without it" },
      { name: "webhook", summary: "POST /hooks/NAME with the secret" },
      {
        name: "secret-env",
        value: "NAME",
        summary: "the environment variable that holds the webhook's secret",
      },
      { name: "after", value: "WORKFLOW", summary: "when a run of this workflow ends, by its id" },
      { name: "on", value: "END", summary: "completed, failed or ended; completed without it" },
      { name: "name", value: "NAME", summary: "of the trigger" },
      { name: "pass", value: "INPUT", summary: "the input that is given what happened, as JSON" },
      { name: "catch-up", value: "RULE", summary: "after downtime: none, latest (without it) or all" },
      inputFlag,
      priorityFlag,
      keyFlag,
      attemptsFlag,
      workspaceFlag,
      writeFlag,
      ...sessionFlags,
      jsonFlag,
    ],
    details:
      "The workflow is read anew each time. A webhook's call carries the secret as `authorization: Bearer …` or as " +
      "`x-hub-signature-256`; a call with the same idempotency-key is taken once.",
    examples: [
      { args: 'triggers add code-review --cron "0 9 * * MON-FRI"', does: "every working day at nine" },
      { args: "triggers add tests.workflow.jsonc --git . --branch main", does: "at every commit" },
    ],
    load: async () => (await import("./triggers_command.ts")).triggersAddCommand,
  },
  {
    path: "triggers list",
    summary: "what is waited for, when it comes next, and what was wrong the last time",
    positionals: [],
    flags: [dataFlag, jsonFlag],
    examples: [{ args: "triggers list", does: "all of them" }],
    load: async () => (await import("./triggers_command.ts")).triggersListCommand,
  },
  {
    path: "triggers remove",
    summary: "wait for it no longer; what is queued stays",
    positionals: entryId,
    flags: [dataFlag, jsonFlag],
    examples: [{ args: "triggers remove code-review-cron", does: "by its name" }],
    load: async () => (await import("./triggers_command.ts")).triggersRemoveCommand,
  },
  {
    path: "triggers run",
    summary: "queue a trigger's workflow now, as if it had happened",
    positionals: entryId,
    flags: [
      { name: "payload", value: "JSON", summary: "what happened; null without it" },
      ...sessionFlags,
      jsonFlag,
    ],
    examples: [{ args: "triggers run code-review-cron", does: "to try it" }],
    load: async () => (await import("./triggers_command.ts")).triggersRunCommand,
  },
];
