/**
 * What a board is opened from: what can be put on it, and its file. A page that opens with a board asks for it while the board's code
 * is still on its way; whoever opens the board then takes those answers.
 *
 * @module
 */

import type { CatalogInfo } from "../../api/catalog.ts";
import type { TemplateLine, WorkflowFile } from "../../api/workflows.ts";
import type { ApiClient } from "../state/client.ts";

export interface BoardAnswers {
  readonly info: CatalogInfo;
  readonly templates: readonly TemplateLine[];
  readonly workflow: WorkflowFile;
}

/** An answer that nobody has taken by then would be of yesterday; milliseconds. */
const KEPT_MS = 10_000;

let early: { readonly file: string; readonly answers: Promise<BoardAnswers> } | undefined;

/** Asks for a file's board before its view is there. */
export function askEarly(client: ApiClient, file: string): void {
  const asked = { file, answers: ask(client, file) };
  early = asked;
  asked.answers.catch(() => undefined);
  setTimeout(() => early = early === asked ? undefined : early, KEPT_MS);
}

/** What the file's board is opened from. @throws ApiError */
export function answersFor(client: ApiClient, file: string, signal: AbortSignal): Promise<BoardAnswers> {
  const asked = early;
  early = undefined;
  return asked?.file === file ? asked.answers : ask(client, file, signal);
}

async function ask(client: ApiClient, file: string, signal?: AbortSignal): Promise<BoardAnswers> {
  const until = signal === undefined ? {} : { signal };
  const [info, templates, workflow] = await Promise.all([
    client.call("GET /catalog", until),
    client.call("GET /templates", until),
    client.call("GET /workflow", { query: { file, textOnly: true }, ...until }),
  ]);
  return { info, templates, workflow };
}
