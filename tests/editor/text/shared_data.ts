/**
 * Data for tests: small copies that are part of the repository, and the whole sets where they lie beside it.
 *
 * @module
 */

import { gunzipSync } from "node:zlib";
import type { Trace } from "../../../editor/text/trace.ts";

const root = new URL("../../../", import.meta.url);

/** A JSON file of this repository's text fixtures. */
export function fixture(name: string): unknown {
  return JSON.parse(Deno.readTextFileSync(new URL(`tests/fixtures/text/${name}`, root)));
}

/** A trace, or a list of them, of this repository. */
export function fixtureTrace(name: string): Trace | Trace[] {
  return readTrace(new URL(`tests/fixtures/text/${name}.json.gz`, root));
}

/** The same of the data beside the repository; undefined where it is not there. */
export function sharedTrace(name: string): Trace | Trace[] | undefined {
  const file = new URL(`../shared/data/editor/${name}.json.gz`, root);
  return exists(file) ? readTrace(file) : undefined;
}

/** Cases of one kind from the repository's own file and, where it is there, from the set beside it. */
export function xiCases(kind: string): XiCase[] {
  const files = [
    new URL("tests/fixtures/text/xi_engine_cases.json", root),
    new URL("../shared/data/xi/xi-cases.json", root),
  ];
  return files.filter(exists).flatMap((file) => JSON.parse(Deno.readTextFileSync(file)) as XiCase[])
    .filter((one) => one.kind === kind);
}

/** A case of the xi suite, as far as the unit kinds go. */
export interface XiCase {
  readonly name: string;
  readonly kind: string;
  // deno-lint-ignore no-explicit-any
  readonly given: any;
  // deno-lint-ignore no-explicit-any
  readonly steps: readonly { readonly method: string; readonly params: any; readonly expect?: any }[];
  // deno-lint-ignore no-explicit-any
  readonly expect: any;
}

function readTrace(file: URL): Trace | Trace[] {
  return JSON.parse(new TextDecoder().decode(gunzipSync(Deno.readFileSync(file))));
}

function exists(file: URL): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch {
    return false;
  }
}
