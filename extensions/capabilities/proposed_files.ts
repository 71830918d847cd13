/**
 * Files as a call sees them whose run proposes instead of writing: what the run has proposed stands in the place of what the
 * disk has, and what the call writes is proposed, made from the text that the call has seen.
 *
 * @module
 */

import { basename, relative, sep } from "node:path";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { FileProposalPort } from "../../core/ports/file_proposals.ts";
import { ExtensionFailure } from "../sdk/failure.ts";
import type { CallScope, Proposing } from "./capability.ts";
import { type EditorLimits, editorLimits } from "./editor.ts";
import { openBelow, readAll } from "./open_below.ts";
import { proposedPlace, realPlace } from "./proposed_place.ts";
import { SeenTexts } from "./seen_texts.ts";

type Scope = Pick<CallScope, "run" | "node" | "payloads">;

export class ProposedFiles {
  readonly #scope: Scope;
  readonly #proposing: Proposing;
  readonly #limits: EditorLimits;
  readonly #seen = new SeenTexts();
  #proposals = 0;
  #chars = 0;

  constructor(scope: Scope, proposing: Proposing, limits = editorLimits) {
    this.#scope = scope;
    this.#proposing = proposing;
    this.#limits = limits;
  }

  /** What the run has proposed the file at `absolute`, below `root`, to be; undefined where the disk has it. */
  async read(root: string, absolute: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const file = await realPlace(root, absolute);
    const text = await this.#proposed(file);
    if (text === undefined) return undefined;
    await this.#seen.note(file, text);
    return new TextEncoder().encode(text);
  }

  /** Takes note of what the call has read from the disk. */
  async saw(root: string, absolute: string, bytes: Uint8Array): Promise<void> {
    const text = textOf(bytes);
    if (text !== undefined) await this.#seen.note(await realPlace(root, absolute), text);
  }

  /** The files and folders that the run has proposed in the folder; undefined where it has proposed none. */
  async added(root: string, folder: string): Promise<Json[] | undefined> {
    const inside = await this.#below(await realPlace(root, folder));
    const entries = new Map<string, Json>();
    for (const { file, steps: [name = "", ...deeper] } of inside) {
      if (deeper.length > 0) entries.set(name, entryOf(name, "directory", 0));
      else {
        const text = await this.#proposed(file);
        if (text !== undefined) {
          entries.set(name, entryOf(name, "file", new TextEncoder().encode(text).length));
        }
      }
    }
    return inside.length === 0 ? undefined : [...entries.values()];
  }

  /** The file or folder that the run has proposed at `absolute`; undefined where it has proposed none. */
  async stat(root: string, absolute: string): Promise<Json | undefined> {
    const file = await realPlace(root, absolute);
    const text = await this.#proposed(file);
    if (text !== undefined) return entryOf(basename(file), "file", new TextEncoder().encode(text).length);
    const isThere = await Deno.lstat(file).then(() => true, () => false);
    if (isThere || (await this.#below(file)).length === 0) return undefined;
    return entryOf(basename(file), "directory", 0);
  }

  /** Proposes what the file shall be. @throws ExtensionFailure for what is no text, is too much, or may not be there, and where nobody takes proposals */
  async write(root: string, absolute: string, bytes: Uint8Array): Promise<void> {
    const name = relative(root, absolute);
    const port = this.#port(name);
    const text = textOf(bytes);
    if (text === undefined) {
      throw new ExtensionFailure("input", `Cannot propose "${name}": it is no UTF-8 text`);
    }
    this.#count(name, text);
    const { run, node } = this.#scope;
    const file = await proposedPlace(root, absolute, await port.files(run));
    const base = await this.#base(root, file, name);
    try {
      await port.propose({ run, node, author: this.#proposing.author, file, base, text });
    } catch (cause) {
      throw refusedBy(cause, name);
    }
    await this.#seen.note(file, text);
  }

  #count(name: string, text: string): void {
    const { chars, proposals, proposedChars } = this.#limits;
    if (text.length > chars) throw tooLong(name, chars);
    this.#proposals++;
    this.#chars += text.length;
    if (this.#proposals > proposals || this.#chars > proposedChars) {
      throw new ExtensionFailure(
        "permission",
        `Cannot propose "${name}": one call proposes at most ${proposals} texts of ${proposedChars} characters together`,
      );
    }
  }

  /** The text that a proposal is made from: what the call has seen, else what is on the disk. */
  async #base(root: string, file: string, name: string): Promise<string | undefined> {
    const onDisk = () => this.#onDisk(root, file, name);
    const changed = () =>
      new ExtensionFailure(
        "input",
        `Cannot propose "${name}": it has changed since it was read; read it again`,
      );
    const seen = await this.#seen.text(
      file,
      async () => await this.#proposed(file) ?? await onDisk(),
      changed,
    );
    return seen ?? await onDisk();
  }

  /** The file's text, nothing where no file is; undefined for what is no text. In turn, and no more than a proposal may have. */
  async #onDisk(root: string, file: string, name: string): Promise<string | undefined> {
    const endTurn = await this.#scope.payloads?.turn();
    try {
      const { file: open, info } = await openBelow(root, relative(root, file));
      using _closed = open;
      // Of two bytes a unit at most, in the encodings that there are, and a mark.
      if (info.size > 4 * this.#limits.chars) throw tooLong(name, this.#limits.chars);
      return textOf(await readAll(open, info.size, 4 * this.#limits.chars, name));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    } finally {
      endTurn?.();
    }
  }

  async #proposed(file: string): Promise<string | undefined> {
    return await this.#proposing.port?.read(this.#scope.run, file);
  }

  /** What the run has proposed below the folder, with the steps from there. */
  async #below(folder: string): Promise<{ readonly file: string; readonly steps: readonly string[] }[]> {
    const files = await this.#proposing.port?.files(this.#scope.run) ?? [];
    return files.flatMap((file) =>
      file.startsWith(folder + sep) ? [{ file, steps: file.slice(folder.length + 1).split(sep) }] : []
    );
  }

  #port(name: string): FileProposalPort {
    const { port } = this.#proposing;
    if (port !== undefined) return port;
    throw new ExtensionFailure(
      "permission",
      `Cannot propose "${name}": this run proposes its changes, and no editor is here to take them: go on with it in the page of "symphony serve"`,
    );
  }
}

/** A refusal stays one. */
function refusedBy(cause: unknown, name: string): ExtensionFailure {
  const isRefused = cause instanceof SymphonyError && cause.code === "permission";
  const message = `Cannot propose "${name}": ${messageOf(cause)}`;
  return new ExtensionFailure(isRefused ? "permission" : "input", message, { cause });
}

function tooLong(name: string, chars: number): ExtensionFailure {
  return new ExtensionFailure("input", `Cannot propose "${name}": over ${chars} characters`);
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function entryOf(name: string, kind: "file" | "directory", sizeBytes: number): Json {
  return { name, kind, sizeBytes, modifiedMs: 0 };
}
