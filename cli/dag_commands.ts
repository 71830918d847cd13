/**
 * The commands about what a run does again, keeps, and is moved to.
 *
 * @module
 */

import type { Command, Flag } from "./command.ts";
import { dataFlag, jsonFlag, sessionFlags, toFlag } from "./flags.ts";
import { memoFlag } from "./memo_flag.ts";

const runId = [{ name: "ID" }];
const idsNote = "ID may be any unique beginning of a run's id, or `last` for the newest run.";
const jsonEvents: Flag = {
  name: "json",
  summary: "one JSON event a line on standard output and nothing else there; the last line holds the outputs",
};
const laterFlag: Flag = { name: "later", summary: "only keep it in the log; runs resume goes on" };

/** Every command of this part. */
export const dagCommands: readonly Command[] = [
  {
    path: "runs rerun",
    summary: "a new run of what an earlier one did: all of it, from a node on, or what changed",
    positionals: runId,
    flags: [
      {
        name: "from",
        value: "NODE",
        isList: true,
        summary: "do this and what hangs on it again, keep the rest",
      },
      {
        name: "changed",
        summary: "do only that again whose code, prompt or inputs changed, or that reads outside",
      },
      toFlag,
      {
        name: "pin",
        value: "NODE=ARTIFACT|FILE",
        isList: true,
        summary: "take this JSON as the node's output instead of doing it",
      },
      {
        name: "workflow",
        value: "FILE",
        summary: "by this version of the workflow instead of the run's own",
      },
      { name: "input", value: "NAME=VALUE", isList: true, summary: "another input than the run had" },
      memoFlag,
      { name: "allow-write", summary: "lets nodes change files below the workspace" },
      ...sessionFlags,
      jsonEvents,
    ],
    details: `${idsNote}\nWhat was kept, taken or done again, and why, is told by runs show --explain. ` +
      "A gate before a node that writes anew asks again.",
    examples: [
      { args: "runs rerun last --changed --workflow my.workflow.jsonc", does: "after an edit" },
      { args: "runs rerun last --from summarise", does: "again from one node on" },
      { args: "runs rerun last --from report --pin scan=files.json", does: "with a result given by hand" },
    ],
    load: async () => (await import("./runs_rerun_command.ts")).runsRerunCommand,
  },
  {
    path: "runs retry",
    summary: "do a node that failed again, and what hangs on it, and go on",
    positionals: [...runId, { name: "NODE" }],
    flags: [laterFlag, ...sessionFlags, jsonEvents],
    details: `${idsNote}\nOf a fan-out only the items that failed are done again.`,
    examples: [{ args: "runs retry last summarise", does: "after what was wrong is put right" }],
    load: async () => (await import("./runs_node_command.ts")).runsRetryCommand,
  },
  {
    path: "runs skip",
    summary: "leave a node out that failed, waits or has not begun, and go on",
    positionals: [...runId, { name: "NODE" }],
    flags: [
      { name: "reason", value: "TEXT", summary: "kept in the run's log" },
      { name: "item", value: "N", summary: "which item of a fan-out, from 0" },
      laterFlag,
      ...sessionFlags,
      jsonEvents,
    ],
    details: idsNote,
    examples: [{ args: `runs skip last lint --reason "not needed here"`, does: "go on without it" }],
    load: async () => (await import("./runs_node_command.ts")).runsSkipCommand,
  },
  {
    path: "runs trace",
    summary: "when each node was at work, what the run's length hangs on, and how long it may still take",
    positionals: runId,
    flags: [
      {
        name: "chrome",
        value: "FILE|-",
        summary: "write a trace that ui.perfetto.dev and chrome://tracing read",
      },
      { name: "csv", summary: "a line a span, for a spreadsheet" },
      dataFlag,
      jsonFlag,
    ],
    details: `${idsNote}\nA * marks the critical path; SLACK is how much later a node could have ended.`,
    examples: [
      { args: "runs trace last", does: "a picture in text" },
      { args: "runs trace last --chrome trace.json", does: "then open trace.json at ui.perfetto.dev" },
    ],
    load: async () => (await import("./runs_trace_command.ts")).runsTraceCommand,
  },
  {
    path: "runs drill",
    summary: "kill a copy of a run and let it go on: see what is done again and what is not",
    positionals: runId,
    flags: [
      { name: "at", value: "NODE", summary: "kill it while this node is at work" },
      ...sessionFlags,
      jsonFlag,
    ],
    details:
      `${idsNote}\nThe copy runs in a process and a data folder of its own. What would cost, write or leave the ` +
      "machine is answered as the run recorded it; all else is done. Exit code: 0 recovery kept its promises, 1 not.",
    examples: [{ args: "runs drill last --at summarise", does: "before you rely on it" }],
    load: async () => (await import("./runs_drill_command.ts")).runsDrillCommand,
  },
  {
    path: "runs drill-copy",
    summary: "the process that a drill kills",
    isHidden: true,
    positionals: [...runId, { name: "FROM" }, { name: "INTO" }],
    flags: [
      { name: "hold", value: "NODE", summary: "let this node be at work until the end" },
      ...sessionFlags,
    ],
    examples: [{ args: "runs drill-copy ID FROM INTO", does: "what runs drill starts" }],
    load: async () => (await import("./drill_copy.ts")).drillCopyCommand,
  },
  {
    path: "runs versions",
    summary: "the versions of a workflow that runs went by; each run keeps its own",
    positionals: [{ name: "WORKFLOW" }],
    flags: [dataFlag, jsonFlag],
    details: "WORKFLOW is its id. A version's text: artifacts get DEFINITION.",
    examples: [{ args: "runs versions code-review", does: "what was run, and by which run last" }],
    load: async () => (await import("./runs_versions_command.ts")).runsVersionsCommand,
  },
  {
    path: "runs compact",
    summary: "the logs of runs in less space; every event stays",
    positionals: [{ name: "ID", isOptional: true }],
    flags: [dataFlag, jsonFlag],
    details: `${idsNote} Without it, all that have ended.`,
    examples: [{ args: "runs compact", does: "now and then" }],
    load: async () => (await import("./runs_compact_command.ts")).runsCompactCommand,
  },
  {
    path: "memo list",
    summary: "results that later runs may take, and who made them",
    positionals: [],
    flags: [dataFlag, jsonFlag],
    details:
      'A node says "memo": true, false, or how old a result may be; runs show --explain tells what was taken.',
    examples: [{ args: "memo list", does: "what is kept" }],
    load: async () => (await import("./memo_command.ts")).memoListCommand,
  },
  {
    path: "memo forget",
    summary: "keep such results no longer; runs and artifacts stay",
    positionals: [],
    flags: [
      { name: "older", value: "SPAN", summary: "what was made longer ago than this" },
      { name: "all", summary: "everything" },
      dataFlag,
      jsonFlag,
    ],
    examples: [{ args: "memo forget --older 30d", does: "what nobody needed for long" }],
    load: async () => (await import("./memo_command.ts")).memoForgetCommand,
  },
  {
    path: "runs move",
    summary: "let a run go on by an edited workflow, keeping what did not change",
    positionals: runId,
    flags: [
      { name: "workflow", value: "FILE", summary: "the new version" },
      { name: "preview", summary: "only say what would be kept and what begins anew" },
      { name: "write-again", summary: "also where a node that has written would write again" },
      ...sessionFlags,
      jsonFlag,
    ],
    details: `${idsNote}\nThe run must not be carried out meanwhile: pause it with Ctrl-C first.`,
    examples: [{ args: "runs move last --workflow my.workflow.jsonc", does: "then: runs resume last" }],
    load: async () => (await import("./runs_move_command.ts")).runsMoveCommand,
  },
];
