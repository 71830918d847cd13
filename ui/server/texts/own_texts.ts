/**
 * What each run has made of each file by its own proposals: given back to the run, it holds nothing that a person has typed. Each is a
 * file in DATA/ui.
 *
 * @module
 */

import type { StateFolder } from "../state_folder.ts";

/** Lines by which two texts may differ for their changes to be put together. */
const MOST_CHANGES = 4_000;
const MOST_MS = 100;

export type TextState = Pick<StateFolder, "read" | "replace" | "remove">;

export class OwnTexts {
  readonly #state: TextState;
  #last: Promise<unknown> = Promise.resolve();

  constructor(state: TextState) {
    this.#state = state;
  }

  async read(run: string, file: string): Promise<string | undefined> {
    await this.#last;
    const text = this.#state.read(await nameOf(run, file));
    return typeof text === "string" ? text : undefined;
  }

  /** Makes of the run's text what `text` makes of `base`; `text` itself where the run has none, or the two contradict. */
  keep(run: string, file: string, { base, text }: Made): Promise<void> {
    return this.#inTurn(async () => {
      const name = await nameOf(run, file);
      const own = this.#state.read(name);
      const isBeside = typeof own === "string" && base !== undefined && own !== base;
      await this.#state.replace(name, isBeside ? await together(own, base, text) : text);
    });
  }

  forget(run: string, file: string): Promise<void> {
    return this.#inTurn(async () => this.#state.remove(await nameOf(run, file)));
  }

  /** One after the other: what is made beside another is made of it. */
  #inTurn(act: () => Promise<void>): Promise<void> {
    const acting = this.#last.then(act);
    this.#last = acting.catch(() => {});
    return acting;
  }
}

interface Made {
  readonly base: string | undefined;
  readonly text: string;
}

async function together(own: string, base: string, text: string): Promise<string> {
  const { applyPatch, structuredPatch } = await import("diff");
  const limits = { context: 1, maxEditLength: MOST_CHANGES, timeout: MOST_MS };
  const patch = structuredPatch("", "", base, text, "", "", limits);
  const made = patch === undefined ? false : applyPatch(own, patch, { autoConvertLineEndings: false });
  return made === false ? text : made;
}

async function nameOf(run: string, file: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${run}\0${file}`));
  return `proposed-${new Uint8Array(digest).toHex().slice(0, 32)}.json`;
}
