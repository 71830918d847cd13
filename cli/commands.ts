/**
 * Every command: names, flags, help. The code behind is loaded on use.
 *
 * @module
 */

import { artifactCommands } from "./artifact_commands.ts";
import { budgetFlags } from "./budget_flags.ts";
import type { Command, Flag } from "./command.ts";
import { conductorCommands } from "./conductor_commands.ts";
import { dagCommands } from "./dag_commands.ts";
import { extCommands } from "./ext_commands.ts";
import { dataFlag, jsonFlag, sessionFlags, toFlag } from "./flags.ts";
import { userFlag } from "./user.ts";
import { memoFlag } from "./memo_flag.ts";
import { queueCommands } from "./queue_commands.ts";
import { safetyCommands } from "./safety_commands.ts";
import { staleCommands } from "./stale_command_table.ts";

const runId = [{ name: "ID" }];
const itemFlag: Flag = { name: "item", value: "N", summary: "which item of a fan-out, from 0" };
const jsonEvents: Flag = {
  name: "json",
  summary: "one JSON event a line on standard output and nothing else there; the last line holds the outputs",
};
const exits =
  "Exit code: 0 completed, 1 the run failed, 2 the input was wrong, 3 the run waits for a person, " +
  "130 cancelled or paused with Ctrl-C. Ctrl-C pauses; twice ends at once. Neither loses what was done.";
const idsNote = "ID may be any unique beginning of a run's id, or `last` for the newest run.";

export const commands: readonly Command[] = [
  {
    path: "run",
    summary: "start a workflow and stay until it ends",
    positionals: [{ name: "FILE|TEMPLATE" }, { name: "FOLDER", isOptional: true }],
    flags: [
      {
        name: "input",
        value: "NAME=VALUE",
        isList: true,
        summary:
          "an input of the workflow: text as it stands, other kinds as JSON; @FILE takes it from a file",
      },
      ...sessionFlags,
      jsonEvents,
      { name: "allow-write", summary: "lets nodes change files below the workspace" },
      {
        name: "workspace",
        value: "DIR",
        summary: "the folder that nodes may read, as FOLDER; else the current one",
      },
      toFlag,
      { name: "concurrency", value: "N", summary: "most nodes at once, 1 to 1000" },
      userFlag,
      memoFlag,
      ...budgetFlags,
      {
        name: "ui",
        summary: "shows the run in the browser instead: prints an address and serves until Ctrl-C",
      },
    ],
    details:
      `${exits}\nA value that begins with @ is written @@. With --json the first line is run.forecast where earlier runs tell what ` +
      "this one is likely to spend; it has no run, every other line has one.",
    examples: [
      { args: "run code-review", does: "review the code in this folder" },
      { args: "run code-review ../other/repository", does: "review another" },
      { args: "run my.workflow.jsonc --input root=src --json", does: "for a script" },
      {
        args: "run my.workflow.jsonc --to summarise",
        does: "only what this node needs, though the rest is unfinished",
      },
    ],
    load: async () => (await import("./run_command.ts")).runCommand,
  },
  {
    path: "serve",
    summary: "the board and the monitor in the browser; so does symphony without a command",
    positionals: [],
    flags: [
      { name: "port", value: "N", summary: "0 for any; else the one that was used last" },
      { name: "open", summary: "opens the address in the browser" },
      {
        name: "workspace",
        value: "DIR",
        summary: "the folder that is shown and that runs may read; else the current one",
      },
      ...sessionFlags,
    ],
    details:
      "Prints a one-time address, for 127.0.0.1 alone. Ctrl-C stops the server and pauses its runs; twice ends at " +
      "once. A server that was killed goes on with its runs when it is started again.",
    examples: [
      { args: "serve --open", does: "compose and watch in the browser" },
      { args: "serve --workspace ../other/repository", does: "work on another folder" },
    ],
    load: async () => (await import("./serve_command.ts")).serveCommand,
  },
  {
    path: "check",
    summary: "every problem of a workflow file, with its place; runs nothing",
    positionals: [{ name: "FILE|TEMPLATE" }],
    flags: [jsonFlag, ...sessionFlags],
    details: "Exit code: 0 without errors (warnings do not count), 2 with errors.",
    examples: [{ args: "check my.workflow.jsonc", does: "look before you run" }],
    load: async () => (await import("./check_command.ts")).checkCommand,
  },
  {
    path: "compose",
    summary: "propose a workflow for a goal in words; nothing runs",
    positionals: [{ name: "GOAL", isOptional: true }],
    flags: [
      { name: "out", value: "FILE", summary: "take a proposal: write it here" },
      { name: "choose", value: "N", summary: "which of those shown, from 1; the first without it" },
      { name: "force", summary: "replace FILE where there is one" },
      { name: "manual", summary: "by retrieval alone: no instrument is asked" },
      {
        name: "instrument",
        value: "TYPE",
        summary: "which instrument composes; the Conductor chooses without it",
      },
      { name: "reject", summary: "none of what was shown last is wanted" },
      jsonFlag,
      ...sessionFlags,
    ],
    details:
      "Without GOAL, it is about what was shown last. An instrument is asked where one is granted or runs here; its workflow " +
      "is checked, mended, priced and shown. Exit code: 0 proposed or written, 1 nothing fits, 2 the input was wrong.",
    examples: [
      { args: 'compose "find duplicated code and write a report"', does: "see what could be run" },
      { args: "compose --choose 2 --out report.workflow.jsonc", does: "take the second of those" },
    ],
    load: async () => (await import("./compose_command.ts")).composeCommand,
  },
  {
    path: "runs list",
    summary: "runs, the newest first",
    positionals: [],
    flags: [dataFlag, jsonFlag],
    examples: [{ args: "runs list --json", does: "one run a line, for a script" }],
    load: async () => (await import("./runs_list_command.ts")).runsListCommand,
  },
  {
    path: "runs show",
    summary: "what a run did: nodes, states, times, failures, outputs, artifacts",
    positionals: runId,
    flags: [
      { name: "explain", summary: "why each result was taken over or made, node by node" },
      dataFlag,
      jsonFlag,
    ],
    details: idsNote,
    examples: [{ args: "runs show last", does: "the newest run" }],
    load: async () => (await import("./runs_show_command.ts")).runsShowCommand,
  },
  {
    path: "runs resume",
    summary: "go on with a run that was paused, waits, or lost its process",
    positionals: runId,
    flags: [...sessionFlags, jsonEvents, ...budgetFlags],
    details: `${idsNote}\n${exits}`,
    examples: [{ args: "runs resume last", does: "go on with the newest run" }],
    load: async () => (await import("./runs_resume_command.ts")).runsResumeCommand,
  },
  {
    path: "runs cancel",
    summary: "end a run for good, also one that another process carries out",
    positionals: runId,
    flags: [...sessionFlags, { name: "reason", value: "TEXT", summary: "kept in the run's log" }, jsonFlag],
    details: idsNote,
    examples: [{ args: "runs cancel r0k3", does: "by the beginning of its id" }],
    load: async () => (await import("./runs_answer_command.ts")).runsCancelCommand,
  },
  {
    path: "runs export",
    summary: "the durable events of a run, one JSON value a line, in order; or as CSV",
    positionals: runId,
    flags: [{ name: "csv", summary: "comma-separated, with a header" }, dataFlag, jsonFlag],
    details: idsNote,
    examples: [{ args: "runs export last > run.jsonl", does: "keep the log as a file" }],
    load: async () => (await import("./runs_export_command.ts")).runsExportCommand,
  },
  {
    path: "runs input",
    summary: "answer a gate that waits for a person",
    positionals: [...runId, { name: "NODE" }],
    flags: [
      { name: "approve", summary: "say yes" },
      { name: "reject", summary: "say no" },
      { name: "value", value: "JSON", summary: "a value with the answer" },
      { name: "comment", value: "TEXT", summary: "why" },
      itemFlag,
      ...sessionFlags,
      jsonFlag,
    ],
    details:
      `${idsNote}\nThe answer is kept in the log; runs resume goes on where no process carries the run out.`,
    examples: [{
      args: `runs input last apply --approve --comment "looks right"`,
      does: "let the run go on",
    }],
    load: async () => (await import("./runs_answer_command.ts")).runsInputCommand,
  },
  {
    path: "runs signal",
    summary: "send a signal that a run waits for",
    positionals: [...runId, { name: "NAME" }],
    flags: [
      { name: "value", value: "JSON", summary: "a value with the signal; null without" },
      ...sessionFlags,
      jsonFlag,
    ],
    details: idsNote,
    examples: [{ args: `runs signal last deployed --value '{"version":"1.2"}'`, does: "tell what happened" }],
    load: async () => (await import("./runs_answer_command.ts")).runsSignalCommand,
  },
  ...artifactCommands,
  ...staleCommands,
  {
    path: "templates list",
    summary: "the workflows that ship with the program",
    positionals: [],
    flags: [jsonFlag],
    examples: [{ args: "templates list", does: "what `run` knows by name" }],
    load: async () => (await import("./templates_command.ts")).templatesListCommand,
  },
  {
    path: "templates show",
    summary: "the text of a template, to begin your own with",
    positionals: [{ name: "NAME" }],
    flags: [],
    examples: [{ args: "templates show code-review > my.workflow.jsonc", does: "change it to your taste" }],
    load: async () => (await import("./templates_command.ts")).templatesShowCommand,
  },
  {
    path: "extensions list",
    summary: "installed extensions, and what they ask for",
    positionals: [],
    flags: [...sessionFlags, jsonFlag],
    examples: [{ args: "extensions list", does: "what is installed" }],
    load: async () => (await import("./extensions_command.ts")).extensionsListCommand,
  },
  ...safetyCommands,
  {
    path: "grants list",
    summary: "permissions that you have given; never shows a secret",
    positionals: [],
    flags: [dataFlag, jsonFlag],
    examples: [{ args: "grants list", does: "what extensions may do" }],
    load: async () => (await import("./grants_command.ts")).grantsListCommand,
  },
  {
    path: "grants add",
    summary: "give an extension a permission",
    positionals: [{ name: "EXTENSION" }, { name: "PERMISSION" }],
    flags: [
      {
        name: "from-env",
        value: "NAME",
        summary:
          "for a secret: the environment variable that holds it; else the one that the extension names",
      },
      { name: "until", value: "TIME", summary: "not for always: until a time, or for 30m, 2h, 7d" },
      { name: "deny", summary: "refuse it instead, whatever else was granted" },
      dataFlag,
    ],
    details:
      "A secret itself is never kept: the grant names the variable, which is read when a request is sent.",
    examples: [{
      args: "grants add symphony/openai secret:openai --from-env OPENAI_API_KEY",
      does: "let GPT be used",
    }],
    load: async () => (await import("./grants_command.ts")).grantsAddCommand,
  },
  {
    path: "grants remove",
    summary: "take a permission back",
    positionals: [{ name: "EXTENSION" }, { name: "PERMISSION" }],
    flags: [dataFlag],
    examples: [{ args: "grants remove symphony/openai secret:openai", does: "stop using GPT" }],
    load: async () => (await import("./grants_command.ts")).grantsRemoveCommand,
  },
  ...conductorCommands,
  ...dagCommands,
  ...queueCommands,
  {
    path: "pool",
    summary:
      "instances of extensions: states, leases, cold starts, health and the latest moves with their reasons",
    positionals: [],
    flags: [
      { name: "all", summary: "every process that is remembered, not the newest only" },
      { name: "moves", summary: "every move of every process that is kept, the oldest first" },
      jsonFlag,
      dataFlag,
    ],
    details:
      "Each process has its own pool; what it is like is written down every two seconds and at its end.",
    examples: [{ args: "pool", does: "what the newest process keeps warm, and what it cost" }],
    load: async () => (await import("./pool_command.ts")).poolCommand,
  },
  {
    path: "limits list",
    summary: "what all runs of this data folder may take together",
    positionals: [],
    flags: [jsonFlag, dataFlag],
    details:
      "What is free is told by each process that is at work, every two seconds; all of them share it. Then the users whose calls " +
      "they are, with weight, share of what each has most of, and the Gini coefficient of what they had in the last minutes: 0 is even.",
    examples: [{
      args: "limits list",
      does: "a line a limit, which calls wait for what, and how even it is",
    }],
    load: async () => (await import("./limits_command.ts")).limitsListCommand,
  },
  {
    path: "limits set",
    summary:
      "bounds processor, memory, calls, requests, tokens or dollars, of all extensions, of one, or of a key",
    positionals: [{ name: "KIND" }, { name: "LIMIT" }],
    flags: [jsonFlag, dataFlag],
    details:
      "KIND is cpu (cores), memory (bytes, as in 4G; both are what the machine has until they are set), calls (at " +
      "once), requests, tokens or usd, and with :EXTENSION of one only, with :key:SECRET of all that use the secret of " +
      "that name; weight:USER, of whose calls so many go for one of another; or pool:memory or " +
      "pool:instances, what a process keeps warm, else as much as memory says and a thousand. LIMIT is a number, or one a " +
      "time: 60/min, 90k/min, 5/h, 10/day, with how much may go out at once as in 60/min burst 10. A day's is never more in a " +
      "day of the calendar (UTC); with a burst, in no 24 hours. A node waits, " +
      "fairly, until it is its turn; processes at work take it over within a second, and what calls hold by then they keep.",
    examples: [
      { args: "limits set requests:symphony/openai 60/min", does: "keep to what the key allows" },
      { args: "limits set calls:symphony/local 1", does: "one question at a time" },
      { args: "limits set pool:memory 2G", does: "idle instances go above that" },
      { args: "limits set cpu 1", does: "leave the other cores to other work" },
      { args: "limits set usd:key:openai 5/day", does: "no more than that with one key" },
      { args: "limits set weight:ann 2", does: "twice the share of anybody else" },
    ],
    load: async () => (await import("./limits_command.ts")).limitsSetCommand,
  },
  {
    path: "limits remove",
    summary: "takes a limit away",
    positionals: [{ name: "KIND" }],
    flags: [jsonFlag, dataFlag],
    examples: [{ args: "limits remove calls:symphony/local", does: "ask as often as it can" }],
    load: async () => (await import("./limits_command.ts")).limitsRemoveCommand,
  },
  ...extCommands,
  {
    path: "settings list",
    summary: "what can be set of each extension, and what it is",
    positionals: [{ name: "EXTENSION", isOptional: true }],
    flags: [...sessionFlags, jsonFlag],
    examples: [{ args: "settings list symphony/local", does: "where the model server is looked for" }],
    load: async () => (await import("./settings_command.ts")).settingsListCommand,
  },
  {
    path: "settings set",
    summary: "set something of an extension",
    positionals: [{ name: "EXTENSION" }, { name: "NAME" }, { name: "VALUE" }],
    flags: [...sessionFlags],
    examples: [{
      args: "settings set symphony/local baseUrl http://127.0.0.1:8081/v1",
      does: "a model server at a port of its own",
    }],
    load: async () => (await import("./settings_command.ts")).settingsSetCommand,
  },
  {
    path: "settings unset",
    summary: "take a setting back to its default",
    positionals: [{ name: "EXTENSION" }, { name: "NAME" }],
    flags: [...sessionFlags],
    examples: [{ args: "settings unset symphony/local baseUrl", does: "look at the usual ports again" }],
    load: async () => (await import("./settings_command.ts")).settingsUnsetCommand,
  },
  {
    path: "doctor",
    summary: "what works on this machine, what does not, and what to do about it",
    positionals: [],
    flags: [...sessionFlags, jsonFlag],
    details: "Exit code: 0 nothing has failed (warnings do not count), 1 something has.",
    examples: [{ args: "doctor", does: "look when something is odd" }],
    load: async () => (await import("./doctor_command.ts")).doctorCommand,
  },
];
