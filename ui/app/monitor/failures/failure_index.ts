/** The failures by cause as the page knows them, kept in step; also the number on the navigation. @module */

import { computed, signal } from "@preact/signals";
import type { FailureGroup } from "../../../api/failures.ts";
import type { App } from "../../state/app.ts";

export const failureGroups = signal<readonly FailureGroup[] | undefined>(undefined);
export const failuresError = signal<unknown>(undefined);
export const openFailures = computed(() =>
  failureGroups.value?.filter(({ state }) => state === "open").length ?? 0
);

let followers = 0;
let stop: (() => void) | undefined;

/** Keeps the groups in step until the returned function is called. */
export function followFailures(app: App): () => void {
  if (followers++ === 0) {
    stop = app.live.subscribe("failures", {
      onEvent: (event) => {
        if (event.kind === "group") takeGroup(event.group);
        else void load(app);
      },
    });
  }
  void load(app);
  return () => {
    if (--followers > 0) return;
    stop?.();
    stop = undefined;
  };
}

/** Puts a group in the place of what was known of it. */
export function takeGroup(group: FailureGroup): void {
  const others = (failureGroups.peek() ?? []).filter(({ fingerprint }) => fingerprint !== group.fingerprint);
  failureGroups.value = [group, ...others].sort((a, b) => b.lastAt - a.lastAt);
}

async function load({ client }: App): Promise<void> {
  try {
    const groups = await client.call("GET /failures", { query: { limit: 500 } });
    failureGroups.value = [...groups].sort((a, b) => b.lastAt - a.lastAt);
    failuresError.value = undefined;
  } catch (error) {
    failuresError.value = error;
  }
}
