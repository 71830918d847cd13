/** Workflows to begin from that extensions bring, beside the program's own. @module */

import type { ExtensionUi, TemplateEntry } from "../../core/motif/contributions.ts";
import type { MotifPort } from "../../core/ports/motif.ts";
import type { TemplateText } from "./services.ts";

const ENDING = /(\.workflow)?\.jsonc?$/;
const MAX_BYTES = 1 << 20;

/** Every template that an installed extension lists and that can be read. */
export async function motifTemplates(motifs: MotifPort | undefined): Promise<readonly TemplateText[]> {
  if (motifs === undefined) return [];
  const found = await Promise.all(
    (await motifs.contributions()).flatMap((ui) =>
      ui.templates.map((entry) => readTemplate(motifs, ui, entry))
    ),
  );
  return found.filter((one) => one !== undefined);
}

async function readTemplate(
  motifs: MotifPort,
  { extension, title: from }: ExtensionUi,
  { title, description, file }: TemplateEntry,
): Promise<TemplateText | undefined> {
  const bytes = await motifs.asset(extension, file).catch(() => undefined);
  if (bytes === undefined || bytes.length > MAX_BYTES) return undefined;
  const name = (file.split("/").at(-1) ?? file).replace(ENDING, "");
  const id = `${extension.replace("/", ".")}.${name}`;
  return {
    id,
    name: title,
    description,
    text: new TextDecoder().decode(bytes),
    file: `${name}.workflow.jsonc`,
    from,
  };
}
