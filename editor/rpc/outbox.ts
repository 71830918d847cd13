/**
 * Messages on their way out: those of one turn go in one write, in order, and not before what they acknowledge is safe.
 *
 * @module
 */

/** Where bytes go. Rejects where the other side is gone. */
export type Sink = (bytes: Uint8Array) => Promise<void>;

/** More than this is not kept for the end of the turn. */
const FULL_UNITS = 1 << 18;
/** With more than this waiting, nothing more should be asked for. */
const CROWDED_UNITS = 1 << 25;
/** A front end that lets more than this wait is taken to be dead. */
const MOST_UNITS = 1 << 28;

export class Outbox {
  readonly #sink: Sink;
  readonly #durable: () => Promise<void> | undefined;
  readonly #encoder = new TextEncoder();
  #text = "";
  #writing: Promise<void> | undefined;
  #scheduled = false;
  #closed = false;

  /** @param durable resolves once everything edited so far is safe; undefined where it is */
  constructor(sink: Sink, durable: () => Promise<void> | undefined = () => undefined) {
    this.#sink = sink;
    this.#durable = durable;
  }

  /** Whether the other side reads more slowly than it asks. */
  get isCrowded(): boolean {
    return this.#text.length > CROWDED_UNITS;
  }

  /** Takes a message; it goes out at `flush`, or when the code that is running is through. */
  send(message: unknown): void {
    if (this.#closed) return;
    this.#text += JSON.stringify(message) + "\n";
    if (this.#text.length > MOST_UNITS) {
      this.#closed = true;
      this.#text = "";
      return;
    }
    if (this.#text.length > FULL_UNITS) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(() => {
        this.#scheduled = false;
        this.flush();
      });
    }
  }

  /** Sends what is waiting. */
  flush(): void {
    if (this.#text === "" || this.#writing !== undefined) return;
    this.#writing = this.#drain().finally(() => this.#writing = undefined);
  }

  /** Resolves once everything taken so far has gone out, or cannot. */
  async drained(): Promise<void> {
    this.flush();
    await this.#writing;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#text !== "") {
        const text = this.#text;
        this.#text = "";
        const durable = this.#durable();
        if (durable !== undefined) await durable;
        await this.#sink(this.#encoder.encode(text));
      }
    } catch {
      // The other side is gone; so is what was meant for it.
      this.#closed = true;
      this.#text = "";
    }
  }
}
