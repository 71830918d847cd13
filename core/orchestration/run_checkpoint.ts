/**
 * A checkpoint's bytes: the engine's snapshot of every scope and the notes beside it, so that a resumed run replays only
 * what came after. Layout: u32 length of the header, the header as JSON, the snapshots one after the other.
 *
 * @module
 */

import { SymphonyError } from "../errors.ts";
import type { ArtifactId } from "../ids.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Plan } from "../workflow/plan.ts";
import { RunScopes } from "./run_scopes.ts";
import type { RunValues } from "./run_values.ts";
import { freezeState, type FrozenState, snapshotOf } from "./snapshot.ts";

interface KeptScope {
  readonly path: string;
  readonly inputs: JsonObject;
  readonly notes: Json;
  readonly sizeBytes: number;
  /** Of the run's own scope: the version that it went by. */
  readonly definition?: ArtifactId;
}

/** All scopes at a moment. */
export interface FrozenScopes {
  readonly definition: ArtifactId;
  readonly scopes:
    readonly (Pick<KeptScope, "path" | "inputs" | "notes"> & { readonly state: FrozenState })[];
}

/** Copies what a checkpoint is made of, so that the run can go on while it is written. */
export function freezeScopes(scopes: RunScopes, definition: ArtifactId): FrozenScopes {
  return {
    definition,
    scopes: [...scopes.all()].map((scope) => ({
      path: scope.path,
      inputs: scope.inputs,
      notes: scope.exportNotes(),
      state: freezeState(scope.state),
    })),
  };
}

/** A checkpoint's bytes, with a pause after each slice of the work. */
export function* checkpointOf({ scopes, definition }: FrozenScopes): Generator<void, Uint8Array> {
  const kept: KeptScope[] = [];
  const snapshots: Uint8Array[] = [];
  for (const { path, inputs, notes, state } of scopes) {
    const bytes = yield* snapshotOf(state);
    const isRoot = path === "" ? { definition } : {};
    kept.push({ path, inputs, notes, sizeBytes: bytes.length, ...isRoot });
    snapshots.push(bytes);
    yield;
  }
  const head = new TextEncoder().encode(JSON.stringify(kept));
  const all = new Uint8Array(4 + head.length + snapshots.reduce((sum, bytes) => sum + bytes.length, 0));
  new DataView(all.buffer).setUint32(0, head.length, true);
  all.set(head, 4);
  let at = 4 + head.length;
  for (const bytes of snapshots) {
    all.set(bytes, at);
    at += bytes.length;
  }
  return all;
}

/** The version that a checkpoint is of; undefined in those of older programs, which knew one only. */
export function checkpointDefinition(bytes: Uint8Array): ArtifactId | undefined {
  try {
    return header(bytes).kept[0]?.definition;
  } catch {
    return undefined;
  }
}

function header(bytes: Uint8Array): { readonly kept: readonly KeptScope[]; readonly at: number } {
  const headerSize = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + headerSize));
  return { kept: JSON.parse(text) as readonly KeptScope[], at: 4 + headerSize };
}

/** The scopes again. @throws SymphonyError `corrupt` where the bytes are no checkpoint of this plan */
export function decodeCheckpoint(
  bytes: Uint8Array,
  plan: Plan,
  context: { values: RunValues; rank: (plan: Plan) => Float64Array },
): RunScopes {
  try {
    const { kept, at: first } = header(bytes);
    let at = first;
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
