/** Short messages that come and go; what needs an answer is a dialog instead. @module */

import { signal } from "@preact/signals";

export interface Toast {
  readonly id: number;
  readonly look: "info" | "good" | "warn" | "bad";
  readonly title: string;
  readonly text?: string;
  readonly action?: { readonly title: string; readonly run: () => void };
}

const SHORT_MS = 5000;
/** Failures stay long enough to be read aloud; what led to them stays where it happened. */
const LONG_MS = 20_000;
const MAX_TOASTS = 4;
let next = 1;

export const toasts = signal<readonly Toast[]>([]);

/** Shows a message for a while, failures longer. */
export function showToast(toast: Omit<Toast, "id">): void {
  const id = next++;
  // The same words twice are one message.
  const others = toasts.peek().filter(({ title, text }) => title !== toast.title || text !== toast.text);
  toasts.value = [...others, { ...toast, id }].slice(-MAX_TOASTS);
  const shownMs = toast.look === "bad" ? LONG_MS : toast.action === undefined ? SHORT_MS : 2 * SHORT_MS;
  setTimeout(() => closeToast(id), shownMs);
}

export function closeToast(id: number): void {
  toasts.value = toasts.peek().filter((toast) => toast.id !== id);
}
