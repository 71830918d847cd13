/**
 * The command line of symphony-editor.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";

export interface Options {
  /** Where to listen for more front ends. */
  readonly listen?: string;
  /** Whether standard input and output are a front end. */
  readonly stdio: boolean;
  /** For front ends that know no `update` operation. */
  readonly insOnly: boolean;
  /** Where to write what is worth a developer's attention. */
  readonly log?: string;
  /** The folder of what must outlive the process; undefined for the platform's. */
  readonly data?: string;
  /** The folder whose files belong together, for definitions; undefined for what each file's surroundings say. */
  readonly workspace?: string;
  /** Whether texts outlive the process. */
  readonly journal: boolean;
  /** What an acknowledged edit is safe from: the death of the process, or of the machine. */
  readonly durability: "process" | "disk";
  /** Which language servers: those that are found, those that a file says, or none. */
  readonly languages: "default" | "off" | { readonly file: string };
  /** Whether to load everything ahead, since work may come at any moment. */
  readonly spare: boolean;
  readonly help: boolean;
}

export const USAGE = `symphony-editor: a text core for front ends that speak the xi protocol

usage: symphony-editor [options]
       symphony-editor replay [--order ORDER] FILE…   replay recorded editing sessions (JSON, gzipped or not) and compare the text they end with

Every connection may instead speak the revision protocol (JSON-RPC 2.0), as symphony does.

  --listen PATH   take front ends on a unix socket too; a socket left by a dead process is taken over
  --no-stdio      take front ends on the socket only
  --ins-only      send whole lines in place of the operation "update" (front ends that do not know it: kod)
  --data FOLDER   keep journals there: after a crash the next start has every edit (default: the platform's data folder)
  --no-journal    keep none
  --sync          answer an edit only when the disk has it, not only the system: safe from power cuts too
  --languages FILE  read which language servers to use, and how, from FILE (default: those that are found)
  --no-languages  use none
  --workspace FOLDER  look for definitions in the files of FOLDER (default: the project around each file)
  --spare         load everything ahead and wait, as the spare of another process
  --log FILE      append diagnostics to FILE
  --help          print this

Standard input and output carry one JSON message a line. The environment variable SYMPHONY_EDITOR_OPTIONS may hold
further options, for front ends that start the core without any.
`;

/** @throws SymphonyError `bad-input` naming the option */
export function parseOptions(words: readonly string[]): Options {
  let listen: string | undefined;
  let log: string | undefined;
  let data: string | undefined;
  let workspace: string | undefined;
  let languages: Options["languages"] = "default";
  let [stdio, insOnly, help, journal, spare, sync] = [true, false, false, true, false, false];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    const value = (): string => {
      const next = words[++at];
      if (next === undefined) {
        throw new SymphonyError("bad-input", `Cannot read option "${word}": expected a path after it`);
      }
      return next;
    };
    if (word === "--listen") listen = value();
    else if (word === "--log") log = value();
    else if (word === "--data") data = value();
    else if (word === "--workspace") workspace = value();
    else if (word === "--no-journal") journal = false;
    else if (word === "--languages") languages = { file: value() };
    else if (word === "--no-languages") languages = "off";
    else if (word === "--spare") spare = true;
    else if (word === "--sync") sync = true;
    else if (word === "--no-stdio") stdio = false;
    else if (word === "--ins-only") insOnly = true;
    else if (word === "--help" || word === "-h") help = true;
    else {throw new SymphonyError(
        "bad-input",
        `Cannot read option "${word}": expected one of those of --help`,
      );}
  }
  if (!stdio && listen === undefined) {
    throw new SymphonyError(
      "bad-input",
      "Cannot go without standard input and output: expected --listen PATH",
    );
  }
  return {
    stdio,
    insOnly,
    help,
    journal,
    durability: sync ? "disk" : "process",
    languages,
    spare,
    ...(data === undefined ? {} : { data }),
    ...(workspace === undefined ? {} : { workspace }),
    ...(listen === undefined ? {} : { listen }),
    ...(log === undefined ? {} : { log }),
  };
}
