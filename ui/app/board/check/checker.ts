/**
 * Checking as one types: the newest text is asked for, answers to older ones are dropped. Texts of sub-workflows are fetched
 * when they are first missed. The worker begins with `start`, or when somebody waits for an answer: a board that opens is shown first.
 *
 * @module
 */

import type { CatalogInfo } from "../../../api/catalog.ts";
import type { CheckAnswer, CheckQuestion } from "./check_protocol.ts";

declare const CHECK_WORKER: string;

/** After the last keystroke. */
const PAUSE_MS = 60;

export interface CheckerOptions {
  /** The text of another workflow; null where there is none. */
  readonly fetchOther: (reference: string) => Promise<string | null>;
  readonly onAnswer: (answer: CheckAnswer) => void;
}

export class Checker {
  #worker: Worker | undefined;
  #catalog: CatalogInfo | undefined;
  readonly #options: CheckerOptions;
  readonly #others: Record<string, string | null> = {};
  #number = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isBusy = false;
  #isClosed = false;
  readonly #waiting: (() => void)[] = [];
  #next: { text: string; file: string } | undefined;
  #last: { text: string; file: string } | undefined;

  constructor(options: CheckerOptions) {
    this.#options = options;
  }

  /** Begins to answer. */
  start(): void {
    if (this.#isClosed || this.#worker !== undefined) return;
    this.#worker = new Worker(CHECK_WORKER, { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<CheckAnswer>) => this.#take(data);
    this.#worker.onerror = () => {
      this.#isBusy = false;
      this.#tell();
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

  /** Resolves when what was asked last is answered, or nothing more will be. */
  settled(): Promise<void> {
    if (this.#isClosed || (!this.#isBusy && this.#next === undefined)) return Promise.resolve();
    this.start();
    clearTimeout(this.#timer);
    this.#send();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#tell();
  }

  #tell(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #send(): void {
    if (this.#worker === undefined || this.#isBusy || this.#next === undefined) return;
    this.#isBusy = true;
    this.#last = this.#next;
    this.#next = undefined;
    this.#post({ kind: "check", number: ++this.#number, others: this.#others, ...this.#last });
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
    this.#isBusy = false;
    if (this.#next === undefined) this.#options.onAnswer(answer);
    if (answer.missing.length > 0) this.#fetch(answer.missing);
    this.#send();
    if (!this.#isBusy) this.#tell();
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
