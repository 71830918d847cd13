/**
 * The commands of the Conductor: names, flags, help.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { dataFlag, jsonFlag } from "./flags.ts";

const decision = [{ name: "DECISION" }];

export const conductorCommands: readonly Command[] = [
  {
    path: "conductor status",
    summary: "who decides, and what each instrument was worth lately",
    positionals: [],
    flags: [dataFlag, jsonFlag],
    examples: [{ args: "conductor status", does: "policy, candidate, instruments" }],
    load: async () => (await import("./conductor_policy_commands.ts")).conductorStatusCommand,
  },
  {
    path: "conductor explain",
    summary: "why an instrument was chosen, and what would have flipped the choice",
    positionals: decision,
    flags: [dataFlag, jsonFlag],
    details:
      "DECISION may be any unique beginning of a decision's id, `last`, or RUN or RUN:NODE for the newest decision of a run",
    examples: [
      { args: "conductor explain last", does: "the newest decision" },
      { args: "conductor explain r0k3:review", does: "the newest one of a node of a run" },
    ],
    load: async () => (await import("./conductor_explain_command.ts")).conductorExplainCommand,
  },
  {
    path: "conductor replay",
    summary: "take every logged decision again from nothing and compare",
    positionals: [],
    flags: [dataFlag, jsonFlag],
    details:
      "Exit code: 0 all come out the same, 1 one does not: the log is not whole, or several processes wrote it at once.",
    examples: [{ args: "conductor replay", does: "check log and policy against each other" }],
    load: async () => (await import("./conductor_policy_commands.ts")).conductorReplayCommand,
  },
  {
    path: "conductor train",
    summary: "learn a candidate policy from the whole log and compare it with what decided",
    positionals: [],
    flags: [
      {
        name: "dataset",
        value: "PATH",
        summary: "learn from this curated dataset instead: a file or a folder",
      },
      dataFlag,
      jsonFlag,
    ],
    details:
      "A dataset has one decision a line in .jsonl files (conductor/README.md); its rows for validation are compared on,\n" +
      "never learned. Exit code: 0 learned, 2 there is nothing to learn or a row is malformed (the message names the place).",
    examples: [
      { args: "conductor train", does: "make a candidate; it decides nothing yet" },
      { args: "conductor train --dataset curated", does: "the same from curated decisions" },
    ],
    load: async () => (await import("./conductor_policy_commands.ts")).conductorTrainCommand,
  },
  {
    path: "conductor evaluate",
    summary: "the Conductor against the field's baselines on a folder of data",
    positionals: [],
    flags: [
      { name: "data", value: "DIR", summary: "routing sets, logs, graphs and traces, at any depth; needed" },
      { name: "seeds", value: "N", summary: "repetitions with different chance; 10 unless given" },
      { name: "rounds", value: "N", summary: "decisions of each routing run; 4000 unless given" },
      {
        name: "only",
        value: "PREFIX",
        summary: "tables whose id begins so, for example routing/ or dispatch",
      },
      jsonFlag,
    ],
    details:
      "What a file is follows from its content; a part of the formats will do. With --json each line is a table.\n" +
      "Exit code: 0 evaluated, 2 a file is malformed (the message names the place) or nothing is there.",
    examples: [
      { args: "conductor evaluate --data ../shared/data/rl/dev", does: "everything, some minutes" },
      { args: "conductor evaluate --data my/routing --seeds 3 --json", does: "quickly, for a script" },
    ],
    load: async () => (await import("./conductor_evaluate_command.ts")).conductorEvaluateCommand,
  },
  {
    path: "conductor promote",
    summary: "take the candidate one step further, where the data allows it: shadow, canary, full",
    positionals: [],
    flags: [{ name: "dry-run", summary: "only look" }, dataFlag, jsonFlag],
    details:
      "In the shadow a candidate decides nothing; as canary it takes 5 % of the decisions; a policy that earns clearly\n" +
      "less than it expected is taken back by itself. Exit code: 0 promoted (or would be), 1 more data is asked for.",
    examples: [{ args: "conductor promote --dry-run", does: "what the next step asks for" }],
    load: async () => (await import("./conductor_policy_commands.ts")).conductorPromoteCommand,
  },
  {
    path: "conductor rollback",
    summary: "drop the candidate, or where there is none go back to the policy before",
    positionals: [],
    flags: [dataFlag, jsonFlag],
    examples: [{ args: "conductor rollback", does: "undo the last promotion" }],
    load: async () => (await import("./conductor_policy_commands.ts")).conductorRollbackCommand,
  },
  {
    path: "conductor freeze",
    summary: "the kill switch: explore and learn nothing until it is taken off",
    positionals: [],
    flags: [
      { name: "default", summary: "use the operator's default alone" },
      { name: "off", summary: "take the switch off" },
      dataFlag,
      jsonFlag,
    ],
    details: "Without a flag the best mean decides. Running processes look at the switch every 50 outcomes.",
    examples: [{ args: "conductor freeze", does: "stop exploring at once" }, {
      args: "conductor freeze --off",
      does: "go on learning",
    }],
    load: async () => (await import("./conductor_policy_commands.ts")).conductorFreezeCommand,
  },
  {
    path: "conductor verdict",
    summary: "say what a run's result, or a node's, was worth to you; the Conductor learns from it",
    positionals: [{ name: "RUN[:NODE]" }, { name: "VERDICT" }],
    flags: [{ name: "note", value: "TEXT", summary: "why, kept with it" }, dataFlag, jsonFlag],
    details:
      "VERDICT is accept (worth 1), edit (0.6) or reject (0). RUN is an id, its unique beginning, or `last`. What went\n" +
      "into the judged result over h edges shares in it with weight 0.5 to the power of h.",
    examples: [
      { args: "conductor verdict last accept", does: "the newest run gave what you wanted" },
      { args: 'conductor verdict r0k3:review reject --note "misses the bug"', does: "one node's answer" },
    ],
    load: async () => (await import("./conductor_verdict_command.ts")).conductorVerdictCommand,
  },
  {
    path: "conductor export",
    summary: "every decision with its outcome and reward, one JSON value a line",
    positionals: [],
    flags: [
      { name: "out", value: "FILE", summary: "write here instead of standard output" },
      { name: "dataset", summary: "only what can be learned from, in the format that train --dataset reads" },
      dataFlag,
      jsonFlag,
    ],
    examples: [{ args: "conductor export --out decisions.jsonl", does: "for training elsewhere" }],
    load: async () => (await import("./conductor_policy_commands.ts")).conductorExportCommand,
  },
];
