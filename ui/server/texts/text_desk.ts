/**
 * Open texts for the page: the text core is opened with the first call, and what a connection has opened is let go of with
 * it.
 *
 * @module
 */

import { SymphonyError } from "../../../core/errors.ts";
import type { Json } from "../../../core/json.ts";
import type { TopicSource } from "../events/topic_source.ts";
import type { Texts, UiServices } from "../services.ts";
import type { WorkspaceFiles } from "../workspace_files.ts";

export class TextDesk implements AsyncDisposable {
  readonly #services: UiServices;
  readonly #files: WorkspaceFiles;
  #opening: Promise<Texts> | undefined;

  constructor(services: UiServices, files: WorkspaceFiles) {
    this.#services = services;
    this.#files = files;
  }

  /** The topic of an open text. @throws SymphonyError `not-found` */
  async topic(id: string): Promise<TopicSource> {
    await this.#texts();
    throw new SymphonyError(
      "not-found",
      `Cannot subscribe to text ${id}: it is not open in ${this.#files.root}`,
    );
  }

  /** Carries out one of `TextCalls`. */
  async call(_connection: object, name: string, _params: Json, _signal: AbortSignal): Promise<Json> {
    await this.#texts();
    throw new SymphonyError("bad-input", `Cannot ${name}: there is no such call`);
  }

  /** Lets go of what the connection had opened. */
  closed(_connection: object): void {}

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#opening?.catch(() => undefined))?.[Symbol.asyncDispose]();
  }

  #texts(): Promise<Texts> {
    const { openTexts } = this.#services;
    if (openTexts === undefined) {
      throw new SymphonyError("unsupported", "Cannot edit texts: this server has no text core");
    }
    return this.#opening ??= openTexts().catch((error) => {
      this.#opening = undefined;
      throw error;
    });
  }
}
