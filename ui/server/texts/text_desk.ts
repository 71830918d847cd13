/**
 * Open texts for the page. The text core is opened with the first call.
 *
 * Invariants:
 * D1. What a connection has opened is held for HOLD_MS after it has gone, so that a page that comes back finds the same
 *     buffer and goes on at the revision it has.
 * D2. An edit of an author with an id that was carried out already is not carried out again; its answer is given again.
 * D3. Files are those of the workspace, and named from it.
 *
 * @module
 */

import { SymphonyError } from "../../../core/errors.ts";
import { type BufferId, bufferId } from "../../../core/ids.ts";
import type { Json } from "../../../core/json.ts";
import type { BufferInfo, TextSource } from "../../../core/ports/text_editing.ts";
import type { TextAnswer, TextParams } from "../../api/texts.ts";
import type { Speaker } from "../events/connection.ts";
import type { TopicSource } from "../events/topic_source.ts";
import { checkCall } from "../http/request_check.ts";
import type { Texts, UiServices } from "../services.ts";
import type { WorkspaceFiles } from "../workspace_files.ts";
import { isPortCall, portCalls } from "./text_calls.ts";
import { PlaceReview } from "./place_review.ts";
import type { ReviewBook } from "./review_book.ts";
import { TextTopic } from "./text_topic.ts";
import { type CheckWorkflow, isWorkflowFile, WorkflowFaults } from "./workflow_faults.ts";

const HOLD_MS = 60_000;
/** Answers of edits that may be asked for again. */
const MOST_ANSWERS = 2000;

interface OpenBuffer {
  readonly topic: TextTopic;
  /** From the workspace. */
  readonly file: string | undefined;
  /** How often it is open by all connections. */
  holds: number;
}

export class TextDesk implements AsyncDisposable {
  readonly #services: UiServices;
  readonly #files: WorkspaceFiles;
  readonly #reviews: ReviewBook;
  readonly #recall: () => Promise<void>;
  readonly #beforeSave: (buffer: BufferId) => Promise<void>;
  readonly #checkWorkflow: CheckWorkflow;
  readonly #buffers = new Map<BufferId, OpenBuffer>();
  /** What each connection has opened, and how often. */
  readonly #opened = new Map<Speaker, Map<BufferId, number>>();
  readonly #answers = new Map<string, Promise<Json>>();
  readonly #leaving = new Set<() => void>();
  #opening: Promise<Texts> | undefined;
  #review: PlaceReview | undefined;

  /** `recall` opens again what waits for a decision, as soon as the core is there; `beforeSave` refuses what may not be saved;
   * `checkWorkflow` finds the problems of workflow files. */
  constructor(
    services: UiServices,
    files: WorkspaceFiles,
    { reviews, recall, beforeSave, checkWorkflow }: {
      readonly reviews: ReviewBook;
      readonly recall: () => Promise<void>;
      readonly beforeSave: (buffer: BufferId) => Promise<void>;
      readonly checkWorkflow: CheckWorkflow;
    },
  ) {
    this.#services = services;
    this.#files = files;
    this.#reviews = reviews;
    this.#recall = recall;
    this.#beforeSave = beforeSave;
    this.#checkWorkflow = checkWorkflow;
  }

  /** The topic of an open text. @throws SymphonyError `not-found` */
  topic(id: string): Promise<TopicSource> {
    const open = /^\d{1,15}$/.test(id) ? this.#buffers.get(bufferId(Number(id))) : undefined;
    if (open !== undefined) return Promise.resolve(open.topic);
    return Promise.reject(
      new SymphonyError("not-found", `Cannot subscribe to text ${id.slice(0, 20)}: it is not open`),
    );
  }

  /** Carries out one of `TextCalls`. @throws SymphonyError, Refusal */
  async call(speaker: Speaker, name: string, params: Json, signal: AbortSignal): Promise<Json> {
    const texts = await this.texts();
    checkCall(name, params);
    const answer: unknown = await this.#carryOut(texts, speaker, { name, params, signal });
    return (answer ?? null) as Json;
  }

  /** The text core, opened where it is not. @throws SymphonyError `unsupported` where there is none */
  texts(): Promise<Texts> {
    const { openTexts } = this.#services;
    if (openTexts === undefined) {
      throw new SymphonyError("unsupported", "Cannot edit texts: this server has no text core");
    }
    if (this.#opening === undefined) {
      this.#opening = openTexts().catch((error) => {
        this.#opening = undefined;
        throw error;
      });
      void this.#opening.then(() => this.#recall(), () => undefined);
    }
    return this.#opening;
  }

  /** The texts of the workspace's files that pages have open, by name; none where nothing was opened yet. */
  async openFiles(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    if (this.#opening === undefined) return found;
    const { editing } = await this.texts();
    for (const [buffer, { file }] of this.#buffers) {
      if (file === undefined) continue;
      // It may have been closed this moment.
      const read = await editing.read(buffer).catch(() => undefined);
      if (read !== undefined) found.set(file, read.text);
    }
    return found;
  }

  /** Lets go of what the connection had opened, a little later. */
  closed(speaker: Speaker): void {
    const opened = this.#opened.get(speaker);
    this.#opened.delete(speaker);
    if (opened === undefined) return;
    for (const buffer of opened.keys()) void this.#left(speaker, buffer).catch(() => undefined);
    const leave = this.#services.clock.schedule(HOLD_MS, () => {
      this.#leaving.delete(leave);
      for (const [buffer, count] of opened) {
        for (let left = count; left > 0; left--) void this.#close(buffer, false).catch(() => undefined);
      }
    });
    this.#leaving.add(leave);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stop of this.#leaving) stop();
    for (const { topic } of this.#buffers.values()) topic.close();
    this.#buffers.clear();
    await (await this.#opening?.catch(() => undefined))?.[Symbol.asyncDispose]();
  }

  #carryOut(
    texts: Texts,
    speaker: Speaker,
    { name, params, signal }: { readonly name: string; readonly params: Json; readonly signal: AbortSignal },
  ): Promise<unknown> {
    // The schemas have said that the parameters are the call's.
    if (name === "text.open") return this.#open(texts, speaker, params as unknown as TextParams<"text.open">);
    if (name === "text.close") return this.#closeFor(speaker, params as unknown as TextParams<"text.close">);
    if (name === "text.edit") return this.#edit(texts, speaker, params as unknown as TextParams<"text.edit">);
    if (!isPortCall(name)) {
      throw new SymphonyError("bad-input", `Cannot ${name.slice(0, 60)}: there is no such call`);
    }
    const act = portCalls[name] as (context: object, given: Json) => Promise<unknown>;
    const reviews = this.#review ??= new PlaceReview(
      texts,
      this.#reviews,
      (file) => this.#files.name(file),
      () => [...this.#buffers.keys()],
    );
    const nameOf = (file: string) => {
      const name = this.#files.name(file);
      return name.startsWith("..") ? file : name;
    };
    const beforeSave = this.#beforeSave;
    return act({ texts, author: speaker.author, signal, reviews, nameOf, beforeSave }, params);
  }

  async #open(texts: Texts, speaker: Speaker, source: TextSource): Promise<TextAnswer<"text.open">> {
    const place = "file" in source ? { ...source, file: await this.#files.absolute(source.file) } : source;
    const info = await texts.editing.open(place);
    let open = this.#buffers.get(info.buffer);
    if (open === undefined) {
      const named = this.#named(info).file;
      open = { topic: this.#topicOf(texts, info, named), file: named, holds: 0 };
      this.#buffers.set(info.buffer, open);
      // What a server that was killed could not write down, the core has.
      this.#reviews.decided(named, await texts.proposals.decisions(info.buffer));
    }
    open.holds++;
    const mine = this.#opened.get(speaker) ?? new Map<BufferId, number>();
    this.#opened.set(speaker, mine.set(info.buffer, (mine.get(info.buffer) ?? 0) + 1));
    const { revision, text } = await texts.editing.read(info.buffer);
    return { ...this.#named(info), revision, text };
  }

  #topicOf(texts: Texts, { buffer, revision }: BufferInfo, file: string | undefined): TextTopic {
    const { clock } = this.#services;
    const workflow = file === undefined || !isWorkflowFile(file)
      ? undefined
      : (found: () => void) =>
        new WorkflowFaults(texts, { buffer, file }, clock, { check: this.#checkWorkflow, found });
    return new TextTopic(texts, buffer, revision, clock, workflow);
  }

  async #closeFor(speaker: Speaker, { buffer, discard = false }: TextParams<"text.close">): Promise<void> {
    const id = bufferId(buffer);
    const mine = this.#opened.get(speaker);
    const count = mine?.get(id) ?? 0;
    if (count === 0) throw new SymphonyError("not-found", `Cannot close text ${buffer}: it is not open here`);
    if (count === 1) mine?.delete(id);
    else mine?.set(id, count - 1);
    await this.#close(id, discard);
  }

  async #close(buffer: BufferId, discard: boolean): Promise<void> {
    const open = this.#buffers.get(buffer);
    if (open !== undefined && --open.holds <= 0) {
      this.#buffers.delete(buffer);
      open.topic.close();
    }
    await (await this.texts()).editing.close(buffer, { discard });
  }

  async #edit(texts: Texts, { author }: Speaker, params: TextParams<"text.edit">): Promise<Json> {
    const { buffer, id, revision, changes, step } = params;
    const key = `${author}\0${buffer}\0${id}`;
    const before = this.#answers.get(key);
    if (before !== undefined) return await before;
    const answered = texts.editing.edit(bufferId(buffer), {
      revision,
      changes,
      author,
      ...step === undefined ? {} : { step },
    }) as Promise<unknown> as Promise<Json>;
    this.#answers.set(key, answered);
    if (this.#answers.size > MOST_ANSWERS) this.#answers.delete([...this.#answers.keys()][0] as string);
    // What failed for the world's reasons may be tried again.
    answered.catch(() => this.#answers.delete(key));
    return await answered;
  }

  #named(info: BufferInfo): BufferInfo {
    return info.file === undefined ? info : { ...info, file: this.#files.name(info.file) };
  }

  /** Nobody is where a connection was that has gone, unless the same window is back already. */
  async #left({ author }: Speaker, buffer: BufferId): Promise<void> {
    if ([...this.#opened.keys()].some((other) => other.author === author)) return;
    const { editing, presence } = await this.texts();
    const { revision } = await editing.read(buffer, { range: { from: 0, to: 0 } });
    await presence.announce(buffer, revision, { author, selections: [] });
  }
}
