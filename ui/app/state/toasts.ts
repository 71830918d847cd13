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
const MAX_TOASTS = 4;
let next = 1;

export const toasts = signal<readonly Toast[]>([]);

/** Shows a message. Failures stay until they are closed. */
export function showToast(toast: Omit<Toast, "id">): void {
  const id = next++;
  // The same words twice are one message.
  const others = toasts.peek().filter(({ title, text }) => title !== toast.title || text !== toast.text);
  toasts.value = [...others, { ...toast, id }].slice(-MAX_TOASTS);
  if (toast.look !== "bad") {
    setTimeout(() => closeToast(id), toast.action === undefined ? SHORT_MS : 2 * SHORT_MS);
  }
}

export function closeToast(id: number): void {
  toasts.value = toasts.peek().filter((toast) => toast.id !== id);
}
