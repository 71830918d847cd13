/**
 * The editor's texts for extensions: opened when they are first asked for. A text that was proposed to stays open until nothing of it
 * waits for the person any more, so that it is among what is to be reviewed.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../core/errors.ts";
import type { BufferId, ExtensionId, NodeId, RunId } from "../core/ids.ts";
import { changeSetOf, type FileProposalPort } from "../core/ports/file_proposals.ts";
import type { BufferInfo, Proposal, TextPorts, TextRead } from "../core/ports/text_editing.ts";
import { ExtensionFailure } from "./sdk/failure.ts";

export type EditorTexts = Pick<TextPorts, "editing" | "proposals">;

export interface ProposingNode {
  readonly run: RunId;
  readonly node: NodeId;
}

/** One open text. */
export interface EditorText {
  readonly info: BufferInfo;
  read(): Promise<TextRead>;
  /** How many places of its change set are in the text, and how many contradictions wait; `node` where one of a run proposes. */
  propose(
    proposal: Proposal,
    node?: ProposingNode,
  ): Promise<{ readonly changes: number; readonly waiting: number }>;
}

/** What capabilities use of it. */
export interface EditorAccess {
  /** Opens the text of a file for `act` of an extension. @throws ExtensionFailure */
  withText<T>(extension: ExtensionId, file: string, act: (text: EditorText) => Promise<T>): Promise<T>;
  /** Says that something waits for a review. */
  tell(extension: ExtensionId, file: string, note: string | undefined): void;
}

/** Texts of one extension that wait for a review at the same time. */
const MOST_HELD = 200;

/** What of one extension waits. */
interface Held {
  readonly texts: Map<string, BufferId>;
  /** Places for what is being proposed. */
  reserved: number;
}

export class EditorDesk implements EditorAccess {
  readonly #open: () => Promise<EditorTexts>;
  readonly #say: (extension: ExtensionId, text: string) => void;
  readonly #ofRuns: FileProposalPort | undefined;
  readonly #held = new Map<ExtensionId, Held>();
  readonly #told = new Set<string>();

  /**
   * `say` shows the person a line under the extension's name; `ofRuns` takes what nodes of runs propose, keeps it for another
   * server and shows that it waits.
   */
  constructor(
    open: () => Promise<EditorTexts>,
    say: (extension: ExtensionId, text: string) => void,
    ofRuns?: FileProposalPort,
  ) {
    this.#open = open;
    this.#say = say;
    this.#ofRuns = ofRuns;
  }

  async withText<T>(
    extension: ExtensionId,
    file: string,
    act: (text: EditorText) => Promise<T>,
  ): Promise<T> {
    const held = this.#heldOf(extension);
    const { editing, proposals } = await this.#texts();
    const info = await named(() => editing.open({ file, mustExist: true }), file);
    let isHeld = false;
    try {
      return await act({
        info,
        read: () => named(() => editing.read(info.buffer), file),
        propose: async (proposal, node) => {
          if (node !== undefined && this.#ofRuns !== undefined) {
            return await named(() => this.#proposeFor(node, info, proposal, file), file);
          }
          const giveBack = await this.#reserve(held, file);
          const result = await named(() => proposals.propose(info.buffer, proposal), file).finally(giveBack);
          // It never is: contradictions wait.
          if (!result.ok) throw new ExtensionFailure("input", "The proposal contradicts the text");
          const { changes, waiting } = result.value;
          if (changes.length + waiting > 0 && !held.texts.has(file)) {
            held.texts.set(file, info.buffer);
            isHeld = true;
          }
          return { changes: changes.length, waiting };
        },
      });
    } finally {
      if (!isHeld) await editing.close(info.buffer).catch(() => {});
    }
  }

  /** As what a run proposes; the change set is the node's. */
  async #proposeFor(
    { run, node }: ProposingNode,
    { buffer }: BufferInfo,
    { base, text, author }: Proposal,
    file: string,
  ): Promise<{ readonly changes: number; readonly waiting: number }> {
    const { editing, proposals } = await this.#texts();
    const waiting = await this.#ofRuns?.files(run) ?? [];
    if (waiting.length >= MOST_HELD && !waiting.includes(file)) throw tooMany();
    const from = typeof base === "string" ? base : (await editing.read(buffer, { revision: base })).text;
    await this.#ofRuns?.propose({ run, node, author, file, base: from, text });
    const review = await proposals.review(changeSetOf(run, node)).catch(() => undefined);
    const { undo = [], conflicts = [] } = review?.buffers.find((one) => one.buffer === buffer) ?? {};
    return { changes: undo.length, waiting: conflicts.length };
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

  #heldOf(extension: ExtensionId): Held {
    let held = this.#held.get(extension);
    if (held === undefined) this.#held.set(extension, held = { texts: new Map(), reserved: 0 });
    return held;
  }

  /** A place for one more text, taken before anything is waited for, until the returned function is called. */
  async #reserve(held: Held, file: string): Promise<() => void> {
    if (held.texts.has(file)) return () => {};
    const isFull = () => held.texts.size + held.reserved >= MOST_HELD;
    if (isFull()) await this.#makeRoom(held);
    if (isFull()) {
      throw new ExtensionFailure(
        "permission",
        `Cannot propose: ${MOST_HELD} texts of this extension wait for a review; it is the person's turn`,
      );
    }
    held.reserved++;
    return () => void held.reserved--;
  }

  /** Lets go of texts of which nothing waits any more. */
  async #makeRoom(held: Held): Promise<void> {
    const { editing, proposals } = await this.#texts();
    const waiting = new Set<BufferId>();
    for (const changeSet of await proposals.changeSets()) {
      const review = await proposals.review(changeSet).catch(() => undefined);
      for (const { buffer } of review?.buffers ?? []) waiting.add(buffer);
    }
    for (const [name, buffer] of held.texts) {
      if (waiting.has(buffer)) continue;
      held.texts.delete(name);
      await editing.close(buffer).catch(() => {});
    }
  }
}

function tooMany(): ExtensionFailure {
  return new ExtensionFailure(
    "permission",
    `Cannot propose: ${MOST_HELD} texts wait for a review; it is the person's turn`,
  );
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
