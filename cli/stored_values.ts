/** Values that a log refers to, read back. @module */

import { SymphonyError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { ValueRef } from "../core/orchestration/event.ts";
import type { ArtifactPort } from "../core/ports/artifact.ts";

/** The value itself. @throws SymphonyError `corrupt` where its artifact is missing or damaged */
export async function loadValue(artifacts: ArtifactPort, ref: ValueRef): Promise<Json> {
  if ("value" in ref) return ref.value;
  const bytes = await artifacts.get(ref.artifact);
  if (bytes === undefined) {
    throw new SymphonyError("corrupt", `Cannot read artifact ${ref.artifact}: it is missing`, {
      hint: "artifacts verify says what else is damaged",
    });
  }
  return JSON.parse(new TextDecoder().decode(bytes)) as Json;
}
