/**
 * The editor's texts for extensions: opened when they are first asked for. A text that was proposed to stays open until nothing of it
 * waits for the person any more, so that it is among what is to be reviewed.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../core/errors.ts";
import type { BufferId, ExtensionId } from "../core/ids.ts";
import type { BufferInfo, Proposal, TextPorts, TextRead } from "../core/ports/text_editing.ts";
import { ExtensionFailure } from "./sdk/failure.ts";

export type EditorTexts = Pick<TextPorts, "editing" | "proposals">;

/** One open text. */
export interface EditorText {
  readonly info: BufferInfo;
  read(): Promise<TextRead>;
  /** What it changed at once, and how many contradictions wait. */
  propose(proposal: Proposal): Promise<{ readonly changes: number; readonly waiting: number }>;
}

/** What capabilities use of it. */
export interface EditorAccess {
  /** Opens the text of a file for `act`. @throws ExtensionFailure */
  withText<T>(file: string, act: (text: EditorText) => Promise<T>): Promise<T>;
  /** Says that something waits for a review. */
  tell(extension: ExtensionId, file: string, note: string | undefined): void;
}

/** Texts that wait for a review at the same time. */
const MOST_HELD = 200;

export class EditorDesk implements EditorAccess {
  readonly #open: () => Promise<EditorTexts>;
  readonly #say: (extension: ExtensionId, text: string) => void;
  readonly #held = new Map<string, BufferId>();
  readonly #told = new Set<string>();

  /** `say` shows the person a line under the extension's name. */
  constructor(open: () => Promise<EditorTexts>, say: (extension: ExtensionId, text: string) => void) {
    this.#open = open;
    this.#say = say;
  }

  async withText<T>(file: string, act: (text: EditorText) => Promise<T>): Promise<T> {
    const { editing, proposals } = await this.#texts();
    const info = await named(() => editing.open({ file, mustExist: true }), file);
    let isHeld = false;
    try {
      return await act({
        info,
        read: () => named(() => editing.read(info.buffer), file),
        propose: async (proposal) => {
          await this.#makeRoom(file);
          const result = await named(() => proposals.propose(info.buffer, proposal), file);
          // It never is: contradictions wait.
          if (!result.ok) throw new ExtensionFailure("input", "The proposal contradicts the text");
          const { changes, waiting } = result.value;
          if (changes.length + waiting > 0 && !this.#held.has(file)) {
            this.#held.set(file, info.buffer);
            isHeld = true;
          }
          return { changes: changes.length, waiting };
        },
      });
    } finally {
      if (!isHeld) await editing.close(info.buffer).catch(() => {});
    }
  }

  tell(extension: ExtensionId, file: string, note: string | undefined): void {
    const key = `${extension} ${file}`;
    if (this.#told.has(key)) return;
    if (this.#told.size >= 1000) this.#told.clear();
    this.#told.add(key);
    this.#say(extension, `It proposes changes to ${file}${note === undefined ? "" : `: ${note}`}`);
  }

  async #texts(): Promise<EditorTexts> {
    try {
      return await this.#open();
    } catch (error) {
      throw new ExtensionFailure("unavailable", `The editor cannot be started: ${messageOf(error)}`);
    }
  }

  /** Lets go of texts of which nothing waits any more. */
  async #makeRoom(file: string): Promise<void> {
    if (this.#held.has(file) || this.#held.size < MOST_HELD) return;
    const { editing, proposals } = await this.#texts();
    const waiting = new Set<BufferId>();
    for (const changeSet of await proposals.changeSets()) {
      const review = await proposals.review(changeSet).catch(() => undefined);
      for (const { buffer } of review?.buffers ?? []) waiting.add(buffer);
    }
    for (const [name, buffer] of this.#held) {
      if (waiting.has(buffer)) continue;
      this.#held.delete(name);
      await editing.close(buffer).catch(() => {});
    }
    if (this.#held.size >= MOST_HELD) {
      throw new ExtensionFailure(
        "permission",
        `Cannot propose: ${MOST_HELD} texts wait for a review; it is the person's turn`,
      );
    }
  }
}

/** What the editor refuses is a failure of the call that asked. */
async function named<T>(act: () => Promise<T>, file: string): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof SymphonyError)) throw error;
    const isHere = ["not-found", "bad-input", "unsupported", "permission"].includes(error.code);
    throw new ExtensionFailure(isHere ? "input" : "unavailable", `${file}: ${error.message}`, {
      cause: error,
    });
  }
}
