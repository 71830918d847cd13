/**
 * Asks for permissions in a terminal: who, what, why, the risk, what is not asked; then one letter. The picture of a run
 * steps aside meanwhile.
 *
 * @module
 */

import type {
  PermissionAnswer,
  PermissionPromptPort,
  PermissionQuestion,
} from "../core/ports/permission_prompt.ts";
import type { ClockPort } from "../core/ports/clock.ts";
import type { Output } from "./services.ts";
import type { Style } from "./style.ts";
import { cleanLine } from "./text.ts";

/** What is painted on the same terminal. */
export interface Screen {
  /** Stops painting until `resume`; resolves when the terminal is free. */
  hold(): Promise<void>;
  resume(): void;
}

const HOUR_MS = 3_600_000;
const CHOICES = "[o]nce  [s]ession  one [h]our  [a]lways  [n]o  ne[v]er";
const MOST_TRIES = 3;

export class TerminalPrompt implements PermissionPromptPort {
  readonly #output: Output;
  readonly #readLine: (signal: AbortSignal) => Promise<string | undefined>;
  readonly #clock: ClockPort;
  readonly #style: Style;
  #last: Promise<unknown> = Promise.resolve();
  screen: Screen | undefined;

  constructor(
    output: Output,
    readLine: (signal: AbortSignal) => Promise<string | undefined>,
    look: { readonly clock: ClockPort; readonly style: Style },
  ) {
    this.#output = output;
    this.#readLine = readLine;
    this.#clock = look.clock;
    this.#style = look.style;
  }

  ask(question: PermissionQuestion, signal: AbortSignal): Promise<PermissionAnswer | undefined> {
    const turn = this.#last.then(() => this.#askNow(question, signal)).catch(() => undefined);
    this.#last = turn;
    return turn;
  }

  async #askNow(question: PermissionQuestion, signal: AbortSignal): Promise<PermissionAnswer | undefined> {
    if (signal.aborted) return undefined;
    await this.screen?.hold();
    try {
      await this.#output.write(questionText(question, this.#style));
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        await this.#output.write(`${CHOICES}: `);
        const line = await this.#readLine(signal);
        if (line === undefined) return undefined;
        const answer = answerOf(line.trim().toLowerCase(), this.#clock.now());
        if (answer !== undefined) return answer;
      }
      return undefined;
    } finally {
      this.screen?.resume();
    }
  }
}

/** The question as it is shown. */
export function questionText(question: PermissionQuestion, style: Style): string {
  const { extension, permission, what, why, risk, notAsked, folder, origin } = question;
  const lines = [
    "",
    `${style("bold", cleanLine(extension))} (${origin}) asks to ${style("bold", cleanLine(what))}`,
    `  permission   ${cleanLine(permission)}`,
    `  it says why  ${cleanLine(why)}`,
    `  risk         ${risk}`,
    `  folder       ${cleanLine(folder)}`,
    `  not asked    ${cleanLine(notAsked.join(", "))}`,
    "",
  ];
  return lines.join("\n");
}

function answerOf(letter: string, nowMs: number): PermissionAnswer | undefined {
  switch (letter) {
    case "o":
      return { verdict: "allow", scope: { kind: "once" } };
    case "s":
    case "y":
      return { verdict: "allow", scope: { kind: "session" } };
    case "h":
      return { verdict: "allow", scope: { kind: "until", atMs: nowMs + HOUR_MS } };
    case "a":
      return { verdict: "allow", scope: { kind: "always" } };
    case "n":
      return { verdict: "deny", scope: { kind: "session" } };
    case "v":
      return { verdict: "deny", scope: { kind: "always" } };
  }
  return undefined;
}
