/**
 * The language port as a machine has it that knows no language server.
 *
 * @module
 */

import { join } from "node:path";
import { type AuthorId, authorId, type BufferId } from "../../../core/ids.ts";
import type { TextDiagnostics } from "../../../core/ports/language.ts";
import { BufferFiles } from "../../../editor/buffer_files.ts";
import { Buffers } from "../../../editor/buffers.ts";
import { SystemDisk } from "../../../editor/files/disk.ts";
import type { ServerDefinition } from "../../../editor/lsp/config/server_definition.ts";
import { LanguageClients } from "../../../editor/lsp/language_clients.ts";
import { PluginHost } from "../../../editor/plugins/plugin_host.ts";
import { Desk } from "../../../editor/revision/desk.ts";
import { LocalTextPorts } from "../../../editor/revision/local_text_editing.ts";
import { DefinitionIndex } from "../../../editor/unaided/definition_index.ts";
import { UnaidedLanguage } from "../../../editor/unaided/unaided_language.ts";
import { SystemClock } from "../../../system/clock.ts";

export const ann: AuthorId = authorId("ann");

export class UnaidedRig implements AsyncDisposable {
  readonly folder: string;
  readonly language: UnaidedLanguage;
  readonly editing: LocalTextPorts["editing"];
  readonly #parts: AsyncDisposableStack;

  private constructor(folder: string, servers: readonly ServerDefinition[]) {
    this.folder = folder;
    const parts = this.#parts = new AsyncDisposableStack();
    parts.defer(() => Deno.remove(folder, { recursive: true }));
    const buffers = new Buffers((error) => {
      throw error;
    });
    const disk = new SystemDisk({ watch: false });
    const files = parts.use(new BufferFiles(buffers, disk));
    const desk = parts.use(new Desk(buffers, files));
    const ports = parts.use(new LocalTextPorts(desk));
    const trees = parts.use(new PluginHost(buffers));
    const clock = new SystemClock();
    const clients = parts.use(
      new LanguageClients({ buffers, disk }, clock, { settings: { servers, useNodeModules: false } }),
    );
    this.editing = ports.editing;
    const index = new DefinitionIndex();
    this.language = new UnaidedLanguage({ desk, clients, trees, index, clock, workspace: folder });
  }

  static async start(
    files: Readonly<Record<string, string>>,
    servers: readonly ServerDefinition[] = [],
  ): Promise<UnaidedRig> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "unaided-" }));
    const rig = new UnaidedRig(folder, servers);
    for (const [name, text] of Object.entries(files)) await rig.write(name, text);
    return rig;
  }

  async write(name: string, text: string): Promise<void> {
    await Deno.mkdir(join(this.folder, name, ".."), { recursive: true });
    await Deno.writeTextFile(join(this.folder, name), text);
  }

  async open(name: string): Promise<BufferId> {
    return (await this.editing.open({ file: join(this.folder, name) })).buffer;
  }

  /** The place before, or `after` behind, the first `words` of a text. */
  async at(
    buffer: BufferId,
    words: string,
    after = 0,
  ): Promise<{ buffer: BufferId; revision: number; offset: number }> {
    const { text, revision } = await this.editing.read(buffer);
    const at = text.indexOf(words);
    if (at < 0) throw new Error(`The text has no ${JSON.stringify(words)}`);
    return { buffer, revision, offset: at + after };
  }

  async type(buffer: BufferId, offset: number, insert: string): Promise<void> {
    const { revision } = await this.editing.read(buffer);
    const edited = await this.editing.edit(buffer, {
      revision,
      changes: [{ from: offset, to: offset, insert }],
      author: ann,
    });
    if (!edited.ok) throw new Error(edited.error);
  }

  /** Watches the faults of a text; each call waits until what was told last `holds`. */
  watch(buffer: BufferId): (holds: (told: TextDiagnostics) => boolean) => Promise<TextDiagnostics> {
    let told: TextDiagnostics | undefined;
    this.#parts.defer(this.language.watchDiagnostics(buffer, (found) => told = found));
    return async (holds) => {
      for (let tries = 0; tries < 1000; tries++) {
        if (told !== undefined && holds(told)) return told;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`Such faults were not told, but ${JSON.stringify(told)}`);
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#parts[Symbol.asyncDispose]();
  }
}
