/**
 * What a whole diff would do, found out without writing anything.
 *
 * Edits are seen as git sees them: a rename or copy takes its source as it was before the diff, so that two files can
 * change places; several edits of one file build on each other. A change that is there already is no conflict, so a
 * repeated attempt ends as the first would have.
 *
 * @module
 */

import { type CallContext, ExtensionFailure } from "symphony/sdk";
import type { FileEdit } from "./parse_diff.ts";
import { placeHunks, type Rejection, reversed } from "./place_hunks.ts";

export type Status = "modified" | "created" | "deleted" | "renamed" | "copied" | "unchanged" | "conflict";

export interface PlannedFile {
  readonly path: string;
  readonly from: string;
  readonly status: Status;
  readonly hunks: number;
  readonly rejected: readonly Rejection[];
  /** Why it is in conflict; empty where it is not. */
  readonly reason: string;
}

export interface Plan {
  readonly files: readonly PlannedFile[];
  /** New content by path. */
  readonly writes: ReadonlyMap<string, string>;
  readonly removes: ReadonlySet<string>;
  /** Content before the diff, for putting back; undefined where nothing was. */
  readonly before: ReadonlyMap<string, string | undefined>;
}

/** Plans all edits; `locate` turns a path of the diff into one of the workspace. */
export async function planEdits(
  context: CallContext,
  edits: readonly FileEdit[],
  fuzz: number,
  locate: (path: string) => string,
): Promise<Plan> {
  const planner = new Planner(context, fuzz, locate);
  const files: PlannedFile[] = [];
  const sources = new Set(edits.filter((edit) => edit.kind === "rename").map((edit) => edit.from));
  for (const edit of edits) {
    context.signal.throwIfAborted();
    files.push(await planner.plan(edit, sources));
    context.progress(files.length, edits.length);
  }
  return planner.result(files);
}

class Planner {
  readonly #context: CallContext;
  readonly #fuzz: number;
  readonly #locate: (path: string) => string;
  readonly #before = new Map<string, string | undefined>();
  readonly #writes = new Map<string, string>();
  readonly #removes = new Set<string>();

  constructor(context: CallContext, fuzz: number, locate: (path: string) => string) {
    this.#context = context;
    this.#fuzz = fuzz;
    this.#locate = locate;
  }

  result(files: readonly PlannedFile[]): Plan {
    const removes = new Set([...this.#removes].filter((path) => !this.#writes.has(path)));
    return { files, writes: this.#writes, removes, before: this.#before };
  }

  async plan(edit: FileEdit, sources: ReadonlySet<string>): Promise<PlannedFile> {
    switch (edit.kind) {
      case "create":
        return await this.#create(edit, sources);
      case "delete":
        return await this.#delete(edit);
      case "modify":
        return await this.#modify(edit);
      case "rename":
      case "copy":
        return await this.#move(edit, sources);
      default:
        return edit.kind satisfies never;
    }
  }

  async #create(edit: FileEdit, sources: ReadonlySet<string>): Promise<PlannedFile> {
    const path = this.#locate(edit.to);
    const content = placeHunks("", edit.hunks, { fuzz: 0, anchored: false }).text;
    const there = await this.#now(path);
    if (there === content) return file(edit, "unchanged");
    if (there !== undefined && !sources.has(edit.to)) {
      return file(edit, "conflict", "it is to be created but exists");
    }
    this.#writes.set(path, content);
    return file(edit, "created");
  }

  async #delete(edit: FileEdit): Promise<PlannedFile> {
    const path = this.#locate(edit.from);
    const there = await this.#now(path);
    if (there === undefined) return file(edit, "unchanged");
    const left = placeHunks(there, edit.hunks, { fuzz: this.#fuzz, anchored: false });
    if (left.rejected.length > 0) {
      return file(edit, "conflict", "what is to be deleted was changed", left.rejected);
    }
    if (left.text !== "") return file(edit, "conflict", "it holds more than what is to be deleted");
    this.#writes.delete(path);
    this.#removes.add(path);
    return file(edit, "deleted");
  }

  async #modify(edit: FileEdit): Promise<PlannedFile> {
    const path = this.#locate(edit.to);
    const there = await this.#now(path);
    if (there === undefined) return file(edit, "conflict", "it is to be changed but does not exist");
    const changed = this.#changed(there, edit);
    if (changed.rejected.length > 0) {
      return file(edit, "conflict", "the lines to change differ", changed.rejected);
    }
    if (changed.text === there) return file(edit, "unchanged");
    this.#writes.set(path, changed.text);
    return file(edit, "modified");
  }

  async #move(edit: FileEdit, sources: ReadonlySet<string>): Promise<PlannedFile> {
    const from = this.#locate(edit.from);
    const to = this.#locate(edit.to);
    const source = await this.#original(from) ?? this.#writes.get(from);
    const target = await this.#now(to);
    if (source === undefined) {
      const isDone = target !== undefined && isApplied(target, edit);
      return isDone
        ? file(edit, "unchanged")
        : file(edit, "conflict", `its source "${edit.from}" does not exist`);
    }
    const moved = this.#changed(source, edit);
    if (moved.rejected.length > 0) {
      return file(edit, "conflict", "the lines to change differ", moved.rejected);
    }
    const isTaken = target !== undefined && target !== moved.text && !sources.has(edit.to);
    if (isTaken) return file(edit, "conflict", `"${edit.from}" is to go there but it exists`);
    this.#writes.set(to, moved.text);
    if (edit.kind === "rename" && from !== to) this.#removes.add(from);
    return file(edit, edit.kind === "rename" ? "renamed" : "copied");
  }

  /** Strictly first; then whether it is there already; then wherever it fits. */
  #changed(text: string, edit: FileEdit) {
    const strict = placeHunks(text, edit.hunks, { fuzz: 0, anchored: true });
    if (strict.rejected.length === 0) return strict;
    if (isApplied(text, edit)) return { text, rejected: [] };
    return placeHunks(text, edit.hunks, { fuzz: this.#fuzz, anchored: false });
  }

  /** The content after the edits so far. */
  async #now(path: string): Promise<string | undefined> {
    const before = await this.#original(path);
    return this.#writes.get(path) ?? (this.#removes.has(path) ? undefined : before);
  }

  async #original(path: string): Promise<string | undefined> {
    if (!this.#before.has(path)) this.#before.set(path, await textAt(this.#context, path));
    return this.#before.get(path);
  }
}

function isApplied(text: string, edit: FileEdit): boolean {
  const back = placeHunks(text, reversed(edit.hunks), { fuzz: 0, anchored: true });
  return back.rejected.length === 0;
}

async function textAt(context: CallContext, path: string): Promise<string | undefined> {
  const there = await context.files.stat(path);
  if (there === undefined) return undefined;
  if (there.kind !== "file") {
    throw new ExtensionFailure("input", `Cannot patch "${path}": it is a ${there.kind}`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await context.files.read(path));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new ExtensionFailure("input", `Cannot patch "${path}": it is not UTF-8 text`, { cause });
  }
}

function file(edit: FileEdit, status: Status, reason = "", rejected: readonly Rejection[] = []): PlannedFile {
  return { path: edit.to, from: edit.from, status, hunks: edit.hunks.length, rejected, reason };
}
