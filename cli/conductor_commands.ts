/**
 * The commands of the Conductor: names, flags, help.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { jsonFlag } from "./flags.ts";

export const conductorCommands: readonly Command[] = [
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
];
