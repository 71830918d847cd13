/** What runs have proposed to files and nobody has decided about, kept in step for the whole page. @module */

import { computed, signal } from "@preact/signals";
import type { WaitingSet } from "../../../api/reviews.ts";
import type { App } from "../../state/app.ts";

export const waitingChanges = signal<readonly WaitingSet[]>([]);
/** How many change sets wait. */
export const waitingCount = computed(() => waitingChanges.value.length);

/** Keeps them in step from now on. */
export function followChanges(app: App): void {
  app.live.subscribe("changes", { onEvent: ({ waiting }) => waitingChanges.value = waiting });
}
