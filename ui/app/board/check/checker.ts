/**
 * Checking as one types: the newest text is asked for, answers to older ones are dropped. Texts of sub-workflows are fetched
 * when they are first missed. The worker begins with `start`, or when somebody waits for an answer: a board that opens is shown first.
 * One that does not load, dies or does not answer is given up, and the server asked instead.
 *
 * Invariant: C1. what was asked last is answered, or told as failed, in bounded time once it has begun.
 *
 * @module
 */

import type { Problem } from "../../../../core/workflow/problem.ts";
import type { CatalogInfo } from "../../../api/catalog.ts";
import type { CheckAnswer, CheckQuestion } from "./check_protocol.ts";

declare const CHECK_WORKER: string;

/** After the last keystroke. */
const PAUSE_MS = 60;
/** A worker that has not answered after this is given up: its file did not come, or it is lost. */
const PATIENCE_MS = 8_000;

export interface CheckerOptions {
  /** The text of another workflow; null where there is none. */
  readonly fetchOther: (reference: string) => Promise<string | null>;
  readonly onAnswer: (answer: CheckAnswer) => void;
  /** The problems by the server's own check. */
  readonly askServer: (text: string, file: string) => Promise<readonly Problem[]>;
  /** Milliseconds; default 8,000. */
  readonly patienceMs?: number;
}

export class Checker {
  #hasBegun = false;
  /** Undefined before it has begun, and once it was given up. */
  #worker: Worker | undefined;
  #catalog: CatalogInfo | undefined;
  readonly #options: CheckerOptions;
  readonly #others: Record<string, string | null> = {};
  #number = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #isBusy = false;
  #isClosed = false;
  readonly #waiting: ((isAnswered: boolean) => void)[] = [];
  #isFailed = false;
  #next: { text: string; file: string } | undefined;
  #last: { text: string; file: string } | undefined;

  constructor(options: CheckerOptions) {
    this.#options = options;
  }

  /** Begins to answer. */
  start(): void {
    if (this.#isClosed || this.#hasBegun) return;
    this.#hasBegun = true;
    const worker = this.#worker = new Worker(CHECK_WORKER, { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<CheckAnswer>) => this.#take(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#giveUp();
    };
    this.#postCatalog();
    this.#send();
  }

  setCatalog(catalog: CatalogInfo): void {
    this.#catalog = catalog;
    this.#postCatalog();
    if (this.#last !== undefined) this.ask(this.#last.text, this.#last.file);
  }

  /** Checks the text in a moment; a newer one takes its place. */
  ask(text: string, file: string): void {
    this.#next = { text, file };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), PAUSE_MS);
  }

  /** Resolves when what was asked last is answered: true; or when nobody could check it: false. */
  settled(): Promise<boolean> {
    if (this.#isClosed || (!this.#isBusy && this.#next === undefined)) {
      return Promise.resolve(!this.#isFailed);
    }
    this.start();
    clearTimeout(this.#timer);
    this.#send();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#patience);
    this.#worker?.terminate();
    this.#tell(false);
  }

  #tell(isAnswered: boolean): void {
    for (const resolve of this.#waiting.splice(0)) resolve(isAnswered);
  }

  #send(): void {
    if (!this.#hasBegun || this.#isClosed || this.#isBusy || this.#next === undefined) return;
    this.#isBusy = true;
    this.#last = this.#next;
    this.#next = undefined;
    this.#number++;
    if (this.#worker === undefined) return void this.#sendToServer(this.#last);
    this.#post({ kind: "check", number: this.#number, others: this.#others, ...this.#last });
    this.#patience = setTimeout(() => this.#giveUp(), this.#options.patienceMs ?? PATIENCE_MS);
  }

  /** What the worker owes is asked of the server. */
  #giveUp(): void {
    if (this.#worker === undefined) return;
    clearTimeout(this.#patience);
    this.#worker.terminate();
    this.#worker = undefined;
    this.#isBusy = false;
    this.#next ??= this.#last;
    this.#send();
  }

  async #sendToServer({ text, file }: { readonly text: string; readonly file: string }): Promise<void> {
    const began = performance.now();
    const number = this.#number;
    try {
      const problems = await this.#options.askServer(text, file);
      const tookMs = performance.now() - began;
      this.#take({ number, problems, missing: [], isPlanned: false, nodes: [], tookMs });
    } catch {
      this.#isBusy = false;
      this.#isFailed = true;
      if (this.#next === undefined) this.#tell(false);
      else this.#send();
    }
  }

  #postCatalog(): void {
    if (this.#catalog === undefined) return;
    const { nodes, tasks } = this.#catalog;
    this.#post({ kind: "catalog", catalog: { nodes, tasks } });
  }

  #post(question: CheckQuestion): void {
    this.#worker?.postMessage(question);
  }

  #take(answer: CheckAnswer): void {
    clearTimeout(this.#patience);
    this.#isBusy = false;
    this.#isFailed = false;
    if (this.#isClosed) return;
    if (this.#next === undefined) this.#options.onAnswer(answer);
    if (answer.missing.length > 0) this.#fetch(answer.missing);
    this.#send();
    if (!this.#isBusy) this.#tell(true);
  }

  #fetch(references: readonly string[]): void {
    const fetches = references.map(async (reference) => {
      this.#others[reference] = await this.#options.fetchOther(reference).catch(() => null);
    });
    Promise.all(fetches).then(() => {
      if (this.#last !== undefined && this.#next === undefined) this.ask(this.#last.text, this.#last.file);
    });
  }
}
