/**
 * What a call takes the texts of files to be: so many of them as they are, of the others a mark by which they are known again.
 *
 * @module
 */

/** UTF-16 units of all texts that are kept. */
const MOST_KEPT = 4 << 20;
const MOST_FILES = 10_000;

export class SeenTexts {
  /** By real path, oldest first. */
  readonly #seen = new Map<string, { readonly text: string } | { readonly mark: string }>();
  #kept = 0;

  async note(file: string, text: string): Promise<void> {
    this.#forget(file);
    if (this.#kept + text.length <= MOST_KEPT) {
      this.#kept += text.length;
      this.#seen.set(file, { text });
    } else this.#seen.set(file, { mark: await markOf(text) });
    if (this.#seen.size > MOST_FILES) this.#forget([...this.#seen.keys()][0] ?? file);
  }

  /**
   * The text that was seen; undefined where none was. `now` gives what it is now, where only a mark is kept.
   * @throws Error from `changed` where that is another one
   */
  async text(
    file: string,
    now: () => Promise<string | undefined>,
    changed: () => Error,
  ): Promise<string | undefined> {
    const seen = this.#seen.get(file);
    if (seen === undefined || "text" in seen) return seen?.text;
    const text = await now();
    if (text === undefined || await markOf(text) !== seen.mark) throw changed();
    return text;
  }

  #forget(file: string): void {
    const seen = this.#seen.get(file);
    if (seen !== undefined && "text" in seen) this.#kept -= seen.text.length;
    this.#seen.delete(file);
  }
}

async function markOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toBase64();
}
