/**
 * The list of runs: pages of the past, kept in step with what happens now. It lives as long as the page, so that going back
 * to the list costs nothing and the number of questions shows everywhere.
 *
 * @module
 */

import { computed, signal } from "@preact/signals";
import type { RunLine } from "../../../api/runs.ts";
import type { App } from "../../state/app.ts";

const PAGE = 200;

export const runLines = signal<ReadonlyMap<string, RunLine>>(new Map());
/** `before` of the next page; undefined when all are here, null before the first answer. */
const nextBefore = signal<number | undefined | null>(null);
export const runsError = signal<unknown>(undefined);
export const isLoadingRuns = signal(false);
export const hasMoreRuns = computed(() => typeof nextBefore.value === "number");
export const areRunsKnown = computed(() => nextBefore.value !== null);

/** Newest first. */
export const sortedRuns = computed(() =>
  [...runLines.value.values()].sort((a, b) => b.startedAt - a.startedAt || (a.run < b.run ? 1 : -1))
);
/** Runs that ask a person for something. */
export const askingRuns = computed(() =>
  [...runLines.value.values()].filter(({ isAsking, driver }) => isAsking === true && driver !== "ended")
    .length
);

let followers = 0;
let stop: (() => void) | undefined;

/** Keeps the list in step until the returned function is called. */
export function followRuns(app: App): () => void {
  if (followers++ === 0) {
    stop = app.live.subscribe("runs", {
      onEvent: (event) => {
        if (event.kind === "snapshot") {
          take(event.runs);
          // The older pages are asked for again only where they were never here.
          if (nextBefore.peek() === null) void loadMoreRuns(app);
        } else take([event.run]);
      },
    });
  }
  return () => {
    if (--followers > 0) return;
    stop?.();
    stop = undefined;
  };
}

function take(lines: readonly RunLine[]): void {
  const next = new Map(runLines.peek());
  for (const line of lines) next.set(line.run, { ...next.get(line.run), ...line });
  runLines.value = next;
}

/** Asks for the next page of older runs. */
export async function loadMoreRuns({ client }: App): Promise<void> {
  if (isLoadingRuns.peek() || nextBefore.peek() === undefined) return;
  isLoadingRuns.value = true;
  try {
    const before = nextBefore.peek();
    const page = await client.call("GET /runs", {
      query: { limit: PAGE, ...typeof before === "number" ? { before } : {} },
    });
    take(page.runs);
    nextBefore.value = page.next;
    runsError.value = undefined;
  } catch (error) {
    runsError.value = error;
  } finally {
    isLoadingRuns.value = false;
  }
}
