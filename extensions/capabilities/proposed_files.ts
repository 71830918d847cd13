/**
 * Files as a call sees them whose run proposes instead of writing: what the run has proposed stands in the place of what the
 * disk has, and what the call writes is proposed, made from the text that the call has seen.
 *
 * @module
 */

import { basename, dirname, join, relative, sep } from "node:path";
import { messageOf } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import type { FileProposalPort } from "../../core/ports/file_proposals.ts";
import { ExtensionFailure } from "../sdk/failure.ts";
import type { CallScope, Proposing } from "./capability.ts";
import { refuseGitSteps } from "./git_names.ts";
import { isWithin, outside } from "./workspace_path.ts";

export class ProposedFiles {
  readonly #by: Pick<CallScope, "run" | "node">;
  readonly #proposing: Proposing;
  /** What this call takes the text of a file to be, by real path. */
  readonly #seen = new Map<string, string>();

  constructor(scope: Pick<CallScope, "run" | "node">, proposing: Proposing) {
    this.#by = { run: scope.run, node: scope.node };
    this.#proposing = proposing;
  }

  /** What the run has proposed the file at `absolute`, below `root`, to be; undefined where the disk has it. */
  async read(root: string, absolute: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { port } = this.#proposing;
    if (port === undefined) return undefined;
    const file = await realPlace(root, absolute);
    const text = await port.read(this.#by.run, file);
    if (text === undefined) return undefined;
    this.#seen.set(file, text);
    return new TextEncoder().encode(text);
  }

  /** Takes note of what the call has read from the disk. */
  async saw(root: string, absolute: string, bytes: Uint8Array): Promise<void> {
    const text = textOf(bytes);
    if (text !== undefined) this.#seen.set(await realPlace(root, absolute), text);
  }

  /** The names and sizes of files that the run has proposed in the folder and that are not there yet. */
  async added(root: string, folder: string): Promise<Json[]> {
    const { port } = this.#proposing;
    const real = await realPlace(root, folder);
    const files = (await port?.files(this.#by.run) ?? []).filter((file) => dirname(file) === real);
    const entries = await Promise.all(files.map(async (file) => {
      const text = await port?.read(this.#by.run, file);
      return text === undefined ? [] : [entryOf(file, new TextEncoder().encode(text).length)];
    }));
    return entries.flat();
  }

  /** The file that the run has proposed at `absolute`; undefined where it has proposed none. */
  async stat(root: string, absolute: string): Promise<Json | undefined> {
    const bytes = await this.read(root, absolute);
    return bytes === undefined ? undefined : entryOf(absolute, bytes.length);
  }

  /** Proposes what the file shall be. @throws ExtensionFailure for what is no text, and where nobody takes proposals */
  async write(root: string, absolute: string, bytes: Uint8Array): Promise<void> {
    const name = relative(root, absolute);
    const { author } = this.#proposing;
    const port = this.#port(name);
    refuseGitSteps(root, absolute);
    const file = await realPlace(root, absolute);
    const text = textOf(bytes);
    if (text === undefined) {
      throw new ExtensionFailure("input", `Cannot propose "${name}": it is no UTF-8 text`);
    }
    const base = this.#seen.get(file) ?? await onDisk(file);
    try {
      await port.propose({ ...this.#by, author, file, base, text });
    } catch (cause) {
      throw new ExtensionFailure("input", `Cannot propose "${name}": ${messageOf(cause)}`, { cause });
    }
    this.#seen.set(file, text);
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

/** Where `absolute` really is; of what is not there, where it would be. @throws ExtensionFailure where that is outside `root` */
async function realPlace(root: string, absolute: string): Promise<string> {
  const rest: string[] = [];
  for (let at = absolute;;) {
    const real = await Deno.realPath(at).catch(() => undefined);
    if (real !== undefined) {
      const place = join(real, ...rest.reverse());
      // A link that leads nowhere is there, but has no real path.
      const isLink = rest.length > 0 &&
        await Deno.lstat(join(real, rest[0] ?? "")).then(() => true, () => false);
      if (isLink || !isWithin(root, place)) throw outside(relative(root, absolute));
      return place;
    }
    rest.push(basename(at));
    const parent = dirname(at);
    if (parent === at) throw outside(absolute);
    at = parent;
  }
}

async function onDisk(file: string): Promise<string | undefined> {
  const bytes = await Deno.readFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array(0);
    throw error;
  });
  return textOf(bytes);
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function entryOf(file: string, sizeBytes: number): Json {
  return { name: file.split(sep).at(-1) ?? file, kind: "file", sizeBytes, modifiedMs: 0 };
}
