/**
 * A checkpoint's bytes: the engine's snapshot of every scope and the notes beside it, so that a resumed run replays only
 * what came after. Layout: u32 length of the header, the header as JSON, the snapshots one after the other.
 *
 * @module
 */

import { SymphonyError } from "../errors.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Plan } from "../workflow/plan.ts";
import { RunScopes } from "./run_scopes.ts";
import type { RunValues } from "./run_values.ts";
import { takeSnapshot } from "./snapshot.ts";

interface KeptScope {
  readonly path: string;
  readonly inputs: JsonObject;
  readonly notes: Json;
  readonly sizeBytes: number;
}

/** The scopes as bytes. */
export function encodeCheckpoint(scopes: RunScopes): Uint8Array {
  const kept: KeptScope[] = [];
  const snapshots: Uint8Array[] = [];
  for (const scope of scopes.all()) {
    const bytes = takeSnapshot(scope.state);
    kept.push({
      path: scope.path,
      inputs: scope.inputs,
      notes: scope.exportNotes(),
      sizeBytes: bytes.length,
    });
    snapshots.push(bytes);
  }
  const header = new TextEncoder().encode(JSON.stringify(kept));
  const all = new Uint8Array(4 + header.length + snapshots.reduce((sum, bytes) => sum + bytes.length, 0));
  new DataView(all.buffer).setUint32(0, header.length, true);
  all.set(header, 4);
  let at = 4 + header.length;
  for (const bytes of snapshots) {
    all.set(bytes, at);
    at += bytes.length;
  }
  return all;
}

/** The scopes again. @throws SymphonyError `corrupt` where the bytes are no checkpoint of this plan */
export function decodeCheckpoint(
  bytes: Uint8Array,
  plan: Plan,
  context: { values: RunValues; rank: (plan: Plan) => Float64Array },
): RunScopes {
  try {
    const headerSize = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const kept = JSON.parse(
      new TextDecoder().decode(bytes.subarray(4, 4 + headerSize)),
    ) as readonly KeptScope[];
    let at = 4 + headerSize;
    let scopes: RunScopes | undefined;
    for (const { path, inputs, notes, sizeBytes } of kept) {
      const snapshot = bytes.subarray(at, at += sizeBytes);
      scopes ??= new RunScopes(plan, inputs, { ...context, snapshot });
      const scope = path === "" ? scopes.root : scopes.openAt(path, inputs, snapshot);
      scope.importNotes(notes);
    }
    if (scopes === undefined) throw new RangeError("no scope in it");
    return scopes;
  } catch (cause) {
    throw new SymphonyError("corrupt", "Cannot read the run's checkpoint: it does not fit the workflow", {
      cause,
    });
  }
}
