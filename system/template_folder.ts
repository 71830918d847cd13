/**
 * The workflows that ship with the program, read from their folder.
 *
 * @module
 */

import type { WorkflowDefinition } from "../core/workflow/definition.ts";
import { parseWorkflow } from "../core/workflow/parse.ts";

const ENDING = ".workflow.jsonc";

export interface TemplateFile {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly text: string;
  readonly file: string;
}

/** All templates in `folder`, by id. */
export function readTemplates(folder: string): readonly TemplateFile[] {
  const templates: TemplateFile[] = [];
  for (const { name: entry } of Deno.readDirSync(folder)) {
    if (!entry.endsWith(ENDING)) continue;
    const file = `${folder}/${entry}`;
    templates.push(new Template(entry.slice(0, -ENDING.length), file, Deno.readTextFileSync(file)));
  }
  return templates.sort((a, b) => a.id < b.id ? -1 : 1);
}

/** Read when somebody asks what it is called: a run needs one of them and not even that one's name. */
class Template implements TemplateFile {
  readonly id: string;
  readonly file: string;
  readonly text: string;
  #draft: WorkflowDefinition | undefined;

  constructor(id: string, file: string, text: string) {
    this.id = id;
    this.file = file;
    this.text = text;
  }

  get name(): string {
    return this.#read()?.name ?? this.id;
  }

  get description(): string {
    return this.#read()?.description ?? "";
  }

  #read(): WorkflowDefinition | undefined {
    return this.#draft ??= parseWorkflow(this.text, this.file).draft;
  }
}
