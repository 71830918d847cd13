/**
 * The commands for those who write extensions, install them, or bring tools and agents of others: names, flags, help.
 *
 * @module
 */

import type { Command, Flag } from "./command.ts";
import { dataFlag, jsonFlag } from "./flags.ts";

const folder = [{ name: "FOLDER" }];
const yesFlag: Flag = { name: "yes", summary: "do not ask: agree to what is shown" };
const outFlag: Flag = { name: "out", value: "FILE", summary: "write here" };
const checkExit = "Exit code: 0 fine (warnings do not count), 2 there are errors.";
const sources =
  "SOURCE is a folder, an archive (.tgz), an https address (#sha256=… at its end is verified), or the name of a package of npm. " +
  "It is fetched, checked and shown before anything is installed.";

export const extCommands: readonly Command[] = [
  {
    path: "ext new",
    summary: "a new extension that works at once",
    positionals: [{ name: "NAME" }],
    flags: [
      { name: "kind", value: "KIND", summary: "operator, instrument or motif; operator without it" },
      { name: "out", value: "DIR", summary: "the folder to make; else the name, here" },
      jsonFlag,
    ],
    details: "NAME is NAME or PUBLISHER/NAME in lower-case letters, digits and hyphens.",
    examples: [{ args: "ext new acme/word-count --kind operator", does: "then: ext dev word-count" }],
    load: async () => (await import("./ext_author_commands.ts")).extNewCommand,
  },
  {
    path: "ext check",
    summary: "everything that is wrong with an extension, with its place",
    positionals: folder,
    flags: [dataFlag, jsonFlag],
    details:
      `Manifest, bundle, imports left, code made of text, permissions against code, keys, hidden signs, links, size, schemas. ${checkExit}`,
    examples: [{ args: "ext check word-count", does: "before you hand it on" }],
    load: async () => (await import("./ext_author_commands.ts")).extCheckCommand,
  },
  {
    path: "ext test",
    summary: "run the fixtures of an extension in a mock host",
    positionals: folder,
    flags: [
      { name: "update", summary: "write golden files as they come out" },
      { name: "only", value: "NAME", summary: "fixtures whose name holds this" },
      dataFlag,
      jsonFlag,
    ],
    details:
      "Fixtures are tests/NAME.test.jsonc. Exit code: 0 all passed, 1 one did not, 2 it cannot be loaded.",
    examples: [{ args: "ext test word-count", does: "all of them" }],
    load: async () => (await import("./ext_author_commands.ts")).extTestCommand,
  },
  {
    path: "ext dev",
    summary: "check, load and test an extension again whenever a file changes",
    positionals: folder,
    flags: [dataFlag, jsonFlag],
    details: "A version that does not load leaves the one before running. Ctrl-C ends it.",
    examples: [{ args: "ext dev word-count", does: "and edit" }],
    load: async () => (await import("./ext_dev_command.ts")).extDevCommand,
  },
  {
    path: "ext pack",
    summary: "one archive, the same bytes each time",
    positionals: folder,
    flags: [outFlag, dataFlag, jsonFlag],
    details: `Without --out: PUBLISHER-NAME-VERSION.tgz, here. ${checkExit}`,
    examples: [{ args: "ext pack word-count", does: "to hand it on" }],
    load: async () => (await import("./ext_author_commands.ts")).extPackCommand,
  },
  {
    path: "ext docs",
    summary: "the reference page of an extension, from its schemas",
    positionals: folder,
    flags: [outFlag, dataFlag],
    examples: [{ args: "ext docs word-count --out word-count/REFERENCE.md", does: "as a file" }],
    load: async () => (await import("./ext_author_commands.ts")).extDocsCommand,
  },
  {
    path: "ext inspect",
    summary: "what an extension is made of and asks for",
    positionals: [{ name: "SOURCE|ID" }],
    flags: [dataFlag, jsonFlag],
    details: sources,
    examples: [{ args: "ext inspect acme-word-count-0.1.0.tgz", does: "look before you install" }],
    load: async () => (await import("./ext_author_commands.ts")).extInspectCommand,
  },
  {
    path: "ext install",
    summary: "install an extension, after showing what it asks for",
    positionals: [{ name: "SOURCE" }],
    flags: [yesFlag, dataFlag, jsonFlag],
    details: `${sources} Keys, and hosts that are not named, are granted by themselves with grants add.`,
    examples: [
      { args: "ext install ./word-count", does: "from a folder" },
      { args: "ext install npm:@acme/word-count", does: "from npm" },
    ],
    load: async () => (await import("./ext_install_commands.ts")).extInstallCommand,
  },
  {
    path: "ext update",
    summary: "newer versions, from where they came; one that asks for more waits for your yes",
    positionals: [{ name: "ID", isOptional: true }],
    flags: [yesFlag, dataFlag, jsonFlag],
    examples: [{ args: "ext update", does: "all of them" }],
    load: async () => (await import("./ext_install_commands.ts")).extUpdateCommand,
  },
  {
    path: "ext rollback",
    summary: "back to the version before the last update",
    positionals: [{ name: "ID" }],
    flags: [dataFlag],
    examples: [{ args: "ext rollback acme/word-count", does: "when the new one is worse" }],
    load: async () => (await import("./ext_install_commands.ts")).extRollbackCommand,
  },
  {
    path: "ext uninstall",
    summary: "remove an extension with its grants, settings and modules",
    positionals: [{ name: "ID" }],
    flags: [dataFlag],
    examples: [{ args: "ext uninstall acme/word-count", does: "nothing of it stays but the audit log" }],
    load: async () => (await import("./ext_install_commands.ts")).extUninstallCommand,
  },
  {
    path: "ext list",
    summary: "what was installed, from where",
    positionals: [],
    flags: [dataFlag, jsonFlag],
    examples: [{ args: "ext list", does: "extensions list shows the bundled ones too" }],
    load: async () => (await import("./ext_install_commands.ts")).extListCommand,
  },
  {
    path: "mcp add",
    summary: "use the tools of an MCP server as nodes",
    positionals: [{ name: "NAME" }, { name: "COMMAND|URL", isRest: true }],
    flags: [
      {
        name: "env",
        value: "NAME",
        isList: true,
        summary: "an environment variable that it is given; may be repeated",
      },
      {
        name: "header",
        value: "NAME=VARIABLE",
        isList: true,
        summary: "for a URL: a header, taken from a variable",
      },
      {
        name: "effect",
        value: "EFFECT",
        summary: "read, network or write: of all its tools, instead of what it says",
      },
      yesFlag,
      dataFlag,
      jsonFlag,
    ],
    details:
      "A tool named T of server NAME is `mcp-NAME/T` in workflows. A server's program runs with your rights, outside the sandbox. " +
      "Tools that it does not call read-only need a gate or --allow-write.",
    examples: [
      { args: "mcp add files -- npx -y @modelcontextprotocol/server-filesystem .", does: "a program" },
      { args: "mcp add docs https://example.com/mcp --header Authorization=DOCS_TOKEN", does: "a server" },
    ],
    load: async () => (await import("./mcp_commands.ts")).mcpAddCommand,
  },
  {
    path: "mcp list",
    summary: "MCP servers and how many tools each has",
    positionals: [],
    flags: [dataFlag, jsonFlag],
    examples: [{ args: "mcp list", does: "which there are" }],
    load: async () => (await import("./mcp_commands.ts")).mcpListCommand,
  },
  {
    path: "mcp tools",
    summary: "the tools of an MCP server as nodes, asked anew",
    positionals: [{ name: "NAME" }],
    flags: [dataFlag, jsonFlag],
    examples: [{ args: "mcp tools files", does: "what `use` can say" }],
    load: async () => (await import("./mcp_commands.ts")).mcpToolsCommand,
  },
  {
    path: "mcp remove",
    summary: "forget an MCP server",
    positionals: [{ name: "NAME" }],
    flags: [dataFlag],
    examples: [{ args: "mcp remove files", does: "its nodes are gone" }],
    load: async () => (await import("./mcp_commands.ts")).mcpRemoveCommand,
  },
  {
    path: "agents add",
    summary: "use a coding agent that speaks ACP as an instrument",
    positionals: [{ name: "NAME" }, { name: "COMMAND", isRest: true }],
    flags: [
      {
        name: "env",
        value: "NAME",
        isList: true,
        summary: "an environment variable that it is given; may be repeated",
      },
      {
        name: "policy",
        value: "POLICY",
        summary:
          "what it may do unasked: read, edit (the default: changes files where the run may write) or all",
      },
      {
        name: "serves",
        value: "TASK",
        isList: true,
        summary: "a task that it may be chosen for; else only by its name",
      },
      yesFlag,
      dataFlag,
      jsonFlag,
    ],
    details:
      "It is `agent/NAME` in workflows. Its program runs with your rights, outside the sandbox; what it asks for is answered by the policy.",
    examples: [{
      args: "agents add gemini -- npx -y @google/gemini-cli --experimental-acp",
      does: "Gemini CLI",
    }],
    load: async () => (await import("./agents_commands.ts")).agentsAddCommand,
  },
  {
    path: "agents list",
    summary: "coding agents that are known",
    positionals: [],
    flags: [dataFlag, jsonFlag],
    examples: [{ args: "agents list", does: "which there are" }],
    load: async () => (await import("./agents_commands.ts")).agentsListCommand,
  },
  {
    path: "agents remove",
    summary: "forget a coding agent",
    positionals: [{ name: "NAME" }],
    flags: [dataFlag],
    examples: [{ args: "agents remove gemini", does: "its node is gone" }],
    load: async () => (await import("./agents_commands.ts")).agentsRemoveCommand,
  },
];
