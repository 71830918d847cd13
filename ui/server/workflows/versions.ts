/**
 * Every text of a workflow file that was saved or seen, kept in the data folder: a file for each text, and an index that is
 * only appended to.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { SymphonyError } from "../../../core/errors.ts";
import type { WorkflowVersion } from "../../api/workflows.ts";

const MOST_SHOWN = 1000;

/** SHA-256 of a text, as the API names it. */
export function hashOf(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

export class Versions {
  readonly #folder: string;
  /** The newest hash of each file, so that a text seen twice is noted once. */
  readonly #newest = new Map<string, string>();

  constructor(stateFolder: string) {
    this.#folder = `${stateFolder}/versions`;
  }

  /** Notes a text; one equal to the newest adds nothing. */
  async note(
    file: string,
    text: string,
    by: string,
    at: { readonly now: number; readonly message?: string },
  ) {
    const hash = hashOf(text);
    if ((this.#newest.get(file) ?? (await this.list(file))[0]?.hash) === hash) {
      this.#newest.set(file, hash);
      return;
    }
    const folder = this.#folderOf(file);
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(`${folder}/${hash}`, text, { mode: 0o600 });
    const line: WorkflowVersion & { readonly file: string } = {
      file,
      hash,
      savedAt: at.now,
      by,
      message: at.message ?? "",
      sizeBytes: new TextEncoder().encode(text).length,
    };
    await Deno.writeTextFile(`${folder}/index.jsonl`, `${JSON.stringify(line)}\n`, {
      append: true,
      mode: 0o600,
    });
    this.#newest.set(file, hash);
  }

  /** Newest first. */
  async list(file: string): Promise<readonly WorkflowVersion[]> {
    let text: string;
    try {
      text = await Deno.readTextFile(`${this.#folderOf(file)}/index.jsonl`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
    return text.split("\n").flatMap(versionOf).reverse().slice(0, MOST_SHOWN);
  }

  /** The text of a version; undefined where it is not known. @throws SymphonyError `corrupt` */
  async text(file: string, hash: string): Promise<string | undefined> {
    if (!/^[0-9a-f]{64}$/.test(hash)) return undefined;
    try {
      const text = await Deno.readTextFile(`${this.#folderOf(file)}/${hash}`);
      if (hashOf(text) === hash) return text;
      throw new SymphonyError("corrupt", `Cannot read version ${hash} of "${file}": its text has changed`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** A file has another name now. */
  async moved(from: string, to: string): Promise<void> {
    this.#newest.delete(from);
    this.#newest.delete(to);
    for (const version of (await this.list(from)).toReversed()) {
      const text = await this.text(from, version.hash);
      if (text === undefined) continue;
      await this.note(to, text, version.by, { now: version.savedAt, message: version.message });
    }
  }

  #folderOf(file: string): string {
    return `${this.#folder}/${hashOf(file).slice(0, 32)}`;
  }
}

/** A line of the index; one that a crash cut short is none. */
function versionOf(line: string): WorkflowVersion[] {
  try {
    const { file: _, ...version } = JSON.parse(line) as WorkflowVersion & { readonly file: string };
    return [version];
  } catch {
    return [];
  }
}
