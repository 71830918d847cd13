/**
 * Which folder a run may read, and the inputs as they are seen from there.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";
import { isObject, type Json, type JsonObject, own } from "../core/json.ts";
import type { InputDefinition } from "../core/workflow/definition.ts";
import type { CliServices } from "./services.ts";

export interface Workspace {
  /** Absolute path. */
  readonly folder: string;
  readonly inputs: JsonObject;
}

/**
 * The folder that was asked for: FOLDER or `--workspace`, else the current one. Where neither was given and a path input
 * names a folder outside the current one, naming it is leave to read it: it becomes the workspace and the input `.`.
 * @throws SymphonyError `bad-input` where the folder is none
 */
export function workspaceOf(
  services: Pick<CliServices, "absolute" | "folder" | "isFolder">,
  asked: string | undefined,
  inputs: JsonObject,
  definitions: ReadonlyMap<string, InputDefinition>,
): Workspace {
  const folder = services.absolute(asked ?? ".");
  if (!services.isFolder(folder)) {
    throw new SymphonyError("bad-input", `Cannot run in "${asked ?? "."}": it is no folder`, {
      hint: "Give an existing folder with --workspace",
    });
  }
  for (const [name, { schema }] of definitions) {
    const value = own(inputs, name);
    if (!isObject(schema) || own(schema, "format") !== "path" || typeof value !== "string") continue;
    const path = services.absolute(value, folder);
    if (isInside(path, folder)) continue;
    if (asked !== undefined || !services.isFolder(path)) {
      throw new SymphonyError(
        "bad-input",
        `Input "${name}" is "${value}", which is no folder inside "${folder}"`,
        {
          hint: "Nodes read below the workspace only: name a folder in it, or give another with --workspace",
        },
      );
    }
    const moved: Record<string, Json> = { ...inputs, [name]: "." };
    return { folder: path, inputs: moved };
  }
  return { folder, inputs };
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}
