/**
 * The recorded sessions that are replayed: the whole sets where they lie beside the repository, else the small copies of the tests.
 *
 * @module
 */

import { gunzipSync } from "node:zlib";
import type { ConcurrentTrace, SequentialTrace } from "../../editor/text/trace.ts";

const root = new URL("../../", import.meta.url);

/** The four sequential sessions the geometric mean is of. */
const SEQUENTIAL = ["rustcode", "seph-blog1", "json-crdt-patch", "friendsforever_flat"];
const UNICODE = "unicode-json-crdt-patch";

export interface NamedTrace {
  readonly name: string;
  /** Positions in code points, as they are in the file. */
  readonly points: readonly (readonly [number, number, string])[];
  /** The same in UTF-16 units. */
  readonly units: readonly (readonly [number, number, string])[];
  readonly endContent: string;
  /** Whether it counts for the geometric mean. */
  readonly counts: boolean;
}

export function sequentialTraces(): NamedTrace[] {
  const whole = [...SEQUENTIAL, UNICODE].flatMap((name) => {
    const trace = read(new URL(`../shared/data/editor/${name}.json.gz`, root));
    return trace === undefined ? [] : [named(name, trace as SequentialTrace)];
  });
  if (whole.length > 0) return whole;
  return ["json_crdt_patch", "unicode_json_crdt_patch"].map((name) =>
    named(name, read(new URL(`tests/fixtures/text/${name}.json.gz`, root)) as SequentialTrace)
  );
}

/** Sessions of authors who did not always know of each other. */
export function concurrentTrace(name: string): ConcurrentTrace | undefined {
  return read(new URL(`../shared/data/editor/${name}.json.gz`, root)) as ConcurrentTrace | undefined;
}

function named(name: string, { txns, endContent }: SequentialTrace): NamedTrace {
  const points = txns.flatMap((txn) => txn.patches);
  const isUnicode = name.startsWith("unicode");
  return { name, points, units: isUnicode ? inUnits(points) : points, endContent, counts: !isUnicode };
}

/** Positions in UTF-16 units. */
function inUnits(
  points: readonly (readonly [number, number, string])[],
): (readonly [number, number, string])[] {
  let text: string[] = [];
  return points.map(([at, remove, insert]) => {
    const from = text.slice(0, at).join("").length;
    const size = text.slice(at, at + remove).join("").length;
    text = [...text.slice(0, at), ...insert, ...text.slice(at + remove)];
    return [from, size, insert] as const;
  });
}

function read(file: URL): SequentialTrace | ConcurrentTrace | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(gunzipSync(Deno.readFileSync(file))));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
