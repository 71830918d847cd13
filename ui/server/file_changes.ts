/**
 * Making, moving and removing files and folders of the workspace for a person. Where a path goes is judged by the one judge of all writes:
 * nothing outside, nothing of git's or of the product's own; the data folder stays where it is.
 *
 * @module
 */

import { dirname, join, relative, resolve, sep } from "node:path";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { ProposedPlaces } from "../../core/ports/file_proposals.ts";
import type { FileEntry } from "../api/files.ts";
import { moveToFree } from "./move_to_free.ts";
import { told, type WorkspaceFiles } from "./workspace_files.ts";

const LONGEST_PATH = 1_000;

export class FileChanges {
  readonly #files: WorkspaceFiles;
  readonly #places: ProposedPlaces;
  readonly #data: string;

  /** @param data the data folder, which nothing here touches */
  constructor(files: WorkspaceFiles, places: ProposedPlaces, data: string) {
    this.#files = files;
    this.#places = places;
    this.#data = data;
  }

  /** Makes an empty file or a folder, with the folders above it. @throws SymphonyError `exists` | `permission` | `bad-input` | … */
  async make(path: string, kind: "file" | "folder"): Promise<FileEntry> {
    const place = await this.#judged("make", path);
    await told(`make "${path}"`, async () => {
      await Deno.mkdir(dirname(place), { recursive: true });
      if (kind === "folder") await Deno.mkdir(place);
      else await Deno.writeFile(place, new Uint8Array(), { createNew: true });
    });
    return await this.#entry(place);
  }

  /** Moves or renames; links are moved themselves. @throws SymphonyError as `make`, `not-found` */
  async move(from: string, to: string): Promise<FileEntry> {
    const [source, target] = [await this.#judged("move", from), await this.#judged("move", to)];
    await this.#demandOrdinary("move", from, source);
    if (isWithin(source, target)) {
      throw new SymphonyError("bad-input", `Cannot move "${from}" to "${to}": that is inside itself`);
    }
    await told(`move "${from}" to "${to}"`, async () => {
      const info = await Deno.lstat(source);
      await Deno.mkdir(dirname(target), { recursive: true });
      await moveToFree(source, target, info);
    });
    return await this.#entry(target);
  }

  /** Removes a file, a link itself, or a folder with all that is in it. @throws SymphonyError as `move` */
  async remove(path: string): Promise<void> {
    const place = await this.#judged("remove", path);
    await this.#demandOrdinary("remove", path, place);
    await told(`remove "${path}"`, () => Deno.remove(place, { recursive: true }));
  }

  async #judged(act: string, path: string): Promise<string> {
    if (path.length > LONGEST_PATH) {
      throw new SymphonyError("bad-input", `Cannot ${act} a path of over ${LONGEST_PATH} characters`);
    }
    const place = await this.#files.absolute(path);
    if (place === this.#files.root) {
      throw new SymphonyError("bad-input", `Cannot ${act} the workspace itself`, {
        hint: "Give a path from the workspace, with /",
      });
    }
    try {
      await this.#places.place(this.#files.root, relative(this.#files.root, place), []);
    } catch (cause) {
      throw new SymphonyError("permission", `Cannot ${act} "${path.slice(0, 200)}": ${messageOf(cause)}`, {
        cause,
      });
    }
    if (isWithin(await real(this.#data), await real(place))) {
      throw kept(act, path, "it is in the data folder");
    }
    return place;
  }

  /** What holds a repository, or all that the program keeps, is no folder like others. */
  async #demandOrdinary(act: string, path: string, place: string): Promise<void> {
    if (isWithin(await real(place), await real(this.#data))) {
      throw kept(act, path, "it holds the data folder");
    }
    for (const name of [".git", ".symphony"]) {
      const isThere = await Deno.lstat(join(place, name)).then(() => true, () => false);
      if (isThere) throw kept(act, path, `it holds ${name}`);
    }
  }

  async #entry(place: string): Promise<FileEntry> {
    const info = await Deno.lstat(place);
    return {
      path: this.#files.name(place),
      kind: info.isSymlink ? "link" : info.isDirectory ? "folder" : "file",
      sizeBytes: info.size,
      modifiedAt: info.mtime?.getTime() ?? 0,
      isIgnored: false,
    };
  }
}

function kept(act: string, path: string, why: string): SymphonyError {
  return new SymphonyError("permission", `Cannot ${act} "${path.slice(0, 200)}": ${why}`);
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The real path; of what is not there, as far as it is. */
async function real(path: string): Promise<string> {
  const found = await Deno.realPath(path).catch(() => undefined);
  if (found !== undefined) return found;
  const parent = resolve(path, "..");
  return parent === path ? path : join(await real(parent), relative(parent, path));
}
