/**
 * One view of an extension that is shown: what it is asked, one question after the other, and what it has answered. No
 * page here, so that it can be tested without one.
 *
 * Invariants:
 * V1. One question is under way at most. Each bears the state of the last answer, and what the view is about by then.
 * V2. A newer value of the same field takes the place of one that still waits; beyond MAX_WAITING events are dropped.
 * V3. A failure ends the session: its state may be what made the view fail. The person begins another.
 * V4. After `close` nothing is asked and nothing is told.
 *
 * @module
 */

import type { Json, JsonObject } from "../../../core/json.ts";
import { readTree, type TreeEvent, type TreeNode } from "../../../core/motif/tree.ts";
import type { ViewReply } from "../../../core/ports/motif.ts";

/** What a person can do ahead of a slow view. */
export const MAX_WAITING = 32;
/** A text that changes under the view is tried so often. */
const MAX_TRIES = 5;

export interface ViewQuestion {
  readonly props: JsonObject;
  readonly state: Json;
  readonly event?: TreeEvent;
}

export interface ViewSessionOptions {
  readonly ask: (question: ViewQuestion) => Promise<ViewReply>;
  readonly onTree: (tree: TreeNode) => void;
  readonly onFailure: (error: unknown) => void;
  /** Takes the file's new text; gives what the view is about by now where that is another than it was asked about. */
  readonly onText?: (text: string, about: JsonObject) => JsonObject | undefined;
  /** Milliseconds after which the view wants to be asked again. */
  readonly onAgain?: (ms: number) => void;
}

export class ViewSession {
  readonly #options: ViewSessionOptions;
  #about: JsonObject;
  #state: Json = null;
  #waiting: TreeEvent[] = [];
  #isStale = true;
  #isAsking = false;
  #isClosed = false;

  /** Asks for the first tree. */
  constructor(about: JsonObject, options: ViewSessionOptions) {
    this.#about = about;
    this.#options = options;
    void this.#work();
  }

  /** It is about something else now, or time has passed: asks for another tree. */
  refresh(about: JsonObject = this.#about): void {
    this.#about = about;
    this.#isStale = true;
    void this.#work();
  }

  /** What the person did. */
  event(event: TreeEvent): void {
    const last = this.#waiting.at(-1);
    const isNewer = last?.id === event.id && last.name === event.name && event.value !== undefined;
    if (isNewer) this.#waiting.pop();
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(event);
    void this.#work();
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
  }

  async #work(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      while (!this.#isClosed && (this.#isStale || this.#waiting.length > 0)) {
        const event = this.#waiting.shift();
        this.#isStale = false;
        await this.#turn(event, MAX_TRIES);
      }
    } catch (error) {
      if (!this.#isClosed) {
        this.close();
        this.#options.onFailure(error);
      }
    } finally {
      this.#isAsking = false;
    }
  }

  async #turn(event: TreeEvent | undefined, tries: number): Promise<void> {
    const about = this.#about;
    const { ask, onTree, onText, onAgain } = this.#options;
    const reply = await ask({ props: about, state: this.#state, ...event === undefined ? {} : { event } });
    if (this.#isClosed) return;
    if (!reply.ok) throw new Error(reply.failure.message);
    // The server has read it; a page that trusts nobody reads it again.
    const { tree, problems } = readTree(reply.tree as unknown as Json);
    if (tree === undefined) throw new Error(problems[0]?.message ?? "It shows nothing");
    const newer = reply.text === undefined ? undefined : onText?.(reply.text, about);
    if (newer !== undefined) {
      // Somebody else was quicker: the same once more, on the text as it is now.
      this.#about = newer;
      if (tries > 1) return await this.#turn(event, tries - 1);
      throw new Error("The text is being changed too quickly to be edited here");
    }
    this.#state = reply.state;
    onTree(tree);
    if (reply.again !== undefined) onAgain?.(reply.again);
  }
}
