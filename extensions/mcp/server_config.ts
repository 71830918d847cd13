/**
 * The MCP servers that the person added: `mcp.jsonc` in the data folder, each with the tools it had when it was last
 * asked, so that a workflow is checked without starting anything.
 *
 * @module
 */

import { join } from "node:path";
import { SymphonyError } from "../../core/errors.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { Effect } from "../../core/workflow/catalog.ts";
import { readDataFile, writeDataFile } from "../data_file.ts";

const HEAD = "MCP servers. `symphony mcp` changes them; so may you.";
const NAME = /^[a-z][a-z0-9-]{0,40}$/;

/** How it is reached. */
export type ServerTarget =
  | {
    readonly kind: "program";
    readonly command: readonly string[];
    readonly cwd: string;
    /** Environment variables that it is given, by name: their values are never kept. */
    readonly env: readonly string[];
  }
  | {
    readonly kind: "address";
    readonly url: string;
    /** Header to the environment variable that holds its value. */
    readonly headers: Readonly<Record<string, string>>;
  };

/** A tool as the server describes it. */
export interface ServerTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly annotations?: JsonObject;
}

export interface ServerConfig {
  readonly name: string;
  readonly target: ServerTarget;
  /** What its tools do, where the person knows better than the server. */
  readonly effect?: Effect;
  readonly version: string;
  readonly tools: readonly ServerTool[];
}

/** @throws SymphonyError `bad-input` | `io` */
export async function readServers(data: string): Promise<ReadonlyMap<string, ServerConfig>> {
  const file = fileIn(data);
  const kept = await readDataFile(file) ?? {};
  if (!isObject(kept)) throw new SymphonyError("bad-input", `${file}: expected { "NAME": { … } }`);
  const servers = new Map<string, ServerConfig>();
  for (const [name, one] of Object.entries(kept)) {
    const isSound = NAME.test(name) && isObject(one) && isTarget(one["target"]) &&
      Array.isArray(one["tools"]);
    if (!isSound) throw new SymphonyError("bad-input", `${file}: the entry of "${name}" is damaged`);
    servers.set(name, { ...one, name } as unknown as ServerConfig);
  }
  return servers;
}

/** @throws SymphonyError `io` */
export async function writeServers(data: string, servers: ReadonlyMap<string, ServerConfig>): Promise<void> {
  const sorted = [...servers].sort(([a], [b]) => a < b ? -1 : 1);
  await writeDataFile(fileIn(data), HEAD, Object.fromEntries(sorted) as unknown as Json);
}

/** A server's name, checked. @throws SymphonyError `bad-input` */
export function serverName(text: string): string {
  if (NAME.test(text)) return text;
  throw new SymphonyError("bad-input", `Cannot name it "${text.slice(0, 100)}"`, {
    hint: "Write 1 to 41 lower-case letters, digits and hyphens, a letter first",
  });
}

/** The target that words name: a program with its arguments, or one address. @throws SymphonyError `bad-input` */
export function targetOf(
  words: readonly string[],
  { cwd, env, headers }: {
    readonly cwd: string;
    readonly env: readonly string[];
    readonly headers: readonly string[];
  },
): ServerTarget {
  const [first = ""] = words;
  if (!/^https?:\/\//i.test(first)) {
    if (headers.length > 0) {
      throw new SymphonyError("bad-input", "A program takes no headers: give them to an address");
    }
    return { kind: "program", command: words, cwd, env };
  }
  if (words.length > 1) throw new SymphonyError("bad-input", `Found words after the address: "${words[1]}"`);
  const url = URL.canParse(first) ? new URL(first) : undefined;
  const isHere = url !== undefined && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (url === undefined || (url.protocol === "http:" && !isHere)) {
    throw new SymphonyError("bad-input", `Cannot use "${first.slice(0, 200)}": expected an https address`);
  }
  const pairs = headers.map((text) => {
    const found = /^([A-Za-z0-9-]{1,64})=([A-Za-z_][A-Za-z0-9_]*)$/.exec(text);
    if (found !== null) return [found[1] ?? "", found[2] ?? ""] as const;
    throw new SymphonyError(
      "bad-input",
      `Cannot read the header "${text.slice(0, 100)}": expected NAME=VARIABLE`,
    );
  });
  return { kind: "address", url: url.href, headers: Object.fromEntries(pairs) };
}

/** As a person would write it. */
export function targetText(target: ServerTarget): string {
  return target.kind === "program" ? target.command.join(" ") : target.url;
}

function fileIn(data: string): string {
  return join(data, "mcp.jsonc");
}

function isTarget(value: Json | undefined): boolean {
  if (!isObject(value)) return false;
  const { kind, command, url } = value;
  return kind === "program"
    ? Array.isArray(command) && command.length > 0 && command.every((word) => typeof word === "string")
    : kind === "address" && typeof url === "string";
}
