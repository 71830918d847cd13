/** Extensions that wait for leave, kept in step for the whole page. @module */

import { signal } from "@preact/signals";
import type { PermissionPrompt } from "../../../api/permissions.ts";
import type { App } from "../../state/app.ts";
import { hrefOf, navigate, route } from "../../state/route.ts";
import { runLines } from "../runs/run_index.ts";
import { promptIn } from "./prompt_holds.ts";
import { closeToast, showToast, toasts } from "../../state/toasts.ts";

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
          case "prompt": {
            const isNew = !waitingPrompts.peek().some(({ id }) => id === event.prompt.id);
            waitingPrompts.value = [
              ...waitingPrompts.peek().filter(({ id }) => id !== event.prompt.id),
              event.prompt,
            ];
            if (isNew) tell(event.prompt);
            break;
          }
          case "answered":
            for (const { id, ...prompt } of waitingPrompts.peek()) if (id === event.id) untell(prompt);
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
function tell(prompt: PermissionPrompt): void {
  const { run } = prompt;
  const { view, path } = route.peek();
  // There it stands already.
  if (view === "system" && path === "permissions" || view === "runs" && path === run) return;
  showToast({
    look: "warn",
    ...wordsOf(prompt),
    action: {
      title: "Answer",
      // A command that a person called is a call like any other, but no run that has a page.
      run: () =>
        navigate(
          run !== undefined && runLines.peek().has(run)
            ? hrefOf("runs", run)
            : hrefOf("system", "permissions"),
        ),
    },
  });
}

function untell(prompt: Pick<PermissionPrompt, "extension" | "what">): void {
  const { title, text } = wordsOf(prompt);
  for (const toast of toasts.peek()) if (toast.title === title && toast.text === text) closeToast(toast.id);
}

function wordsOf({ extension, what }: Pick<PermissionPrompt, "extension" | "what">) {
  return { title: `${extension} asks for leave`, text: `To ${what}` };
}

/** What the run waits for leave for; read in a component, it is drawn again when that changes. */
export function promptsOf(run: string): readonly PermissionPrompt[] {
  return waitingPrompts.value.flatMap((prompt) => promptIn(prompt, run) ?? []);
}

/** What a node says that waits for leave. */
export function promptNote({ extension, permission }: PermissionPrompt): string {
  return `Waits for your leave: ${extension} wants ${permission}`;
}
