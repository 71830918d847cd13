/**
 * Artifacts and the extension's own assets.
 *
 * @module
 */

import { artifactId } from "../../core/ids.ts";
import type { ArtifactMeta } from "../../core/ports/artifact.ts";
import { ExtensionFailure } from "../sdk/failure.ts";
import { type CallScope, demand, type Operation, optionalText, textArgument } from "./capability.ts";

export interface ArtifactLimits {
  readonly puts: number;
  readonly putBytes: number;
}

/** Of one call; equal content counts each time, since it is read and hashed each time. */
export const artifactLimits: ArtifactLimits = { puts: 10_000, putBytes: 1 << 30 };

/** The operations `artifacts.*` and `assets.*` of one call. */
export function storedOperations(
  scope: CallScope,
  limits = artifactLimits,
): Readonly<Record<string, Operation>> {
  let [puts, putBytes] = [0, 0];
  const count = (size: number) => {
    puts++;
    putBytes += size;
    if (puts > limits.puts || putBytes > limits.putBytes) {
      throw new ExtensionFailure(
        "permission",
        `Cannot put an artifact: one call puts at most ${limits.puts} of ${limits.putBytes} bytes together`,
      );
    }
  };
  return {
    "artifacts.put": async (args, bytes) => {
      await demand(scope, "artifacts");
      count(bytes?.length ?? 0);
      const type = optionalText(args, "type");
      const name = optionalText(args, "name");
      const meta: ArtifactMeta = {
        origin: {
          run: scope.run,
          node: scope.node,
          ...(scope.item === undefined ? {} : { item: scope.item }),
        },
        ...(type === undefined ? {} : { type: type.slice(0, 200) }),
        ...(name === undefined ? {} : { name: name.slice(0, 500) }),
      };
      return { value: await scope.artifacts.put(bytes ?? new Uint8Array(0), meta) };
    },
    "artifacts.get": async (args) => {
      await demand(scope, "artifacts");
      const id = textArgument(args, "id");
      const bytes = /^[0-9a-f]{64}$/.test(id) ? await scope.artifacts.get(artifactId(id)) : undefined;
      if (bytes === undefined) {
        throw new ExtensionFailure("input", `Cannot get artifact "${id.slice(0, 80)}": unknown`);
      }
      return { value: null, bytes: new Uint8Array(bytes) };
    },
    "assets.bytes": async (args) => {
      const name = textArgument(args, "name");
      const bytes = await scope.asset(name);
      if (bytes === undefined) {
        throw new ExtensionFailure("input", `Cannot read asset "${name}": the manifest lists no such asset`);
      }
      return { value: null, bytes };
    },
  };
}
