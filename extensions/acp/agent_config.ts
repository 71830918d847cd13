/**
 * The coding agents that the person added: `agents.jsonc` in the data folder.
 *
 * @module
 */

import { join } from "node:path";
import { SymphonyError } from "../../core/errors.ts";
import { isObject, type Json } from "../../core/json.ts";
import { readDataFile, writeDataFile } from "../data_file.ts";

const HEAD = "Coding agents that speak ACP. `symphony agents` changes them; so may you.";
const NAME = /^[a-z][a-z0-9-]{0,40}$/;

export const agentPolicies = ["read", "edit", "all"] as const;
/** What an agent may do without asking: look; change files, where the run may; everything it asks for. */
export type AgentPolicy = typeof agentPolicies[number];

export interface AgentConfig {
  readonly name: string;
  readonly command: readonly string[];
  /** Environment variables that it is given, by name: their values are never kept. */
  readonly env: readonly string[];
  readonly policy: AgentPolicy;
  /** Tasks that it may be chosen for; otherwise it is used by its own name only. */
  readonly serves: readonly string[];
  readonly version: string;
}

/** @throws SymphonyError `bad-input` | `io` */
export async function readAgents(data: string): Promise<ReadonlyMap<string, AgentConfig>> {
  const file = fileIn(data);
  const kept = await readDataFile(file) ?? {};
  if (!isObject(kept)) throw new SymphonyError("bad-input", `${file}: expected { "NAME": { … } }`);
  const agents = new Map<string, AgentConfig>();
  for (const [name, one] of Object.entries(kept)) {
    const { command, policy } = isObject(one) ? one : {};
    const isSound = NAME.test(name) && Array.isArray(command) && command.length > 0 &&
      command.every((word) => typeof word === "string") && agentPolicies.some((known) => known === policy);
    if (!isSound) throw new SymphonyError("bad-input", `${file}: the entry of "${name}" is damaged`);
    agents.set(name, { env: [], serves: [], version: "0", ...one as object, name } as unknown as AgentConfig);
  }
  return agents;
}

/** @throws SymphonyError `io` */
export async function writeAgents(data: string, agents: ReadonlyMap<string, AgentConfig>): Promise<void> {
  const sorted = [...agents].sort(([a], [b]) => a < b ? -1 : 1);
  await writeDataFile(fileIn(data), HEAD, Object.fromEntries(sorted) as unknown as Json);
}

/** An agent's name, checked. @throws SymphonyError `bad-input` */
export function agentName(text: string): string {
  if (NAME.test(text)) return text;
  throw new SymphonyError("bad-input", `Cannot name it "${text.slice(0, 100)}"`, {
    hint: "Write 1 to 41 lower-case letters, digits and hyphens, a letter first",
  });
}

/** A policy's name, checked. @throws SymphonyError `bad-input` */
export function agentPolicy(text: string): AgentPolicy {
  const found = agentPolicies.find((one) => one === text);
  if (found !== undefined) return found;
  throw new SymphonyError(
    "bad-input",
    `Unknown policy "${text.slice(0, 100)}": expected ${agentPolicies.join(", ")}`,
  );
}

function fileIn(data: string): string {
  return join(data, "agents.jsonc");
}
