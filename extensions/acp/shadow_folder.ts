/**
 * A copy of the workspace in which an agent works whose run proposes instead of writing: whatever it does to files there, by the
 * protocol or by its own hands, the workspace stays as it is, and what became of the copy's texts is proposed.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import type { AuthorId } from "../../core/ids.ts";
import type { CallRequest } from "../../core/ports/extension.ts";
import type { FileProposalPort } from "../../core/ports/file_proposals.ts";
import { proposedPlace } from "../capabilities/proposed_place.ts";
import { copyWorkspace } from "./copied_folder.ts";
import { type Changes, WorkspaceChanges } from "./workspace_changes.ts";

export class ShadowFolder implements AsyncDisposable {
  /** Where the copy is, really. */
  readonly path: string;
  /** Folders of packages that are too large to be copied and that the agent has to do without. */
  readonly without: readonly string[];
  readonly #workspace: string;
  readonly #by: Pick<CallRequest, "run" | "node"> & { readonly author: AuthorId };
  readonly #port: FileProposalPort;
  readonly #changes: WorkspaceChanges;
  /** What was proposed of a file last, by its path from the workspace. */
  readonly #proposed = new Map<string, string>();

  /** Copies `workspace`, a real path, with what the run has proposed already. @throws SymphonyError `unsupported` where it is too large */
  static async make(
    workspace: string,
    port: FileProposalPort,
    by: Pick<CallRequest, "run" | "node"> & { readonly author: AuthorId },
  ): Promise<ShadowFolder> {
    const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "symphony-agent-" }));
    try {
      const without = await copyWorkspace(workspace, path);
      for (const file of await port.files(by.run)) {
        const text = file.startsWith(`${workspace}/`) ? await port.read(by.run, file) : undefined;
        if (text === undefined) continue;
        const place = join(path, file.slice(workspace.length + 1));
        await Deno.mkdir(dirname(place), { recursive: true });
        await Deno.writeTextFile(place, text);
      }
      const changes = await WorkspaceChanges.begin(path);
      return new ShadowFolder({ path, workspace, by, port, changes, without });
    } catch (error) {
      await Deno.remove(path, { recursive: true });
      throw error;
    }
  }

  private constructor({ path, workspace, by, port, changes, without }: {
    readonly path: string;
    readonly workspace: string;
    readonly by: Pick<CallRequest, "run" | "node"> & { readonly author: AuthorId };
    readonly port: FileProposalPort;
    readonly changes: WorkspaceChanges;
    readonly without: readonly string[];
  }) {
    this.path = path;
    this.without = without;
    this.#workspace = workspace;
    this.#by = by;
    this.#port = port;
    this.#changes = changes;
  }

  /** Proposes what a file of the copy has become, now. @throws ExtensionFailure, SymphonyError where it may not be proposed */
  async propose(name: string, text: string): Promise<void> {
    const file = await proposedPlace(this.#workspace, name, await this.#port.files(this.#by.run));
    const base = this.#proposed.get(name) ?? this.#changes.textBefore(name) ?? await emptyIfAbsent(file);
    if (base === text) return;
    await this.#port.propose({ ...this.#by, file, base, text });
    this.#proposed.set(name, text);
  }

  /** Proposes what was not yet, and gives everything that became of the copy; `leave` is told what cannot be proposed. */
  async end(leave: (what: string) => void): Promise<Changes> {
    const changes = await this.#changes.end();
    for (const { path, change } of changes.files) {
      const text = changes.texts.get(path);
      if (change === "removed") leave(`${path} was removed, which cannot be proposed: it stays`);
      else if (text === undefined && this.#proposed.has(path)) continue;
      else if (text === undefined) leave(`${path} is no text, or too large, and is not proposed`);
      else {
        await this.propose(path, text).catch((error) =>
          leave(`${path} is not proposed: ${messageOf(error)}`)
        );
      }
    }
    return changes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true }).catch(() => {});
  }
}

/** What a file was of which no text is kept: nothing where it is not there, else not known. */
async function emptyIfAbsent(file: string): Promise<string | undefined> {
  const info = await Deno.lstat(file).catch(() => undefined);
  return info === undefined ? "" : undefined;
}
