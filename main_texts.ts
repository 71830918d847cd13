/**
 * The composition of the texts that people and agents share, in the editor's own process.
 *
 * @module
 */

import type { LanguagePort } from "./core/ports/language.ts";
import type { StructurePort } from "./core/ports/structure.ts";
import type { TextPorts } from "./core/ports/text_editing.ts";
import { makeDataFolder } from "./system/data_folder.ts";

/**
 * The texts that people and agents share, in the editor's own process, with its journal below the data folder: editing, presence, marks,
 * proposals, language and structure. Its code is loaded, and the editor started, only now; closing the ports ends it.
 * @param workspace the folder whose files belong together, for definitions
 * @throws SymphonyError where no editor can be started
 */
export async function openTexts(data: string, workspace?: string): Promise<OpenTexts> {
  const { findEditor } = await import("./editor/link/find_editor.ts");
  const { RemoteTextPorts } = await import("./editor/link/remote_text_ports.ts");
  const { Supervisor } = await import("./editor/link/supervisor.ts");
  return await RemoteTextPorts.open(
    new Supervisor(findEditor(`${makeDataFolder(data)}/editor`, { workspace })),
  );
}

/** What the user interface works on texts with. */
export interface OpenTexts extends TextPorts, AsyncDisposable {
  readonly language: LanguagePort;
  readonly structure: StructurePort;
}

/** One text core for the page and for extensions, opened by whoever needs it first. */
export class SharedTexts implements AsyncDisposable {
  readonly #data: string;
  readonly #workspace: string;
  #opening: Promise<OpenTexts> | undefined;

  constructor(data: string, workspace: string) {
    this.#data = data;
    this.#workspace = workspace;
  }

  /** @throws SymphonyError where no editor can be started; the next one tries again */
  open(): Promise<OpenTexts> {
    return this.#opening ??= openTexts(this.#data, this.#workspace).catch((error) => {
      this.#opening = undefined;
      throw error;
    });
  }

  /** Repeating is harmless. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#opening?.catch(() => undefined))?.[Symbol.asyncDispose]();
  }
}
