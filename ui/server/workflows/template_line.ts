/** A template as lists show it. @module */

import type { Json } from "../../../core/json.ts";
import { parseWorkflow } from "../../../core/workflow/parse.ts";
import type { TemplateLine } from "../../api/workflows.ts";
import type { TemplateText } from "../services.ts";

/** With its ports, as far as its text can be read. */
export function templateLine({ id, name, description, text, file, from }: TemplateText): TemplateLine {
  const { draft } = parseWorkflow(text, file, {});
  return {
    id,
    name,
    description,
    nodes: draft?.nodes.size ?? 0,
    inputs: Object.fromEntries(
      [...draft?.inputs ?? []].map(([input, { schema }]) => [input, schema as Json]),
    ),
    outputs: [...draft?.outputs.keys() ?? []],
    ...from === undefined ? {} : { from },
  };
}
