/**
 * Finds the model server: where the settings say, else at the usual ports of this machine.
 *
 * @module
 */

import type { CallContext } from "symphony/sdk";
import { listModels } from "../instrument/probe.ts";
import { addressSetting, textSetting } from "../instrument/settings.ts";

/** In the order in which the first that answers is taken. */
export const USUAL: readonly (readonly [name: string, url: string])[] = [
  ["Ollama", "http://127.0.0.1:11434/v1"],
  ["LM Studio", "http://127.0.0.1:1234/v1"],
  ["llama.cpp", "http://127.0.0.1:8080/v1"],
  ["vLLM", "http://127.0.0.1:8000/v1"],
];

const PATIENCE_MS = 1_500;

export type Found =
  | { readonly ok: true; readonly baseUrl: string; readonly models: readonly string[] }
  | { readonly ok: false; readonly why: string };

/** The server and its models, or why there is none and what to do. Takes at most about 1.5 seconds. */
export async function findServer(
  context: Pick<CallContext, "fetch" | "signal" | "config">,
  usual: typeof USUAL = USUAL,
): Promise<Found> {
  if (textSetting(context.config, "baseUrl", "") !== "") return await atSetting(context);
  const tried = await Promise.all(
    usual.map(async ([, baseUrl]) => ({
      baseUrl,
      probe: await listModels(context, `${baseUrl}/models`, PATIENCE_MS),
    })),
  );
  for (const { baseUrl, probe } of tried) {
    // Some other program may sit at a usual port: only one that lists a model counts.
    if (probe.ok && probe.models.length > 0) return { ok: true, baseUrl, models: probe.models };
  }
  const empty = tried.find(({ probe }) => probe.ok);
  if (empty !== undefined) return { ok: false, why: withoutModel(empty.baseUrl) };
  const places = usual.map(([name, url]) => `${name} ${new URL(url).host}`).join(", ");
  return {
    ok: false,
    why:
      `No local model server answers (tried ${places}): start one, for example "ollama serve", or set "baseUrl"`,
  };
}

async function atSetting(context: Pick<CallContext, "fetch" | "signal" | "config">): Promise<Found> {
  const baseUrl = addressSetting(context.config, "baseUrl", "");
  const probe = await listModels(context, `${baseUrl}/models`, PATIENCE_MS);
  const model = textSetting(context.config, "model", "");
  if (!probe.ok) {
    return { ok: false, why: `No model server at ${baseUrl}: ${probe.why}; start it, or correct "baseUrl"` };
  }
  if (probe.models.length === 0 && model === "") return { ok: false, why: withoutModel(baseUrl) };
  return { ok: true, baseUrl, models: probe.models };
}

function withoutModel(baseUrl: string): string {
  return `The server at ${baseUrl} lists no model: load one, for example "ollama pull qwen3:4b", or set "model"`;
}
