/** Extensions that wait for leave, kept in step for the whole page. @module */

import { signal } from "@preact/signals";
import type { PermissionPrompt } from "../../../api/permissions.ts";
import type { App } from "../../state/app.ts";
import { hrefOf, navigate, route } from "../../state/route.ts";
import { showToast } from "../../state/toasts.ts";

export const waitingPrompts = signal<readonly PermissionPrompt[]>([]);
/** Grows whenever grants have changed. */
export const grantChanges = signal(0);

let followers = 0;
let stop: (() => void) | undefined;

/** Keeps the prompts in step until the returned function is called. */
export function followPrompts(app: App): () => void {
  if (followers++ === 0) {
    stop = app.live.subscribe("permissions", {
      onEvent: (event) => {
        switch (event.kind) {
          case "snapshot":
            waitingPrompts.value = event.prompts;
            break;
          case "prompt":
            waitingPrompts.value = [
              ...waitingPrompts.peek().filter(({ id }) => id !== event.prompt.id),
              event.prompt,
            ];
            tell(event.prompt);
            break;
          case "answered":
            waitingPrompts.value = waitingPrompts.peek().filter(({ id }) => id !== event.id);
            grantChanges.value++;
            break;
          case "grants":
            grantChanges.value++;
        }
      },
    });
  }
  return () => {
    if (--followers > 0) return;
    stop?.();
    stop = undefined;
  };
}

/** Whoever called a command, or waits for a run, should not have to guess why nothing happens. */
function tell({ extension, what }: PermissionPrompt): void {
  if (route.peek().view === "system" && route.peek().path === "permissions") return;
  showToast({
    look: "warn",
    title: `${extension} asks for leave`,
    text: `To ${what}`,
    action: { title: "Answer", run: () => navigate(hrefOf("system", "permissions")) },
  });
}
