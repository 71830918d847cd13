/**
 * The workflows that ship with the program, read from their folder.
 *
 * @module
 */

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
    const text = Deno.readTextFileSync(file);
    const id = entry.slice(0, -ENDING.length);
    const { draft } = parseWorkflow(text, file);
    templates.push({ id, name: draft?.name ?? id, description: draft?.description ?? "", text, file });
  }
  return templates.sort((a, b) => a.id.localeCompare(b.id));
}
