/**
 * Workflow files of the workspace: found, read, checked, saved.
 *
 * Invariants:
 * W1. A save names the text that was seen. Where the file is another now, both are merged as texts; where they contradict
 *     nothing is written and the one who saves gets all three.
 * W2. Edits change the values that they name; comments and layout elsewhere stay as they are.
 * W3. Every text that was saved or overwritten is kept as a version first.
 *
 * @module
 */

import { applyEdits, modify } from "jsonc-parser";
import { SymphonyError } from "../../../core/errors.ts";
import { withConflictMarkers } from "../../../core/merge/conflict_markers.ts";
import { mergeTexts } from "../../../core/merge/text_merge.ts";
import type { ClockPort } from "../../../core/ports/clock.ts";
import type { Catalog } from "../../../core/workflow/catalog.ts";
import { parseWorkflow, type ResolveWorkflow } from "../../../core/workflow/parse.ts";
import { makePlan } from "../../../core/workflow/make_plan.ts";
import { checkWorkflow } from "../../../core/workflow/check.ts";
import type { WorkflowDefinition } from "../../../core/workflow/definition.ts";
import type {
  CheckedText,
  JsonEdit,
  SavedWorkflow,
  SaveWorkflow,
  WorkflowFile,
  WorkflowLine,
} from "../../api/workflows.ts";
import { Refusal } from "../http/problems.ts";
import type { TemplateText } from "../services.ts";
import type { WorkspaceFiles } from "../workspace_files.ts";
import { workflowFiles } from "./find_files.ts";
import { graphOf } from "./graph.ts";
import { hashOf, Versions } from "./versions.ts";

const MAX_EDITS = 10_000;

export interface WorkflowStoreServices {
  readonly files: WorkspaceFiles;
  readonly versions: Versions;
  readonly clock: ClockPort;
  templates(): readonly TemplateText[];
  catalog(): Promise<Catalog>;
}

export class WorkflowStore {
  readonly #services: WorkflowStoreServices;

  constructor(services: WorkflowStoreServices) {
    this.#services = services;
  }

  async list(): Promise<readonly WorkflowLine[]> {
    const { files } = this.#services;
    const found: WorkflowLine[] = [];
    for (const file of await workflowFiles(files.root)) {
      const read = await files.read(file).catch(() => undefined);
      if (read === undefined) continue;
      const { draft, problems } = parseWorkflow(read.bytes, file, {});
      found.push({
        file,
        id: draft?.id ?? "",
        name: draft?.name ?? file,
        description: draft?.description ?? "",
        version: draft?.version ?? "",
        hash: hashOf(read.bytes),
        modifiedAt: read.modifiedAt,
        nodes: draft?.nodes.size ?? 0,
        errors: problems.filter(({ severity }) => severity === "error").length,
      });
    }
    return found;
  }

  /** `isTextOnly` neither checks nor reads the graph. @throws SymphonyError `not-found` | `bad-input` | … */
  async open(file: string, isTextOnly = false): Promise<WorkflowFile> {
    const { text, modifiedAt } = await this.#read(file);
    await this.#note(file, text, "outside");
    if (isTextOnly) {
      const isWritable = await this.#services.files.isWritable(file);
      return { file, text, hash: hashOf(text), modifiedAt, isWritable, problems: [] };
    }
    return await this.#fileOf(file, text, modifiedAt);
  }

  /** Reads and checks a text. */
  /** What the text says as far as it can be read, without looking at what its nodes are. */
  read(text: string, file: string): WorkflowDefinition | undefined {
    return parseWorkflow(text, file, { resolve: this.resolver() }).draft;
  }

  async check(text: string, file: string): Promise<CheckedText> {
    const catalog = await this.#services.catalog();
    const { definition, plan, problems } = checkWorkflow(text, file, catalog, this.resolver());
    const drawn = definition ?? parseWorkflow(text, file, { resolve: this.resolver() }).draft;
    // A plan without problems of the file itself may still be had where only warnings stand against it.
    const known = plan ?? (drawn === undefined ? undefined : makePlan(drawn, catalog).plan);
    return { problems, ...drawn === undefined ? {} : { graph: graphOf(drawn, catalog, known) } };
  }

  /** Saves a text or edits. `seen` is the hash of the text that they were made from; undefined for a new file. */
  async save(file: string, save: SaveWorkflow, seen: string | undefined): Promise<SavedWorkflow> {
    demandName(file);
    const now = await this.#read(file).catch((error) => {
      if (error instanceof SymphonyError && error.code === "not-found") return undefined;
      throw error;
    });
    if (seen === undefined) return await this.#saveNew(file, save, now !== undefined);
    const { text, isMerged } = now === undefined
      ? { text: await this.#made(file, save, seen, ""), isMerged: false }
      : await this.#brought(file, save, seen, now.text);
    if (now?.text !== text) {
      if (now !== undefined) await this.#note(file, now.text, "outside");
      await this.#services.files.write(file, text, false);
      await this.#note(file, text, isMerged ? "merged" : "board", save.message);
    }
    return { ...await this.open(file), isMerged };
  }

  async remove(file: string, seen: string | undefined): Promise<void> {
    const { text } = await this.#read(file);
    if (seen !== hashOf(text)) throw await this.#changed(file, text, undefined, text);
    await this.#note(file, text, "outside");
    await this.#services.files.remove(file);
  }

  async rename(file: string, to: string): Promise<WorkflowFile> {
    demandName(to);
    const { text } = await this.#read(file);
    await this.#services.files.write(to, text, true);
    await this.#services.versions.moved(file, to);
    await this.#services.files.remove(file);
    return await this.open(to);
  }

  /** Sub-workflows beside `from`, or templates by name. */
  resolver(): ResolveWorkflow {
    const { files, templates } = this.#services;
    return (reference, from) => {
      if (!/[/\\.]/.test(reference)) {
        const template = templates().find(({ id }) => id === reference);
        if (template !== undefined) return { file: template.file, text: template.text };
      }
      return readBeside(files.root, reference, from);
    };
  }

  async #saveNew(file: string, save: SaveWorkflow, isThere: boolean): Promise<SavedWorkflow> {
    if (isThere) throw new Refusal(412, "exists", `Cannot make "${file}": there is such a file already`);
    if (!("text" in save)) {
      throw new Refusal(400, "bad-input", `Cannot make "${file}" of edits: expected its text`);
    }
    await this.#services.files.write(file, save.text, true);
    await this.#note(file, save.text, "board", save.message);
    return { ...await this.open(file), isMerged: false };
  }

  /** The text to write where the file holds `current`. */
  async #brought(file: string, save: SaveWorkflow, seen: string, current: string) {
    const mine = await this.#made(file, save, seen, current);
    if (hashOf(current) === seen) return { text: mine, isMerged: false };
    const base = await this.#services.versions.text(file, seen);
    if (base === undefined) throw await this.#changed(file, current, undefined, mine);
    const merge = mergeTexts(base, mine, current, { isJson: true });
    if (merge.conflicts.length > 0) throw await this.#changed(file, current, base, mine);
    return { text: merge.text, isMerged: merge.text !== mine };
  }

  /** The text that the one who saves means. */
  async #made(file: string, save: SaveWorkflow, seen: string, current: string): Promise<string> {
    if ("text" in save) return save.text;
    const base = hashOf(current) === seen ? current : await this.#services.versions.text(file, seen);
    if (base === undefined) throw await this.#changed(file, current, undefined, current);
    return editedText(base, save.edits);
  }

  async #changed(file: string, current: string, base: string | undefined, mine: string): Promise<Refusal> {
    const merged = base === undefined
      ? current
      : withConflictMarkers(mergeTexts(base, mine, current, { isJson: true }), mine, {
        ours: "yours",
        base: "before",
        theirs: "in the file",
      });
    return new Refusal(
      412,
      "changed",
      `Cannot save "${file}": it was changed elsewhere, and both contradict`,
      {
        hint: "Take one of them, or bring them together by hand",
        conflict: { current: await this.open(file), ...base === undefined ? {} : { base }, merged },
      },
    );
  }

  async #read(file: string): Promise<{ readonly text: string; readonly modifiedAt: number }> {
    const { bytes, modifiedAt } = await this.#services.files.read(file);
    try {
      return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), modifiedAt };
    } catch (cause) {
      throw new SymphonyError("unsupported", `Cannot read "${file}": it is not UTF-8 text`, { cause });
    }
  }

  async #fileOf(file: string, text: string, modifiedAt: number): Promise<WorkflowFile> {
    const isWritable = await this.#services.files.isWritable(file);
    return { file, text, hash: hashOf(text), modifiedAt, isWritable, ...await this.check(text, file) };
  }

  async #note(file: string, text: string, by: string, message?: string): Promise<void> {
    const now = this.#services.clock.now();
    await this.#services.versions.note(file, text, by, { now, ...message === undefined ? {} : { message } });
  }
}

/** A JSONC text after edits by path. @throws Refusal 400 naming the edit */
export function editedText(text: string, edits: readonly JsonEdit[]): string {
  if (edits.length > MAX_EDITS) {
    throw new Refusal(400, "bad-input", `Cannot make ${edits.length} edits at once: at most ${MAX_EDITS}`);
  }
  const formattingOptions = { ...styleOf(text), insertFinalNewline: false };
  let edited = text;
  for (const [at, { path, value }] of edits.entries()) {
    try {
      edited = applyEdits(edited, modify(edited, [...path], value, { formattingOptions }));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Refusal(400, "bad-input", `Cannot make edits.${at} at ${path.join(".")}: ${why}`);
    }
  }
  return edited;
}

function styleOf(text: string): { tabSize: number; insertSpaces: boolean; eol: string } {
  const indent = /^(\t| +)\S/m.exec(text)?.[1];
  return {
    tabSize: indent === undefined || indent === "\t" ? 2 : indent.length,
    insertSpaces: indent !== "\t",
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  };
}

function demandName(file: string): void {
  if (/\.workflow\.jsonc?$/.test(file)) return;
  throw new Refusal(400, "bad-input", `Cannot save "${file}": expected a name that ends in .workflow.jsonc`);
}

/** A file beside another one; nothing outside the workspace, by no link either. */
function readBeside(root: string, reference: string, from: string) {
  const base = from.startsWith("/") ? from : `${root}/${from}`;
  try {
    const file = Deno.realPathSync(decodeURIComponent(new URL(reference, `file://${base}`).pathname));
    if (!file.startsWith(`${Deno.realPathSync(root)}/`)) return undefined;
    return { file, text: Deno.readTextFileSync(file) };
  } catch {
    return undefined;
  }
}
