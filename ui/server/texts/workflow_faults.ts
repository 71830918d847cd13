/**
 * The problems of an open workflow file, as `symphony check` finds them, as faults of its text: looked for when nobody has typed for a
 * moment, in the text that is not saved yet.
 *
 * @module
 */

import type { BufferId } from "../../../core/ids.ts";
import type { ClockPort } from "../../../core/ports/clock.ts";
import type { TextDiagnostic, TextDiagnostics } from "../../../core/ports/language.ts";
import type { TextRange } from "../../../core/ports/text_editing.ts";
import type { Problem } from "../../../core/workflow/problem.ts";
import type { Texts } from "../services.ts";

/** Checks a workflow's text. */
export type CheckWorkflow = (text: string, file: string) => Promise<readonly Problem[]>;

const QUIET_MS = 400;
const MOST_FAULTS = 500;
const TOKEN = /^(?:"(?:[^"\\\n]|\\.)*"?|[\w$.+-]+|\S)/;

/** Whether a file is a workflow by its name. */
export function isWorkflowFile(file: string): boolean {
  return /\.workflow\.jsonc?$/.test(file);
}

export class WorkflowFaults {
  readonly #texts: Texts;
  readonly #place: { readonly buffer: BufferId; readonly file: string };
  readonly #clock: ClockPort;
  readonly #check: CheckWorkflow;
  readonly #found: () => void;
  #stopTimer: (() => void) | undefined;
  #isClosed = false;
  #faults: readonly TextDiagnostic[] = [];

  /** @param found is called when they are others than before */
  constructor(
    texts: Texts,
    place: { readonly buffer: BufferId; readonly file: string },
    clock: ClockPort,
    { check, found }: { readonly check: CheckWorkflow; readonly found: () => void },
  ) {
    this.#texts = texts;
    this.#place = place;
    this.#clock = clock;
    this.#check = check;
    this.#found = found;
    this.#soon(0);
  }

  /** What others found, with these: they know all that a grammar knows of such a file. */
  with(told: TextDiagnostics): TextDiagnostics {
    const others = told.diagnostics.filter(({ server }) => server !== "grammar");
    return { ...told, diagnostics: [...others, ...this.#faults] };
  }

  /** The text is another. */
  changed(): void {
    this.#soon(QUIET_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTimer?.();
  }

  #soon(delay: number): void {
    this.#stopTimer?.();
    this.#stopTimer = this.#clock.schedule(delay, () => void this.#look().catch(() => undefined));
  }

  async #look(): Promise<void> {
    const { buffer, file } = this.#place;
    const { text } = await this.#texts.editing.read(buffer);
    const problems = await this.#check(text, file);
    if (this.#isClosed) return;
    const faults = faultsOf(text, file, problems);
    if (JSON.stringify(faults) === JSON.stringify(this.#faults)) return;
    this.#faults = faults;
    this.#found();
  }
}

/** Problems as faults of a text; what concerns another file stands at the start. */
function faultsOf(text: string, file: string, problems: readonly Problem[]): TextDiagnostic[] {
  const lines = text.split("\n");
  const starts: number[] = [];
  let start = 0;
  for (const line of lines) {
    starts.push(start);
    start += line.length + 1;
  }
  return problems.slice(0, MOST_FAULTS).map((problem) => {
    const isHere = problem.file === file;
    const words = `${problem.message}. ${problem.hint}`;
    return {
      range: isHere ? tokenAt(lines, starts, problem) : { from: 0, to: Math.min(1, text.length) },
      severity: problem.severity,
      message: isHere ? words : `${problem.file}, line ${problem.line}: ${words}`,
      server: "symphony",
      source: "symphony check",
      code: problem.code,
      unnecessary: false,
      deprecated: false,
    };
  });
}

function tokenAt(lines: readonly string[], starts: readonly number[], { line, column }: Problem): TextRange {
  const row = Math.min(Math.max(line - 1, 0), lines.length - 1);
  const [words, start] = [lines[row] ?? "", starts[row] ?? 0];
  const at = Math.min(Math.max(column - 1, 0), words.length);
  const token = TOKEN.exec(words.slice(at, at + 500))?.[0] ?? "";
  // At the end of a line its last letter is what can be seen.
  return token === "" && at > 0
    ? { from: start + at - 1, to: start + at }
    : { from: start + at, to: start + at + token.length };
}
