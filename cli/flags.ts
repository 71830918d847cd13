/** Flags that several commands share. @module */

import type { Arguments, Flag } from "./command.ts";
import type { CliServices, SessionOptions } from "./services.ts";

export const dataFlag: Flag = {
  name: "data",
  value: "DIR",
  summary: "where runs and artifacts are kept; else SYMPHONY_DATA, else the platform's folder",
};
export const jsonFlag: Flag = { name: "json", summary: "JSON on standard output, one value a line" };
export const extensionsFlag: Flag = {
  name: "extensions",
  value: "DIR",
  isList: true,
  summary: "a further folder with an extension, or with several; may be repeated",
};
export const grantFlag: Flag = {
  name: "grant",
  value: "EXT:PERMISSION",
  isList: true,
  summary: "a permission for this time only, for example acme/lint:files:read; may be repeated",
};
export const toFlag: Flag = {
  name: "to",
  value: "NODE",
  isList: true,
  summary:
    "only this node and what it needs; the rest is left out and need not even be sound; may be repeated",
};
/** What every command that opens extensions takes. */
export const sessionFlags: readonly Flag[] = [dataFlag, extensionsFlag, grantFlag];

/** The session that the flags ask for. */
export function sessionOptions(
  services: Pick<CliServices, "dataFolder" | "absolute">,
  args: Arguments,
): SessionOptions {
  return {
    data: services.dataFolder(args.value("data")),
    extensions: args.values("extensions").map((folder) => services.absolute(folder)),
    grants: args.values("grant"),
  };
}

/** ` --data DIR` again, quoted where a shell needs it, so that hints can be copied; empty where it was not given. */
export function repeatedData(args: Arguments): string {
  const given = args.value("data");
  return given === undefined ? "" : ` --data ${shellWord(given)}`;
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
