/**
 * Asking the person at the page for a permission. A question waits until it is answered, given up, or its time is over, also
 * for somebody who opens the page meanwhile.
 *
 * @module
 */

import type { ClockPort } from "../../core/ports/clock.ts";
import type {
  PermissionAnswer,
  PermissionPromptPort,
  PermissionQuestion,
} from "../../core/ports/permission_prompt.ts";
import type { HeldCall, PermissionPrompt } from "../api/permissions.ts";

/** Long enough to read the question, short enough that a run does not stand until tomorrow. */
export const PROMPT_MS = 10 * 60_000;

interface Waiting {
  prompt: PermissionPrompt;
  settle(answer: PermissionAnswer | undefined): void;
}

export type PromptEnd = "allow" | "deny" | "expired";

export class PermissionPrompts implements PermissionPromptPort {
  readonly #clock: ClockPort;
  readonly #waiting = new Map<string, Waiting>();
  #next = 1;
  /** Told of each question, of who else waits for its answer, and of how it ended. */
  onAsked: (prompt: PermissionPrompt) => void = () => {};
  onOthers: (prompt: PermissionPrompt, before: readonly HeldCall[]) => void = () => {};
  onEnded: (prompt: PermissionPrompt, end: PromptEnd) => void = () => {};

  constructor(clock: ClockPort) {
    this.#clock = clock;
  }

  /** Questions that wait, oldest first. */
  list(): readonly PermissionPrompt[] {
    return [...this.#waiting.values()].map(({ prompt }) => prompt);
  }

  async ask(question: PermissionQuestion, signal: AbortSignal): Promise<PermissionAnswer | undefined> {
    if (signal.aborted) return undefined;
    const id = `p${this.#next++}`;
    const now = this.#clock.now();
    const { extension, permission, origin, what, why, risk, notAsked, folder, run, node, item } = question;
    const prompt: PermissionPrompt = {
      id,
      extension,
      permission,
      origin,
      what,
      reason: cleaned(why),
      risk,
      notAsked,
      folder,
      ...run === undefined ? {} : { run },
      ...node === undefined ? {} : { node },
      ...item === undefined ? {} : { item },
      askedAt: now,
      until: now + PROMPT_MS,
    };
    const answered = Promise.withResolvers<PermissionAnswer | undefined>();
    const giveUp = () => answered.resolve(undefined);
    const stop = this.#clock.schedule(PROMPT_MS, giveUp);
    signal.addEventListener("abort", giveUp, { once: true });
    const waiting: Waiting = { prompt, settle: answered.resolve };
    this.#waiting.set(id, waiting);
    this.onAsked(prompt);
    const unwatch = question.others?.watch(() => {
      const { others = [] } = waiting.prompt;
      waiting.prompt = { ...prompt, others: question.others?.list() ?? [] };
      this.onOthers(waiting.prompt, others);
    });
    const answer = await answered.promise;
    unwatch?.();
    stop();
    signal.removeEventListener("abort", giveUp);
    this.#waiting.delete(id);
    this.onEnded(waiting.prompt, answer?.verdict ?? "expired");
    return answer;
  }

  /** Answers a question; false where it does not wait any more. */
  answer(id: string, answer: PermissionAnswer): boolean {
    const waiting = this.#waiting.get(id);
    waiting?.settle(answer);
    return waiting !== undefined;
  }
}

/** A stranger's words without what moves the cursor or turns the direction of writing. */
function cleaned(text: string): string {
  return text.replaceAll(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, " ").slice(0, 1000);
}
