/**
 * What a server wants changed in many files, made ready and carried out as one: all of it or nothing.
 *
 * A server is not trusted with it. Everything is checked before anything is touched: each edit against the text and version it was
 * made for, each path against the folders the server works in. Open buffers are edited as buffers (each one step of undo); other files
 * are written, and put back where a later one fails.
 *
 * Invariants: (1) no text is changed where anyone has edited the same place since; (2) a plan changes nothing; (3) an open buffer
 * never learns of its edit from the disk.
 *
 * @module
 */

import { basename, dirname, join, relative } from "node:path";
import { own } from "../../../core/json.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { Buffer } from "../../buffers.ts";
import type { FileStamp } from "../../files/file_stamp.ts";
import { NEW_FORM, type TextForm } from "../../files/text_form.ts";
import { Delta } from "../../text/delta.ts";
import { Rope } from "../../text/rope.ts";
import type { LanguageServer } from "../language_server.ts";
import { type PositionEncoding, PositionMap } from "../position.ts";
import type { SentText } from "../synced_document.ts";
import { deltaOfTextEdits } from "../text_edits.ts";
import { listOf, numberIn, objectOf, stringIn } from "./answer_reading.ts";
import { nameOf, type OpenWorld } from "./places.ts";

/** An edit of an open buffer, for the text of `revision`. */
export interface BufferStep {
  readonly kind: "buffer";
  readonly path: string | undefined;
  readonly buffer: Buffer;
  readonly revision: number;
  readonly delta: Delta;
}

/** A file that is not open: what it held and what it is to hold. */
export interface FileStep {
  readonly kind: "file";
  readonly path: string;
  readonly before: Rope;
  /** From what it holds to what it is to hold. */
  readonly delta: Delta;
  readonly form: TextForm;
  /** The state it was read in; `absent` for a file that is made. */
  readonly expected: FileStamp | "absent";
}

export interface RenameStep {
  readonly kind: "rename";
  readonly path: string;
  readonly to: string;
}

export interface DeleteStep {
  readonly kind: "delete";
  readonly path: string;
}

export type ChangeStep = BufferStep | FileStep | RenameStep | DeleteStep;

/** A change of many files, checked and ready. */
export interface WorkspaceChange {
  readonly steps: readonly ChangeStep[];
  readonly server: string;
}

const MOST_FILES = 5_000;

/** What a plan needs to know beside the edit. */
export interface PlanContext {
  readonly world: OpenWorld;
  readonly server: LanguageServer;
  readonly encoding: PositionEncoding;
  /** What the server had of each open buffer when it was asked. */
  readonly sent: ReadonlyMap<Buffer, SentText>;
}

/** Makes a `WorkspaceEdit` ready, or says why it cannot be carried out. Reads files, changes nothing. */
export async function planWorkspaceEdit(
  edit: unknown,
  context: PlanContext,
): Promise<Result<WorkspaceChange, string>> {
  const told = objectOf(edit);
  if (told === undefined) return err("the edit is no object");
  const plan = new Plan(context);
  const changes = own(told, "documentChanges");
  const steps = Array.isArray(changes)
    ? listOf(changes, MOST_FILES + 1)
    : Object.entries(objectOf(own(told, "changes")) ?? {}).map(([uri, edits]) => ({
      textDocument: { uri },
      edits,
    }));
  if (steps.length > MOST_FILES) return err(`it changes more than ${MOST_FILES} files`);
  for (const step of steps) {
    const refusal = await plan.add(step);
    if (refusal !== undefined) return err(refusal);
  }
  return ok({ steps: plan.steps(), server: context.server.name });
}

class Plan {
  readonly #context: PlanContext;
  readonly #texts = new Map<string, BufferStep | FileStep>();
  /** Renames and deletions in their order. */
  readonly #moves: (RenameStep | DeleteStep)[] = [];

  constructor(context: PlanContext) {
    this.#context = context;
  }

  steps(): ChangeStep[] {
    return [...this.#texts.values(), ...this.#moves];
  }

  /** Takes one document change; why it is refused, where it is. */
  async add(value: unknown): Promise<string | undefined> {
    const told = objectOf(value) ?? {};
    const options = objectOf(own(told, "options")) ?? {};
    const flag = (name: string) => own(options, name) === true;
    switch (own(told, "kind")) {
      case "create":
        return await this.#create(stringIn(told, "uri") ?? "", flag("overwrite"), flag("ignoreIfExists"));
      case "rename": {
        const [from, to] = [stringIn(told, "oldUri") ?? "", stringIn(told, "newUri") ?? ""];
        return await this.#rename(from, to, flag("ignoreIfExists"));
      }
      case "delete":
        return await this.#delete(stringIn(told, "uri") ?? "", flag("ignoreIfNotExists"));
      default: {
        const document = objectOf(own(told, "textDocument")) ?? {};
        return await this.#edit(
          stringIn(document, "uri") ?? "",
          numberIn(document, "version"),
          own(told, "edits"),
        );
      }
    }
  }

  async #edit(uri: string, version: number | undefined, edits: unknown): Promise<string | undefined> {
    const { world, server, encoding } = this.#context;
    const path = await nameOf(world.disk, uri);
    const buffer = path === undefined ? this.#untitled(uri) : world.buffers.at(path);
    const key = path ?? uri;
    const planned = this.#texts.get(key);
    if (buffer !== undefined) {
      if (planned !== undefined) return `"${key}" is edited twice`;
      const sent = this.#sentText(buffer, version);
      if (typeof sent === "string") return `"${key}": ${sent}`;
      const delta = deltaOfTextEdits(sent.map, edits);
      if (!delta.ok) return `"${key}": ${delta.error}`;
      if (touchesLater(buffer, sent.revision, delta.value)) {
        return `"${key}" was edited at the same place meanwhile`;
      }
      this.#texts.set(key, { kind: "buffer", path, buffer, revision: sent.revision, delta: delta.value });
      return undefined;
    }
    if (path === undefined) return `"${uri.slice(0, 200)}" is no file and not open`;
    const outside = this.#outside(path);
    if (outside !== undefined) return outside;
    const file = planned ?? await this.#read(path);
    if (typeof file === "string") return file;
    if (file.kind === "buffer") return `"${key}" is edited twice`;
    // Of several edits of one file each is for the text that the one before left.
    const delta = deltaOfTextEdits(new PositionMap(file.delta.apply(file.before), encoding), edits);
    if (!delta.ok) return `"${path}": ${delta.error}`;
    this.#texts.set(path, { ...file, delta: file.delta.compose(delta.value) });
    return server.session === undefined ? "the server is gone" : undefined;
  }

  /** The text an edit of an open buffer was made for, or why it is not known. */
  #sentText(buffer: Buffer, version: number | undefined): SentText | string {
    const { server, sent } = this.#context;
    if (version === undefined) {
      const known = sent.get(buffer);
      if (known !== undefined) return known;
      // A buffer that the server does not have: it has read the file.
      if (!buffer.pristine) return "it has changes that the server does not know";
      return {
        version: 0,
        revision: buffer.revision,
        map: new PositionMap(buffer.text, this.#context.encoding),
      };
    }
    return server.document(buffer)?.at(version) ?? `version ${version} of it is not known`;
  }

  #untitled(uri: string): Buffer | undefined {
    for (const buffer of this.#context.server.buffers) {
      if (this.#context.server.document(buffer)?.uri === uri) return buffer;
    }
    return undefined;
  }

  async #read(path: string): Promise<FileStep | string> {
    try {
      const { chunks, form, stamp, readOnly } = await this.#context.world.disk.load(path);
      if (readOnly) return `"${path}" is read-only`;
      const text = Rope.ofChunks(chunks);
      return { kind: "file", path, before: text, delta: Delta.identity(text.length), form, expected: stamp };
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #create(uri: string, overwrite: boolean, ignoreIfExists: boolean): Promise<string | undefined> {
    const path = await nameOf(this.#context.world.disk, uri);
    if (path === undefined) return `"${uri.slice(0, 200)}" is no file`;
    const refusal = this.#outside(path);
    if (refusal !== undefined) return refusal;
    const there = await this.#exists(path);
    if (there && !overwrite) return ignoreIfExists ? undefined : `"${path}" exists already`;
    if (there) return `"${path}" would be overwritten`;
    this.#texts.set(path, {
      kind: "file",
      path,
      before: Rope.empty,
      delta: Delta.identity(0),
      form: NEW_FORM,
      expected: "absent",
    });
    return undefined;
  }

  async #rename(from: string, to: string, ignoreIfExists: boolean): Promise<string | undefined> {
    const { disk } = this.#context.world;
    const [path, target] = [await nameOf(disk, from), await nameOf(disk, to)];
    if (path === undefined || target === undefined) return `a rename of what is no file`;
    const refusal = this.#outside(path) ?? this.#outside(target);
    if (refusal !== undefined) return refusal;
    if (!await this.#exists(path)) return `"${path}" does not exist`;
    if (await this.#exists(target)) return ignoreIfExists ? undefined : `"${target}" exists already`;
    if (this.#texts.get(path)?.kind === "file") return `"${path}" is edited and renamed`;
    this.#moves.push({ kind: "rename", path, to: target });
    return undefined;
  }

  async #delete(uri: string, ignoreIfNotExists: boolean): Promise<string | undefined> {
    const { world } = this.#context;
    const path = await nameOf(world.disk, uri);
    if (path === undefined) return `"${uri.slice(0, 200)}" is no file`;
    const refusal = this.#outside(path);
    if (refusal !== undefined) return refusal;
    const state = await world.disk.state(path);
    if (state === undefined) return ignoreIfNotExists ? undefined : `"${path}" does not exist`;
    if (state.kind !== "file") return `"${path}" is a folder: only files are deleted`;
    if (world.buffers.at(path) !== undefined) return `"${path}" is open`;
    this.#moves.push({ kind: "delete", path });
    return undefined;
  }

  async #exists(path: string): Promise<boolean> {
    return this.#texts.has(path) || await this.#context.world.disk.state(path) !== undefined;
  }

  /** Files are changed only below the folder the server works in. */
  #outside(path: string): string | undefined {
    const { root } = this.#context.server.found;
    const inside = relative(root, path);
    return inside === "" || inside.startsWith("..") ? `"${path}" is not in "${root}"` : undefined;
  }
}

/** Whether edits since `revision` touch what `delta` replaces, so that putting it there would undo someone's work. */
export function touchesLater(buffer: Buffer, revision: number, delta: Delta): boolean {
  let later: Delta;
  try {
    later = buffer.document.changesSince(revision);
  } catch {
    return true; // So long ago that it is forgotten.
  }
  let at = 0;
  for (const change of later.changes()) {
    while (at < delta.size && (delta.to[at] as number) < change.from) at++;
    for (let next = at; next < delta.size && (delta.from[next] as number) <= change.to; next++) {
      const [from, to] = [delta.from[next] as number, delta.to[next] as number];
      const isInsert = from === to;
      // Two inserts at one place go together; what is deleted must not have been touched, not even at its edges.
      if (!isInsert || change.from < from && change.to > from) return true;
    }
  }
  return false;
}

export interface ApplyOptions {
  /** Edits an open buffer as the step says, in somebody's name. */
  readonly edit: (step: BufferStep) => void;
}

/** Edits in the name of an author, each buffer one step of undo. */
export function editAs(author: string): ApplyOptions {
  return { edit: ({ buffer, delta, revision }) => void buffer.edit({ delta, revision, author }) };
}

/** Carries a plan out; why it was not, where it was not: then nothing has changed. */
export async function applyWorkspaceChange(
  change: WorkspaceChange,
  world: OpenWorld,
  options: ApplyOptions,
): Promise<Result<void, string>> {
  const undo: (() => Promise<unknown>)[] = [];
  const texts = change.steps.filter((step) => step.kind === "buffer");
  const aside: string[] = [];
  try {
    checkBuffers(texts);
    for (const step of change.steps) {
      if (step.kind === "file") undo.push(await writeFile(step, world));
      else if (step.kind === "rename") undo.push(await renameFile(step, world));
      else if (step.kind === "delete") {
        const name = join(
          dirname(step.path),
          `.${basename(step.path).slice(0, 60)}.${crypto.randomUUID().slice(0, 8)}.deleted`,
        );
        await Deno.rename(step.path, name);
        aside.push(name);
        undo.push(() => Deno.rename(name, step.path));
      }
    }
    // Writing took time: others may have edited. From here on nothing waits and nothing fails.
    checkBuffers(texts);
  } catch (error) {
    for (const back of undo.reverse()) await back().catch(() => {});
    return err(error instanceof Error ? error.message : String(error));
  }
  for (const step of texts) options.edit(step);
  for (const name of aside) await Deno.remove(name).catch(() => {});
  return ok(undefined);
}

function checkBuffers(steps: readonly BufferStep[]): void {
  for (const step of steps) {
    if (touchesLater(step.buffer, step.revision, step.delta)) {
      throw new Refusal(`"${step.path ?? "a buffer"}" was edited at the same place meanwhile`);
    }
  }
}

class Refusal extends Error {}

/** Writes a file and gives what puts it back. */
async function writeFile(step: FileStep, world: OpenWorld): Promise<() => Promise<unknown>> {
  if (world.buffers.at(step.path) !== undefined) throw new Refusal(`"${step.path}" was opened meanwhile`);
  if (step.expected === "absent") await Deno.mkdir(dirname(step.path), { recursive: true });
  const saved = await world.disk.save(step.path, step.delta.apply(step.before).chunks(), step.form, {
    expected: step.expected,
  });
  if (!saved.ok) throw new Refusal(`"${step.path}" was not written: ${saved.error}`);
  if (step.expected === "absent") return () => Deno.remove(step.path);
  return () => world.disk.save(step.path, step.before.chunks(), step.form, { expected: saved.value.stamp });
}

async function renameFile(step: RenameStep, world: OpenWorld): Promise<() => Promise<unknown>> {
  if (await world.disk.state(step.to) !== undefined) throw new Refusal(`"${step.to}" exists already`);
  await Deno.mkdir(dirname(step.to), { recursive: true });
  await Deno.rename(step.path, step.to);
  const place = join(
    await world.disk.place(dirname(step.to)).catch(() => dirname(step.to)),
    basename(step.to),
  );
  const buffer = world.buffers.at(step.path);
  buffer?.move(place);
  return async () => {
    await Deno.rename(step.to, step.path);
    buffer?.move(step.path);
  };
}
