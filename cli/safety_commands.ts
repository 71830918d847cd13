/**
 * The commands about permissions, health and use of extensions: names, flags, help.
 *
 * @module
 */

import type { Command, Flag } from "./command.ts";
import { dataFlag, jsonFlag, sessionFlags } from "./flags.ts";

const extension = [{ name: "EXTENSION" }];
const folder = [{ name: "FOLDER", isOptional: true }];
const auditFlags: readonly Flag[] = [
  { name: "extension", value: "ID", summary: "only of this extension" },
  {
    name: "decision",
    value: "WORD",
    summary: "only allowed, denied, prompt, granted, withdrawn, quarantined …",
  },
  { name: "permission", value: "KEY", summary: "only of this permission" },
  { name: "since", value: "TIME", summary: "only from then on, as 2026-11-26T10:00" },
  dataFlag,
];

export const safetyCommands: readonly Command[] = [
  {
    path: "extensions release",
    summary: "end an extension's quarantine; it is on probation then",
    positionals: extension,
    flags: [dataFlag],
    examples: [{ args: "extensions release acme/tool", does: "give it another chance" }],
    load: async () => (await import("./safety_command.ts")).extensionsReleaseCommand,
  },
  {
    path: "extensions top",
    summary: "what extensions use: CPU, memory, messages, network, tokens, money",
    positionals: [],
    flags: [
      { name: "total", summary: "of all sessions that have ended, instead of now" },
      dataFlag,
      jsonFlag,
    ],
    examples: [{ args: "extensions top", does: "while a run goes on in another window" }],
    load: async () => (await import("./extensions_top_command.ts")).extensionsTopCommand,
  },
  {
    path: "grants policy",
    summary: "what is decided where nothing was granted: strict, balanced or permissive",
    positionals: [{ name: "NAME", isOptional: true }],
    flags: [dataFlag, jsonFlag],
    details:
      "Rules of your own stand in policy.jsonc of the data folder. No policy ever allows a secret or an unnamed host.",
    examples: [{ args: "grants policy strict", does: "refuse whatever was not granted" }],
    load: async () => (await import("./safety_command.ts")).grantsPolicyCommand,
  },
  {
    path: "grants approve",
    summary:
      "let an extension's update run: what it asks for since, each still to be granted, and its code in a folder",
    positionals: extension,
    flags: [...sessionFlags],
    examples: [{ args: "grants approve acme/tool", does: "let the update run" }],
    load: async () => (await import("./safety_command.ts")).grantsApproveCommand,
  },
  {
    path: "trust list",
    summary: "folders that you trust, or not",
    positionals: [],
    flags: [dataFlag, jsonFlag],
    examples: [{ args: "trust list", does: "what was said of which folder" }],
    load: async () => (await import("./safety_command.ts")).trustListCommand,
  },
  {
    path: "trust add",
    summary: "trust a folder and what is below it",
    positionals: folder,
    flags: [dataFlag],
    examples: [{ args: "trust add", does: "trust this folder" }],
    load: async () => (await import("./safety_command.ts")).trustCommand("trusted"),
  },
  {
    path: "trust restrict",
    summary: "let no extension of others read a folder, and none change it",
    positionals: folder,
    flags: [dataFlag],
    examples: [{ args: "trust restrict ~/downloads", does: "whatever was granted" }],
    load: async () => (await import("./safety_command.ts")).trustCommand("restricted"),
  },
  {
    path: "trust forget",
    summary: "forget what was said of a folder",
    positionals: folder,
    flags: [dataFlag],
    examples: [{ args: "trust forget .", does: "as if nothing was said" }],
    load: async () => (await import("./safety_command.ts")).trustCommand("unknown"),
  },
  {
    path: "audit list",
    summary: "the latest checks, grants, refusals and ends of extensions",
    positionals: [],
    flags: [...auditFlags, { name: "all", summary: "not only the latest 50" }, jsonFlag],
    examples: [{ args: "audit list --decision denied", does: "what was refused" }],
    load: async () => (await import("./audit_command.ts")).auditListCommand,
  },
  {
    path: "audit export",
    summary: "the whole audit log, a JSON object a line",
    positionals: [],
    flags: [...auditFlags, jsonFlag],
    examples: [{ args: "audit export > audit.jsonl", does: "keep it as a file" }],
    load: async () => (await import("./audit_command.ts")).auditExportCommand,
  },
];
