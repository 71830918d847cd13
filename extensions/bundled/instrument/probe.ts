/**
 * Asks a server whether it can be used now, without asking a model anything: `GET /models` costs nothing.
 *
 * @module
 */

import type { CallContext } from "symphony/sdk";
import { failureFrom } from "./failure.ts";

export type Probe =
  | { readonly ok: true; readonly models: readonly string[] }
  | { readonly ok: false; readonly status: number | undefined; readonly why: string };

/** The names of the models at `url`, or why there is no list. Gives up after `limitMs` milliseconds. */
export async function listModels(
  context: Pick<CallContext, "fetch" | "signal">,
  url: string,
  limitMs: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<Probe> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(limitMs)]);
  try {
    const response = await context.fetch(url, { signal, headers });
    if (!response.ok) {
      await response.body?.cancel();
      return { ok: false, status: response.status, why: `it answers ${response.status}` };
    }
    return { ok: true, models: namesIn(await response.json()) };
  } catch (error) {
    context.signal.throwIfAborted();
    return { ok: false, status: undefined, why: failureFrom(error, new URL(url).host, Date.now()).message };
  }
}

/** `{ data: [{ id }] }`, as every server of this protocol gives it; anything else counts as no model. */
function namesIn(body: unknown): readonly string[] {
  if (typeof body !== "object" || body === null || !("data" in body) || !Array.isArray(body.data)) return [];
  return body.data.flatMap((model: unknown) =>
    typeof model === "object" && model !== null && "id" in model && typeof model.id === "string"
      ? [model.id]
      : []
  );
}
